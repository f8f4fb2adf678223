"""How what a feature adds to the score runs with its value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.models.protocol import SurvivalModel

MISSING = "missing"
OTHER = "other"
ANY, UP_TO, OR_MORE = "any number", "up to {}", "{} or more"
"""Ranges that are open where fewer cases than a point stands for have the utmost value."""
MIN_CASES = 20
"""A point of a shape stands for at least so many cases: fewer could be recognised."""

SPREAD = (0.1, 0.9)


@dataclass(frozen=True, eq=False)
class ShapeFunction:
    """What a feature adds to the score, by its value.

    Attributes
    ----------
    feature : str
        The feature.
    table : DataFrame
        ``label``, ``low``, ``high`` (values from and to; NaN for categories and missing values), ``n``, ``mean``,
        ``lower``, ``upper`` (between which 80 % of these cases lie). The first and the last range are open where fewer
        than ``min_cases`` cases have the utmost value: ``low`` and ``high`` are then the value that so many lie at or
        beyond, and the label says "up to" or "or more".
    own_share : float
        Share of the variance of the term that the feature's own value explains; what is left comes from interactions.
        NaN where the term is the same for all cases.
    """

    feature: str
    table: pd.DataFrame
    own_share: float

    def __repr__(self) -> str:
        """Say what it is of."""
        return f"Shape of {self.feature}: {len(self.table):,} points, {int(self.table['n'].sum()):,} cases"


def shape(
    model: SurvivalModel,
    X: pd.DataFrame,
    feature: str,
    at_days: float,
    *,
    n_points: int = 20,
    min_cases: int = MIN_CASES,
) -> ShapeFunction:
    """Return how what a feature adds to the score runs with its value.

    Parameters
    ----------
    model : SurvivalModel
        A fitted model with terms.
    X : DataFrame, shape (n, p)
        Features of the cases, with the columns of the fit.
    feature : str
        The feature; its own term, without joint terms.
    at_days : float
        Days since the landmark for which the score is.
    n_points : int
        Ranges of a numeric feature, at most; each holds about as many cases.
    min_cases : int
        Cases that a point stands for, at least: smaller ones are joined with a neighbour, small categories with each
        other. What is still smaller is left out, and so is a lowest or highest value of fewer cases.

    Returns
    -------
    ShapeFunction
        Means by value, and how far cases spread around them.

    Raises
    ------
    DataError
        If the model has no term of the feature, or the numbers asked for are below 1.
    FitError
        If the model has no terms, or the columns are not those of the fit.

    Notes
    -----
    It describes the model among these cases. It is no effect.
    """
    if n_points < 1 or min_cases < 1:
        found = f"n_points={n_points}, min_cases={min_cases}"
        raise DataError("A shape has at least one point, of at least one case", found, "give numbers of 1 or more")
    terms = model.score_terms(X, at_days)
    if feature not in terms.names:
        raise DataError(
            "A shape is of a feature with a term", f"{feature!r}", f"use one of {', '.join(terms.names[:5])}"
        )
    values = terms.values[:, terms.names.index(feature)]
    column = X[feature]
    numeric = pd.api.types.is_numeric_dtype(column)
    groups = _ranges(column, n_points, min_cases) if numeric else _levels(column, min_cases)
    rows = [
        {"label": label, "low": low, "high": high, **_point(values[where])}
        for label, low, high, where in groups
        if where.sum() >= min_cases
    ]
    columns = ["label", "low", "high", "n", "mean", "lower", "upper"]
    return ShapeFunction(feature, pd.DataFrame(rows, columns=columns), _own_share(values, [each[3] for each in groups]))


def _point(values: Floats) -> dict[str, float]:
    lower, upper = np.quantile(values, SPREAD)
    return {"n": len(values), "mean": float(values.mean()), "lower": float(lower), "upper": float(upper)}


def _ranges(column: pd.Series, n_points: int, min_cases: int) -> list[tuple[str, float, float, Any]]:
    """Split a numeric column at its quantiles, without parting equal values; missing values are a group apart."""
    values = column.to_numpy(dtype=float)
    known = np.sort(values[~np.isnan(values)])
    found: list[tuple[str, float, float, Any]] = []
    begin, step = 0, max(min_cases, -(-len(known) // n_points))
    while begin < len(known):
        stop = int(np.searchsorted(known, known[min(begin + step, len(known)) - 1], side="right"))
        if len(known) - stop < min_cases:
            stop = len(known)
        low, high = float(known[begin]), float(known[stop - 1])
        found.append((*_open_ends(known, low, high, min_cases), (values >= low) & (values <= high)))
        begin = stop
    return _with_missing(found, np.isnan(values))


def _open_ends(known: Floats, low: float, high: float, min_cases: int) -> tuple[str, float, float]:
    """Return a range in words and its ends, no end being the value of fewer cases at the edge of all values."""
    lowest, highest = (float(known[min(min_cases, len(known)) - 1]), float(known[-min(min_cases, len(known))]))
    below, above = low < lowest and low == known[0], high > highest and high == known[-1]
    if below and above:
        return ANY, min(lowest, highest), max(lowest, highest)
    if below:
        return UP_TO.format(f"{high:g}"), lowest, high
    if above:
        return OR_MORE.format(f"{low:g}"), low, highest
    return (f"{low:g}" if low == high else f"{low:g} to {high:g}"), low, high


def _levels(column: pd.Series, min_cases: int) -> list[tuple[str, float, float, Any]]:
    """Return the levels of a category, the rare ones together."""
    missing = column.isna().to_numpy()
    text = column.astype(object).where(~missing, "").astype(str).to_numpy()
    names, counts = np.unique(text[~missing], return_counts=True)
    rare = np.isin(text, names[counts < min_cases]) & ~missing
    found = [(str(name), np.nan, np.nan, (text == name) & ~missing) for name in names[counts >= min_cases]]
    if rare.any():
        found.append((OTHER, np.nan, np.nan, rare))
    return _with_missing(found, missing)


def _with_missing(found: list[tuple[str, float, float, Any]], missing: Any) -> list[tuple[str, float, float, Any]]:
    return [*found, (MISSING, np.nan, np.nan, missing)] if missing.any() else found


def _own_share(values: Floats, groups: list[Any]) -> float:
    """Return the correlation ratio of a term on the groups of its feature."""
    if np.ptp(values) == 0 if len(values) else True:
        return float("nan")
    within = sum(float(((values[where] - values[where].mean()) ** 2).sum()) for where in groups if where.any())
    return 1 - within / float(((values - values.mean()) ** 2).sum())
