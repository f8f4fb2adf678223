"""Spells: which last at the landmark, which were seen to end, and for how long they lasted."""

from __future__ import annotations

from hgrisk.features.compiled import compiled
from hgrisk.features.cut.law import history_of, is_seen, room_for

COLUMNS = ("active", "ended", "days_since_end", "days")
ACTIVE, ENDED, SINCE_END, DAYS = range(4)


@compiled
def spells(first, last, selection, within, ends, wanted, out):
    """Write the wanted columns for the keys from first to last.

    Parameters
    ----------
    first, last : int
        Keys.
    selection : tuple
        As `Selection.parts`.
    within : int
        Greatest age in days.
    ends : ndarray of int32
        Day on which each row ended.
    wanted : ndarray of int64, shape (4,)
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
            ended, days, latest = 0, 0, 0
            for i in range(n):
                event = events[found[i]]
                end = ends[event.row]
                if is_seen(end, moment):
                    latest = end if ended == 0 else max(latest, end)
                    ended += 1
                    days += end - event.day
                else:
                    days += moment.day - event.day
            at = moment.landmark
            if wanted[ACTIVE] >= 0:
                out[wanted[ACTIVE], at] = n - ended
            if wanted[ENDED] >= 0:
                out[wanted[ENDED], at] = ended
            if wanted[DAYS] >= 0:
                out[wanted[DAYS], at] = days
            if ended > 0 and wanted[SINCE_END] >= 0:
                out[wanted[SINCE_END], at] = moment.day - latest
