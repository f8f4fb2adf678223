"""Concordant pairs of durations and predictions, counted in O(n log n)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.errors import DataError
from hgrisk.hazards.compiled import compiled
from hgrisk.hazards.risk_sets import Floats
from hgrisk.surv import CENSORED, RE_REPORT

Steps = NDArray[np.int64]

DRAWS_AT_ONCE = 32
"""Draws that share one walk through the tree; more would not fit the processor's cache."""


def compare_pairs(
    outcome: tuple[Floats, NDArray[Any]],
    predicted: Floats,
    weights: NDArray[Any],
    *,
    censoring: Floats | None = None,
    horizon_days: float = np.inf,
) -> tuple[Floats, Floats]:
    """Count the pairs in which the earlier re-report has the higher prediction, and all that can be compared.

    Parameters
    ----------
    outcome : tuple of two ndarray, shape (n,)
        Days at risk and event codes.
    predicted : ndarray, shape (n,)
        Predictions; higher is worse.
    weights : ndarray, shape (b, n)
        How often each row counts, for each of b draws.
    censoring : ndarray, shape (n,), optional
        G just before the end of each row's follow-up, for inverse weights; none by default.
    horizon_days : float
        The earlier of a pair is a re-report by this day.

    Returns
    -------
    won, compared : ndarray, shape (b,)
        Weight of the pairs; equal predictions count 1/2.

    Notes
    -----
    A re-report i with i's day T_i by the horizon is compared with j that is known to be without one then: followed
    longer (weight 1/G(T_i-)^2), or after a competing event by T_i (weight 1/(G(T_i-) G(T_j-))). Censoring on the day
    T_i itself counts as longer: on one day events come first.
    """
    duration, event = outcome
    if not len(duration) == len(event) == len(predicted) == weights.shape[1]:
        found = f"{len(duration)} outcomes, {len(predicted)} predictions and {weights.shape[1]} weights"
        raise DataError("Every row has an outcome, a prediction and a weight", found, "give all the same length")
    _, rank = np.unique(predicted, return_inverse=True)
    case = (event == RE_REPORT) & (duration <= horizon_days)
    ones = np.ones(len(duration))
    inverse = ones if censoring is None else 1.0 / np.where(censoring > 0, censoring, np.inf)
    later, earlier = _later_steps(duration, event, case), _earlier_steps(duration, event, case)
    won, compared = np.zeros(len(weights)), np.zeros(len(weights))
    for start in range(0, len(weights), DRAWS_AT_ONCE):
        block = slice(start, start + DRAWS_AT_ONCE)
        copies = np.ascontiguousarray(weights[block].T, dtype=np.float64)
        for steps, inserted, asked in ((later, ones, inverse**2), (earlier, inverse, inverse)):
            some_won, some = count_pairs(steps, rank.astype(np.int64), inserted, asked, copies)
            won[block] += some_won
            compared[block] += some
    return won, compared


def _later_steps(duration: Floats, event: NDArray[Any], case: NDArray[np.bool_]) -> Steps:
    """Walk back in time: on one day first those without a re-report enter, then cases ask, then cases enter."""
    rows, cases = np.arange(len(duration)), np.flatnonzero(case)
    turn = np.where(event == RE_REPORT, 2, 0)
    day = np.concatenate((-duration, -duration[cases]))
    order = np.lexsort((np.concatenate((turn, np.ones(len(cases)))), day))
    return _until_last_question(np.concatenate((rows, ~cases))[order])


def _earlier_steps(duration: Floats, event: NDArray[Any], case: NDArray[np.bool_]) -> Steps:
    """Walk forward in time: on one day cases ask first, then competing events enter."""
    competing = np.flatnonzero((event != RE_REPORT) & (event != CENSORED))
    cases = np.flatnonzero(case)
    day = np.concatenate((duration[competing], duration[cases]))
    turn = np.concatenate((np.ones(len(competing)), np.zeros(len(cases))))
    steps = np.concatenate((competing, ~cases))[np.lexsort((turn, day))]
    return _until_last_question(steps) if len(competing) else steps[:0]


def _until_last_question(steps: NDArray[np.intp]) -> Steps:
    asked = np.flatnonzero(steps < 0)
    return steps[: asked[-1] + 1 if len(asked) else 0].astype(np.int64)


def _count_pairs(steps, rank, inserted, asked, copies):
    """Follow the steps with a Fenwick tree over the ranks, all draws at once.

    A step r >= 0 enters row r with ``inserted[r] * copies[r]``; a step ~r compares row r with all that have entered.
    Returns the weight of the won pairs and of all pairs, shapes (b,). Loops over draws are explicit because array
    expressions would allocate memory at each step.
    """
    n_ranks, n_draws = rank.max() + 1, copies.shape[1]
    tree = np.zeros((n_ranks + 1, n_draws))
    entered, wins, pairs, held = np.zeros(n_draws), np.zeros(n_draws), np.zeros(n_draws), np.zeros(n_draws)
    for step in steps:
        if step >= 0:
            for b in range(n_draws):
                held[b] = inserted[step] * copies[step, b]
                entered[b] += held[b]
            node = rank[step] + 1
            while node <= n_ranks:
                for b in range(n_draws):
                    tree[node, b] += held[b]
                node += node & -node
        else:
            row = ~step
            held[:] = 0.0
            # the sum up to the rank below and up to this rank: their mean counts equal risks 1/2
            for top in (rank[row], rank[row] + 1):
                node = top
                while node > 0:
                    for b in range(n_draws):
                        held[b] += tree[node, b]
                    node -= node & -node
            for b in range(n_draws):
                weight = asked[row] * copies[row, b]
                wins[b] += 0.5 * weight * held[b]
                pairs[b] += weight * entered[b]
    return wins, pairs


count_pairs = compiled(_count_pairs)
"""The compiled form of ``_count_pairs``."""
