"""Lasso, ridge and elastic-net Cox regressions over a path of penalties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError
from hgrisk.hazards.blas import one_blas_thread
from hgrisk.hazards.fit import pose_rows
from hgrisk.models.cox import CoxRegression

LARGEST_RIDGE = 1_000.0
"""Where the path of a ridge penalty begins: no penalty is large enough to take its coefficients to 0."""


@dataclass(frozen=True)
class CoxPath:
    """Coefficients at each of many penalties.

    Attributes
    ----------
    names : tuple of str, length q
        Design columns.
    penalties : ndarray, shape (m,)
        From the largest.
    coef : ndarray, shape (m, q)
        Log hazard ratios.
    loglik : ndarray, shape (m,)
        Log partial likelihood on the training rows, without the penalty.
    """

    names: tuple[str, ...]
    penalties: Floats
    coef: Floats
    loglik: Floats

    def __repr__(self) -> str:
        """Return the ends of the path, in one line."""
        many, first, last = len(self.penalties), self.penalties[0], self.penalties[-1]
        kept = (self.coef != 0).sum(axis=1)
        columns = f"{kept[0]} to {kept[-1]} of {len(self.names)} columns"
        return f"CoxPath: {many} penalties from {first:.4g} to {last:.4g}, {columns}; see its table"

    @property
    def table(self) -> pd.DataFrame:
        """One row for each penalty: ``penalty, n_columns, loglik`` and the coefficient of each column."""
        table = pd.DataFrame(self.coef, columns=list(self.names))
        table.insert(0, "penalty", self.penalties)
        table.insert(1, "n_columns", (self.coef != 0).sum(axis=1))
        table.insert(2, "loglik", self.loglik)
        return table


def cox_path(
    X: Any, y: Any, *, l1_ratio: float = 1.0, n_penalties: int = 50, smallest: float = 0.001, **given: Any
) -> CoxPath:
    """Fit Cox regressions from the smallest penalty that leaves no column to a small part of it.

    Parameters
    ----------
    X : DataFrame or ndarray, shape (n, p)
        Features; raw ones are prepared as `CoxRegression` does.
    y : ndarray or DataFrame, shape (n,)
        Outcome.
    l1_ratio : float
        From 0 (ridge) to 1 (lasso).
    n_penalties : int
        Penalties, 2 or more, evenly spaced in their logarithm.
    smallest : float
        The last penalty as a part of the first, above 0 and below 1.
    **given : dict
        ``sample_weight``, ``entry``, ``offset`` as in fit, and ``model``: a `CoxRegression` whose ties, strata and
        preparation to use.

    Returns
    -------
    CoxPath
        Coefficients by penalty; each search begins where the one before ended.

    Raises
    ------
    ConfigError
        If a setting is not allowed.
    DataError, FitError
        As in fit.

    Notes
    -----
    Simon, Friedman, Hastie and Tibshirani (2011), doi:10.18637/jss.v039.i05. A penalty is per event, and coefficients
    are those of columns on their own scale.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame(rng.normal(size=(200, 3)), columns=["count", "noise", "other_noise"])
    >>> y = Surv.from_arrays(np.ones(200, dtype=int), np.ceil(rng.exponential(300 * np.exp(-X["count"]))))
    >>> path = cox_path(X, y, n_penalties=5, smallest=0.1, model=CoxRegression(prepare=False))
    >>> path.table["n_columns"].tolist()
    [0, 1, 1, 1, 2]
    """
    if n_penalties < 2 or not 0 < smallest < 1:
        found = f"{n_penalties} down to {smallest:g} of the first"
        raise ConfigError("A path has 2 penalties or more, down to a part of the first", found, "use 50 and 0.001")
    model = clone(given.pop("model", CoxRegression())).set_params(l1_ratio=l1_ratio, warm_start=True)
    largest = _largest_penalty(model, X, y, given) if l1_ratio > 0 else LARGEST_RIDGE
    penalties = largest * np.geomspace(1.0, smallest, n_penalties)
    coef, loglik = [], []
    for penalty in penalties:
        model.set_params(penalty=penalty).fit(X, y, **given)
        coef.append(model.coef_)
        loglik.append(model.loglik_)
    return CoxPath(tuple(model.design_names_), penalties, np.array(coef), np.array(loglik))


def _largest_penalty(model: CoxRegression, X: Any, y: Any, given: dict[str, Any]) -> float:
    """Return the smallest penalty that leaves no column."""
    none = clone(model).set_params(penalty=1e12).fit(X, y, **given)
    with one_blas_thread():
        problem = pose_rows(none.rows_of(X, y, **given), efron=none.ties == "efron")
        slope = problem.derivatives(problem.at(none.coef_))[0]
    # a little above, so that no rounding error leaves a column in
    return float((1 + 1e-9) * np.abs(slope).max() / (none.l1_ratio * none.n_events_))
