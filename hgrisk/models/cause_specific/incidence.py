"""Cumulative incidence from two hazards: that of a re-report, times a relative hazard, and that of all else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats

CHUNK_VALUES = 50_000
"""Values of the row-by-event-time grid held at once, few enough to stay in the processor's cache."""

LARGEST_PREDICTOR = 500.0
"""Linear predictors are cut here before exp: the probabilities are 0 or 1 long before."""


@dataclass(frozen=True)
class Hazards:
    """Jumps of the two cumulative hazards on one grid.

    Attributes
    ----------
    times : ndarray, shape (k,)
        Event times in days, increasing.
    re_report : ndarray, shape (k,)
        Jump of the baseline hazard of a re-report.
    competing : ndarray, shape (k,)
        Jump of the hazard of all competing events together.
    """

    times: Floats
    re_report: Floats
    competing: Floats


def merge_hazards(times: Floats, jumps: Floats, competing_times: Floats, competing_jumps: Floats) -> Hazards:
    """Put the jumps of both hazards on the grid of all event times."""
    grid = np.union1d(times, competing_times)
    re_report, competing = np.zeros(len(grid)), np.zeros(len(grid))
    re_report[np.searchsorted(grid, times)] = jumps
    competing[np.searchsorted(grid, competing_times)] = competing_jumps
    return Hazards(grid, re_report, competing)


def cumulative_incidence(predictor: Floats, hazards: Hazards, days: Floats) -> Floats:
    """Return the probability of a re-report by each time.

    Parameters
    ----------
    predictor : ndarray, shape (n,)
        Log relative hazard of a re-report.
    hazards : Hazards
        Baseline and competing hazards.
    days : ndarray, shape (T,)
        Times in days, in any order.

    Returns
    -------
    ndarray, shape (n, T)
        Probabilities in [0, 1].

    Notes
    -----
    With r = exp(predictor), a and b the jumps of the two hazards and ``S(u-) = exp(-r A(u-) - B(u-))``,
    ``F(t) = sum over u <= t of S(u-) (1 - exp(-(r a + b))) r a / (r a + b)``: within a jump both hazards run evenly, so
    that re-reports, competing events and event-free survival always add up to 1. Without competing events this is
    ``1 - exp(-r A(t))``. Kalbfleisch and Prentice (2002), section 8.2.
    """
    cut = np.clip(predictor, -LARGEST_PREDICTOR, LARGEST_PREDICTOR)
    if not np.any(hazards.competing):
        reached = np.concatenate(([0.0], np.cumsum(hazards.re_report)))
        at = reached[np.searchsorted(hazards.times, days, side="right")]
        return np.asarray(-np.expm1(-np.outer(np.exp(cut), at)), dtype=np.float64)
    distinct, where = np.unique(cut, return_inverse=True)  # few distinct scores make a large table cheap
    return _with_competing(np.exp(distinct), hazards, days)[where]


def incidence_with_changes(predictor: Floats, cuts: Floats, hazards: Hazards, days: Floats) -> Floats:
    """Return the probability of a re-report by each time, where relative hazards change at given days.

    Parameters
    ----------
    predictor : ndarray, shape (n, n_cuts + 1)
        Log relative hazard of a re-report before the first, between, and after the last of the days.
    cuts : ndarray, shape (n_cuts,)
        Days of change, rising; each still has the hazard before it.
    hazards : Hazards
        Baseline and competing hazards.
    days : ndarray, shape (T,)
        Times in days, in any order.

    Returns
    -------
    ndarray, shape (n, T)
        Probabilities in [0, 1]; see :func:`cumulative_incidence`.
    """
    relative = np.exp(np.clip(predictor, -LARGEST_PREDICTOR, LARGEST_PREDICTOR))
    used = hazards.times <= days.max(initial=0.0)
    times, a, b = hazards.times[used], hazards.re_report[used], hazards.competing[used]
    period, position = np.searchsorted(cuts, times, side="left"), np.searchsorted(times, days, side="right")
    result = np.empty((len(relative), len(days)))
    size = max(1, CHUNK_VALUES // max(1, len(times)))
    for start in range(0, len(relative), size):
        mine = relative[start : start + size][:, period] * a
        both = mine + b
        after = np.cumsum(both, axis=1)
        leaving = np.exp(-(after - both)) - np.exp(-after)
        gained = leaving * np.divide(mine, both, out=np.zeros_like(mine), where=both > 0)
        reached = np.concatenate((np.zeros((len(mine), 1)), np.cumsum(gained, axis=1)), axis=1)
        result[start : start + size] = reached[:, position]
    return np.minimum(result, 1.0)


def incidence_of_curves(survival: Callable[[Floats], Floats], competing: Hazards, days: Floats) -> Floats:
    """Return the probability of a re-report by each time, where its hazard is a smooth curve of each row.

    Parameters
    ----------
    survival : callable
        From k increasing times to the probability, shape (n, k), of no re-report by then if nothing else happened.
    competing : Hazards
        Times and jumps of the hazard of all competing events; its hazard of a re-report is not used.
    days : ndarray, shape (T,)
        Times in days, in any order.

    Returns
    -------
    ndarray, shape (n, T)
        Probabilities in [0, 1].

    Notes
    -----
    Between two jumps of the competing hazard, the chance to be free of competing events stays at ``exp(-B)``, so
    ``F(t) = sum over intervals (a, b] up to t of exp(-B(a)) (S(a) - S(b))``. Kalbfleisch and Prentice (2002), section
    8.2.
    """
    distinct, where = np.unique(days, return_inverse=True)
    steps = _between_jumps(survival, competing, days.max(initial=0.0))
    last = np.searchsorted(steps.grid, distinct, side="right") - 1
    result = steps.reached[:, last] + steps.free[last] * (steps.survival[:, last] - survival(distinct))
    return np.asarray(np.clip(result, 0.0, 1.0)[:, where], dtype=np.float64)


def survival_when_reached(
    survival: Callable[[Floats], Floats], competing: Hazards, probability: float, last_day: float
) -> Floats:
    """Return the value of each row's own curve at which its probability of a re-report comes to a given one.

    Parameters
    ----------
    survival, competing
        As in :func:`incidence_of_curves`.
    probability : float
        Above 0 and below 1.
    last_day : float
        Competing events after it are not looked at.

    Returns
    -------
    ndarray, shape (n,)
        Value of ``survival``; below 0 where the probability is never reached.
    """
    steps = _between_jumps(survival, competing, last_day)
    at = np.maximum((steps.reached < probability).sum(axis=1) - 1, 0)
    rows = np.arange(len(at))
    missing = (probability - steps.reached[rows, at]) / steps.free[at]
    return np.asarray(steps.survival[rows, at] - missing, dtype=np.float64)


@dataclass(frozen=True)
class _Steps:
    """The times between which the competing hazard stands still, and what is reached at each."""

    grid: Floats
    free: Floats
    survival: Floats
    reached: Floats


def _between_jumps(survival: Callable[[Floats], Floats], competing: Hazards, last_day: float) -> _Steps:
    used = competing.times < last_day
    grid = np.concatenate(([0.0], competing.times[used]))
    free = np.exp(-np.concatenate(([0.0], np.cumsum(competing.competing[used]))))
    own = survival(grid)
    gained = free[:-1] * (own[:, :-1] - own[:, 1:])
    reached = np.concatenate((np.zeros((len(own), 1)), np.cumsum(gained, axis=1)), axis=1)
    return _Steps(grid, free, own, reached)


def competing_hazard(
    duration: Floats, happened: NDArray[np.bool_], weight: Floats, entry: Floats | None = None
) -> tuple[Floats, Floats]:
    """Return times and jumps of the Nelson-Aalen hazard, the same for all rows.

    Parameters
    ----------
    duration : ndarray, shape (n,)
        Days at the end of the time at risk.
    happened : ndarray of bool, shape (n,)
        Whether it ends in a competing event.
    weight : ndarray, shape (n,)
        Case weights.
    entry : ndarray, shape (n,), optional
        Days at its start; 0 without it.

    Returns
    -------
    times, jumps : ndarray, shape (k,)
        Distinct times of competing events and the hazard at each.
    """
    times, where = np.unique(duration[happened], return_inverse=True)
    lost = np.bincount(where, weight[happened], minlength=len(times))
    at_risk = _weight_from(duration, weight, times)
    if entry is not None:
        at_risk -= _weight_from(entry, weight, times)
    return times, lost / at_risk


def _weight_from(days: Floats, weight: Floats, times: Floats) -> Floats:
    """Return the weight of the rows whose day is at or after each time."""
    order = np.argsort(days, kind="stable")
    from_here = np.concatenate((np.cumsum(weight[order][::-1])[::-1], [0.0]))
    return np.asarray(from_here[np.searchsorted(days[order], times, side="left")], dtype=np.float64)


def _with_competing(relative: Floats, hazards: Hazards, days: Floats) -> Floats:
    used = np.flatnonzero((hazards.re_report > 0) & (hazards.times <= days.max(initial=0.0)))
    a, b = hazards.re_report[used], hazards.competing[used]
    after_a, after_b = np.cumsum(hazards.re_report)[used], np.cumsum(hazards.competing)[used]
    position = np.searchsorted(hazards.times[used], days, side="right")
    result = np.empty((len(relative), len(days)))
    size = max(1, CHUNK_VALUES // max(1, len(used)))
    for start in range(0, len(relative), size):
        r = relative[start : start + size, None]
        mine = r * a
        leaving = np.exp(-(r * (after_a - a) + (after_b - b))) - np.exp(-(r * after_a + after_b))
        gained = leaving * (mine / (mine + b))
        reached = np.concatenate((np.zeros((len(r), 1)), np.cumsum(gained, axis=1)), axis=1)
        result[start : start + size] = reached[:, position]
    return np.minimum(result, 1.0)  # the sum of many shares can pass 1 by a rounding error
