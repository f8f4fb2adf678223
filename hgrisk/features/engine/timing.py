"""When events came: recency, gaps, bursts, decay and periods."""

from __future__ import annotations

import numpy as np

from hgrisk.features.compiled import compiled
from hgrisk.features.cut.law import history_of, room_for

COLUMNS = ("last", "first", "decayed", "gap_last", "gap_mean", "gap_shrink", "gap_burstiness", "periods")
LAST, FIRST, DECAYED, GAP_LAST, GAP_MEAN, GAP_SHRINK, GAP_BURSTINESS, PERIODS = range(8)


@compiled
def timing(first, last, selection, within, half_life, period, wanted, out):
    """Write the wanted columns for the keys from first to last.

    Parameters
    ----------
    first, last : int
        Keys.
    selection : tuple
        As `Selection.parts`.
    within : int
        Greatest age in days.
    half_life : float
        Half-life of the decayed count in days.
    period : int
        Length of a period in days.
    wanted : ndarray of int64, shape (8,)
        Row of ``out`` of each of ``COLUMNS``, -1 for none.
    out : ndarray of float32, shape (n_columns, n_landmarks)
        Where to write.
    """
    events, places, offsets, moments, moment_offsets = selection
    found = room_for(first, last, offsets)
    for key in range(first, last):
        for m in range(moment_offsets[key], moment_offsets[key + 1]):
            moment = moments[m]
            n = history_of(events, places, offsets[key], offsets[key + 1], moment, within, found)
            at = moment.landmark
            if n > 0 and wanted[LAST] >= 0:
                out[wanted[LAST], at] = moment.day - events[found[n - 1]].day
            if n > 0 and wanted[FIRST] >= 0:
                out[wanted[FIRST], at] = moment.day - events[found[0]].day
            if wanted[DECAYED] >= 0:
                out[wanted[DECAYED], at] = _decayed(events, found, n, moment.day, half_life)
            if wanted[PERIODS] >= 0:
                out[wanted[PERIODS], at] = _periods(events, found, n, moment.day, period)
            _gaps(events, found, n, wanted, out, at)


@compiled
def _decayed(events, found, n, day, half_life):
    weight = 0.0
    for i in range(n):
        weight += 2.0 ** (-(day - events[found[i]].day) / half_life)
    return weight


@compiled
def _periods(events, found, n, day, period):
    """Count the different periods; the events are in order, so equal ones are neighbours."""
    count, before = 0, -1
    for i in range(n):
        now = (day - events[found[i]].day) // period
        if now != before:
            count += 1
        before = now
    return count


@compiled
def _gaps(events, found, n, wanted, out, at):
    if n < 2:
        return
    whole = np.float64(events[found[n - 1]].day - events[found[0]].day)
    last = np.float64(events[found[n - 1]].day - events[found[n - 2]].day)
    mean = whole / (n - 1)
    if wanted[GAP_LAST] >= 0:
        out[wanted[GAP_LAST], at] = last
    if wanted[GAP_MEAN] >= 0:
        out[wanted[GAP_MEAN], at] = mean
    if n > 2 and wanted[GAP_SHRINK] >= 0:
        out[wanted[GAP_SHRINK], at] = 1.0 if last < (whole - last) / (n - 2) else 0.0
    if n > 2 and whole > 0 and wanted[GAP_BURSTINESS] >= 0:
        squares = 0.0
        for i in range(1, n):
            squares += (events[found[i]].day - events[found[i - 1]].day - mean) ** 2
        deviation = np.sqrt(squares / (n - 1))
        out[wanted[GAP_BURSTINESS], at] = (deviation - mean) / (deviation + mean)
