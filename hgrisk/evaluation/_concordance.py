"""Weighted counts of concordant pairs in O(n log n) for each bootstrap draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation._sums import ratio
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import CENSORED, RE_REPORT

Steps = NDArray[np.int64]

DRAWS_AT_ONCE = 32
"""Draws that share one walk through the tree; more would not fit the processor's cache."""


def concordance(sample: Sample, horizon_days: float, weights: NDArray[Any], censoring: Floats) -> Floats:
    """Return the share of comparable pairs in which the earlier re-report has the higher risk.

    Parameters
    ----------
    sample : Sample
        Outcomes and risks of n rows.
    horizon_days : float
        The earlier of a pair is a re-report by this day; rows are ranked by their risk at it.
    weights : ndarray, shape (b, n)
        How often each row counts.
    censoring : ndarray, shape (n,)
        G just before the end of each row's follow-up; ones for no weighting.

    Returns
    -------
    ndarray, shape (b,)
        In [0, 1], equal risks counting 1/2; NaN without a comparable pair.

    Notes
    -----
    A re-report i with i's day T_i by the horizon is compared with j that is known to be without one then: followed
    longer (weight 1/G(T_i-)^2), or after a competing event by T_i (weight 1/(G(T_i-) G(T_j-))). Censoring on the day
    T_i itself counts as longer: on one day events come first.
    """
    _, rank = np.unique(sample.risk_at(horizon_days), return_inverse=True)
    case = (sample.event == RE_REPORT) & (sample.duration_days <= horizon_days)
    ones, inverse = np.ones(len(sample)), 1.0 / np.where(censoring > 0, censoring, np.inf)
    later = _later_steps(sample, case)
    earlier = _earlier_steps(sample, case)
    wins, pairs = np.zeros(len(weights)), np.zeros(len(weights))
    for start in range(0, len(weights), DRAWS_AT_ONCE):
        block = slice(start, start + DRAWS_AT_ONCE)
        copies = np.ascontiguousarray(weights[block].T, dtype=np.float64)
        for steps, inserted, asked in ((later, ones, inverse**2), (earlier, inverse, inverse)):
            won, compared = count_pairs(steps, rank.astype(np.int64), inserted, asked, copies)
            wins[block] += won
            pairs[block] += compared
    return ratio(wins, pairs)


def _later_steps(sample: Sample, case: NDArray[np.bool_]) -> Steps:
    """Walk back in time: on one day first those without a re-report enter, then cases ask, then cases enter."""
    rows, cases = np.arange(len(sample)), np.flatnonzero(case)
    turn = np.where(sample.event == RE_REPORT, 2, 0)
    day = np.concatenate((-sample.duration_days, -sample.duration_days[cases]))
    order = np.lexsort((np.concatenate((turn, np.ones(len(cases)))), day))
    return _until_last_question(np.concatenate((rows, ~cases))[order])


def _earlier_steps(sample: Sample, case: NDArray[np.bool_]) -> Steps:
    """Walk forward in time: on one day cases ask first, then competing events enter."""
    competing = np.flatnonzero((sample.event != RE_REPORT) & (sample.event != CENSORED))
    cases = np.flatnonzero(case)
    day = np.concatenate((sample.duration_days[competing], sample.duration_days[cases]))
    turn = np.concatenate((np.ones(len(competing)), np.zeros(len(cases))))
    steps = np.concatenate((competing, ~cases))[np.lexsort((turn, day))]
    return _until_last_question(steps) if len(competing) else steps[:0]


def _until_last_question(steps: NDArray[np.intp]) -> Steps:
    asked = np.flatnonzero(steps < 0)
    return steps[: asked[-1] + 1 if len(asked) else 0].astype(np.int64)


def _count_pairs(steps: Steps, rank: Steps, inserted: Floats, asked: Floats, copies: Floats) -> tuple[Floats, Floats]:
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


count_pairs = cast("Callable[..., tuple[Floats, Floats]]", njit(cache=True)(_count_pairs))
"""The compiled form of ``_count_pairs``."""
