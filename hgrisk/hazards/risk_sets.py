"""Who is at risk at each event time, as two numbers a row, so that no row is sorted, copied or laid out by time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.hazards.compiled import compiled

Floats = NDArray[np.float64]
Slots = NDArray[np.int32]

_LARGEST_DAY = 1 << 22
"""Event times that are whole days up to here are looked up, not searched."""


@dataclass(frozen=True)
class RiskSets:
    """Risk sets of (entry, duration] intervals, within strata.

    Each stratum has one slot for each of its event times, in order, and before them an opening slot at which nothing
    happens. A row is at risk at the slots ``start < slot <= stop``.

    Attributes
    ----------
    start, stop : ndarray of int32, shape (n,)
        The last slots at or before the row's entry and its end; both the opening slot where a row is never at risk.
    happened : ndarray of bool, shape (n,)
        Whether the row ends in the event.
    times : ndarray, shape (k,)
        Event time of each slot in days; minus infinity for an opening slot.
    opens : ndarray of bool, shape (k,)
        Whether a slot opens a stratum.
    stratum : ndarray of int64, shape (k,)
        The stratum of each slot.
    has_late : bool
        Whether any row enters after the first event of its stratum.
    """

    start: Slots
    stop: Slots
    happened: NDArray[np.bool_]
    times: Floats
    opens: NDArray[np.bool_]
    stratum: NDArray[np.int64]
    has_late: bool

    @property
    def n_slots(self) -> int:
        """Number of slots."""
        return len(self.times)


def build_risk_sets(
    duration: Floats, happened: NDArray[np.bool_], entry: Floats | None = None, stratum: NDArray[Any] | None = None
) -> RiskSets:
    """Place the ends of every row's interval among the event times of its stratum.

    Parameters
    ----------
    duration : ndarray, shape (n,)
        Days at the end of the time at risk.
    happened : ndarray of bool, shape (n,)
        Whether the row ends in the event; at least one does.
    entry : ndarray, shape (n,), optional
        Days at the start, below the duration; a row is not at risk at its own entry. Without it all are at risk from
        the beginning.
    stratum : ndarray of int, shape (n,), optional
        Stratum of each row, from 0.

    Returns
    -------
    RiskSets
        Slots, in time n log k or better.
    """
    distinct = _distinct(duration[happened])
    stop = _rank(distinct, duration)
    start = np.zeros(len(stop), dtype=np.int32) if entry is None else _rank(distinct, entry)
    if stratum is None:
        times, stratum_of = np.concatenate(([-np.inf], distinct)), np.zeros(len(distinct) + 1, dtype=np.int64)
        opens = np.arange(len(times)) == 0
        opening: Any = np.int32(0)
    else:
        width = len(distinct) + 1
        first = stratum.astype(np.int64) * width
        keys = np.unique(np.concatenate((np.unique(first), (first + stop)[happened])))
        start, stop, opening = (_place(keys, at) for at in (first + start, first + stop, first))
        stratum_of, rank = np.divmod(keys, width)
        opens = rank == 0
        times = np.concatenate(([-np.inf], distinct))[rank]
    if entry is not None:
        never = stop == start
        start, stop = (np.where(never, opening, slot).astype(np.int32) for slot in (start, stop))
    has_late = bool(entry is not None and np.any(~opens[start]))
    return RiskSets(start, stop, happened, times, opens, stratum_of, has_late)


def _place(keys: NDArray[np.int64], at: NDArray[np.int64]) -> Slots:
    return (np.searchsorted(keys, at, side="right") - 1).astype(np.int32)


def _distinct(times: Floats) -> Floats:
    days = times.astype(np.int64) if times.max(initial=0.0) < _LARGEST_DAY else None
    if days is not None and np.array_equal(days, times):
        return np.flatnonzero(np.bincount(days)).astype(np.float64)
    return np.unique(times)


def _rank(distinct: Floats, days: Floats) -> Slots:
    """Return how many of the distinct times are at most each of the days."""
    looked_up = len(distinct) > 0 and distinct[-1] < min(_LARGEST_DAY, 1000 + 20 * len(days))
    whole = looked_up and np.array_equal(distinct, np.floor(distinct))
    if not whole:
        order = np.argsort(days)  # far faster than to search for each: the walk stays in the cache
        return np.asarray(_walk(distinct, days, order), dtype=np.int32)
    table = np.searchsorted(distinct, np.arange(distinct[-1] + 1), side="right").astype(np.int32)
    slots: Slots = table[np.clip(days, 0.0, distinct[-1]).astype(np.int32)]
    return slots


@compiled
def _walk(distinct, days, order):
    slots, at = np.empty(len(days), dtype=np.int32), 0
    for row in order:
        while at < len(distinct) and distinct[at] <= days[row]:
            at += 1
        slots[row] = at
    return slots


@compiled
def ties_at(weight, happened, stop, n_slots):
    """Count the events of each slot that have a weight, and average their weights.

    Returns
    -------
    n_tied : ndarray of int64, shape (k,)
        Events with a weight above 0.
    mean_weight : ndarray, shape (k,)
        Their mean weight; 0 where there is none.
    """
    n_tied, mean_weight = np.zeros(n_slots, dtype=np.int64), np.zeros(n_slots)
    for row in range(len(stop)):
        if happened[row] and weight[row] > 0:
            n_tied[stop[row]] += 1
            mean_weight[stop[row]] += weight[row]
    for slot in range(n_slots):
        if n_tied[slot]:
            mean_weight[slot] /= n_tied[slot]
    return n_tied, mean_weight
