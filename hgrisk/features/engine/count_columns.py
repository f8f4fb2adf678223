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
    absent = frame.absent(group[0][1].events.stream)
    for windows, keys in _by_windows(group).items():
        for first in range(0, len(keys), _AT_A_TIME):
            part = keys[first : first + _AT_A_TIME]
            counted = _count(frame, part, windows)
            for place, measure in group:
                _write(measure, part, windows, counted, numbers[place])
    for place, measure in group:
        if isinstance(measure, Share):
            whole = _count(frame, [(measure.events, None)], (measure.within_days,))[:, 0, 0]
            with np.errstate(invalid="ignore"):
                numbers[place] /= whole
    for place, _ in group:
        numbers[place, absent] = np.nan


def _by_windows(group: list[tuple[int, Measure]]) -> dict[tuple[int | None, ...], list[Key]]:
    """Return the selections that are counted over the same windows."""
    windows: dict[Key, set[int | None]] = defaultdict(set)
    for _, measure in group:
        windows[_key(measure)].add(measure.within_days)
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


def _write(
    measure: Measure,
    keys: list[Key],
    windows: tuple[int | None, ...],
    counted: NDArray[np.generic],
    column: NDArray[np.float32],
) -> None:
    if _key(measure) in keys and measure.within_days in windows:
        column[:] = counted[:, windows.index(measure.within_days), keys.index(_key(measure))]
