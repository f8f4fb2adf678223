"""Counts and shares of all selections of a stream, a few windows and selections at a time."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from hgrisk.features.engine.counting import MOST_WORDS, count_classes
from hgrisk.features.engine.frame import Frame, longest
from hgrisk.features.measures import Events, Measure, Share

_AT_A_TIME = 4 * MOST_WORDS
"""So many selections fit one pass."""

Key = tuple[Events, Events | None]
"""A selection, or the part of one."""

Asked = tuple[NDArray[np.float32], Key, int | None]
"""Where to write a count, of what, and over which window."""


def counts(frame: Frame, group: list[tuple[int, Measure]], numbers: NDArray[np.float32]) -> None:
    """Write the counts and shares of one stream.

    Parameters
    ----------
    frame : Frame
        Streams and selections.
    group : list of (place, measure)
        Counts and shares.
    numbers : ndarray of float32, shape (n_measures, n_landmarks)
        Where to write.
    """
    shares = {place: measure for place, measure in group if isinstance(measure, Share)}
    wholes = {place: np.empty_like(numbers[place]) for place in shares}
    columns = {place: (numbers[place], _key(measure), measure.within_days) for place, measure in group}
    asked = [
        *columns.values(),
        *((wholes[place], (measure.events, None), measure.within_days) for place, measure in shares.items()),
    ]
    for windows, keys in _by_windows(asked).items():
        for first in range(0, len(keys), _AT_A_TIME):
            part = keys[first : first + _AT_A_TIME]
            counted = _count(frame, part, windows)
            for column, key, within in asked:
                if key in part:
                    column[:] = counted[:, windows.index(within), part.index(key)]
    absent = frame.absent(group[0][1].events.stream)
    with np.errstate(invalid="ignore"):
        for place, whole in wholes.items():
            numbers[place] /= whole
    for place in columns:
        numbers[place, absent] = np.nan


def _by_windows(asked: list[Asked]) -> dict[tuple[int | None, ...], list[Key]]:
    """Return the selections that are counted over the same windows."""
    windows: dict[Key, set[int | None]] = defaultdict(set)
    for _, key, within in asked:
        windows[key].add(within)
    alike: dict[tuple[int | None, ...], list[Key]] = defaultdict(list)
    for key, days in windows.items():
        alike[tuple(sorted(days, key=longest))].append(key)
    return alike


def _key(measure: Measure) -> Key:
    return measure.events, measure.part if isinstance(measure, Share) else None


def _count(frame: Frame, keys: list[Key], windows: tuple[int | None, ...]) -> NDArray[np.generic]:
    stream = keys[0][0].stream
    chosen = np.stack([_member(frame, key) for key in keys], axis=1)
    patterns, pattern = np.unique(chosen, axis=0, return_inverse=True)
    classes = pattern.ravel().astype(np.uint16)[frame.combinations(stream)]
    limits = np.array([longest(days) for days in windows], dtype=np.int32)
    return count_classes(frame.table(stream), classes, patterns, limits)


def _member(frame: Frame, key: Key) -> NDArray[np.bool_]:
    events, part = key
    chosen = frame.selector.member(events)
    return chosen if part is None else chosen & frame.selector.member(part)
