"""The Cox likelihood at one linear predictor: sums over risk sets, steps of the hazard, expected events of each row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hgrisk.hazards.compiled import compiled
from hgrisk.hazards.design import N_SHARES, equal_parts
from hgrisk.hazards.risk_sets import Floats, RiskSets, ties_at
from hgrisk.hazards.threads import side_by_side

DIGITS_KEPT = 1e-10
"""Smallest part of a later risk set that an earlier one may be: sums are differences there."""

MANY_ROWS = 100_000
MANY_A_SLOT = 8
"""Rows, and rows a slot, that are worth threads."""


@dataclass(frozen=True)
class Weighted:
    """Risk sets whose rows count by a weight.

    Attributes
    ----------
    sets : RiskSets
        The risk sets.
    weight : ndarray, shape (n,)
        Case weights, 0 and above.
    n_tied, mean_weight : ndarray, shape (k,)
        Number and mean weight of the events of each slot, of those with a weight.
    efron : bool
        Whether tied events leave the risk set one after the other, rather than all see the whole of it.
    counts : ndarray of bool, shape (n,)
        Whether a row has a weight, and is at risk at some event.
    """

    sets: RiskSets
    weight: Floats
    n_tied: NDArray[np.int64]
    mean_weight: Floats
    efron: bool
    counts: NDArray[np.bool_]

    @property
    def n_events(self) -> float:
        """Weighted number of events."""
        return float(self.n_tied @ self.mean_weight)

    @property
    def usual_weight(self) -> float:
        """Mean weight of an event: the unit in which a likelihood counts."""
        return self.n_events / max(1, int(self.n_tied.sum()))


@dataclass(frozen=True)
class Point:
    """The partial likelihood at one linear predictor.

    With A the risk-set total of a slot, E that of its tied events and f = 0, 1/d, ..., (d - 1)/d the part of them that
    Efron's steps take out, a slot's steps are ``w / (A - f E)``, w the mean weight.

    Attributes
    ----------
    loglik : float
        Log partial likelihood, without the constants of tied sets; minus infinity where a total underflows.
    risk : ndarray, shape (n,)
        Case weight times relative hazard, divided by ``exp(shift)`` of its stratum; 0 for rows that do not count.
    shift : ndarray, shape (k,)
        Largest linear predictor in the slot's stratum, taken out against overflow.
    once : ndarray, shape (k, 2)
        Sums over a slot's steps of ``w / total`` and ``w f / total``: the hazard's jump, and the part of it that the
        slot's own events escape.
    twice : ndarray, shape (k, 4)
        Sums over a slot's steps of ``w f**t / total**2``, t = 0, 1, 2, and of ``w (f - mean)**2 / total**2`` around the
        mean of f so weighted.
    lost : bool
        Whether a risk set is so small beside a later one that its sums have lost their digits.
    """

    loglik: float
    risk: Floats
    shift: Floats
    once: Floats
    twice: Floats
    lost: bool = False


def weigh(sets: RiskSets, weight: Floats, *, efron: bool) -> Weighted:
    """Give the rows of risk sets their weights.

    Parameters
    ----------
    sets : RiskSets
        The risk sets.
    weight : ndarray, shape (n,)
        Case weights, 0 and above.
    efron : bool
        Whether ties are Efron's; else they are Breslow's.

    Returns
    -------
    Weighted
        Risk sets, weights and ties.
    """
    n_tied, mean_weight = ties_at(weight, sets.happened, sets.stop, sets.n_slots)
    return Weighted(sets, weight, n_tied, mean_weight, efron, (weight > 0) & (sets.stop > sets.start))


def likelihood_at(weighted: Weighted, predictor: Floats) -> Point:
    """Evaluate the log partial likelihood (Efron 1977, doi:10.1080/01621459.1977.10480613).

    Parameters
    ----------
    weighted : Weighted
        Risk sets and weights.
    predictor : ndarray, shape (n,)
        Linear predictor of each row; overwritten, since new memory for a million rows takes as long as the sums.

    Returns
    -------
    Point
        Value, and the sums that the derivatives share.
    """
    shift = largest_by_stratum(predictor, weighted)
    risk, at_risk, of_events, gained = risk_sums(weighted, predictor, shift, weighted.counts)
    logs, once, twice = steps_of(at_risk, of_events, weighted)
    lost = bool(_loses(at_risk, weighted.n_tied, weighted.sets.opens))
    return Point(gained - logs, risk, shift, once, twice, lost)


def largest_by_stratum(predictor: Floats, weighted: Weighted) -> Floats:
    """Return the largest linear predictor of the rows that count in each slot's stratum, shape (k,)."""
    sets = weighted.sets
    largest = np.full(int(sets.stratum.max(initial=0)) + 1, -np.inf)
    if len(largest) == 1:
        largest[0] = _largest(predictor, weighted.counts)
    else:
        _raise_to(largest, predictor, weighted.counts, sets.stratum, sets.stop)
    largest[~np.isfinite(largest)] = 0.0
    return np.asarray(largest[sets.stratum], dtype=np.float64)


def risk_sums(
    weighted: Weighted, predictor: Floats, shift: Floats, counts: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats, float]:
    """Return what rows add to the risk sets.

    Parameters
    ----------
    weighted : Weighted
        Risk sets and weights.
    predictor : ndarray, shape (n,)
        Linear predictor of each row; it becomes ``risk``.
    shift : ndarray, shape (k,)
        The largest of them in the stratum of each slot.
    counts : ndarray of bool, shape (n,)
        Rows that count.

    Returns
    -------
    risk : ndarray, shape (n,)
        Weight times relative hazard of each row, at most its weight; 0 for rows that do not count.
    at_risk, of_events : ndarray, shape (k,)
        The sum of these over the rows at risk at each slot, and over its events.
    gained : float
        Weighted sum over the events of ``predictor - shift``.
    """
    sets, n_rows, alone = weighted.sets, len(predictor), int(weighted.sets.opens.sum()) == 1

    def share(rows: slice) -> tuple[Floats, Floats, float]:
        stop, happened = sets.stop[rows], sets.happened[rows]
        own = predictor[rows]
        own -= shift[0] if alone else shift[stop]
        gained = _over_events(own, weighted.weight[rows], happened)
        np.exp(np.minimum(own, 0.0, out=own), out=own)
        own *= weighted.weight[rows]
        leaving, of_events = _leaving(own, counts[rows], happened, sets.start[rows], stop, sets.opens)
        return leaving, of_events, gained

    parts = side_by_side(share, row_shares(n_rows, sets.n_slots))
    leaving, of_events, gained = (sum(some) for some in zip(*parts, strict=True))
    return predictor, _from_the_end(leaving, sets.opens), of_events, gained


def steps_of(at_risk: Floats, of_events: Floats, weighted: Weighted) -> tuple[float, Floats, Floats]:
    """Sum the logs and the inverses of the totals over the steps of each slot; see `Point`."""
    n_tied, mean_weight, n_slots = weighted.n_tied, weighted.mean_weight, len(at_risk)
    once, twice = np.zeros((n_slots, 2)), np.zeros((n_slots, 4))

    def share(slots: slice) -> float:
        totals = (at_risk[slots], of_events[slots], n_tied[slots], mean_weight[slots])
        return float(_steps(*totals, weighted.efron, once[slots], twice[slots]))

    before = np.cumsum(n_tied)
    n_shares = N_SHARES if before[-1] >= MANY_ROWS else 1
    bounds = [0, *np.searchsorted(before, before[-1] * np.arange(1, n_shares) / n_shares).tolist(), n_slots]
    return sum(side_by_side(share, [slice(low, high) for low, high in pairwise(bounds)])), once, twice


def row_shares(n_rows: int, n_slots: int) -> list[slice]:
    """Cut rows into parts for threads, one where tables by slot would be most of the work: on any machine the same."""
    n_shares = N_SHARES if n_rows >= MANY_ROWS and n_rows >= MANY_A_SLOT * n_slots else 1
    return [slice(rows.start, rows.stop) for rows in equal_parts(n_rows, n_shares)]


def expected_events(sets: RiskSets, point: Point, by: Floats | None = None) -> Floats:
    """Return the events expected of each row over its time at risk, times its weight.

    Parameters
    ----------
    sets : RiskSets
        The n rows.
    point : Point
        The likelihood.
    by : ndarray, shape (k,), optional
        A factor of each slot, 0 or above.

    Returns
    -------
    ndarray, shape (n,)
        ``risk * sum of the steps at risk``; a row's own tied steps count in part.
    """
    expected = np.empty(len(point.risk))
    _by_row(_expected, sets, point, expected, by)
    return expected


def surplus_events(weighted: Weighted, point: Point) -> Floats:
    """Return the events observed less those expected of each row, times its weight, shape (n,)."""
    surplus = np.where(weighted.sets.happened, weighted.weight, 0.0)
    _by_row(_take_expected, weighted.sets, point, surplus)
    return surplus


def _by_row(
    kernel: Callable[..., None], sets: RiskSets, point: Point, result: Floats, by: Floats | None = None
) -> None:
    """Go through the rows with what is expected by slot."""
    whole, part = point.once[:, 0], point.once[:, 1]
    if by is not None:
        whole, part = whole * by, part * by
    passed = within_strata(whole, sets.opens)

    def share(rows: slice) -> None:
        row = (point.risk[rows], sets.happened[rows], sets.start[rows], sets.stop[rows])
        kernel(*row, passed, part, result[rows])

    side_by_side(share, row_shares(len(result), sets.n_slots))


@compiled
def within_strata(values, opens):
    """Add up along the slots, anew from each opening slot.

    Parameters
    ----------
    values : ndarray, shape (k,)
        A value for each slot.
    opens : ndarray of bool, shape (k,)
        Whether a slot opens a stratum.

    Returns
    -------
    ndarray, shape (k,)
        Sums up to and including each slot of its stratum.
    """
    sums, running = np.empty(len(values)), 0.0
    for slot in range(len(values)):
        running = 0.0 if opens[slot] else running + values[slot]
        sums[slot] = running
    return sums


@compiled
def _leaving(risk, counts, happened, start, stop, opens):
    """Add up the risks of those that end at each slot, less those that begin, and of its events."""
    leaving, of_events = np.zeros(len(opens)), np.zeros(len(opens))
    for row in range(len(risk)):
        if not counts[row]:
            risk[row] = 0.0
        leaving[stop[row]] += risk[row]
        if happened[row]:
            of_events[stop[row]] += risk[row]
        if not opens[start[row]]:
            leaving[start[row]] -= risk[row]
    return leaving, of_events


@compiled
def _from_the_end(leaving, opens):
    """Turn sums over those that leave at each slot into sums over those at risk there, in place."""
    running = 0.0
    for slot in range(len(leaving) - 1, -1, -1):
        running = 0.0 if opens[slot] else running + leaving[slot]
        leaving[slot] = running
    return leaving


@compiled
def _steps(at_risk, of_events, n_tied, mean_weight, efron, once, twice):
    """Add the inverses up in place; return the sum of the logs, infinite where a total underflows."""
    logs = 0.0
    for slot in range(len(at_risk)):
        mean = 0.0
        for step in range(n_tied[slot]):
            fraction = step / n_tied[slot] if efron else 0.0
            total = at_risk[slot] - fraction * of_events[slot]
            if not total > 0:
                return np.inf
            size = mean_weight[slot] / total
            logs += mean_weight[slot] * np.log(total)
            once[slot, 0] += size
            once[slot, 1] += size * fraction
            size /= total
            twice[slot, 0] += size
            twice[slot, 1] += size * fraction
            twice[slot, 2] += size * fraction * fraction
            change = fraction - mean
            mean += size / twice[slot, 0] * change
            twice[slot, 3] += size * change * (fraction - mean)
    return logs


@compiled
def _over_events(values, weight, happened):
    total = 0.0
    for row in range(len(weight)):
        if happened[row]:
            total += weight[row] * values[row]
    return total


@compiled
def _largest(values, counts):
    largest = -np.inf
    for row in range(len(values)):
        if counts[row]:
            largest = max(largest, values[row])
    return largest


@compiled
def _raise_to(largest, predictor, counts, stratum, stop):
    for row in range(len(predictor)):
        if counts[row]:
            largest[stratum[stop[row]]] = max(largest[stratum[stop[row]]], predictor[row])


@compiled
def _loses(at_risk, n_tied, opens):
    """Return whether a total at an event is a difference of far larger ones: late rows with a high hazard."""
    largest = 0.0
    for slot in range(len(at_risk) - 1, -1, -1):
        largest = 0.0 if opens[slot] else max(largest, at_risk[slot])
        if n_tied[slot] and at_risk[slot] < DIGITS_KEPT * largest:
            return True
    return False


@compiled
def _expected_of(row, risk, happened, start, stop, running, part):
    steps = running[stop[row]] - running[start[row]]
    return risk[row] * (steps - part[stop[row]] if happened[row] else steps)


@compiled
def _expected(risk, happened, start, stop, running, part, expected):
    for row in range(len(risk)):
        expected[row] = _expected_of(row, risk, happened, start, stop, running, part)


@compiled
def _take_expected(risk, happened, start, stop, running, part, observed):
    for row in range(len(risk)):
        observed[row] -= _expected_of(row, risk, happened, start, stop, running, part)
