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
Log = tuple[Days, Days, NDArray[np.uint8]]


def count_windows(events: Log, landmarks: tuple[Days, Days], windows_days: tuple[int, ...]) -> Words:
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
    return _counts(events, landmarks, windows_days, in_log_order=True)[0]


def count_windows_by_key(
    events: Log, landmarks: tuple[Days, Days], windows_days: tuple[int, ...]
) -> tuple[Words, Days]:
    """Count as :func:`count_windows` does, with the rows of one key together: several times as fast for large logs.

    Parameters
    ----------
    events, landmarks, windows_days
        As for :func:`count_windows`.

    Returns
    -------
    counts : ndarray, shape (n_landmarks, n_windows + 1, n_classes)
        The counts, landmarks by key and within a key in order of time.
    order : ndarray of int32, shape (n_landmarks,)
        The place in ``landmarks`` of each row.

    Raises
    ------
    DataError
        If events or landmarks are not in order of time.
    """
    return _counts(events, landmarks, windows_days, in_log_order=False)


def _counts(
    events: Log, landmarks: tuple[Days, Days], windows_days: tuple[int, ...], *, in_log_order: bool
) -> tuple[Words, Days]:
    keys, days, classes = events
    at_keys, at_days = landmarks
    for column in (days, at_days):
        if np.any(column[1:] < column[:-1]):
            raise DataError("A log is in order of time", "a day before the one above it", "sort it by day")
    n_keys = int(max(keys.max(initial=-1), at_keys.max(initial=-1))) + 1
    n_classes = int(classes.max(initial=0)) + 1
    order, offsets, *by_key = _sorted_by_key(keys, days, classes, n_keys)
    if at_keys is keys and at_days is days:
        at_order, at_offsets, at = order, offsets, by_key[0]
    else:
        at_order, at_offsets = sort_by_key(at_keys, n_keys)
        at = at_days[at_order]
    places = at_order if in_log_order else np.arange(len(at_order), dtype=np.int32)
    lane = np.min_scalar_type(_most_of_a_class(by_key[1], offsets, n_classes)).type
    lanes = pack(np.eye(n_classes, dtype=np.bool_), lane)
    out = np.empty((len(at), len(windows_days) + 1, lanes.shape[1]), dtype=lanes.dtype)
    windows = np.array([*windows_days, NEVER], dtype=np.int32)
    all_time = np.full(len(at), ALWAYS, dtype=np.int32)
    add_up(np.arange(n_keys), (by_key[0], by_key[1], offsets), (at, all_time, places, at_offsets), lanes, windows, out)
    counts: Words = out.view(lane)[:, :, :n_classes]
    return counts, at_order


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
