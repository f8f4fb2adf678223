"""Rows placed among the event times of their group, in time that grows with the number of rows alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.hazards.compiled import compiled

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Slots = NDArray[np.int32]

_LARGEST_DAY = 1 << 22
_FEW_CELLS = 1 << 18
"""A calendar of this many days, over all groups, is always small enough to be laid out."""


@dataclass(frozen=True)
class Places:
    """Where the time at risk of each row begins and ends.

    Each group has a slot for each of its event times, in order, and before them an opening slot at day 0, at which
    nothing happens. A row is at risk at the slots ``start < slot <= stop``.

    Attributes
    ----------
    start, stop : ndarray of int32, shape (n,)
        The last slots at or before the row's entry and its end.
    times : ndarray, shape (k,)
        Time of each slot in days.
    first : ndarray of int64, shape (n_groups + 1,)
        The opening slot of each group, and k.
    """

    start: Slots
    stop: Slots
    times: Floats
    first: Codes

    @property
    def n_slots(self) -> int:
        """Number of slots."""
        return len(self.times)

    @property
    def group(self) -> Codes:
        """The group of each slot."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))


def place_rows(
    duration: Floats,
    happened: NDArray[np.bool_],
    entry: Floats | None = None,
    group: NDArray[Any] | None = None,
    *,
    n_groups: int = 1,
) -> Places:
    """Place each row among the event times of its group.

    Parameters
    ----------
    duration : ndarray, shape (n,)
        Days at the end of the time at risk, above 0.
    happened : ndarray of bool, shape (n,)
        Whether the row ends in an event; its time is then a slot of its group.
    entry : ndarray, shape (n,), optional
        Days at its start, from 0 and below the duration; without it, 0.
    group : ndarray of int, shape (n,), optional
        Group of each row, from 0; without it, all are in one.
    n_groups : int
        Number of groups, those without rows included.

    Returns
    -------
    Places
        Slots of all groups, one group after the other.

    Notes
    -----
    Whole days are looked up in a calendar; other times are sorted.

    Examples
    --------
    >>> places = place_rows(np.array([5.0, 9.0, 7.0]), np.array([True, True, False]))
    >>> places.times.tolist(), places.stop.tolist()
    ([0.0, 5.0, 9.0], [1, 2, 1])
    """
    codes = np.zeros(len(duration), dtype=np.int64) if group is None else np.asarray(group, dtype=np.int64)
    last = _last_whole_day(duration, happened, _LARGEST_DAY)
    if last >= 0 and n_groups * (last + 1) <= max(_FEW_CELLS, 4 * len(duration)):
        calendar, times, first = _lay_calendar(duration, happened, codes, n_groups, last)
        start, stop = _look_up(calendar, codes, duration, last)
        if entry is not None:
            start = _look_up(calendar, codes, entry, last)[1]
        return Places(start, stop, times, first)
    bounds, order = _sorted(duration, codes, n_groups)
    stop, times, first = _lay_slots(duration[order], happened[order], order, bounds)
    start = first[codes].astype(np.int32)
    if entry is not None:
        near = by_slot(codes, n_groups, np.arange(len(codes)))[1]  # one group after the other stays in the cache
        start[entry > 0] = -1
        _search(start, entry, near, codes, times, first)
    return Places(start, stop, times, first)


def sorted_by_group(values: Floats, group: Codes, n_groups: int) -> Codes:
    """Return the order of rows by group and, within it, by value.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Finite numbers.
    group : ndarray of int64, shape (n,)
        Group of each, from 0.
    n_groups : int
        Number of groups.

    Returns
    -------
    ndarray of int64, shape (n,)
        Positions of the rows.
    """
    return _sorted(values, group, n_groups)[1]


def _sorted(values: Floats, group: Codes, n_groups: int) -> tuple[Codes, Codes]:
    """Return where each group begins, and the order of rows by group and value."""
    order = np.argsort(values)
    if n_groups == 1:
        return np.array([0, len(order)]), order
    bounds, within = by_slot(group, n_groups, order)
    return bounds, within


@compiled
def by_slot(slot, n_slots, order):
    """Sort positions by their slot, one counting pass; ties keep the given order.

    Returns
    -------
    bounds : ndarray of int64, shape (n_slots + 1,)
        Where each slot begins in the order.
    order : ndarray of int64, shape (n,)
        Positions.
    """
    bounds = np.zeros(n_slots + 1, dtype=np.int64)
    for position in order:
        bounds[slot[position] + 1] += 1
    for s in range(n_slots):
        bounds[s + 1] += bounds[s]
    at, result = bounds[:-1].copy(), np.empty(len(order), dtype=np.int64)
    for position in order:
        to = at[slot[position]]
        result[to] = position
        at[slot[position]] = to + 1
    return bounds, result


@compiled
def _last_whole_day(duration, happened, limit):
    """Return the last event time where all are whole days up to a limit, else -1."""
    last = 0.0
    for row in range(len(duration)):
        if happened[row]:
            day = duration[row]
            if day > limit or day != np.floor(day):
                return -1
            last = max(last, day)
    return np.int64(last)


@compiled
def _lay_calendar(duration, happened, group, n_groups, last):
    """Return the last slot at or before each day of each group, and the slots."""
    calendar = np.zeros((n_groups, last + 1), dtype=np.int32)
    n_slots = n_groups
    for row in range(len(duration)):
        if happened[row]:
            at = np.int64(duration[row])
            n_slots += 0 if calendar[group[row], at] else 1
            calendar[group[row], at] = 1
    times, first = np.zeros(n_slots), np.empty(n_groups + 1, dtype=np.int64)
    slot = -1
    for g in range(n_groups):
        slot += 1
        first[g] = slot
        calendar[g, 0] = slot
        for day in range(1, last + 1):
            if calendar[g, day]:
                slot += 1
                times[slot] = day
            calendar[g, day] = slot
    first[n_groups] = n_slots
    return calendar, times, first


@compiled
def _look_up(calendar, group, times, last):
    """Return the opening slot of each row's group, and the last slot at or before its time."""
    opening, found = np.empty(len(times), dtype=np.int32), np.empty(len(times), dtype=np.int32)
    for row in range(len(times)):
        opening[row] = calendar[group[row], 0]
        found[row] = calendar[group[row], np.int64(min(times[row], last))]
    return opening, found


@compiled
def _lay_slots(rising, happened, order, bounds):
    """Return the slot of each row, and the slots, from times and events sorted within groups."""
    n_groups = len(bounds) - 1
    stop = np.empty(len(order), dtype=np.int32)
    times, first = np.zeros(np.sum(happened) + n_groups), np.empty(n_groups + 1, dtype=np.int64)
    slot, at = -1, 0
    for g in range(n_groups):
        slot += 1
        first[g] = slot
        while at < bounds[g + 1]:
            last, any_event = at + 1, happened[at]
            while last < bounds[g + 1] and rising[last] == rising[at]:
                any_event |= happened[last]
                last += 1
            if any_event:
                slot += 1
                times[slot] = rising[at]
            while at < last:
                stop[order[at]] = slot
                at += 1
    first[n_groups] = slot + 1
    return stop, times[: slot + 1].copy(), first


@compiled
def _search(slot, values, order, group, times, first):
    """Find the last slot at or before each value whose slot is still -1, in place."""
    for row in order:
        if slot[row] < 0:
            low, high = first[group[row]], first[group[row] + 1]
            while high - low > 1:
                middle = (low + high) // 2
                if times[middle] <= values[row]:
                    low = middle
                else:
                    high = middle
            slot[row] = low
