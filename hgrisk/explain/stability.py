"""Whether importance stays the same when the model learns from other households, or from other years."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.evaluation.bootstrap import cluster_weights
from hgrisk.explain.contributions import explain_cases
from hgrisk.features.spec import FeatureSpec
from hgrisk.models.protocol import SurvivalModel

Fit = Callable[[Floats], SurvivalModel]
"""Fits a model anew, from the weights of the training rows, shape (n_train,)."""

QUANTILES = (0.025, 0.975)


@dataclass(frozen=True, eq=False)
class Stability:
    """Importance of the same cases under models that learned from other rows.

    Attributes
    ----------
    table : DataFrame
        ``feature``, ``family``, ``mean_abs`` (mean over the fits), ``lower``, ``upper`` (2.5 and 97.5 % of the fits),
        ``mean_rank`` (1 is the most important; equals share), ``top_share`` (share of fits in which the feature is
        among the first), the most important first.
    by_fit : DataFrame
        Mean absolute term: one row per feature, one column per fit.
    rank_correlation : Series
        By fit: Spearman's correlation of its importance with the mean of all other fits; 1 is the same order. NaN
        where all features have the same rank.
    top : int
        How many are the first.
    """

    table: pd.DataFrame
    by_fit: pd.DataFrame
    rank_correlation: pd.Series
    top: int

    def __repr__(self) -> str:
        """Say what it is of."""
        n_terms, n_fits = self.by_fit.shape
        return f"Stability of {n_terms:,} terms over {n_fits:,} fits, of which the first {self.top:,} are counted"


def stability(
    fits: Iterable[tuple[Any, SurvivalModel]],
    X: pd.DataFrame,
    at_days: float,
    catalogue: Sequence[FeatureSpec],
    top: int = 10,
) -> Stability:
    """Compare importance between models that learned from other rows.

    Parameters
    ----------
    fits : iterable of (name, SurvivalModel)
        Fitted models with terms, as of :func:`fits_by_draw` or :func:`fits_by_year`; looked at one by one.
    X : DataFrame, shape (n, p)
        Features of the cases, the same for all.
    at_days : float
        Days since the landmark for which the score is.
    catalogue : sequence of FeatureSpec
        Descriptions of the features.
    top : int
        How many features are the first.

    Returns
    -------
    Stability
        Importance by fit, its spread, and how far the order of features agrees.

    Raises
    ------
    DataError
        If there are fewer than two fits, no case, or a feature is not in the catalogue.
    FitError
        If a model has no terms, or the columns are not those of its fit.

    Notes
    -----
    A term that a model does not have counts as 0. Spearman's correlation with equal ranks shared.

    Examples
    --------
    >>> from hgrisk.models.cox import CoxRegression
    >>> from hgrisk.surv import Surv
    >>> rng = np.random.default_rng(0)
    >>> X = pd.DataFrame({"reports": rng.poisson(1.0, 300), "age": rng.uniform(20, 60, 300)})
    >>> y = Surv.from_arrays(np.ones(300), np.ceil(rng.exponential(900 / (1 + X["reports"]))))
    >>> catalogue = [FeatureSpec("reports", "prior_violence", "", "", ""), FeatureSpec("age", "household", "", "", "")]
    >>> fits = fits_by_draw(lambda weight: CoxRegression().fit(X, y, sample_weight=weight), np.arange(300), n_draws=5)
    >>> stability(fits, X, 365, catalogue, top=1).table["feature"].tolist()
    ['reports', 'age']
    """
    if len(X) == 0 or top < 1:
        found = f"{len(X)} cases, top={top}"
        raise DataError("Stability is of cases and of at least one feature", found, "pass cases, and top of 1 or more")
    sizes: dict[Any, pd.Series] = {}
    families: dict[str, str] = {}
    for name, model in fits:
        explanation = explain_cases(model, X, at_days, catalogue)
        families |= dict(zip(explanation.terms.names, explanation.families, strict=True))
        sizes[name] = explanation.table().abs().mean()
    if len(sizes) < 2:
        raise DataError("Stability compares fits", f"{len(sizes)}", "pass two or more, each with its own name")
    by_fit = pd.DataFrame({name: size.reindex(list(families)) for name, size in sizes.items()}).fillna(0.0)
    return Stability(_table(by_fit, families, top), by_fit, _agreement(by_fit), top)


def fits_by_draw(fit: Fit, clusters: Any, n_draws: int = 20, seed: int = 0) -> Iterator[tuple[int, SurvivalModel]]:
    """Fit anew in each bootstrap draw of household networks.

    Parameters
    ----------
    fit : callable
        From weights of the training rows to a fitted model.
    clusters : array-like, shape (n_train,)
        Key of the household network of each training row.
    n_draws : int
        Draws.
    seed : int
        Seed of the draws.

    Yields
    ------
    (int, SurvivalModel)
        Number of the draw, from 1, and the model.
    """
    for draw, weight in enumerate(cluster_weights(clusters, n_draws, seed)[1:], start=1):
        yield draw, fit(weight.astype(np.float64))


def fits_by_year(fit: Fit, years: Any) -> Iterator[tuple[int, SurvivalModel]]:
    """Fit anew on each year's landmarks alone.

    Parameters
    ----------
    fit : callable
        From weights of the training rows to a fitted model.
    years : array-like of int, shape (n_train,)
        Year of the landmark of each training row.

    Yields
    ------
    (int, SurvivalModel)
        The year and the model.
    """
    years = np.asarray(years)
    for year in np.unique(years):
        yield int(year), fit((years == year).astype(np.float64))


def _ranks(by_fit: pd.DataFrame) -> Floats:
    return np.asarray(rankdata(-by_fit.to_numpy(), axis=0), dtype=np.float64)


def _table(by_fit: pd.DataFrame, families: dict[str, str], top: int) -> pd.DataFrame:
    sizes, ranks = by_fit.to_numpy(), _ranks(by_fit)
    lower, upper = np.quantile(sizes, QUANTILES, axis=1)
    table = pd.DataFrame(
        {
            "feature": list(families),
            "family": list(families.values()),
            "mean_abs": sizes.mean(axis=1),
            "lower": lower,
            "upper": upper,
            "mean_rank": ranks.mean(axis=1),
            "top_share": ((ranks <= top) & (sizes > 0)).mean(axis=1),
        }
    )
    return table.sort_values("mean_abs", ascending=False, kind="stable").reset_index(drop=True)


def _agreement(by_fit: pd.DataFrame) -> pd.Series:
    sizes = by_fit.to_numpy()
    others = (sizes.sum(axis=1, keepdims=True) - sizes) / (sizes.shape[1] - 1)
    found = [_spearman(mine, rest) for mine, rest in zip(sizes.T, others.T, strict=True)]
    return pd.Series(found, index=by_fit.columns, name="rank_correlation")


def _spearman(a: Floats, b: Floats) -> float:
    ranks = np.array([rankdata(each) for each in (a, b)])
    if any(np.ptp(each) == 0 for each in ranks):
        return float("nan")
    return float(np.corrcoef(ranks)[0, 1])
