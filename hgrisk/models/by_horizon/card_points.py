"""The points of a card, and where rows stand on cards that were made without them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.models.by_horizon.card_items import Choice, choose_along, choose_items
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


Card = list[tuple[int, Whole]]
"""Place and points of each item that gives any."""


def learn_points(items: Sequence[Item], rows: Coded, size: CardSize) -> Card:
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
    return _card(rows, choose_items(items, rows, size.max_items, size.penalty), size.max_points)


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
    return _placed(lambda part: [learn_points(items, part, size)], rows, weight, fold)[0]


def losses_out_of_fold(
    items: Sequence[Item], rows: Coded, fold: NDArray[np.int64], size: CardSize, penalties: Floats
) -> Floats:
    """Return the log loss of a line on the ranks at which rows stand on cards made without them, for each penalty.

    Parameters
    ----------
    items, rows, fold, size
        As for `ranges_out_of_fold`; the penalty of the size is not used.
    penalties : ndarray, shape (L,)
        Falling.

    Returns
    -------
    ndarray, shape (L,)
        Per unit of weight. The line has an intercept for each horizon and one slope: risks are learnt for ranks, as
        those of a card are.
    """

    def cards(part: Coded) -> list[Card]:
        return [_card(part, its, size.max_points) for its in choose_along(items, part, size.max_items, penalties)]

    ends = np.linspace(0.0, 1.0, N_RANKS + 1)
    parts = [parts_within(ranges, ends).T for ranges in _placed(cards, rows, np.ones(len(fold)), fold)]
    return np.array([line_loss(its @ rows.yes, its @ rows.no) for its in parts])


def _card(rows: Coded, choice: Choice, max_points: int) -> Card:
    chosen, values = choice
    points = round_points(Coded(rows.level[:, chosen], rows.yes, rows.no), values, max_points)
    return [(place, own) for place, own in zip(chosen, points, strict=True) if own.any()]


def _placed(make: Callable[[Coded], list[Card]], rows: Coded, weight: Floats, fold: NDArray[np.int64]) -> list[Floats]:
    """Return the ranks of each row on the cards made without its fold, as many as are made each time."""
    found: list[Floats] = []
    for number in np.unique(fold):
        without = fold != number
        cards = make(Coded(rows.level[without], rows.yes[without], rows.no[without]))
        found = found or [np.empty((len(fold), 2)) for _ in cards]
        for ranges, card in zip(found, cards, strict=True):
            total = np.zeros(len(fold))
            for place, points in card:
                total += points[rows.level[:, place]]
            ranges[~without] = rank_ranges(total, weight)[~without]
    return found
