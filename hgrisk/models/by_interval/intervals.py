"""Time cut into intervals: who is at risk in which part of each, and probabilities from hazards by interval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, FitError
from hgrisk.surv import RE_REPORT

CHUNK_VALUES = 200_000
"""Values of a table by row and interval that are held at once."""

MOST_INTERVALS = 20_000
"""More intervals than this are a mistake in the unit of time."""

WHOLE = 1e-9
"""A quotient of days that is this close to a whole number is one."""

OTHER_EVENT = 2
"""Kind of a row that ends in a competing event, whatever its code."""


@dataclass(frozen=True)
class Spells:
    """Time at risk of each row, in intervals (edge, next edge].

    Attributes
    ----------
    edges : ndarray, shape (K + 1,)
        Days at which the intervals begin and end, from 0.
    first, last : ndarray of int32, shape (n,)
        The first and the last interval in which a row is at risk.
    entered, left : ndarray, shape (n,)
        The part of the first interval that had passed at entry, from 0 and below 1, and the part of the last interval
        that had passed at the end, above 0 and up to 1.
    kind : ndarray of int8, shape (n,)
        How the row ends: 0 event-free, 1 with a re-report, 2 with a competing event.
    kept : ndarray of bool, shape (n_given,)
        Which of the given rows these are: those that enter before time ends.
    """

    edges: Floats
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    entered: Floats
    left: Floats
    kind: NDArray[np.int8]
    kept: NDArray[np.bool_]

    @property
    def n_intervals(self) -> int:
        """Number of intervals."""
        return len(self.edges) - 1

    def only(self, rows: Any) -> Spells:
        """Return some of the rows, in the order asked."""
        first, last, entered = self.first[rows], self.last[rows], self.entered[rows]
        return Spells(self.edges, first, last, entered, self.left[rows], self.kind[rows], self.kept)

    def at_risk(self, whole: NDArray[np.bool_]) -> Floats:
        """Return the part of each interval that each row was at risk.

        Parameters
        ----------
        whole : ndarray of bool, shape (n,)
            Rows whose last interval counts in full, although they did not see its end.

        Returns
        -------
        ndarray, shape (n, K)
            Parts from 0 to 1.
        """
        place, rows = np.arange(self.n_intervals), np.arange(len(self.first))
        part = ((place >= self.first[:, None]) & (place <= self.last[:, None])).astype(np.float64)
        part[rows, self.first] -= self.entered
        part[rows, self.last] -= 1.0 - self.left
        part[rows[whole], self.last[whole]] = 1.0
        return part


def even_edges(interval_days: float, horizon_days: float | None, longest: float) -> Floats:
    """Return the edges of intervals of one width, up to the horizon or the longest follow-up.

    Parameters
    ----------
    interval_days : float
        Width, above 0.
    horizon_days : float, optional
        Days after which nothing is looked at, above 0.
    longest : float
        Longest follow-up in days.

    Returns
    -------
    ndarray, shape (K + 1,)
        From 0; the last interval holds the horizon, or the longest follow-up if that comes first.

    Raises
    ------
    ConfigError
        If width or horizon is not above 0, or there are more than 20,000 intervals.
    """
    check_above_zero("interval_days", interval_days, 30)
    if horizon_days is not None:
        check_above_zero("horizon_days", horizon_days, 548)
    end = longest if horizon_days is None else min(float(horizon_days), longest)
    if end > MOST_INTERVALS * interval_days:
        found = f"{end:g} days in pieces of {interval_days:g}"
        raise ConfigError(f"Time is cut into at most {MOST_INTERVALS:,} intervals", found, "use longer intervals")
    n = max(1, int(np.ceil(end / interval_days - WHOLE)))
    edges = np.arange(n + 1, dtype=np.float64) * float(interval_days)
    edges[-1] = max(edges[-1], end)
    return edges


def check_above_zero(name: str, value: Any, example: float) -> None:
    """Refuse a setting that is not a finite number above 0."""
    is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not (is_number and np.isfinite(value) and value > 0):
        raise ConfigError(f"{name} is a finite number above 0", f"{value!r}", f"use {example:g}, say")


def cut_into_spells(
    duration: Floats,
    event: NDArray[Any],
    entry: Floats | None,
    edges: Floats,
    until: float | None = None,
) -> Spells:
    """Place each row's time at risk among the intervals; what comes later is not looked at.

    Parameters
    ----------
    duration : ndarray, shape (n,)
        Days at the end of the time at risk.
    event : ndarray of int, shape (n,)
        0 censored, 1 re-report, 2 and above a competing event.
    entry : ndarray, shape (n,), or None
        Days at its start.
    edges : ndarray, shape (K + 1,)
        Days, increasing from 0.
    until : float, optional
        Day at which all that is looked at ends; the last edge by default.

    Returns
    -------
    Spells
        Of the rows that enter before that day.

    Raises
    ------
    FitError
        If none of these rows has a re-report.
    """
    close = float(edges[-1]) if until is None else min(until, float(edges[-1]))
    begin = np.zeros(len(duration)) if entry is None else entry
    kept = begin < close
    begin, end, code = begin[kept], duration[kept], event[kept]
    kind = np.where(code == RE_REPORT, 1, np.where(code > RE_REPORT, OTHER_EVENT, 0)).astype(np.int8)
    kind[end > close] = 0
    end = np.minimum(end, close)
    if not np.any(kind == RE_REPORT):
        within = f"none within {close:g} days"
        raise FitError("A hazard needs at least one re-report", within, "give more follow-up or more landmarks")
    first = np.searchsorted(edges, begin, side="right") - 1
    last = np.searchsorted(edges, end, side="left") - 1
    width = np.diff(edges)
    entered = (begin - edges[first]) / width[first]
    left = np.minimum((end - edges[last]) / width[last], 1.0)
    return Spells(edges, first.astype(np.int32), last.astype(np.int32), entered, left, kind, kept)


def row_chunks(n_rows: int, n_values: int) -> Iterator[slice]:
    """Cut rows into chunks of few enough values.

    Parameters
    ----------
    n_rows : int
        Rows.
    n_values : int
        Values a row.

    Yields
    ------
    slice
        Rows of a chunk.
    """
    size = max(1, CHUNK_VALUES // max(1, n_values))
    for start in range(0, n_rows, size):
        yield slice(start, min(start + size, n_rows))


def share_of_rates(rate: Floats, other: Floats) -> tuple[Floats, Floats]:
    """Return the probability of each of two events within an interval in which both have a constant hazard.

    Parameters
    ----------
    rate, other : ndarray, shape (n, K)
        Hazards per interval, 0 and above.

    Returns
    -------
    first, second : ndarray, shape (n, K)
        ``(1 - exp(-(rate + other))) rate / (rate + other)`` and the same of the other.
    """
    both = rate + other
    some = np.divide(-np.expm1(-both), both, out=np.ones_like(both), where=both > 0)
    return rate * some, other * some


def interval_incidence(first: Floats, other: Floats, edges: Floats, days: Floats) -> Floats:
    """Return the cumulative incidence of a re-report from probabilities by interval.

    Parameters
    ----------
    first, other : ndarray, shape (n, K)
        Probability of a re-report, and of a competing event, within each interval for those free of both at its start.
    edges : ndarray, shape (K + 1,)
        Days at which the intervals begin and end.
    days : ndarray, shape (T,)
        Times in days up to the last edge, in any order.

    Returns
    -------
    ndarray, shape (n, T)
        Probabilities in [0, 1].

    Notes
    -----
    Within an interval both hazards are constant: a part e of it leaves ``(1 - first - other)**e`` of those free at its
    start, and of those who leave ``first / (first + other)`` had a re-report.
    """
    with np.errstate(divide="ignore"):
        log_free = np.log1p(-np.minimum(first + other, 1.0))
    before = np.exp(np.cumsum(np.pad(log_free[:, :-1], ((0, 0), (1, 0))), axis=1))
    gained = before * first
    reached = np.pad(np.cumsum(gained, axis=1), ((0, 0), (1, 0)))
    place = np.clip(np.searchsorted(edges, days, side="left") - 1, 0, len(edges) - 2)
    passed = np.clip((days - edges[place]) / np.diff(edges)[place], 0.0, 1.0)
    with np.errstate(invalid="ignore"):  # all leave in an interval of which nothing has passed: minus infinity times 0
        leaving = np.where(passed > 0, -np.expm1(log_free[:, place] * passed), 0.0)
    both = (first + other)[:, place]
    share = np.divide(first[:, place], both, out=np.zeros_like(both), where=both > 0)
    part = np.minimum(before[:, place] * share * leaving, gained[:, place])
    return np.asarray(np.minimum(reached[:, place] + part, 1.0), dtype=np.float64)


def logit_of(probability: Floats) -> Floats:
    """Return the log odds of probabilities; 0 and 1 count as the nearest numbers inside."""
    inside = np.clip(probability, np.finfo(np.float64).tiny, 1.0 - np.finfo(np.float64).epsneg)
    return np.asarray(np.log(inside) - np.log1p(-inside), dtype=np.float64)
