"""Long columns read in one pass: outcomes that are checked and copied, small whole numbers as codes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.hazards.compiled import compiled
from hgrisk.hazards.placing import Codes, Floats

_WIDEST = 100_000
"""Whole numbers that lie further apart than this have no place in a table of all of them."""


def read_outcome(event: NDArray[np.int8], duration: Floats) -> tuple[NDArray[np.int8], Floats] | None:
    """Return contiguous copies of both fields of an outcome, or None where a value is not allowed.

    Parameters
    ----------
    event : ndarray of int8, shape (n,)
        Event codes.
    duration : ndarray, shape (n,)
        Days.

    Returns
    -------
    tuple of ndarray, or None
        The copies; None where a code is below 0, or a duration is not finite and above 0.
    """
    codes, days = np.empty(len(event), dtype=np.int8), np.empty(len(event))
    return (codes, days) if _read(event, duration, codes, days) else None


def small_codes(values: NDArray[Any]) -> tuple[Codes, NDArray[Any]] | None:
    """Return the place of each whole number among the distinct ones, and these in order.

    Parameters
    ----------
    values : ndarray of int, shape (n,)
        Whole numbers.

    Returns
    -------
    tuple of ndarray, or None
        None where they lie too far apart for a table of all numbers between.

    Examples
    --------
    >>> code, distinct = small_codes(np.array([2021, 2019, 2021]))
    >>> code.tolist(), distinct.tolist()
    ([1, 0, 1], [2019, 2021])
    """
    if len(values) == 0:
        return None
    low, high = int(values.min()), int(values.max())
    if high - low > _WIDEST or high > np.iinfo(np.int64).max:
        return None
    code, present = _codes(values, low, high - low + 1)
    return code, (np.flatnonzero(present) + low).astype(values.dtype)


@compiled
def longest_by_group(duration, group, n_groups):
    """Return the longest duration of each group, shape (n_groups,); 0 where it has none."""
    longest = np.zeros(n_groups)
    for row in range(len(duration)):
        longest[group[row]] = max(longest[group[row]], duration[row])
    return longest


@compiled
def _read(event, duration, codes, days):
    sound = True
    for row in range(len(event)):
        code, day = event[row], duration[row]
        sound = sound and code >= 0 and 0.0 < day < np.inf
        codes[row], days[row] = code, day
    return sound


@compiled
def _codes(values, low, size):
    present = np.zeros(size, dtype=np.bool_)
    code = np.empty(len(values), dtype=np.int64)
    for row in range(len(values)):
        at = np.int64(values[row]) - low
        code[row] = at
        present[at] = True
    place, used = np.empty(size, dtype=np.int64), 0
    for at in range(size):
        place[at] = used
        if present[at]:
            used += 1
    if used < size:
        for row in range(len(code)):
            code[row] = place[code[row]]
    return code, present
