"""Curves from a table of events: Kaplan-Meier, Nelson-Aalen, Aalen-Johansen and Ghosh-Lin are one pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.hazards.compiled import compiled
from hgrisk.hazards.placing import Codes, Floats
from hgrisk.hazards.tables import EventTable

LEAST_LEFT = 1e-12
"""Share of those at risk that is taken to remain after an event where rounding leaves less."""


@dataclass(frozen=True)
class Curves:
    """What removes rows, and what is counted while they are there, at the slots of all groups.

    ``reached`` is the sum of ``survival(t-) counted / at_risk``: a cumulative incidence where the counted events are
    among those that remove (Aalen-Johansen), a mean count where they recur (Ghosh-Lin).

    Attributes
    ----------
    first : ndarray of int64, shape (n_groups + 1,)
        The opening slot of each group, and k.
    at_risk : ndarray, shape (k,)
        Weight at risk.
    left : ndarray, shape (k,)
        Weight at risk that was not removed; 0 where all were.
    removed, counted : ndarray, shape (k,)
        Weight with an event that removes, and with one that is counted.
    before, survival : ndarray, shape (k,)
        Chance not to be removed, just before and from each time on (Kaplan-Meier).
    hazard : ndarray, shape (k,)
        Cumulative hazard of removal (Nelson-Aalen).
    reached : ndarray, shape (k,)
        Counted so far.
    """

    first: Codes
    at_risk: Floats
    left: Floats
    removed: Floats
    counted: Floats
    before: Floats
    survival: Floats
    hazard: Floats
    reached: Floats


def curves(table: EventTable, removing: list[int], counting: list[int]) -> Curves:
    """Follow those at risk along the event times of each group.

    Parameters
    ----------
    table : EventTable
        Counts.
    removing, counting : list of int
        The causes that take a row away for good, and those that are counted.

    Returns
    -------
    Curves
        Curves and what they are made of.

    Notes
    -----
    Kaplan and Meier (1958), doi:10.1080/01621459.1958.10501452; Aalen and Johansen (1978); Ghosh and Lin (2000),
    doi:10.1111/j.0006-341X.2000.00554.x.
    """
    removed, counted = _added(table.events, removing), _added(table.events, counting)
    emptied = _added(table.event_rows, removing) >= np.maximum(table.rows_at_risk, 1)
    left = np.where(emptied, 0.0, np.maximum(table.at_risk - removed, LEAST_LEFT * table.at_risk))
    followed = _follow(table.first, table.at_risk, left, removed, counted)
    return Curves(table.first, table.at_risk, left, removed, counted, *followed)


def _added(events: NDArray[Any], causes: list[int]) -> NDArray[Any]:
    """Return the sum of some columns, one after the other: there are few, and they are long."""
    return sum((events[:, cause] for cause in causes), np.zeros(len(events), dtype=events.dtype))


def incidence_variance(of: Curves) -> Floats:
    """Return the variance of ``reached`` where the counted events are among those that remove, shape (k,).

    Increments at different times are taken as uncorrelated, and at one time as multinomial: Marubini and Valsecchi
    (1995), eq. 10.12. Weights count as copies.
    """
    variance: Floats = _incidence_variance(of.first, of.at_risk, of.left, of.removed, of.counted, of.before, of.reached)
    return variance


def hazard_variance(of: Curves) -> Floats:
    """Return Aalen's variance of the cumulative hazard of removal, shape (k,): the sum of ``removed / at_risk**2``."""
    steps = np.divide(of.removed, of.at_risk, out=np.zeros(len(of.at_risk)), where=of.at_risk > 0)
    return within_groups(np.divide(steps, of.at_risk, out=np.zeros(len(steps)), where=of.at_risk > 0), of.first)


def survival_variance(of: Curves) -> Floats:
    """Return Greenwood's variance of the survival curve, shape (k,); 0 where it is 0."""
    steps = np.divide(of.removed, of.at_risk, out=np.zeros(len(of.at_risk)), where=of.left > 0)
    sums = within_groups(np.divide(steps, of.left, out=np.zeros(len(steps)), where=of.left > 0), of.first)
    return np.asarray(of.survival**2 * sums, dtype=np.float64)


def within_groups(steps: Floats, first: Codes) -> Floats:
    """Add up along the slots of each group, anew in each.

    Parameters
    ----------
    steps : ndarray, shape (k,)
        What each slot adds.
    first : ndarray of int64, shape (n_groups + 1,)
        The opening slot of each group, and k.

    Returns
    -------
    ndarray, shape (k,)
        The sum up to and including each slot.
    """
    summed: Floats = _add_up(np.asarray(steps, dtype=np.float64), first)
    return summed


@compiled
def _add_up(steps, first):
    summed = np.empty(len(steps))
    for g in range(len(first) - 1):
        total = 0.0
        for slot in range(first[g], first[g + 1]):
            total += steps[slot]
            summed[slot] = total
    return summed


@compiled
def _follow(first, at_risk, left, removed, counted):
    n_slots = len(at_risk)
    before, survival = np.ones(n_slots), np.ones(n_slots)
    hazard, reached = np.zeros(n_slots), np.zeros(n_slots)
    for g in range(len(first) - 1):
        for slot in range(first[g] + 1, first[g + 1]):
            n = at_risk[slot]
            before[slot] = survival[slot - 1]
            survival[slot] = before[slot] * (left[slot] / n if removed[slot] > 0 else 1.0)
            hazard[slot] = hazard[slot - 1] + removed[slot] / n
            reached[slot] = reached[slot - 1] + before[slot] * (counted[slot] / n)
    return before, survival, hazard, reached


@compiled
def _incidence_variance(first, at_risk, left, removed, counted, before, reached):
    """Sum ``((F_l - F) (removals) + b (counted))**2`` over the times up to each, as a quadratic in F."""
    variance = np.zeros(len(at_risk))
    for g in range(len(first) - 1):
        square, cross, rest = 0.0, 0.0, 0.0
        for slot in range(first[g] + 1, first[g + 1]):
            n, here, b = at_risk[slot], reached[slot], before[slot] / at_risk[slot]
            of_all = removed[slot] / n / left[slot] if left[slot] > 0 else 0.0
            of_both = b * (counted[slot] / n) if left[slot] > 0 else 0.0
            square += of_all
            cross += here * of_all + of_both
            rest += here * here * of_all + 2.0 * here * of_both + b * b * counted[slot] * (1.0 - counted[slot] / n)
            variance[slot] = max(0.0, here * here * square - 2.0 * here * cross + rest)
    return variance
