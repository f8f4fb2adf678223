"""Counts over a plain log: whose, when and of which class, all known on the day they occurred."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hgrisk.errors import DataError
from hgrisk.features.compiled import compiled
from hgrisk.features.cut.layout import ALWAYS, NEVER
from hgrisk.features.cut.sorting import sort_by_key
from hgrisk.features.engine.counting import FEW, Words, add_up, pack

Days = NDArray[np.int32]


def count_windows(
    events: tuple[Days, Days, NDArray[np.uint8]], landmarks: tuple[Days, Days], windows_days: tuple[int, ...]
) -> Words:
    """Count the events of each class in each window before each landmark.

    Parameters
    ----------
    events : tuple of ndarray, shape (n_events,)
        Whose each event is (from 0), when it occurred (days since any day) and its class (from 0), in order of time.
    landmarks : tuple of ndarray, shape (n_landmarks,)
        Whose each landmark is and its day, in order of time.
    windows_days : tuple of int
        Windows in days; "ever" comes last.

    Returns
    -------
    ndarray, shape (n_landmarks, n_windows + 1, n_classes)
        Events of the same key before the landmark's day and at most the window before it, in the smallest unsigned
        integers that hold every count exactly: one byte where no key has more than 255 events of a class.

    Raises
    ------
    DataError
        If events or landmarks are not in order of time.

    Examples
    --------
    >>> own, day, kind = np.zeros(3, np.int32), np.array([1, 5, 9], np.int32), np.zeros(3, np.uint8)
    >>> count_windows((own, day, kind), (own, day), (4,))[:, :, 0].tolist()
    [[0, 0], [1, 1], [1, 2]]
    """
    keys, days, classes = events
    at_keys, at_days = landmarks
    for column in (days, at_days):
        if np.any(column[1:] < column[:-1]):
            raise DataError("A log is in order of time", "a day before the one above it", "sort it by day")
    n_keys = int(max(keys.max(initial=-1), at_keys.max(initial=-1))) + 1
    n_classes = int(classes.max(initial=0)) + 1
    order, offsets, *by_key = _sorted_by_key(keys, days, classes, n_keys)
    if at_keys is keys and at_days is days:
        moments = (by_key[0], np.full(len(order), ALWAYS, dtype=np.int32), order, offsets)
    else:
        at_order, at_offsets = sort_by_key(at_keys, n_keys)
        moments = (at_days[at_order], np.full(len(at_order), ALWAYS, dtype=np.int32), at_order, at_offsets)
    lane = np.min_scalar_type(_most_of_a_class(by_key[1], offsets, n_classes)).type
    lanes = pack(np.eye(n_classes, dtype=np.bool_), lane)
    out = np.empty((len(at_keys), len(windows_days) + 1, lanes.shape[1]), dtype=lanes.dtype)
    windows = np.array([*windows_days, NEVER], dtype=np.int32)
    add_up(np.arange(n_keys), (by_key[0], by_key[1], offsets), moments, lanes, windows, out)
    counts: Words = out.view(lane)[:, :, :n_classes]
    return counts


@compiled
def _sorted_by_key(keys, days, classes, n_keys):
    """Sort a log by key; return the order, where each key begins, and days and classes in that order."""
    order, offsets = sort_by_key(keys, n_keys)
    days_of, classes_of = np.empty_like(days), np.empty_like(classes)
    for place in range(len(order)):
        days_of[place] = days[order[place]]
        classes_of[place] = classes[order[place]]
    return order, offsets, days_of, classes_of


@compiled
def _most_of_a_class(classes, offsets, n_classes):
    """Return a number that no count of one class and key exceeds: at least 255, exact above that."""
    most = FEW
    counts = np.zeros(n_classes, dtype=np.int64)
    for key in range(len(offsets) - 1):
        if offsets[key + 1] - offsets[key] > FEW:
            counts[:] = 0
            for at in range(offsets[key], offsets[key + 1]):
                counts[classes[at]] += 1
            most = max(most, counts.max())
    return most
