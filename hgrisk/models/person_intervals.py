"""Rows by person and interval: survival as a task for any learner of counts or classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.models.by_interval.intervals import cut_into_spells
from hgrisk.surv import ENTRY, as_surv


@dataclass(frozen=True)
class PersonIntervals:
    """One row for each outcome and each interval in which it was at risk.

    Attributes
    ----------
    row : ndarray of int, shape (m,)
        Place of the outcome.
    interval : ndarray of int, shape (m,)
        Place of the interval.
    exposure_days : ndarray, shape (m,)
        Days at risk in the interval, above 0.
    event : ndarray of int8, shape (m,)
        How the outcome ended, if it ended in this interval: 1 a re-report, 2 a competing event; else 0.
    """

    row: NDArray[np.intp]
    interval: NDArray[np.intp]
    exposure_days: Floats
    event: NDArray[np.int8]


def person_intervals(y: Any, edges_days: Any) -> PersonIntervals:
    """Cut time at risk into intervals (edge, next edge].

    A Poisson regression of ``event == 1`` with the log of the exposure as offset is a piecewise-exponential model of
    the hazard of a re-report. With an edge at each event time, a constant for each interval, and only rows at risk at
    its end, its coefficients are those of a Cox regression with Breslow's ties.

    Parameters
    ----------
    y : ndarray or DataFrame, shape (n,)
        Outcome with the fields ``event`` and ``duration_days``, and ``entry_days`` where entry is delayed.
    edges_days : array-like of float, shape (K + 1,)
        Days at which the intervals begin and end: increasing, from 0. Time beyond the last is not looked at.

    Returns
    -------
    PersonIntervals
        Rows by outcome, and in the order of time within it.

    Raises
    ------
    DataError
        If the edges do not increase from 0.
    FitError
        If there is no re-report before the last edge.

    Notes
    -----
    Holford (1980), doi:10.2307/2529982; Laird and Olivier (1981), doi:10.1080/01621459.1981.10477634.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> rows = person_intervals(Surv.from_arrays([1, 0], [45, 30]), [0, 30, 60])
    >>> rows.row.tolist(), rows.interval.tolist(), rows.exposure_days.tolist(), rows.event.tolist()
    ([0, 0, 1], [0, 1, 0], [30.0, 15.0, 30.0], [0, 1, 0])
    """
    edges = np.asarray(edges_days, dtype=np.float64)
    fine = edges.ndim == 1 and len(edges) > 1 and np.isfinite(edges).all()
    if not (fine and edges[0] == 0 and np.all(np.diff(edges) > 0)):
        raise DataError("Edges of intervals are days that increase from 0", f"{edges.tolist()}", "use [0, 30, 60], say")
    outcome = as_surv(y)
    entry = outcome[ENTRY] if ENTRY in (outcome.dtype.names or ()) else None
    spells = cut_into_spells(outcome["duration_days"], outcome["event"], entry, edges)
    count = spells.last - spells.first + 1
    ends = np.cumsum(count)
    own = np.repeat(np.arange(len(count)), count)
    interval = np.arange(len(own)) - np.repeat(ends - count - spells.first, count)
    exposure = np.ones(len(own))
    exposure[ends - count] -= spells.entered
    exposure[ends - 1] -= 1.0 - spells.left
    event = np.zeros(len(own), dtype=np.int8)
    event[ends - 1] = spells.kind
    return PersonIntervals(np.flatnonzero(spells.kept)[own], interval, exposure * np.diff(edges)[interval], event)
