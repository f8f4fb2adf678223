"""A likelihood by the predictors of a family, and the curves of rows that are predicted with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError
from hgrisk.models.cause_specific.incidence import LARGEST_PREDICTOR
from hgrisk.models.likelihood.families import Family
from hgrisk.models.likelihood.linear_columns import LinearColumns
from hgrisk.models.likelihood.posed import Posed
from hgrisk.models.likelihood.rows import TimedRows
from hgrisk.models.likelihood.stacked import Predictor, Stacked
from hgrisk.models.preparation import FLAG


@dataclass(frozen=True)
class FamilyCurves:
    """Curves of a family.

    Attributes
    ----------
    family : Family
        Of the time to a re-report.
    predictors : ndarray, shape (K, n)
        The predictors of each row.
    """

    family: Family
    predictors: Floats

    def part(self, rows: slice) -> FamilyCurves:
        """Return the curves of some rows."""
        return FamilyCurves(self.family, self.predictors[:, rows])

    def log_survival(self, days: Floats) -> Floats:
        """Return the log probability of no re-report, shape (n, T), by days above 0."""
        return self.family.log_survival(self.predictors[:, :, None], days)

    def log_hazard(self, days: Floats) -> Floats:
        """Return the log hazard per day, shape (n, T), at days above 0."""
        return self.family.log_hazard(self.predictors[:, :, None], days)


REHEARSED = 5_000
"""Rows on which the best of several starts is found, where there are many."""


def pose_stacked(
    rows: TimedRows,
    blocks: Sequence[LinearColumns],
    names: list[str],
    *,
    weight: Floats,
    ridge: float,
    starts: list[Floats],
) -> Posed:
    """Put a likelihood together from one block of columns with an intercept for each predictor.

    Parameters
    ----------
    rows : TimedRows
        What each row adds.
    blocks : sequence of LinearColumns
        Columns of each predictor; parameters are in the order of the blocks, the intercept of each first.
    names : list of str
        Names of the parameters.
    weight : ndarray, shape (n,)
        Case weights.
    ridge : float
        Penalty on each standardised coefficient; intercepts have none.
    starts : list of ndarray, shape (P,)
        Where to begin; of many rows, a part tells which is the best.

    Returns
    -------
    Posed
        The likelihood.
    """
    objective, back = _stack(rows, blocks, weight, ridge)
    rehearsal, n_parts = None, len(weight) // REHEARSED
    if len(starts) > 1 and n_parts > 1:
        some = slice(None, None, n_parts)
        rehearsal = _stack(rows.part(some), [block.part(some) for block in blocks], weight[some], ridge / n_parts)[0]
    return Posed(objective, starts, names, back, objective.ridge, rehearsal)


def _stack(rows: TimedRows, blocks: Sequence[LinearColumns], weight: Floats, ridge: float) -> tuple[Stacked, Floats]:
    sizes = [len(block.names) + 1 for block in blocks]
    first = np.concatenate(([0], np.cumsum(sizes)))
    predictors = tuple(
        Predictor(block.with_one, np.arange(low, low + size))
        for block, low, size in zip(blocks, first[:-1], sizes, strict=True)
    )
    penalties, back = np.full(first[-1], float(ridge)), np.zeros((first[-1], first[-1]))
    penalties[first[:-1]] = 0.0
    for block, low, size in zip(blocks, first[:-1], sizes, strict=True):
        back[low : low + size, low : low + size] = block.back()
    return Stacked(predictors, rows, weight, penalties), back


def linear(values: Floats, coef: Floats, intercept: float) -> Floats:
    """Return ``values @ coef + intercept`` within what probabilities can tell apart, or refuse what is no number."""
    with np.errstate(over="ignore", invalid="ignore"):
        result = values @ coef + intercept
    if np.isnan(result).any():
        raise DataError("Features are small enough to be added up", "a sum that is no number", "correct the row")
    return np.asarray(np.clip(result, -LARGEST_PREDICTOR, LARGEST_PREDICTOR))


def design_columns_of(features: Sequence[str], design: Sequence[str], setting: str) -> list[str]:
    """Return the design columns that some features became, in the order of the design.

    Parameters
    ----------
    features : sequence of str
        Names of features, or of design columns.
    design : sequence of str
        Names of the design columns.
    setting : str
        Name of the setting, for the error text.

    Returns
    -------
    list of str
        Design columns, each once.

    Raises
    ------
    ConfigError
        If a name is that of no column.
    """
    found: set[str] = set()
    for feature in features:
        own = {feature, f"{feature}{FLAG}"}
        mine = [name for name in design if name in own or name.startswith(f"{feature}=")]
        if not mine:
            raise ConfigError(f"{setting} names columns of the design", f"{feature!r}", "name columns of X that vary")
        found.update(mine)
    return [name for name in design if name in found]


def check_names(names: object, setting: str) -> None:
    """Refuse a list of names that is text or no list."""
    cure = f"use [{names!r}]" if isinstance(names, str) else "use () for none"
    if isinstance(names, str) or not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise ConfigError(f"{setting} is a list of names", f"{names!r}", cure)
