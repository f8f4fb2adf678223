"""Filling the capacity in many bootstrap draws at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hgrisk.curves import Floats

ROUNDING = 1e-9
"""0.07 * 100 is a little above 7: without this small margin the 8th risk would set the threshold."""


@dataclass(frozen=True, eq=False)
class Filled:
    """Who is flagged in each draw.

    Attributes
    ----------
    levels : ndarray of float, shape (k,)
        The distinct risks, highest first.
    place : ndarray of int, shape (b,)
        The level at which the capacity of a draw is filled: higher risks are flagged, lower ones are not.
    part : ndarray of float, shape (b,)
        The share that is flagged of the rows at that level.
    """

    levels: Floats
    place: NDArray[np.int64]
    part: Floats

    @property
    def thresholds(self) -> Floats:
        """The risk at which the capacity of each draw is filled, shape (b,)."""
        return self.levels[self.place]

    def level_of(self, risk: Floats) -> NDArray[np.int64]:
        """Return the number of levels above each risk, shapes (n,): the place of its own level if it is one of them."""
        return np.searchsorted(-self.levels, -risk).astype(np.int64)


def fill_draws(risk: Floats, copies: NDArray[Any], capacity_share: float) -> Filled:
    """Fill the capacity of each draw from the highest risk down.

    Parameters
    ----------
    risk : ndarray of float, shape (n,)
        Risks of everyone.
    copies : ndarray, shape (b, n)
        How often each row counts.
    capacity_share : float
        Share of the rows of each draw that can be flagged, above 0 and at most 1.

    Returns
    -------
    Filled
        The place at which each draw is full. Ranks are found once, each draw is a walk down the ranks.
    """
    levels, level = np.unique(-risk, return_inverse=True)
    room = capacity_share * copies.sum(axis=1, dtype=np.float64)
    place, part = walk_down(copies, _ranks(level), room)
    return Filled(-levels, place, part)


def flagged_totals(filled: Filled, risk: Floats, copies: NDArray[Any], values: Floats) -> Floats:
    """Add up values over the flagged rows of each draw.

    Parameters
    ----------
    filled : Filled
        Who is flagged in each draw.
    risk : ndarray of float, shape (n,)
        Risks of the rows, which may be some of those over whom the capacity was filled.
    copies : ndarray, shape (b, n)
        How often each row counts.
    values : ndarray of float, shape (n, k)
        Values of the rows.

    Returns
    -------
    ndarray, shape (b, k)
        The sums.
    """
    return add_up(copies, _ranks(filled.level_of(risk)), filled.place, filled.part, values)


def _ranks(level: NDArray[Any]) -> NDArray[np.int64]:
    """Return the rows from the highest risk down, and the level of each, shape (2, n)."""
    order = np.argsort(level, kind="stable")
    return np.stack((order, level[order])).astype(np.int64)


def _walk_down(copies: NDArray[Any], ranks: NDArray[np.int64], room: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return for each draw the level at which its room is filled, and the share of that level that is flagged."""
    order, level = ranks
    place, part = np.full(len(copies), level[-1]), np.ones(len(copies))
    for k in range(len(copies)):
        left, i = room[k], 0
        while i < len(order):
            count, now = 0.0, level[i]
            while i < len(order) and level[i] == now:
                count += copies[k, order[i]]
                i += 1
            if count > 0.0 and count >= left - ROUNDING:
                place[k], part[k] = now, min(1.0, left / count)
                break
            left -= count
    return place, part


def _add_up(
    copies: NDArray[Any], ranks: NDArray[np.int64], place: NDArray[np.int64], part: Floats, values: Floats
) -> Floats:
    """Add up the values of the flagged rows of each draw."""
    order, level = ranks
    totals = np.zeros((len(copies), values.shape[1]))
    for k in range(len(copies)):
        for i in range(len(order)):
            if level[i] > place[k]:
                break
            share = copies[k, order[i]] * (1.0 if level[i] < place[k] else part[k])
            for c in range(values.shape[1]):
                totals[k, c] += share * values[order[i], c]
    return totals


walk_down = cast("Callable[..., tuple[NDArray[np.int64], Floats]]", njit(cache=True)(_walk_down))
"""The compiled form of ``_walk_down``."""

add_up = cast("Callable[..., Floats]", njit(cache=True)(_add_up))
"""The compiled form of ``_add_up``."""
