"""The points of a card, and where rows stand on cards that were made without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.models.by_horizon.card_items import choose_items
from hgrisk.models.by_horizon.items import Item
from hgrisk.models.by_horizon.out_of_fold import parts_within, rank_ranges
from hgrisk.models.by_horizon.rounding import Coded, Whole, line_loss, round_points

N_RANKS = 20


@dataclass(frozen=True)
class CardSize:
    """How large a card may become.

    Attributes
    ----------
    max_items, max_points : int
        Most items, and most points of a level.
    penalty : float
        Per re-report and on standardised columns.
    """

    max_items: int
    max_points: int
    penalty: float


def learn_points(items: Sequence[Item], rows: Coded, size: CardSize) -> list[tuple[int, Whole]]:
    """Choose items and give their levels points.

    Parameters
    ----------
    items : sequence of Item, length q
        The candidates.
    rows : Coded
        The n rows by level of each candidate, and their weights at each horizon.
    size : CardSize
        How large the card may become.

    Returns
    -------
    list of (int, ndarray of int)
        Place and points of each item that gives any.
    """
    chosen, values = choose_items(items, rows, size.max_items, size.penalty)
    points = round_points(Coded(rows.level[:, chosen], rows.yes, rows.no), values, size.max_points)
    return [(place, own) for place, own in zip(chosen, points, strict=True) if own.any()]


def loss_out_of_fold(
    items: Sequence[Item], rows: Coded, weight: Floats, fold: NDArray[np.int64], size: CardSize
) -> float:
    """Return the log loss, per unit of weight, of a line on the ranks at which rows stand on cards made without them.

    Parameters
    ----------
    items, rows, weight, fold, size
        As for `ranges_out_of_fold`.

    Returns
    -------
    float
        With an intercept for each horizon and one slope: risks are learnt for ranks, as those of a card are.
    """
    parts = parts_within(ranges_out_of_fold(items, rows, weight, fold, size), np.linspace(0.0, 1.0, N_RANKS + 1))
    return line_loss(parts.T @ rows.yes, parts.T @ rows.no)


def ranges_out_of_fold(
    items: Sequence[Item], rows: Coded, weight: Floats, fold: NDArray[np.int64], size: CardSize
) -> Floats:
    """Return where each row stands on a card whose items and points were chosen without its fold.

    Such cards have other points, so that their totals cannot be compared; ranks can. The levels of items look at no
    outcome, and stay.

    Parameters
    ----------
    items, rows, size
        As for `learn_points`.
    weight : ndarray, shape (n,)
        Case weights, which ranks are counted in.
    fold : ndarray of int, shape (n,)
        Fold of each row; without any, rows with and without a re-report are left at each horizon.

    Returns
    -------
    ndarray, shape (n, 2)
        Part of all rows with a lower total on the row's card, and with one no higher.
    """
    ranges = np.empty((len(fold), 2))
    for number in np.unique(fold):
        without = fold != number
        card = learn_points(items, Coded(rows.level[without], rows.yes[without], rows.no[without]), size)
        total = sum((points[rows.level[:, place]] for place, points in card), start=np.zeros(len(fold), dtype=np.intp))
        ranges[~without] = rank_ranges(np.asarray(total, dtype=np.float64), weight)[~without]
    return ranges
