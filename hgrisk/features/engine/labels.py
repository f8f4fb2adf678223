"""Codes, sources and names: how many different ones, which one last, how often it changed."""

from __future__ import annotations

import numpy as np

from hgrisk.features.compiled import compiled
from hgrisk.features.cut.law import history_of, room_for
from hgrisk.features.cut.layout import NONE


@compiled
def distinct(first, last, selection, within, labels, label_offsets, n_labels, column, out):
    """Write how many different labels the events have, for the keys from first to last.

    Parameters
    ----------
    first, last : int
        Keys.
    selection : tuple
        As `Selection.parts`.
    within : int
        Greatest age in days.
    labels, label_offsets : ndarray
        The labels of row r are ``labels[label_offsets[r]:label_offsets[r + 1]]``.
    n_labels : int
        How many labels there are.
    column : int
        Row of ``out``.
    out : ndarray of float32, shape (n_columns, n_landmarks)
        Where to write.
    """
    events, places, offsets, moments, moment_offsets = selection
    found = room_for(first, last, offsets)
    met = np.full(n_labels, -1, dtype=np.int64)  # the landmark at which each label was last met
    for key in range(first, last):
        for m in range(moment_offsets[key], moment_offsets[key + 1]):
            moment = moments[m]
            n = history_of(events, places, offsets[key], offsets[key + 1], moment, within, found)
            count = 0
            for i in range(n):
                row = events[found[i]].row
                for place in range(label_offsets[row], label_offsets[row + 1]):
                    if met[labels[place]] != m:
                        met[labels[place]] = m
                        count += 1
            out[column, moment.landmark] = count


@compiled
def last_label(first, last, selection, within, labels, out):
    """Write the label of the last event of each landmark, for the keys from first to last.

    Parameters
    ----------
    first, last : int
        Keys.
    selection : tuple
        As `Selection.parts`.
    within : int
        Greatest age in days.
    labels : ndarray of int32
        Label of each row, ``NONE`` without.
    out : ndarray of int32, shape (n_landmarks,)
        Where to write; untouched where there is no event.
    """
    events, places, offsets, moments, moment_offsets = selection
    found = room_for(first, last, offsets)
    for key in range(first, last):
        for m in range(moment_offsets[key], moment_offsets[key + 1]):
            moment = moments[m]
            n = history_of(events, places, offsets[key], offsets[key + 1], moment, within, found)
            if n > 0:
                out[moment.landmark] = labels[events[found[n - 1]].row]


@compiled
def changes(first, last, selection, within, labels, column, out):
    """Write how often the label differs from the one before, for the keys from first to last.

    Parameters
    ----------
    first, last : int
        Keys.
    selection : tuple
        As `Selection.parts`.
    within : int
        Greatest age in days.
    labels : ndarray of int32
        Label of each row, ``NONE`` without: such events are passed over.
    column : int
        Row of ``out``.
    out : ndarray of float32, shape (n_columns, n_landmarks)
        Where to write.
    """
    events, places, offsets, moments, moment_offsets = selection
    found = room_for(first, last, offsets)
    for key in range(first, last):
        for m in range(moment_offsets[key], moment_offsets[key + 1]):
            moment = moments[m]
            n = history_of(events, places, offsets[key], offsets[key + 1], moment, within, found)
            count, before = 0, NONE
            for i in range(n):
                now = labels[events[found[i]].row]
                if now != NONE:
                    if before != NONE and before != now:  # noqa: PLR1714 - tuples do not compile
                        count += 1
                    before = now
            out[column, moment.landmark] = count
