"""Cluster-robust variances of curves at all their times, in one pass along the slots of each group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.hazards.compiled import compiled
from hgrisk.hazards.placing import Codes, Floats, Places, by_slot
from hgrisk.hazards.product_limit import Curves, within_groups


@dataclass(frozen=True)
class EndedRows:
    """How the rows that were placed end.

    Attributes
    ----------
    weight : ndarray, shape (n,)
        Case weights.
    removes, counts : ndarray of bool, shape (n,)
        Whether the row ends in an event that removes it for good, and in one that is counted.
    """

    weight: Floats
    removes: NDArray[np.bool_]
    counts: NDArray[np.bool_]


@dataclass(frozen=True)
class Influence:
    """What each slot adds to the influence of a row on ``reached``.

    With G the sum of the first and P that of the second over the slots at which a row is at risk, and what its own
    event adds to both, its influence at a time of value F is ``P - F G``.

    Attributes
    ----------
    steps : ndarray, shape (k, 2)
        What a row of weight 1 at risk loses at each slot, of G and of P, added up along the slots of a group.
    removal, count : ndarray, shape (k, 2)
        What it gains there by an event that removes, and by one that is counted.
    """

    steps: Floats
    removal: Floats
    count: Floats


def influence(of: Curves) -> Influence:
    """Return the influence of rows on ``reached``: the derivative by their weight."""
    kept = of.left > 0  # after the last removal nothing more is reached: its own part is zero
    per_left = np.divide(1.0, of.left, out=np.zeros(len(of.left)), where=kept)
    hazard = np.divide(of.removed, of.at_risk, out=np.zeros(len(of.left)), where=of.at_risk > 0)
    per_risk = np.divide(of.before, of.at_risk, out=np.zeros(len(of.left)), where=of.at_risk > 0)
    of_count = np.divide(of.counted, of.at_risk, out=np.zeros(len(of.left)), where=of.at_risk > 0)
    removal = np.column_stack((per_left, of.reached * per_left))
    count = np.column_stack((np.zeros(len(per_risk)), per_risk))
    steps = hazard[:, None] * removal + of_count[:, None] * count
    return Influence(np.column_stack([within_groups(step, of.first) for step in steps.T]), removal, count)


def clustered_variance(places: Places, of: Curves, rows: EndedRows, cluster: Codes) -> Floats:
    """Return the variance of ``reached`` at each slot: squared influences, added up within clusters first.

    Parameters
    ----------
    places : Places
        Where the time at risk of each row begins and ends.
    of : Curves
        The curves of these rows.
    rows : EndedRows
        How they end.
    cluster : ndarray of int64, shape (n,)
        Cluster of each row, from 0.

    Returns
    -------
    ndarray, shape (k,)
        Variances.

    Notes
    -----
    The infinitesimal jackknife; for recurrent events with terminal ones it is the estimate of Ghosh and Lin (2000),
    doi:10.1111/j.0006-341X.2000.00554.x. The influence of a cluster is ``u + F v + (F A - B) r``, where u, v and r
    change only when one of its rows enters or leaves, and A, B are the steps added up. So the sum of squares over all
    clusters is a quadratic form of six running sums, and time grows with the number of rows.
    """
    parts = influence(of)
    n_slots = places.n_slots
    anyone = np.arange(len(cluster))
    leaving, leavers = by_slot(places.stop, n_slots, anyone)
    entering, enterers = by_slot(places.start, n_slots, anyone)
    variance: Floats = _sweep(
        (places.first, places.start, places.stop, leaving, leavers, entering, enterers),
        (rows.weight, rows.removes, rows.counts, cluster),
        (parts.steps, parts.removal, parts.count, of.reached),
        np.zeros((int(cluster.max(initial=0)) + 1, 3)),
    )
    return variance


@compiled
def _sweep(placed, rows, parts, state):
    """Go along the slots of each group; the state of a cluster is (part of G, part of P, weight at risk)."""
    first, start, stop, leaving, leavers, entering, enterers = placed
    steps, _, _, reached = parts
    cluster = rows[3]
    variance, sums = np.zeros(len(reached)), np.empty((3, 3))
    for g in range(len(first) - 1):
        sums[:] = 0.0
        for slot in range(first[g], first[g + 1]):
            _leave(slot, leavers[leaving[slot] : leaving[slot + 1]], start, rows, parts, state, sums)
            variance[slot] = _square(reached[slot], steps[slot], sums)
            _enter(slot, enterers[entering[slot] : entering[slot + 1]], stop, rows, steps, state, sums)
        for row in leavers[leaving[first[g]] : leaving[first[g + 1]]]:
            state[cluster[row]] = 0.0
    return variance


@compiled
def _leave(slot, leavers, start, rows, parts, state, sums):
    """Close the account of rows that end, with what their own event adds."""
    weight, removes, counts, cluster = rows
    steps, removal, count, _ = parts
    for row in leavers:
        if start[row] < slot:
            of_g, of_p = -steps[slot, 0], -steps[slot, 1]
            if removes[row]:
                of_g += removal[slot, 0]
                of_p += removal[slot, 1]
            if counts[row]:
                of_p += count[slot, 1]
            size = weight[row]
            _change(state, sums, cluster[row], (size * of_g, size * of_p, -size))


@compiled
def _enter(slot, enterers, stop, rows, steps, state, sums):
    """Open the account of rows that are at risk from here on."""
    weight, cluster = rows[0], rows[3]
    for row in enterers:
        if stop[row] > slot:
            size = weight[row]
            _change(state, sums, cluster[row], (size * steps[slot, 0], size * steps[slot, 1], size))


@compiled
def _change(state, sums, c, change):
    """Add to the state of a cluster, and keep the sums of products over all clusters up to date."""
    for a in range(3):
        for b in range(3):
            sums[a, b] += change[a] * state[c, b] + state[c, a] * change[b] + change[a] * change[b]
    for a in range(3):
        state[c, a] += change[a]


@compiled
def _square(here, steps, sums):
    """Return the sum of squared influences on the value reached here."""
    factor = (-here, 1.0, here * steps[0] - steps[1])
    total = 0.0
    for a in range(3):
        for b in range(3):
            total += factor[a] * factor[b] * sums[a, b]
    return max(0.0, total)
