"""Cumulative incidence from two hazards: that of a re-report, times a relative hazard, and that of all else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
