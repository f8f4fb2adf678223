"""Severity and value over the events: highest, last, mean, slope."""

from __future__ import annotations

import numpy as np

from hgrisk.features.compiled import compiled
from hgrisk.features.cut.law import history_of, is_seen, room_for
from hgrisk.features.cut.layout import NEVER, NONE

COLUMNS = ("first", "last", "max", "min", "mean", "sum", "slope", "change")
FIRST, LAST, MAX, MIN, MEAN, SUM, SLOPE, CHANGE = range(8)
DAYS_IN_YEAR = 365.25


@compiled
def fields(first, last, selection, repeats, n_incidents, within, numbers, corrected, last_event_only, wanted, out):
    """Write the wanted columns for the keys from first to last.

    Parameters
    ----------
    first, last : int
        Keys.
    selection : tuple
        As `Selection.parts`.
    repeats : tuple of ndarray
        Places and offsets of the reports that repeat an incident; each raises the number of its incident. Empty where
        every event stands for itself.
    n_incidents : int
        How many incidents there are.
    within : int
        Greatest age in days.
    numbers : ndarray of float64
        The number of each row, NaN without.
    corrected : ndarray of int32
        Day on which the number of each row was corrected: until then it is not seen.
    last_event_only : bool
        Whether the last number is that of the last event, even if it has none.
    wanted : ndarray of int64, shape (8,)
        Row of ``out`` of each of ``COLUMNS``, -1 for none.
    out : ndarray of float32, shape (n_columns, n_landmarks)
        Where to write.
    """
    events, places, offsets, moments, moment_offsets = selection
    repeat_places, repeat_offsets = repeats
    found = room_for(first, last, offsets)
    repeated = room_for(first, last, repeat_offsets)
    levels = np.empty(len(found), dtype=np.float64)
    starter = np.full(n_incidents, NONE, dtype=np.int32)  # place among those found of each incident's first report
    for key in range(first, last):
        for m in range(moment_offsets[key], moment_offsets[key + 1]):
            moment = moments[m]
            n = history_of(events, places, offsets[key], offsets[key + 1], moment, within, found)
            for i in range(n):
                levels[i] = _seen(events[found[i]], moment, numbers, corrected)
            if n > 0 and repeat_offsets[key] < repeat_offsets[key + 1]:
                n_repeats = history_of(
                    events, repeat_places, repeat_offsets[key], repeat_offsets[key + 1], moment, NEVER, repeated
                )
                _raise(events, found[:n], repeated[:n_repeats], moment, numbers, corrected, starter, levels)
            at = moment.landmark
            if n > 0 and last_event_only and wanted[LAST] >= 0:
                out[wanted[LAST], at] = levels[n - 1]
            rated = 0
            for i in range(n):
                if not np.isnan(levels[i]):
                    levels[rated], found[rated] = levels[i], found[i]
                    rated += 1
            if rated > 0:
                _summarise(events, found, levels, rated, last_event_only, wanted, out, at)


@compiled(inline="always")
def _seen(event, moment, numbers, corrected):
    return numbers[event.row] if is_seen(corrected[event.row], moment) else np.nan


@compiled
def _raise(events, found, repeated, moment, numbers, corrected, starter, levels):
    """Raise the level of each incident to that of its highest repeat."""
    for i in range(len(found)):
        if events[found[i]].incident != NONE:
            starter[events[found[i]].incident] = i
    for place in repeated:
        level = _seen(events[place], moment, numbers, corrected)
        i = starter[events[place].incident]
        if i != NONE and not np.isnan(level):
            levels[i] = level if np.isnan(levels[i]) else max(levels[i], level)
    for place in found:
        if events[place].incident != NONE:
            starter[events[place].incident] = NONE


@compiled
def _summarise(events, found, levels, n, last_event_only, wanted, out, at):
    total, highest, lowest = 0.0, levels[0], levels[0]
    for i in range(n):
        total += levels[i]
        highest = max(highest, levels[i])
        lowest = min(lowest, levels[i])
    if wanted[FIRST] >= 0:
        out[wanted[FIRST], at] = levels[0]
    if wanted[LAST] >= 0 and not last_event_only:
        out[wanted[LAST], at] = levels[n - 1]
    if wanted[MAX] >= 0:
        out[wanted[MAX], at] = highest
    if wanted[MIN] >= 0:
        out[wanted[MIN], at] = lowest
    if wanted[MEAN] >= 0:
        out[wanted[MEAN], at] = total / n
    if wanted[SUM] >= 0:
        out[wanted[SUM], at] = total
    if n > 1 and wanted[CHANGE] >= 0:
        out[wanted[CHANGE], at] = levels[n - 1] - levels[0]
    if wanted[SLOPE] >= 0 and events[found[0]].day != events[found[n - 1]].day:
        out[wanted[SLOPE], at] = _slope(events, found, levels, n, total / n)


@compiled
def _slope(events, found, levels, n, mean):
    """Return the least-squares slope in units per year; days count from the first event, so that little is lost."""
    start, middle = events[found[0]].day, 0.0
    for i in range(n):
        middle += (events[found[i]].day - start) / n
    spread, common = 0.0, 0.0
    for i in range(n):
        off = events[found[i]].day - start - middle
        spread += off * off
        common += off * (levels[i] - mean)
    return common / spread * DAYS_IN_YEAR
