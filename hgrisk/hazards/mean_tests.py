"""Scores of tests that compare mean counts of groups, with terminal events allowed for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.hazards.clustered_curves import EndedRows
from hgrisk.hazards.placing import Codes, Floats, Places
from hgrisk.hazards.product_limit import within_groups
from hgrisk.hazards.rank_tests import Scores


@dataclass(frozen=True)
class Counts:
    """What is counted of each group at the event times of all groups of a stratum together.

    Attributes
    ----------
    first : ndarray of int64, shape (n_strata + 1,)
        The opening slot of each stratum, and k.
    at_risk, removed, counted : ndarray, shape (k, n_groups)
        Weight at risk, with a terminal event, and with one that is counted.
    before : ndarray, shape (k, n_groups)
        Chance to have had no terminal event just before (Kaplan-Meier).
    """

    first: Codes
    at_risk: Floats
    removed: Floats
    counted: Floats
    before: Floats

    @property
    def total(self) -> Floats:
        """Weight at risk in all groups, shape (k,)."""
        return np.asarray(self.at_risk.sum(axis=1), dtype=np.float64)

    @property
    def steps(self) -> Floats:
        """By how much the mean count of each group rises, shape (k, n_groups)."""
        return self.before * _share(self.counted, self.at_risk)

    @property
    def common_step(self) -> Floats:
        """The mean of these steps by weight at risk, shape (k,): that of all groups, were there no difference."""
        return _share((self.at_risk * self.steps).sum(axis=1), self.total)


def count_groups(places: Places, rows: EndedRows, group: Codes, n_groups: int) -> Counts:
    """Count the rows of each group at the event times of their stratum.

    Parameters
    ----------
    places : Places
        Where the time at risk of each row begins and ends among the event times of its stratum.
    rows : EndedRows
        How they end.
    group : ndarray of int64, shape (n,)
        Group of each row, from 0.
    n_groups : int
        Number of groups.

    Returns
    -------
    Counts
        The counts.
    """

    def total(slot: NDArray[np.int32], weight: Floats) -> Floats:
        cells = slot.astype(np.int64) * n_groups + group
        summed = np.bincount(cells, weights=weight, minlength=places.n_slots * n_groups)
        return np.asarray(summed.reshape(-1, n_groups), dtype=np.float64)

    at_risk = _from_the_end(total(places.stop, rows.weight) - total(places.start, rows.weight), places)
    there = _from_the_end(total(places.stop, np.ones(len(group))) - total(places.start, np.ones(len(group))), places)
    at_risk[there == 0] = 0.0  # and no remainder of rounding
    removed, counted = (total(places.stop, rows.weight * which) for which in (rows.removes, rows.counts))
    left = np.clip(1.0 - _share(removed, at_risk), 0.0, 1.0)
    before = np.ones_like(left)
    for low, high in zip(places.first[:-1].tolist(), places.first[1:].tolist(), strict=True):
        before[low + 1 : high] = np.cumprod(left[low : high - 1], axis=0)
    return Counts(places.first, at_risk, removed, counted, before)


def mean_scores(
    places: Places, rows: EndedRows, group: Codes, cluster: Codes, factor: Floats, counts: Counts
) -> Scores:
    """Compare the steps of the mean counts of groups at each event time.

    Parameters
    ----------
    places, rows, group
        As for :func:`count_groups`.
    cluster : ndarray of int64, shape (n,)
        Cluster of each row, from 0.
    factor : ndarray, shape (k,)
        Weight of each event time in the test.
    counts : Counts
        What :func:`count_groups` found.

    Returns
    -------
    Scores
        With the covariance of scores that are summed within clusters.

    Notes
    -----
    Ghosh and Lin (2000), doi:10.1111/j.0006-341X.2000.00554.x. With Y the weight at risk, the score of a group is the
    sum of ``factor Y_g (step_g - common step)``; of two groups that is ``factor Y_1 Y_2 / (Y_1 + Y_2)`` times the
    difference of their steps. The covariance is taken where there is no difference, so that the steps expected are the
    common ones. Without terminal events scores and covariance are those of the robust score test of a Cox regression.
    """
    n_groups, common = counts.at_risk.shape[1], counts.common_step
    parts = np.empty((len(group), n_groups))
    for own in range(n_groups):
        mine = np.flatnonzero(group == own)
        tables = _tables(counts, own, factor, common)
        parts[mine] = _parts(tables, places.start[mine], places.stop[mine], rows.removes[mine], rows.counts[mine])
    parts *= rows.weight[:, None]
    summed = np.column_stack([np.bincount(cluster, weights=part) for part in parts.T])
    weighted = factor[:, None] * counts.at_risk
    observed, expected = (weighted * counts.steps).sum(axis=0), (weighted * common[:, None]).sum(axis=0)
    return Scores(observed, expected, np.asarray(summed.T @ summed, dtype=np.float64))


def _tables(counts: Counts, own: int, factor: Floats, common: Floats) -> tuple[Floats, Floats, Floats]:
    """Return what a row of one group adds to all scores: at risk up to a slot, by its count, and by its removal."""
    at_risk, removed = counts.at_risk[:, own], counts.removed[:, own]
    share = _share(counts.at_risk, counts.total[:, None])
    effect = -share * (factor * at_risk)[:, None]  # of a step of this group's mean count on each score
    effect[:, own] += factor * at_risk
    later = _later(effect * common[:, None], counts.first)
    of_removal = -later * _share(np.ones(len(at_risk)), at_risk - removed)[:, None]
    of_risk = -effect * _share(common, at_risk)[:, None] - of_removal * _share(removed, at_risk)[:, None]
    passed = np.column_stack([within_groups(column, counts.first) for column in of_risk.T])
    return passed, effect * _share(counts.before[:, own], at_risk)[:, None], of_removal


def _parts(
    tables: tuple[Floats, Floats, Floats],
    start: NDArray[np.int32],
    stop: NDArray[np.int32],
    removes: NDArray[np.bool_],
    counted: NDArray[np.bool_],
) -> Floats:
    passed, of_count, of_removal = tables
    parts: Floats = passed[stop] - passed[start]
    parts[counted] += of_count[stop[counted]]
    parts[removes] += of_removal[stop[removes]]
    return parts


def _share(part: Floats, whole: Floats) -> Floats:
    """Divide, with 0 where there is nothing to divide by."""
    part, whole = np.broadcast_arrays(part, whole)
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)


def _from_the_end(leaving: Floats, places: Places) -> Floats:
    """Return the sum over the slots from each one on, within strata; no one is at risk at an opening slot."""
    at_risk = np.zeros_like(leaving)
    for low, high in zip(places.first[:-1].tolist(), places.first[1:].tolist(), strict=True):
        at_risk[low + 1 : high] = np.cumsum(leaving[low + 1 : high][::-1], axis=0)[::-1]
    return at_risk


def _later(steps: Floats, first: Codes) -> Floats:
    """Return the sum over the slots after each one, within strata."""
    passed = np.column_stack([within_groups(column, first) for column in steps.T])
    last = np.repeat(first[1:] - 1, np.diff(first))
    return np.asarray(passed[last] - passed, dtype=np.float64)
