"""Scores and variances of tests that compare groups: log-rank tests and Gray's test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.hazards.compiled import compiled
from hgrisk.hazards.placing import Codes, Floats, Places, by_slot


@dataclass(frozen=True)
class Scores:
    """What a test adds up over the event times of all strata.

    Attributes
    ----------
    observed, expected : ndarray, shape (n_groups,)
        Weighted events of each group, and those expected were there no difference.
    covariance : ndarray, shape (n_groups, n_groups)
        Covariance of their difference.
    """

    observed: Floats
    expected: Floats
    covariance: Floats


def log_rank_scores(
    places: Places, happened: NDArray[np.bool_], size: Floats, group: Codes, factor: Floats, *, n_groups: int
) -> Scores:
    """Compare the hazards of groups at each event time.

    Parameters
    ----------
    places : Places
        Where rows begin and end among the event times of their stratum.
    happened : ndarray of bool, shape (n,)
        Whether a row ends in the event.
    size : ndarray, shape (n,)
        Case weights; they count as copies.
    group : ndarray of int64, shape (n,)
        Group of each row, from 0.
    factor : ndarray, shape (k,)
        Weight of each event time in the test.
    n_groups : int
        Number of groups.

    Returns
    -------
    Scores
        With the hypergeometric covariance.

    Notes
    -----
    Mantel (1966); Fleming and Harrington (1991), chapter 7.
    """
    everyone = np.arange(len(group))
    leaving, leavers = by_slot(places.stop, places.n_slots, everyone)
    entering, enterers = by_slot(places.start, places.n_slots, everyone)
    orders = (leaving, leavers, entering, enterers)
    return Scores(*_log_rank(places.first, orders, (happened, size, group), factor, n_groups))


def gray_scores(places: Places, cause: Codes, group: Codes, rho: float, *, n_groups: int) -> Scores:
    """Compare the cumulative incidences of groups at each event time.

    Parameters
    ----------
    places : Places
        Where rows end among the times of any event in their stratum; all are at risk from the beginning.
    cause : ndarray of int64, shape (n,)
        0 the event that is compared, 1 a competing one, -1 none.
    group : ndarray of int64, shape (n,)
        Group of each row, from 0.
    rho : float
        Times weigh ``(1 - F(t-))**rho``, with F the incidence of all groups together.
    n_groups : int
        Number of groups.

    Returns
    -------
    Scores
        With the covariance of Gray (1988), doi:10.1214/aos/1176350951, and a correction for ties.
    """
    leaving, leavers = by_slot(places.stop, places.n_slots, np.arange(len(group)))
    return Scores(*_gray(places.first, (leaving, leavers), (cause, group), rho, n_groups))


@compiled
def _log_rank(first, orders, rows, factor, n_groups):
    """Go along the slots of each stratum from the last to the first."""
    leaving, leavers, entering, enterers = orders
    happened, size, group = rows
    observed, expected = np.zeros(n_groups), np.zeros(n_groups)
    covariance = np.zeros((n_groups, n_groups))
    for stratum in range(len(first) - 1):
        at_risk = np.zeros(n_groups)
        for slot in range(first[stratum + 1] - 1, first[stratum], -1):
            events = np.zeros(n_groups)
            for row in leavers[leaving[slot] : leaving[slot + 1]]:
                at_risk[group[row]] += size[row]
                if happened[row]:
                    events[group[row]] += size[row]
            for row in enterers[entering[slot] : entering[slot + 1]]:
                at_risk[group[row]] -= size[row]
            _compare(at_risk, events, factor[slot], observed, expected, covariance)
    return observed, expected, covariance


@compiled
def _compare(at_risk, events, factor, observed, expected, covariance):
    n, d = at_risk.sum(), events.sum()
    spread = factor * factor * d * (n - d) / (n - 1.0) if n > 1.0 else 0.0
    for a in range(len(at_risk)):
        share = at_risk[a] / n
        observed[a] += factor * events[a]
        expected[a] += factor * d * share
        covariance[a, a] += spread * share
        for b in range(len(at_risk)):
            covariance[a, b] -= spread * share * at_risk[b] / n


@compiled
def _gray(first, order, rows, rho, n_groups):
    """Go along the slots of each stratum; see Gray (1988), section 2, for the names in the comments."""
    leaving, leavers = order
    cause, group = rows
    scores = np.zeros((2, n_groups))  # observed and expected
    covariance = np.zeros((n_groups, n_groups))
    for stratum in range(len(first) - 1):
        state = np.zeros((3, n_groups))  # at risk, chance to be free of any event, incidence: all just before the time
        state[1] = 1.0
        for row in leavers[leaving[first[stratum] + 1] : leaving[first[stratum + 1]]]:
            state[0, group[row]] += 1.0
        squares = np.zeros((n_groups, n_groups))
        crosses, drift = np.zeros((n_groups, n_groups)), np.zeros((n_groups, n_groups))  # drift: c(t)
        rest, together = np.zeros(n_groups), 0.0
        for slot in range(first[stratum] + 1, first[stratum + 1]):
            events = np.zeros((3, n_groups))  # compared, competing, none
            for row in leavers[leaving[slot] : leaving[slot + 1]]:
                events[cause[row] if cause[row] >= 0 else 2, group[row]] += 1.0
            together = _gray_time(events, state, together, rho, scores, (drift, squares, crosses, rest))
        _close_squares(drift, squares, crosses, rest, covariance)
    return scores[0], scores[1], covariance


@compiled
def _gray_time(events, state, together, rho, scores, sums):
    """Add one event time to the sums and return the incidence of all groups together after it."""
    at_risk, free, reached = state
    drift, squares, crosses, rest = sums
    n_groups = len(at_risk)
    stand_in, mine, all_in, still = np.zeros(n_groups), 0.0, 0.0, 0.0  # h(t), and the sum of R(t)
    for k in range(n_groups):
        mine += events[0, k]
        if at_risk[k] > 0:
            stand_in[k] = at_risk[k] / free[k]
            all_in += stand_in[k]
            still += stand_in[k] * (1.0 - reached[k])
    factor = (1.0 - together) ** rho
    rate = mine / (all_in * (1.0 - together))
    together += mine / all_in
    ratio, size, size_other = np.zeros(n_groups), np.zeros(n_groups), np.zeros(n_groups)
    for k in range(n_groups):
        if at_risk[k] > 0:
            scores[0, k] += factor * events[0, k]
            scores[1, k] += factor * mine * stand_in[k] * (1.0 - reached[k]) / still
            ratio[k], size[k], size_other[k] = _sizes(events[:, k], state[:, k], mine, all_in, together)
    part, other = np.zeros((n_groups, n_groups)), np.zeros((n_groups, n_groups))
    for i in range(n_groups):
        for k in range(n_groups):
            spread = factor * stand_in[i] * ((1.0 if i == k else 0.0) - stand_in[k] / all_in)
            drift[i, k] += spread * rate
            part[i, k] = spread - drift[i, k] * (1.0 - ratio[k])
            other[i, k] = -drift[i, k] * ratio[k]
    _add_squares(part, 1.0 - ratio, size, squares, crosses, rest)
    _add_squares(other, ratio, size_other, squares, crosses, rest)
    for k in range(n_groups):
        if at_risk[k] > 0:
            reached[k] += free[k] * events[0, k] / at_risk[k]
            free[k] *= (at_risk[k] - events[0, k] - events[1, k]) / at_risk[k]
            at_risk[k] -= events[0, k] + events[1, k] + events[2, k]
    return together


@compiled
def _sizes(events, before, mine, all_in, together):
    """Return (1 - F) / S after the time, and what each kind of event adds to the variance, ties allowed for."""
    at_risk, free = before[0], before[1]
    after = free * (at_risk - events[0] - events[1]) / at_risk
    ratio = (1.0 - together) / after if after > 0 else 0.0
    tied = 1.0 - (mine - 1.0) / (all_in * free - 1.0) if mine > 1 else 1.0
    of_mine = tied * free * mine / (all_in * at_risk)
    tied = 1.0 - (events[1] - 1.0) / (at_risk - 1.0) if events[1] > 1 else 1.0
    return ratio, of_mine, tied * free * free * events[1] / (at_risk * at_risk) if after > 0 else 0.0


@compiled
def _add_squares(part, other, size, squares, crosses, rest):
    """Add size times the squares of (part + other c(tau)), as a quadratic in c(tau) that is known at the end only."""
    n_groups = len(size)
    for k in range(n_groups):
        if size[k] > 0:
            rest[k] += other[k] * other[k] * size[k]
            for i in range(n_groups):
                crosses[i, k] += part[i, k] * other[k] * size[k]
                for j in range(n_groups):
                    squares[i, j] += part[i, k] * part[j, k] * size[k]


@compiled
def _close_squares(drift, squares, crosses, rest, covariance):
    """Add the sums of squares of a stratum to the covariance, now that c(tau) is known."""
    n_groups = len(rest)
    for i in range(n_groups):
        for j in range(n_groups):
            total = squares[i, j]
            for k in range(n_groups):
                total += drift[i, k] * drift[j, k] * rest[k] + drift[i, k] * crosses[j, k] + drift[j, k] * crosses[i, k]
            covariance[i, j] += total
