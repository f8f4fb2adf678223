"""Rows of households under observation for several re-reports: their order, and how each way of modelling sees them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.models.protocol import Training
from hgrisk.surv import RE_REPORT, merge_rounded


@dataclass(frozen=True)
class Episodes:
    """Rows in the order of subject and time.

    Attributes
    ----------
    order : ndarray of int, shape (n,)
        Place of each row in the training rows.
    before : ndarray of int, shape (n,)
        Re-reports of the subject before the row.
    since_days : ndarray, shape (n,)
        Day of the last of them, 0 where there is none.
    """

    order: NDArray[np.intp]
    before: NDArray[np.intp]
    since_days: Floats


def find_episodes(training: Training, subject: NDArray[Any]) -> Episodes:
    """Put the rows of each subject in order, and count what came before each.

    Parameters
    ----------
    training : Training
        The rows; at risk in (entry, duration].
    subject : ndarray, shape (n,)
        Whose each row is.

    Returns
    -------
    Episodes
        The rows, in order.

    Raises
    ------
    DataError
        If rows of a subject overlap, or one begins after the time at risk of its subject has ended.
    """
    entry = np.zeros(len(training.duration)) if training.entry is None else training.entry
    code = pd.factorize(subject)[0]
    order = np.lexsort((entry, code))
    code, start, stop, event = code[order], entry[order], training.duration[order], training.event[order]
    again = np.concatenate(([False], code[1:] == code[:-1]))
    overlap = again & (start < np.concatenate(([0.0], stop[:-1])))
    if overlap.any():
        place = int(np.flatnonzero(overlap)[0])
        found = f"({start[place]:g}, {stop[place]:g}] after ({start[place - 1]:g}, {stop[place - 1]:g}]"
        raise DataError("Rows of one subject do not overlap", found, "give each row the entry and the end of its own")
    ended = again & np.concatenate(([False], event[:-1] > RE_REPORT))
    if ended.any():
        found = f"a row from day {start[ended][0]:g} after a competing event"
        raise DataError("A competing event is the end of a subject's time at risk", found, "leave later rows out")
    happened = event == RE_REPORT
    first = np.flatnonzero(~again)
    total = np.cumsum(happened) - happened
    before = total - np.repeat(total[first], np.diff(np.append(first, len(code))))
    last = np.concatenate(([0.0], np.where(happened, stop, np.nan)[:-1]))
    last[first] = 0.0
    return Episodes(order, before, np.asarray(pd.Series(last).ffill(), dtype=np.float64))


@dataclass(frozen=True)
class Seen:
    """Rows as one way of modelling sees them.

    Attributes
    ----------
    rows : Training
        The m rows.
    places : ndarray of int, shape (m,)
        Place of each in the training rows.
    number : ndarray of int, shape (m,)
        The re-report that each is at risk of, from 1.
    """

    rows: Training
    places: NDArray[np.intp]
    number: NDArray[np.intp]


def by_total_time(training: Training, episodes: Episodes, last: int) -> Seen:
    """Return the rows as they are, up to the last re-report that is asked for."""
    kept = episodes.before < last
    places = episodes.order[kept]
    return Seen(_taken(training, places), places, episodes.before[kept] + 1)


def by_gap_time(training: Training, episodes: Episodes, last: int) -> Seen:
    """Return the rows with time counted from the last re-report before each."""
    seen = by_total_time(training, episodes, last)
    since = episodes.since_days[episodes.before < last]
    entry = np.zeros(len(since)) if seen.rows.entry is None else seen.rows.entry
    # a difference of days has rounding errors, which would part tied gaps
    begin, end = merge_rounded(entry - since, seen.rows.duration - since)
    return replace(seen, rows=replace(seen.rows, entry=begin, duration=end))


def by_each_event(training: Training, episodes: Episodes, last: int) -> Seen:
    """Return the rows once for each re-report, at risk of the k-th from the beginning until it happens."""
    at_risk = [np.flatnonzero(episodes.before < number) for number in range(1, last + 1)]
    place, number = np.concatenate(at_risk), np.repeat(np.arange(1, last + 1), [len(rows) for rows in at_risk])
    places = episodes.order[place]
    rows = _taken(training, places)
    another = (rows.event == RE_REPORT) & (episodes.before[place] + 1 != number)
    return Seen(replace(rows, event=np.where(another, 0, rows.event).astype(np.int8)), places, number)


def _taken(training: Training, places: NDArray[np.intp]) -> Training:
    entry = None if training.entry is None else training.entry[places]
    return Training(
        training.frame.iloc[places],
        training.duration[places],
        training.event[places],
        training.weight[places],
        entry,
        np.ones(len(places), dtype=np.bool_),
    )
