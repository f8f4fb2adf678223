"""Which items stand on a card, and what each of their levels weighs."""

from __future__ import annotations

from collections.abc import Sequence

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


def choose_items(items: Sequence[Item], rows: Coded, max_items: int, penalty: float) -> tuple[list[int], list[Floats]]:
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
    blocks = _blocks(items, rows)
    owner = np.repeat(np.arange(len(items)), [block.shape[1] for block in blocks])
    stacked, scale, n_events = _stacked(np.column_stack(blocks), rows)
    kept = _lasso_path(stacked, owner, max_items, penalty * n_events)
    part = LogitRows(stacked.columns[:, kept], stacked.label, stacked.weight, stacked.block)
    coef = np.zeros(len(owner))
    if kept.any():
        coef[kept] = fit_elastic_logit(part, ridge=penalty * n_events, lasso=0.0).coef / scale[kept]
    chosen = np.unique(owner[kept]).tolist()
    return chosen, [items[place].coding @ coef[owner == place] for place in chosen]


def largest_penalty(items: Sequence[Item], rows: Coded) -> float:
    """Return the smallest penalty that leaves no item, for items and rows as in `choose_items`."""
    stacked, _, n_events = _stacked(np.column_stack(_blocks(items, rows)), rows)
    return float(np.abs(_first_slopes(stacked)).max()) / n_events


def _blocks(items: Sequence[Item], rows: Coded) -> list[Floats]:
    return [item.coding[rows.level[:, place]] for place, item in enumerate(items)]


def _stacked(design: Floats, rows: Coded) -> tuple[LogitRows, Floats, float]:
    """Return one row for each row with a known answer at a horizon, the horizons below each other."""
    weight = rows.yes + rows.no
    mean = weight.sum(axis=1) @ design / weight.sum()
    spread = np.sqrt(weight.sum(axis=1) @ (design - mean) ** 2 / weight.sum())
    scale = np.where(spread > 0, spread, 1.0)
    columns = (design - mean) / scale
    block, row = np.nonzero(weight.T > 0)
    label = rows.yes[row, block] > 0
    return LogitRows(columns[row], label, weight[row, block], block), scale, float(rows.yes.sum())


def _first_slopes(rows: LogitRows) -> Floats:
    """Return the slope of the log likelihood in each column where there are intercepts only."""
    n_blocks = int(rows.block.max()) + 1
    whole = np.bincount(rows.block, rows.weight, minlength=n_blocks)
    rate = np.bincount(rows.block, rows.weight * rows.label, minlength=n_blocks) / whole
    return np.asarray(rows.columns.T @ (rows.weight * (rows.label - rate[rows.block])), dtype=np.float64)


def _lasso_path(rows: LogitRows, owner: NDArray[np.intp], max_items: int, smallest: float) -> NDArray[np.bool_]:
    """Return the columns of the smallest penalty with no more items than allowed."""
    slope = _first_slopes(rows)
    largest = float(np.abs(slope).max())
    kept = np.zeros(len(owner), dtype=bool)
    if largest <= smallest:
        return kept
    fit: ElasticLogit | None = None
    for strength in np.geomspace(largest, max(smallest, SMALLEST_PART * largest), N_PENALTIES)[1:]:
        fit = fit_elastic_logit(rows, ridge=0.0, lasso=float(strength), start=fit, gap=PATH_GAP)
        if len(np.unique(owner[fit.coef != 0])) > max_items:
            break
        kept = fit.coef != 0
    if kept.any() or fit is None:
        return kept
    strongest = [np.abs(slope[owner == item]).max() for item in range(int(owner.max()) + 1)]
    return np.isin(owner, np.argsort(strongest)[::-1][:max_items])  # several at once passed the limit
