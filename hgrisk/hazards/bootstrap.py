"""Cox regressions on many draws of whole clusters, each begun where the fit of all rows ended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import LinAlgError

from hgrisk.errors import ConfigError, FitError
from hgrisk.hazards.blas import one_blas_thread
from hgrisk.hazards.fit import CoxRows, check_rows, pose_rows
from hgrisk.hazards.newton import Optimum, Problem, maximise
from hgrisk.hazards.refusals import refuse_unfinite
from hgrisk.hazards.risk_sets import Floats
from hgrisk.hazards.steps import weigh
from hgrisk.hazards.threads import side_by_side


@dataclass(frozen=True)
class CoxDraws:
    """Coefficients of a Cox regression on draws of its clusters.

    Attributes
    ----------
    coef : ndarray, shape (n_draws, p)
        Log hazard ratios; NaN in a draw whose likelihood has no optimum.
    n_failed : int
        Such draws.
    """

    coef: Floats
    n_failed: int

    def covariance(self) -> Floats:
        """Return the covariance of the coefficients over the draws, shape (p, p)."""
        found = self.coef[np.isfinite(self.coef).all(axis=1)]
        return np.atleast_2d(np.cov(found, rowvar=False))

    def interval(self, level: float = 0.95) -> Floats:
        """Return percentile intervals, shape (p, 2)."""
        tail = (1 - level) / 2
        return np.asarray(np.nanquantile(self.coef, [tail, 1 - tail], axis=0).T, dtype=np.float64)


def bootstrap_cox(
    rows: CoxRows,
    cluster: NDArray[Any],
    *,
    n_draws: int = 200,
    penalty: float = 0.0,
    ties: str = "efron",
    seed: int = 0,
) -> CoxDraws:
    """Refit a Cox regression on clusters drawn with replacement.

    Parameters
    ----------
    rows : CoxRows
        The n rows.
    cluster : ndarray, shape (n,)
        Cluster of each row, such as its household network; whole clusters are drawn.
    n_draws : int
        Draws, 2 or more.
    penalty, ties
        As in :func:`fit_cox`, with the standard deviations of all rows.
    seed : int
        Seed of the draws; the same on any machine.

    Returns
    -------
    CoxDraws
        Coefficients of each draw.

    Raises
    ------
    ConfigError
        If there are fewer than 2 draws.
    FitError
        If the rows as they are cannot be fitted, there is one cluster only, or more than a tenth of the draws fail.

    Notes
    -----
    A row drawn m times has m times its weight: with Breslow ties this is the same as m rows, with Efron's nearly so.
    Columns are looked at where they are, and the information of all rows serves every draw: it costs a few gradients,
    and no copy of the rows.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X, days = rng.normal(size=(100, 1)), rng.exponential(size=100)
    >>> draws = bootstrap_cox(CoxRows(X, days, np.ones(100, dtype=bool)), np.arange(100) // 2, n_draws=50)
    >>> draws.coef.shape, draws.n_failed
    ((50, 1), 0)
    """
    check_rows(rows, cluster, ties)
    if not isinstance(n_draws, int) or n_draws < 2:
        raise ConfigError("A bootstrap has 2 draws or more", f"{n_draws}", "use 200 or more")
    code = pd.factorize(cluster)[0]
    n_clusters = int(code.max(initial=-1)) + 1
    if n_clusters < 2:
        raise FitError("A bootstrap of clusters needs at least 2 clusters", f"{n_clusters}", "pass real labels")
    names = [f"x{place}" for place in range(rows.X.shape[1])]
    weight = np.ones(len(rows.X)) if rows.weight is None else rows.weight
    streams = np.random.SeedSequence(seed).spawn(n_draws)
    with one_blas_thread():
        whole = pose_rows(rows, penalty, efron=ties == "efron")
        refuse_unfinite(whole.design, names)
        found = maximise(whole, names)

        def draw(stream: np.random.SeedSequence) -> Floats:
            times = np.bincount(np.random.default_rng(stream).integers(0, n_clusters, n_clusters), minlength=n_clusters)
            return _refit(whole, weight * times[code], found, names)

        coef = np.array(side_by_side(draw, streams))
    n_failed = int((~np.isfinite(coef).all(axis=1)).sum())
    if n_failed > n_draws / 10:
        raise FitError(
            "A bootstrap has an optimum in nine of ten draws",
            f"none in {n_failed} of {n_draws}",
            "set a penalty above 0",
        )
    return CoxDraws(coef, n_failed)


def _refit(whole: Problem, weight: Floats, found: Optimum, names: list[str]) -> Floats:
    weighted = weigh(whole.weighted.sets, weight, efron=whole.weighted.efron)
    if not weighted.n_events > 0:
        return np.full(len(found.coef), np.nan)
    part = weighted.n_events / whole.weighted.n_events
    problem, borrowed = replace(whole, weighted=weighted, ridge=whole.ridge * part), found.information * part
    try:
        optimum = maximise(problem, names, found.coef, look_round=False, borrowed=borrowed)
    except (FitError, LinAlgError):
        return np.full(len(found.coef), np.nan)
    return optimum.coef / whole.design.scale
