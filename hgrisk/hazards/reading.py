"""Long columns read in one pass: what an outcome holds, small whole numbers as codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.hazards.compiled import compiled
from hgrisk.hazards.placing import Codes, Floats
from hgrisk.surv import LARGEST_CODE

_N_CODES = LARGEST_CODE + 1
_WIDEST = 100_000
"""Whole numbers that lie further apart than this, and than there are of them, have no place in a table of all."""


@dataclass(frozen=True)
class Survey:
    """What the columns of an outcome are.

    Attributes
    ----------
    sound : bool
        Whether all codes are 0 and above, and all durations finite and above 0.
    longest : float
        Longest duration in days; 0 where there are no rows.
    whole : bool
        Whether all durations are whole days.
    causes : ndarray of int64, shape (n_causes,)
        The event codes above 0 that occur, in order.
    """

    sound: bool
    longest: float
    whole: bool
    causes: Codes


def survey_outcome(event: NDArray[np.int8], duration: Floats) -> Survey:
    """Look once through both fields of an outcome, wherever they lie.

    Parameters
    ----------
    event : ndarray of int8, shape (n,)
        Event codes.
    duration : ndarray, shape (n,)
        Days.

    Returns
    -------
    Survey
        What they are.

    Examples
    --------
    >>> found = survey_outcome(np.array([0, 1, 3], dtype=np.int8), np.array([5.0, 9.0, 7.5]))
    >>> found.sound, found.longest, found.whole, found.causes.tolist()
    (True, 9.0, False, [1, 3])
    """
    present, longest, wrong, parts = _survey(event, duration)
    sound = wrong == 0 and not present[_N_CODES:].any()
    return Survey(sound, longest, parts == 0, np.flatnonzero(present[1:_N_CODES]) + 1)


def small_codes(values: NDArray[Any]) -> tuple[Codes, NDArray[Any]] | None:
    """Return the place of each whole number among the distinct ones, and these in order.

    Parameters
    ----------
    values : ndarray of int, shape (n,)
        Whole numbers.

    Returns
    -------
    tuple of ndarray, or None
        None where they lie too far apart for a table of all numbers between. Numbers that are codes already are not
        copied.

    Examples
    --------
    >>> code, distinct = small_codes(np.array([2021, 2019, 2021]))
    >>> code.tolist(), distinct.tolist()
    ([1, 0, 1], [2019, 2021])
    """
    if len(values) == 0 or (values.dtype == np.uint64 and values.max() > np.iinfo(np.int64).max):
        return None
    code = np.ascontiguousarray(values, dtype=np.int64)
    low, high = _range(code)
    if high - low > max(_WIDEST, len(code)):
        return None
    code = code if low == 0 else np.subtract(code, low)
    present = _present(code, high - low + 1)
    if not present.all():
        place: Codes = np.cumsum(present) - 1
        code = place[code]
    return code, (np.flatnonzero(present) + low).astype(values.dtype)


@compiled
def longest_by_group(duration, group, n_groups):
    """Return the longest duration of each group, shape (n_groups,); 0 where it has none."""
    longest = np.zeros(n_groups)
    for row in range(len(duration)):
        longest[group[row]] = max(longest[group[row]], duration[row])
    return longest


@compiled
def _survey(event, duration):
    """Return which codes occur, as unsigned bytes, the longest duration, how many are wrong, and how many not whole."""
    present = np.zeros(2 * _N_CODES, dtype=np.bool_)
    longest, wrong, parts = 0.0, np.int64(0), 0
    for row in range(len(event)):
        day = duration[row]
        wrong += np.int64(not day > 0.0) + np.int64(not day < np.inf)  # sums, not branches: they are done side by side
        parts += day != np.floor(day)
        if day > longest:  # noqa: PLR1730 - half as fast with max(), which looks for NaN
            longest = day
        present[np.uint8(event[row])] = True
    return present, longest, wrong, parts


@compiled
def _range(code):
    low, high = code[0], code[0]
    for row in range(len(code)):
        low = min(low, code[row])
        high = max(high, code[row])
    return low, high


@compiled
def _present(code, size):
    """Return which codes occur; it ends where all have been seen."""
    present, missing = np.zeros(size, dtype=np.bool_), size
    for at in code:
        if not present[at]:
            present[at] = True
            missing -= 1
            if missing == 0:
                break
    return present
