"""Rows that stay at risk after a competing event, with a weight that changes with time (Fine-Gray)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.errors import FitError
from hgrisk.hazards.compiled import compiled
from hgrisk.hazards.observation import observe
from hgrisk.hazards.risk_sets import Floats, RiskSets, Slots


@dataclass(frozen=True)
class Staying:
    """Rows that stay at risk after a competing event: row i has the weight ``share[i] * of_slot[k]`` at a later slot k.

    That the weight is a product of one number a row and one a slot is what makes sums over all risk sets as cheap as
    without it: no row is split at the times at which its weight changes.

    Attributes
    ----------
    slot : ndarray of int32, shape (n,)
        The last slot of its stratum at or before the end of the row.
    share : ndarray, shape (n,)
        The factor of the row; 0 without a competing event.
    of_slot : ndarray, shape (k,)
        The factor of each slot.
    opens : ndarray of bool, shape (k,)
        Whether a slot opens a stratum.
    """

    slot: Slots
    share: Floats
    of_slot: Floats
    opens: NDArray[np.bool_]

    def earlier(self, values: Floats) -> Floats:
        """Add up a value of each row, by its share, over the rows that stay at risk at each slot."""
        here = np.bincount(self.slot, weights=values * self.share, minlength=len(self.of_slot)).astype(np.float64)
        return np.asarray(self.staying_at(here[:, None])[:, 0], dtype=np.float64)

    def staying_at(self, here: Floats) -> Floats:
        """Return what stays at each slot, of what comes at each of them: tables by slot, shape (k, p)."""
        return np.asarray(self.of_slot[:, None] * _before(here, self.opens), dtype=np.float64)

    def later(self, table: Floats) -> Floats:
        """Return the sum over the slots after each one, weighted by their factors: tables by slot, shape (k, p)."""
        return np.asarray(_after(self.of_slot[:, None] * table, self.opens), dtype=np.float64)

    def later_of_rows(self, sums: Floats) -> Floats:
        """Return for each row its share of the slots after its own, from a value of each slot."""
        return np.asarray(self.share * self.later(sums[:, None])[self.slot, 0], dtype=np.float64)

    def largest(self) -> float:
        """Return the largest weight that any row has at an event, 1 if none stays at risk."""
        return float(max(1.0, np.max(self.share * _largest_after(self.of_slot, self.opens)[self.slot])))


def find_staying(
    duration: Floats,
    competing: NDArray[np.bool_],
    sets: RiskSets,
    entry: Floats | None,
    weight: Floats,
    stratum: NDArray[np.intp] | None,
) -> Staying:
    """Find the weights of rows after a competing event.

    Parameters
    ----------
    duration : ndarray, shape (n,)
        Days at the end of the row.
    competing : ndarray of bool, shape (n,)
        Whether it ends in a competing event.
    sets : RiskSets
        The rows among the event times of their strata.
    entry : ndarray, shape (n,), or None
        Days at its start; None for 0.
    weight : ndarray, shape (n,)
        Case weights.
    stratum : ndarray of int, shape (n,), or None
        Stratum of each row, from 0; each has a censoring distribution of its own.

    Returns
    -------
    Staying
        The weights.

    Raises
    ------
    FitError
        If nobody of a stratum is under observation for a while.
    """
    slot, share = np.zeros(len(duration), dtype=np.int32), np.zeros(len(duration))
    of_slot = np.zeros(sets.n_slots)
    bounds = np.append(np.flatnonzero(sets.opens), sets.n_slots)
    for low, high, rows in zip(bounds[:-1], bounds[1:], _by_stratum(stratum, len(duration)), strict=True):
        times = sets.times[low + 1 : high]
        slot[rows] = low + np.searchsorted(times, duration[rows], side="right")
        censored = ~(sets.happened[rows] | competing[rows])
        observation = observe(duration[rows], censored, None if entry is None else entry[rows], weight[rows])
        stays = rows[competing[rows] & (slot[rows] < high - 1)]
        if len(stays) and observation.gap < times[-1]:
            raise FitError(
                "Fine-Gray weights need somebody under observation from the first entry to the last re-report",
                f"nobody whose time at risk goes on at day {observation.gap:g}",
                "leave out the rows before that day, or end follow-up there",
            )
        log_of_slot = observation.before(times)
        middle = float(np.median(log_of_slot)) if len(times) else 0.0
        of_slot[low + 1 : high] = np.exp(log_of_slot - middle)
        share[stays] = np.exp(middle - observation.before(duration[stays]))
    return Staying(slot, share, of_slot, sets.opens)


def _by_stratum(stratum: NDArray[np.intp] | None, n_rows: int) -> list[NDArray[np.intp]]:
    if stratum is None:
        return [np.arange(n_rows)]
    code = np.unique(stratum, return_inverse=True)[1]
    return np.split(np.argsort(code, kind="stable"), np.cumsum(np.bincount(code))[:-1])


@compiled
def _before(table, opens):
    """Add up the slots before each one, anew from each opening slot."""
    summed = np.zeros_like(table)
    for slot in range(1, len(table)):
        if not opens[slot]:
            for column in range(table.shape[1]):
                summed[slot, column] = summed[slot - 1, column] + table[slot - 1, column]
    return summed


@compiled
def _after(table, opens):
    """Add up the slots after each one, up to the next opening slot."""
    summed = np.zeros_like(table)
    for slot in range(len(table) - 2, -1, -1):
        if not opens[slot + 1]:
            for column in range(table.shape[1]):
                summed[slot, column] = summed[slot + 1, column] + table[slot + 1, column]
    return summed


@compiled
def _largest_after(values, opens):
    largest = np.zeros(len(values))
    for slot in range(len(values) - 2, -1, -1):
        if not opens[slot + 1]:
            largest[slot] = max(largest[slot + 1], values[slot + 1])
    return largest
