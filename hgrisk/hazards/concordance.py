"""Concordant pairs of durations and predictions, counted in O(n log n)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.errors import DataError
from hgrisk.hazards.compiled import compiled
from hgrisk.hazards.placing import Floats, place_rows
from hgrisk.surv import CENSORED, RE_REPORT

DRAWS_AT_ONCE = 32
"""Draws that share one walk through the tree; more would not fit the processor's cache."""


def compare_pairs(
    outcome: tuple[Floats, NDArray[Any]],
    predicted: Floats,
    weights: NDArray[Any],
    *,
    entry: Floats | None = None,
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
    entry : ndarray, shape (n,), optional
        Days at which each row came under observation, below its days at risk; 0 by default.
    censoring : ndarray, shape (n,), optional
        G just before the end of each row's follow-up, for inverse weights; none by default, which is faster.
    horizon_days : float
        The earlier of a pair is a re-report by this day.

    Returns
    -------
    won, compared : ndarray, shape (b,)
        Weight of the pairs; equal predictions count 1/2. Without inverse weights, whole weights give exact counts.

    Raises
    ------
    DataError
        If lengths differ, a prediction is missing, or there are both entry times and inverse weights.

    Notes
    -----
    A re-report i with i's day T_i by the horizon is compared with j that is known to be without one then: followed
    longer (weight 1/G(T_i-)^2), or after a competing event by T_i (weight 1/(G(T_i-) G(T_j-))). Censoring on the day
    T_i itself counts as longer: on one day events come first. With entry times, j is at risk at T_i: it entered before.
    The pairs in which it had not are taken off the others, for which its row is laid out twice; sums of weights that
    are no whole numbers then have rounding errors even where no pair is left.

    Examples
    --------
    >>> outcome = np.array([100.0, 200.0, 300.0, 600.0]), np.array([1, 0, 1, 0])
    >>> won, compared = compare_pairs(outcome, np.array([0.5, 0.1, 0.2, 0.4]), np.ones((1, 4)))
    >>> won.tolist(), compared.tolist()
    ([3.0], [4.0])
    """
    duration, event = outcome
    entries = len(duration) if entry is None else len(entry)
    if not len(duration) == len(event) == len(predicted) == weights.shape[1] == entries:
        found = f"{len(duration)} outcomes, {len(predicted)} predictions and {weights.shape[1]} weights"
        raise DataError("Every row has an outcome, a prediction and a weight", found, "give all the same length")
    twice = _late_rows(entry, censoring)
    predicted = np.concatenate((predicted, predicted[twice]))
    order = np.argsort(predicted)  # all rows are laid out in it, so that the walks below read memory from end to end
    bounds, again = _levels(predicted[order]), order >= len(duration)
    order[again] = twice[order[again] - len(duration)]
    outcome = duration[order], event[order]
    if entry is not None and len(twice):
        comparisons = [_comparison_of_late(outcome, entry[order], again, horizon_days)]
    else:
        inverse = None if censoring is None else 1.0 / np.where(censoring > 0, censoring, np.inf)[order]
        comparisons = _comparisons(*outcome, inverse, horizon_days)
    won, compared = np.zeros(len(weights)), np.zeros(len(weights))
    for start in range(0, len(weights), DRAWS_AT_ONCE):
        block = slice(start, start + DRAWS_AT_ONCE)
        copies = np.ascontiguousarray(weights[block][:, order].T, dtype=np.float64)
        for comparison in comparisons:
            some_won, some = comparison.count(bounds, copies)
            won[block] += some_won
            compared[block] += some
    return won, compared


def mean_won_share(
    outcome: tuple[Floats, NDArray[Any]], predicted: Floats, weights: NDArray[Any], *, horizon_days: float = np.inf
) -> Floats:
    """Average over the re-reports the share of those without one after it that have a lower prediction.

    Parameters
    ----------
    outcome : tuple of two ndarray, shape (n,)
        Days at risk and event codes.
    predicted : ndarray, shape (n,)
        Predictions; higher is worse.
    weights : ndarray, shape (b, n)
        How often each row counts, for each of b draws.
    horizon_days : float
        Re-reports by this day are averaged over.

    Returns
    -------
    ndarray, shape (b,)
        In [0, 1], equal predictions counting 1/2; NaN if nobody outlasts a re-report.

    Raises
    ------
    DataError
        If a prediction is missing.

    Notes
    -----
    The pairs are those of `compare_pairs` without inverse weights; here each re-report counts the same, however many
    it is compared with.

    Examples
    --------
    >>> outcome = np.array([100.0, 200.0, 300.0, 600.0]), np.array([1, 0, 1, 0])
    >>> mean_won_share(outcome, np.array([0.3, 0.1, 0.5, 0.4]), np.ones((1, 4))).round(4).tolist()
    [0.6667]
    """
    duration, event = outcome
    order = np.argsort(predicted)
    bounds = _levels(predicted[order])
    (comparison,) = _comparisons(duration[order], event[order], None, horizon_days)
    slot, is_case = comparison.slot, comparison.asks > 0
    shares = np.full(len(weights), np.nan)
    for draw, copies in enumerate(weights):
        its = np.ascontiguousarray(copies[order], dtype=np.float64)
        entering = np.bincount(slot, weights=its, minlength=comparison.n_slots + 1)
        later = np.append(np.cumsum(entering[::-1])[::-1], 0.0)[slot + 1]
        counts = is_case & (later > 0) & (its > 0)
        if counts.any():
            asks = np.divide(its, later, out=np.zeros(len(its)), where=counts)
            shares[draw] = count_once(bounds, slot, its, asks, comparison.n_slots)[0] / its[counts].sum()
    return shares.round(13)  # one prediction for all is 1/2, whatever the rounding of the sums


@dataclass(frozen=True, eq=False)
class _Comparison:
    """Cases, and the rows they are compared with: those that enter at a later slot. Rows in order of prediction.

    Attributes
    ----------
    slot : ndarray of int32, shape (n,)
        From 0 to ``n_slots``; nobody is compared with a row that enters at 0.
    enters, asks : ndarray, shape (n,)
        Weight of the row in its pairs as the one at the later slot, and as the case; 0 where it never is. One that
        enters with a weight below 0 takes pairs off.
    n_slots : int
        The last slot.
    """

    slot: NDArray[np.int32]
    enters: Floats
    asks: Floats
    n_slots: int

    def count(self, bounds: NDArray[np.intp], copies: Floats) -> tuple[Any, Any]:
        """Return the weight of the won pairs and of all, shapes (b,), of rows that count ``copies`` (n, b) times."""
        if copies.shape[1] > 1:
            return count_by_draw(bounds, self.slot, self.enters, self.asks, copies, self.n_slots)  # type: ignore[no-any-return]
        its = copies[:, 0]
        return count_once(bounds, self.slot, self.enters * its, self.asks * its, self.n_slots)  # type: ignore[no-any-return]


def _levels(rising: Floats) -> NDArray[np.intp]:
    """Return where each level of prediction begins, and the number of rows."""
    if len(rising) and np.isnan(rising[-1]):
        raise DataError("A prediction is a number", "nan", "correct the model that gave it")
    return np.concatenate(([0], np.flatnonzero(rising[1:] != rising[:-1]) + 1, [len(rising)]))


def _late_rows(entry: Floats | None, censoring: Floats | None) -> NDArray[np.intp]:
    """Return the rows that enter late."""
    late = np.empty(0, dtype=np.intp) if entry is None else np.flatnonzero(entry > 0)
    if len(late) and censoring is not None:
        found = f"{len(late)} that enter late"
        raise DataError("Inverse weights are of rows observed from day 0", found, "leave entry or censoring out")
    return late


def _comparison_of_late(
    outcome: tuple[Floats, NDArray[Any]], entry: Floats, again: NDArray[np.bool_], horizon_days: float
) -> _Comparison:
    """Place rows as `_comparisons` does, and those laid out again at their entry, to take off the cases before it."""
    duration, event = outcome
    case = (event == RE_REPORT) & (duration <= horizon_days) & ~again
    places = place_rows(duration, case, entry)
    stays = (event != RE_REPORT) & (event != CENSORED)
    stop = np.where(stays, places.n_slots, places.stop) - case
    slot = np.where(again, places.start, stop).astype(np.int32)
    return _Comparison(slot, np.where(again, -1.0, 1.0), case.astype(np.float64), places.n_slots)


def _comparisons(
    duration: Floats, event: NDArray[Any], inverse: Floats | None, horizon_days: float
) -> list[_Comparison]:
    """Place the rows among the times of the cases: a row enters after the last case that it is compared with."""
    case = (event == RE_REPORT) & (duration <= horizon_days)
    competing = (event != RE_REPORT) & (event != CENSORED)
    places = place_rows(duration, case)
    stop, last, ones = places.stop, places.n_slots, np.ones(len(duration))
    if inverse is None:
        stop[competing] = last  # they are compared with every case
        return [_Comparison(stop - case, ones, case.astype(np.float64), last)]
    asks = case * inverse
    comparisons = [_Comparison(stop - case, ones, asks**2, last)]
    if competing.any():
        comparisons.append(_Comparison(last - stop, competing * inverse, asks, last))
    return comparisons


def _count_once(bounds, slot, enters, asks, n_slots):
    """Walk from the lowest prediction up, with a Fenwick tree over the slots of the rows that have entered.

    The cases of a level ask before their own level enters and again after it: the mean counts equal predictions 1/2.
    Returns the weight of the won pairs and of all.
    """
    tree, asked, won, compared = np.zeros(n_slots + 1), np.zeros(n_slots + 1), 0.0, 0.0
    for level in range(len(bounds) - 1):
        first, last = bounds[level], bounds[level + 1]
        alone = last - first == 1
        for row in range(first, last):
            if asks[row] > 0:
                won += (1.0 if alone else 0.5) * asks[row] * _later(tree, slot[row])
                asked[slot[row]] += asks[row]
        for row in range(first, last):
            node = slot[row] if enters[row] != 0 else 0
            while node > 0:
                tree[node] += enters[row]
                node -= node & -node
        for row in range(last if alone else first, last):
            if asks[row] > 0:
                won += 0.5 * asks[row] * _later(tree, slot[row])
    for s in range(n_slots):
        if asked[s] > 0:
            compared += asked[s] * _later(tree, s)
    return won, compared


@compiled(inline="always")
def _later(tree, slot):
    """Return the weight that has entered at later slots."""
    node, weight = slot + 1, 0.0
    while node < len(tree):
        weight += tree[node]
        node += node & -node
    return weight


def _count_by_draw(bounds, slot, enters, asks, copies, n_slots):
    """The same walk for all draws at once; loops over draws, because array expressions would allocate at each step."""
    n_draws = copies.shape[1]
    tree, asked = np.zeros((n_slots + 1, n_draws)), np.zeros((n_slots + 1, n_draws))
    won, compared, held = np.zeros(n_draws), np.zeros(n_draws), np.zeros(n_draws)
    for level in range(len(bounds) - 1):
        first, last = bounds[level], bounds[level + 1]
        share = 1.0 if last - first == 1 else 0.5
        for row in range(first, last):
            if asks[row] > 0:
                _hold_later(tree, slot[row], held)
                for b in range(n_draws):
                    won[b] += share * asks[row] * copies[row, b] * held[b]
                    asked[slot[row], b] += asks[row] * copies[row, b]
        _enter_by_draw(tree, slot, enters, copies, first, last)
        for row in range(first if last - first > 1 else last, last):
            if asks[row] > 0:
                _hold_later(tree, slot[row], held)
                for b in range(n_draws):
                    won[b] += share * asks[row] * copies[row, b] * held[b]
    for s in range(n_slots):
        _hold_later(tree, s, held)
        for b in range(n_draws):
            compared[b] += asked[s, b] * held[b]
    return won, compared


@compiled(inline="always")
def _enter_by_draw(tree, slot, enters, copies, first, last):
    for row in range(first, last):
        node = slot[row] if enters[row] != 0 else 0
        while node > 0:
            for b in range(copies.shape[1]):
                tree[node, b] += enters[row] * copies[row, b]
            node -= node & -node


@compiled(inline="always")
def _hold_later(tree, slot, held):
    """Put the weight that has entered at later slots into ``held``, for each draw."""
    held[:] = 0.0
    node = slot + 1
    while node < len(tree):
        for b in range(len(held)):
            held[b] += tree[node, b]
        node += node & -node


count_once, count_by_draw = compiled(_count_once), compiled(_count_by_draw)
"""The compiled forms."""
