"""Which items stand on a card, and what each of their levels weighs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.models.by_horizon.elastic_logit import ElasticLogit, LogitRows, fit_elastic_logit
from hgrisk.models.by_horizon.items import Item
from hgrisk.models.by_horizon.rounding import Coded

N_PENALTIES = 15
PATH_GAP = 1e-5
"""Slope that is left, per unit of weight, while items are chosen: which columns are in is settled long before."""
SMALLEST_PART = 0.02
"""Where the path of penalties ends, as a part of the one that leaves no column, if not at the penalty that is set."""


Choice = tuple[list[int], list[Floats]]
"""Places of the items, in the order given, and log odds of each level of each, up to a constant."""


def choose_items(items: Sequence[Item], rows: Coded, max_items: int, penalty: float) -> Choice:
    """Choose items by a lasso, and weigh their levels by a ridge regression.

    The lasso goes from the penalty that leaves no column down to the one that is set, until there would be too many
    items. Its columns are steps up for numbers, so that neighbouring levels that are no different become one.

    Parameters
    ----------
    items : sequence of Item, length q
        The candidates.
    rows : Coded
        The n rows by level of each candidate, and their weights at each horizon.
    max_items : int
        Most items to choose.
    penalty : float
        Per re-report and on standardised columns.

    Returns
    -------
    chosen : list of int
        Places of the items, in the order given.
    values : list of ndarray
        Log odds of each level of each, up to a constant.
    """
    laid = _laid_out(items, rows)
    largest = float(np.abs(_first_slopes(laid.rows)).max()) / laid.n_events
    if largest <= penalty:
        return [], []
    path = np.geomspace(largest, max(penalty, SMALLEST_PART * largest), N_PENALTIES)[1:]
    return _weighed(items, laid, _kept_along(laid, max_items, path)[-1], penalty)


def choose_along(items: Sequence[Item], rows: Coded, max_items: int, penalties: Floats) -> list[Choice]:
    """Return the choices of `choose_items` at falling penalties, by one path through all of them.

    Parameters
    ----------
    items, rows, max_items
        As for `choose_items`.
    penalties : ndarray, shape (L,)
        Falling. Where there would be too many items at one, the last choice before it stays.

    Returns
    -------
    list of Choice, length L
        One for each penalty.
    """
    laid = _laid_out(items, rows)
    kept = _kept_along(laid, max_items, penalties)
    return [_weighed(items, laid, its, penalty) for its, penalty in zip(kept, penalties.tolist(), strict=True)]


def largest_penalty(items: Sequence[Item], rows: Coded) -> float:
    """Return the smallest penalty that leaves no item, for items and rows as in `choose_items`."""
    laid = _laid_out(items, rows)
    return float(np.abs(_first_slopes(laid.rows)).max()) / laid.n_events


@dataclass(frozen=True, eq=False)
class _LaidOut:
    """One row for each row with a known answer at a horizon, the horizons below each other; columns and their items."""

    rows: LogitRows
    scale: Floats
    owner: NDArray[np.intp]
    n_events: float


def _laid_out(items: Sequence[Item], rows: Coded) -> _LaidOut:
    blocks = [item.coding[rows.level[:, place]] for place, item in enumerate(items)]
    owner = np.repeat(np.arange(len(items)), [block.shape[1] for block in blocks])
    design, weight = np.column_stack(blocks), rows.yes + rows.no
    mean = weight.sum(axis=1) @ design / weight.sum()
    spread = np.sqrt(weight.sum(axis=1) @ (design - mean) ** 2 / weight.sum())
    scale = np.where(spread > 0, spread, 1.0)
    columns = (design - mean) / scale
    block, row = np.nonzero(weight.T > 0)
    known = LogitRows(columns[row], rows.yes[row, block] > 0, weight[row, block], block)
    return _LaidOut(known, scale, owner, float(rows.yes.sum()))


def _weighed(items: Sequence[Item], laid: _LaidOut, kept: NDArray[np.bool_], penalty: float) -> Choice:
    """Weigh the columns that are kept by a ridge regression."""
    rows, coef = laid.rows, np.zeros(len(laid.owner))
    part = LogitRows(rows.columns[:, kept], rows.label, rows.weight, rows.block)
    if kept.any():
        coef[kept] = fit_elastic_logit(part, ridge=penalty * laid.n_events, lasso=0.0).coef / laid.scale[kept]
    chosen = np.unique(laid.owner[kept]).tolist()
    return chosen, [items[place].coding @ coef[laid.owner == place] for place in chosen]


def _first_slopes(rows: LogitRows) -> Floats:
    """Return the slope of the log likelihood in each column where there are intercepts only."""
    n_blocks = int(rows.block.max()) + 1
    whole = np.bincount(rows.block, rows.weight, minlength=n_blocks)
    rate = np.bincount(rows.block, rows.weight * rows.label, minlength=n_blocks) / whole
    return np.asarray(rows.columns.T @ (rows.weight * (rows.label - rate[rows.block])), dtype=np.float64)


def _kept_along(laid: _LaidOut, max_items: int, penalties: Floats) -> list[NDArray[np.bool_]]:
    """Return the columns at each of the falling penalties, as long as there are no more items than allowed."""
    rows, owner = laid.rows, laid.owner
    kept, along = np.zeros(len(owner), dtype=bool), []
    fit: ElasticLogit | None = None
    too_many = False
    for strength in (penalties * laid.n_events).tolist():
        if not too_many:
            fit = fit_elastic_logit(rows, ridge=0.0, lasso=strength, start=fit, gap=PATH_GAP)
            too_many = len(np.unique(owner[fit.coef != 0])) > max_items
            kept = kept if too_many else fit.coef != 0
        if too_many and not kept.any():  # several at once passed the limit
            slope = np.abs(_first_slopes(rows))
            strongest = [slope[owner == item].max() for item in range(int(owner.max()) + 1)]
            kept = np.isin(owner, np.argsort(strongest)[::-1][:max_items])
        along.append(kept)
    return along
