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

    def settled(self) -> tuple[EventTable, Floats]:
        """Return the counts at the event times of each group, and its longest duration.

        Returns
        -------
        EventTable
            What `event_table` counts of these rows with a weight of 1.
        ndarray, shape (n_groups,)
            Days; 0 where a group has no rows.
        """
        times, first, numbers, longest = _at_events(self.counts, np.concatenate([[0], self.causes]))
        return settle(times, first, numbers.astype(np.float64), numbers), longest


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
    >>> days.counts[0].tolist()
    [[0, 0], [0, 0], [0, 1], [1, 1]]
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
def _at_events(counts, codes):
    """Return the slots of all groups (see `Places`), how many rows end from each on, and the longest of each group."""
    n_groups, n_days, _ = counts.shape
    times, numbers = np.zeros(n_groups * n_days), np.zeros((n_groups * n_days, len(codes)), dtype=np.int64)
    first, longest = np.empty(n_groups + 1, dtype=np.int64), np.zeros(n_groups)
    slot = -1
    for g in range(n_groups):
        slot += 1
        first[g] = slot
        for day in range(1, n_days):
            here = counts[g, day]
            ended = here.sum()
            if ended > here[0]:
                slot += 1
                times[slot] = day
            if ended > 0:
                longest[g] = day
                for way in range(len(codes)):
                    numbers[slot, way] += here[codes[way]]
    first[n_groups] = slot + 1
    return times[: slot + 1].copy(), first, numbers[: slot + 1].copy(), longest
