"""Rows that end on whole days, counted by group, day and way of ending: one pass, and no memory for each row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.hazards.compiled import compiled
from hgrisk.hazards.placing import Codes, Floats
from hgrisk.hazards.reading import Survey
from hgrisk.hazards.tables import EventTable, settle

_FEW_CELLS = 1 << 16
"""A count of this many cells is always small enough to be laid out."""


@dataclass(frozen=True)
class DayCounts:
    """How many rows of each group end on each day, and how.

    Attributes
    ----------
    counts : ndarray of int32, shape (n_groups, n_days, n_codes)
        Number of rows by group, day from 0 and event code.
    causes : ndarray of int64, shape (n_causes,)
        The event codes above 0 that occur, in order.
    """

    counts: NDArray[np.int32]
    causes: Codes

    @property
    def longest(self) -> Floats:
        """Last day of each group on which a row ends, shape (n_groups,); 0 where it has none."""
        ended = self.counts.any(axis=2)
        last = ended.shape[1] - 1 - np.argmax(ended[:, ::-1], axis=1)
        return np.where(ended.any(axis=1), last, 0).astype(np.float64)

    def event_table(self) -> EventTable:
        """Return the counts at the event times of each group, as `event_table` counts rows of weight 1."""
        times, first, numbers = _at_events(self.counts)
        numbers = numbers[:, np.concatenate([[0], self.causes])]
        return settle(times, first, numbers.astype(np.float64), numbers)


def count_days(
    event: NDArray[np.int8], duration: Floats, group: Codes, survey: Survey, *, n_groups: int
) -> DayCounts | None:
    """Count rows that are at risk from day 0, each once.

    Parameters
    ----------
    event : ndarray of int8, shape (n,)
        0 censored, otherwise the event.
    duration : ndarray, shape (n,)
        Days at the end of the time at risk, above 0.
    group : ndarray of int64, shape (n,)
        Group of each row, from 0.
    survey : Survey
        What the events and durations are.
    n_groups : int
        Number of groups, those without rows included.

    Returns
    -------
    DayCounts or None
        None where a row ends between two days, or there are too many days, groups and codes to count them all.

    Examples
    --------
    >>> from hgrisk.hazards.reading import survey_outcome
    >>> event, duration = np.array([1, 0, 1], dtype=np.int8), np.array([2.0, 3.0, 3.0])
    >>> days = count_days(event, duration, np.zeros(3, dtype=np.int64), survey_outcome(event, duration), n_groups=1)
    >>> days.counts[0].tolist(), days.longest.tolist()
    ([[0, 0], [0, 0], [0, 1], [1, 1]], [3.0])
    """
    n_codes = int(survey.causes.max(initial=0)) + 1
    if not survey.whole or n_groups * (survey.longest + 1) * n_codes > max(_FEW_CELLS, 4 * len(event)):
        return None
    counts = np.zeros((n_groups, int(survey.longest) + 1, n_codes), dtype=np.int32)
    _count(event, duration, group, counts.ravel(), np.uint64(counts.shape[1]), np.uint64(n_codes))
    return DayCounts(counts, survey.causes)


@compiled
def _count(event, duration, group, counts, n_days, n_codes):
    for row in range(len(event)):
        cell = np.uint64(group[row]) * n_days + np.uint64(np.int64(duration[row]))  # unsigned: no look from the end
        counts[cell * n_codes + np.uint64(event[row])] += 1


@compiled
def _at_events(counts):
    """Return the slots of all groups (see `Places`), and how many rows end from each on and before the next."""
    n_groups, n_days, n_codes = counts.shape
    times = np.zeros(n_groups * n_days)
    numbers = np.zeros((n_groups * n_days, n_codes), dtype=np.int64)
    first = np.empty(n_groups + 1, dtype=np.int64)
    slot = -1
    for g in range(n_groups):
        slot += 1
        first[g] = slot
        for day in range(1, n_days):
            happened = False
            for code in range(1, n_codes):
                happened |= counts[g, day, code] > 0
            if happened:
                slot += 1
                times[slot] = day
            for code in range(n_codes):
                numbers[slot, code] += counts[g, day, code]
    first[n_groups] = slot + 1
    return times[: slot + 1].copy(), first, numbers[: slot + 1].copy()
