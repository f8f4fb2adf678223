"""What sums over days of occurrence cannot tell, event by event: late knowledge, the landmark's own, its own day."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hgrisk.features.compiled import compiled
from hgrisk.features.cut.law import is_known, is_of_landmark
from hgrisk.features.cut.layout import NONE, StreamTable
from hgrisk.features.engine.threads import share_out


def correct(
    keys: NDArray[np.intp],
    table: StreamTable,
    classes: NDArray[np.uint16],
    lanes: NDArray[np.unsignedinteger],
    windows: NDArray[np.int32],
    out: NDArray[np.unsignedinteger],
) -> None:
    """Bring counts of what had occurred to counts of what was known.

    Parameters
    ----------
    keys : ndarray of int
        The keys to go through.
    table : StreamTable
        Events and landmarks by key.
    classes : ndarray of uint16, shape (n_events,)
        Class of each event.
    lanes : ndarray, shape (n_classes, n_words)
        What an event of each class adds.
    windows : ndarray of int32, shape (n_windows,)
        Windows in days.
    out : ndarray, shape (n_landmarks, n_windows, n_words)
        Counts by day of occurrence; corrected in place.
    """
    keys = keys[table.uneven[keys]]
    offsets = table.moment_offsets

    def work(start: int, stop: int) -> None:
        _correct(
            keys[start:stop], table.events, table.event_offsets, table.moments, offsets, classes, lanes,
            windows.astype(np.int64), out,
        )  # fmt: skip

    share_out(work, np.concatenate([[0], np.cumsum(offsets[keys + 1] - offsets[keys])]))


@compiled
def _correct(keys, events, offsets, moments, moment_offsets, classes, lanes, windows, out):
    """Correct the landmarks of some keys."""
    longest = 0
    for key in keys:
        longest = max(longest, offsets[key + 1] - offsets[key])
    waiting = np.empty(longest, dtype=np.int64)
    for key in keys:
        begin, end = offsets[key], offsets[key + 1]
        high, n_waiting = begin, 0
        for m in range(moment_offsets[key], moment_offsets[key + 1]):
            moment = moments[m]
            while high < end and events[high].day < moment.day:
                if events[high].plain == 0:
                    waiting[n_waiting] = high
                    n_waiting += 1
                high += 1
            still = 0
            for i in range(n_waiting):
                at = waiting[i]
                # what was known before this day stays known, and waits no longer
                if not _was_known(events[at], moment):
                    if not is_known(events[at], moment) or is_of_landmark(events[at], moment):
                        _take_out(events[at].day, lanes[classes[at]], moment, windows, out[moment.landmark])
                    waiting[still] = at
                    still += 1
            n_waiting = still
            if moment.incident != NONE:
                at = _first_from(events, begin, high, moment.incident_from)
                while at < high and events[at].day <= moment.incident_until:
                    if is_of_landmark(events[at], moment) and _was_known(events[at], moment):
                        _take_out(events[at].day, lanes[classes[at]], moment, windows, out[moment.landmark])
                    at += 1
            at = high
            while at < end and events[at].day == moment.day:
                if is_known(events[at], moment) and not is_of_landmark(events[at], moment):
                    _put_in(lanes[classes[at]], out[moment.landmark])
                at += 1


@compiled(inline="always")
def _was_known(event, moment):
    """Say whether an event was known before the landmark's day, and so at every later landmark too."""
    return event.known < moment.day and event.begun < moment.day


@compiled
def _take_out(day, lanes, moment, windows, row):
    for v in range(len(windows)):
        if day >= moment.day - windows[v] and day >= moment.from_day:
            for w in range(len(lanes)):
                row[v, w] -= lanes[w]


@compiled
def _put_in(lanes, row):
    for v in range(row.shape[0]):
        for w in range(len(lanes)):
            row[v, w] += lanes[w]


@compiled
def _first_from(events, left, right, day):
    """Return the first place between left and right whose event occurred on a day or later."""
    while left < right:
        middle = (left + right) // 2
        if events[middle].day < day:
            left = middle + 1
        else:
            right = middle
    return left
