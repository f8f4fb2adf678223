"""How much each feature, and each family, moves the scores of a group of cases, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.evaluation.bootstrap import cluster_codes, percentile_interval
from hgrisk.explain.contributions import explain_cases
from hgrisk.features.spec import FeatureSpec
from hgrisk.models.inputs.cluster_sums import sum_by_cluster
from hgrisk.models.protocol import SurvivalModel

LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class Importance:
    """Importance of features and families: the mean size of what they add to the score.

    Attributes
    ----------
    table : DataFrame
        ``feature``, ``family``, ``mean_abs``, ``lower``, ``upper``, the most important first.
    by_family : DataFrame
        ``family``, ``mean_abs``, ``lower``, ``upper``: of the terms of a family added up, case by case.
    n_cases : int
        Cases.
    n_clusters : int
        Household networks.
    """

    table: pd.DataFrame
    by_family: pd.DataFrame
    n_cases: int
    n_clusters: int

    def __repr__(self) -> str:
        """Say what it is of."""
        size = f"{len(self.table):,} terms in {len(self.by_family):,} families"
        return f"Importance of {size}, over {self.n_cases:,} cases of {self.n_clusters:,} networks"


def importance(
    model: SurvivalModel,
    X: pd.DataFrame,
    at_days: float,
    catalogue: Sequence[FeatureSpec],
    clusters: Any,
    *,
    n_resamples: int = 200,
    seed: int = 0,
) -> Importance:
    """Return the mean absolute term of each feature and family, with intervals by bootstrap of networks.

    Parameters
    ----------
    model : SurvivalModel
        A fitted model with terms.
    X : DataFrame, shape (n, p)
        Features of the cases, with the columns of the fit.
    at_days : float
        Days since the landmark for which the score is.
    catalogue : sequence of FeatureSpec
        Descriptions of the features.
    clusters : array-like, shape (n,)
        Key of the household network of each case.
    n_resamples : int
        Draws of networks; fewer than 20 give no interval.
    seed : int
        Seed of the draws.

    Returns
    -------
    Importance
        Means and 95 % percentile intervals.

    Raises
    ------
    DataError
        If there is no case, clusters are of another length or missing, or a feature is not in the catalogue.
    FitError
        If the model has no terms, or the columns are not those of the fit.

    Notes
    -----
    The model is held fixed: intervals are about which households were seen, not about how the model would differ had
    it learned from others; for that see :mod:`hgrisk.explain.stability`. The cluster bootstrap of Field and Welsh
    (2007), doi:10.1111/j.1467-9868.2007.00593.x. Importance is of the model: it is no effect. A mean of absolute values
    is never 0: that an interval lies above 0 does not say that a feature tells anything, for that of pure noise does
    too. Compare with what the least features add, or with :mod:`hgrisk.explain.stability`.
    """
    if len(X) == 0:
        raise DataError("Importance is a mean over cases", "none", "pass at least one case")
    explanation = explain_cases(model, X, at_days, catalogue)
    codes, n_clusters = cluster_codes(clusters)
    if len(codes) != len(X):
        found = f"{len(X)} cases and {len(codes)} clusters"
        raise DataError("Every case has its network", found, "pass the clusters of these cases")
    sizes = np.hstack([np.abs(explanation.terms.values), np.abs(explanation.by_family.to_numpy())])
    draws = _means(sizes, codes, n_clusters, n_resamples, seed)
    n_terms = len(explanation.families)
    features = {"feature": explanation.terms.names, "family": explanation.families}
    families = {"family": list(explanation.by_family)}
    return Importance(_ranked(features, draws[:, :n_terms]), _ranked(families, draws[:, n_terms:]), len(X), n_clusters)


def _means(sizes: Floats, codes: Any, n_clusters: int, n_resamples: int, seed: int) -> Floats:
    """Return means, shape (1 + B, q): of all, then of each draw; networks are added up first, which is cheap."""
    sums = sum_by_cluster(sizes, codes)
    cases = np.bincount(codes, minlength=n_clusters)
    out = np.empty((1 + n_resamples, sizes.shape[1]))
    out[0] = sums.sum(axis=0) / cases.sum()
    rng = np.random.default_rng(seed)
    for draw in out[1:]:
        times = np.bincount(rng.integers(0, n_clusters, n_clusters), minlength=n_clusters).astype(float)
        draw[:] = times @ sums / (times @ cases)
    return out


def _ranked(names: dict[str, Any], draws: Floats) -> pd.DataFrame:
    limits = np.array([percentile_interval(column, LEVEL) for column in draws.T]).reshape(-1, 2)
    table = pd.DataFrame({**names, "mean_abs": draws[0], "lower": limits[:, 0], "upper": limits[:, 1]})
    return table.sort_values("mean_abs", ascending=False, kind="stable").reset_index(drop=True)
