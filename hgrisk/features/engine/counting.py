"""How many events of each class lie in each window before a landmark: all classes and windows in one pass.

The counts of several classes are packed into the lanes of one word, and summed along a key's events. The difference of
two such sums gives the counts of all classes between them at once. Differences of words are exact modulo their size, so
a lane holds as long as no count within one key exceeds it: four lanes of eight bits where a key has at most 255 events,
two of 32 bits where it has more. Landmarks and windows move forward along the key's events.

The sums know only when events occurred. A second pass (:mod:`hgrisk.features.engine.correcting`) puts right the few
cases in which that is not all: what was not known yet, what is the landmark's own, what was known on its own day.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.features.compiled import compiled
from hgrisk.features.cut.layout import NEVER, StreamTable
from hgrisk.features.engine.correcting import correct
from hgrisk.features.engine.threads import share_out

FEW = 255
"""So many events of a key fit a lane of eight bits."""

MOST_WORDS = 4
"""So many words are summed in one pass; more selections take more passes."""

Counts = NDArray[Any]
"""uint8 or float32."""
Words = NDArray[Any]
"""Unsigned integers."""


def count_classes(
    table: StreamTable, classes: NDArray[np.uint16], member: NDArray[np.bool_], windows_days: NDArray[np.int32]
) -> Counts:
    """Count the events of every selection in every window before every landmark.

    Parameters
    ----------
    table : StreamTable
        Events and landmarks by key.
    classes : ndarray of uint16, shape (n_events,)
        Class of each event of the table.
    member : ndarray of bool, shape (n_classes, n_selections)
        Which selections the events of a class belong to.
    windows_days : ndarray of int32, shape (n_windows,)
        Windows in days; ``NEVER`` for "ever".

    Returns
    -------
    ndarray, shape (n_landmarks, n_windows, n_selections)
        Counts: uint8 where no key has more than 255 events, else float32. Landmarks without a key have 0.
    """
    few = np.diff(table.event_offsets) <= FEW
    counts = _counted(table, classes, member, windows_days, np.flatnonzero(few), np.uint8)
    if few.all():
        return counts.view(np.uint8)
    many = _counted(table, classes, member, windows_days, np.flatnonzero(~few), np.uint32)
    whole: NDArray[np.float32] = counts.astype(np.float32)
    of_many = np.repeat(~few, np.diff(table.moment_offsets))
    rows = table.moments["landmark"][of_many]
    whole[rows] = many[rows]
    return whole


def _counted(
    table: StreamTable,
    classes: NDArray[np.uint16],
    member: NDArray[np.bool_],
    windows: NDArray[np.int32],
    keys: NDArray[np.intp],
    lane: type[np.generic],
) -> NDArray[Any]:
    """Return the counts of the landmarks of some keys, with lanes of one size; 0 for other landmarks."""
    lanes = pack(member, lane)
    out = np.zeros((table.n_landmarks, len(windows), lanes.shape[1]), dtype=lanes.dtype)
    events = (table.days, classes, table.event_offsets)
    add_up(keys, events, (*table.moment_columns, table.moment_offsets), lanes, windows, out)
    correct(keys, table, classes, lanes, windows, out)
    return out.view(lane)[:, :, : member.shape[1]]


def pack(member: NDArray[np.bool_], lane: type[np.generic]) -> Words:
    """Return what an event of each class adds to each word.

    Parameters
    ----------
    member : ndarray of bool, shape (n_classes, n_selections)
        Which selections the events of a class belong to.
    lane : type
        uint8 or uint16, for four or two lanes in a word of 32 bits; uint32, for two in a word of 64.

    Returns
    -------
    ndarray, shape (n_classes, n_words)
        The words.
    """
    word = np.dtype(np.uint64 if lane is np.uint32 else np.uint32)
    per_word = word.itemsize // np.dtype(lane).itemsize
    lanes = np.zeros((len(member), -(-member.shape[1] // per_word) * per_word), dtype=lane)
    lanes[:, : member.shape[1]] = member
    return lanes.view(word)


def add_up(
    keys: NDArray[np.intp],
    events: tuple[NDArray[np.int32], NDArray[np.unsignedinteger], NDArray[np.int64]],
    moments: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]],
    lanes: Words,
    windows: NDArray[np.int32],
    out: Words,
) -> None:
    """Write the counts of events that occurred before each landmark's day.

    Parameters
    ----------
    keys : ndarray of int
        The keys to go through.
    events : tuple of ndarray
        Day and class of each event by key, and where each key begins.
    moments : tuple of ndarray
        Day, first day of history and place in the output of each landmark by key, and where each key begins.
    lanes : ndarray, shape (n_classes, n_words)
        What an event of each class adds.
    windows : ndarray of int32, shape (n_windows,)
        Windows in days.
    out : ndarray, shape (n_landmarks, n_windows, n_words)
        Where to write.
    """
    offsets = moments[-1]
    n_moments = offsets[keys + 1] - offsets[keys]
    limits = windows.astype(np.int64)
    for first in range(0, lanes.shape[1], MOST_WORDS):
        part = np.ascontiguousarray(lanes[:, first : first + MOST_WORDS])
        words = (first,) * part.shape[1]

        def work(start: int, stop: int, part: Words = part, words: tuple[int, ...] = words) -> None:
            _add_up(keys[start:stop], *events, *moments, part, limits, words, out)

        share_out(work, np.concatenate([[0], np.cumsum(n_moments)]))


@compiled
def _add_up(keys, days, classes, offsets, at_days, from_days, places, at_offsets, lanes, windows, words, out):
    """Sum along the events of each key.

    ``words`` holds the first word to write, once for each word, so that their number is known when this is compiled.
    """
    n_words, n_windows = len(words), len(windows)
    longest = 0
    for key in keys:
        longest = max(longest, offsets[key + 1] - offsets[key])
    sums = np.zeros((longest + 1) * n_words, dtype=lanes.dtype)
    own = np.zeros(longest + 1, dtype=np.int32)
    low = np.zeros(n_windows, dtype=np.int64)
    for key in keys:
        begin = offsets[key]
        n = offsets[key + 1] - begin
        for at in range(n):
            own[at] = days[begin + at]
            for w in range(n_words):
                sums[(at + 1) * n_words + w] = sums[at * n_words + w] + lanes[classes[begin + at], w]
        own[n] = NEVER
        low[:] = 0
        high = 0
        for m in range(at_offsets[key], at_offsets[key + 1]):
            day, from_day, row = np.int64(at_days[m]), np.int64(from_days[m]), places[m]
            while own[high] < day:
                high += 1
            for v in range(n_windows):
                earliest = max(day - windows[v], from_day)
                at = low[v]
                while own[at] < earliest:
                    at += 1
                while at > 0 and own[at - 1] >= earliest:
                    at -= 1
                low[v] = at
                for w in range(n_words):
                    out[row, v, words[0] + w] = sums[high * n_words + w] - sums[at * n_words + w]
