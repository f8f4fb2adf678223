"""What each row adds to the gradient of the Cox likelihood, and cluster-robust errors from it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hgrisk.hazards.compiled import compiled
from hgrisk.hazards.design import Design, Places, Rows
from hgrisk.hazards.newton import Problem
from hgrisk.hazards.placing import by_slot
from hgrisk.hazards.risk_sets import Floats
from hgrisk.hazards.steps import Point, expected_events, within_strata
from hgrisk.hazards.sums import block_sums, from_the_end
from hgrisk.hazards.threads import side_by_side


def martingale_residuals(problem: Problem, point: Point) -> Floats:
    """Return the events observed less those expected of each row, each counted once whatever its weight.

    Therneau, Grambsch and Fleming (1990), doi:10.1093/biomet/77.1.147; Efron's steps where events tie.
    """
    sets, weight = problem.weighted.sets, problem.weighted.weight
    expected = np.divide(expected_events(sets, point), weight, out=np.zeros(len(weight)), where=weight > 0)
    return np.asarray(sets.happened - expected, dtype=np.float64)


def score_residuals(problem: Problem, point: Point) -> Floats:
    """Return each row's weighted part of the gradient, shape (n, p), on the scale of the columns.

    Lin and Wei (1989), doi:10.1080/01621459.1989.10478874, with Efron's steps where events tie. They add up to the
    gradient.
    """
    design, tables = problem.design, _all_tables(problem, point)
    residuals = np.empty((design.n_rows, design.n_columns))
    for rows in design.chunks(range(len(residuals))):
        _residuals(problem, point, tables, rows, residuals[rows])
    return residuals


def clustered_scores(problem: Problem, point: Point, cluster: NDArray[np.intp] | None) -> Floats:
    """Return the cross product of the score residuals, added up within clusters.

    Parameters
    ----------
    problem : Problem
        The likelihood.
    point : Point
        Where it is at its largest.
    cluster : ndarray of int, shape (n,), or None
        Cluster of each row, from 0; None where each row is one of its own.

    Returns
    -------
    ndarray, shape (p, p)
        The middle of the sandwich, on the scale of the columns.

    Notes
    -----
    Rows are gone through cluster by cluster, so that no table of all clusters is held.
    """
    design, tables = problem.design, _all_tables(problem, point)

    def share(rows: range | Places) -> Floats:
        meat, buffer, folded = np.zeros((design.n_columns, design.n_columns)), design.buffer(), design.buffer()
        open_sum, open_cluster = np.zeros(design.n_columns), -1
        for chunk in design.chunks(rows):
            part = _residuals(problem, point, tables, chunk, buffer)
            if cluster is not None:
                n_closed, open_cluster = _fold(part, cluster[chunk], open_sum, open_cluster, folded)
                part = folded[:n_closed]
            meat += part.T @ part
        return np.asarray(meat + np.outer(open_sum, open_sum), dtype=np.float64)

    shares: Sequence[range | Places] = design.shares() if cluster is None else _cluster_by_cluster(design, cluster)
    return np.asarray(sum(side_by_side(share, shares)), dtype=np.float64)


def _cluster_by_cluster(design: Design, cluster: NDArray[np.intp]) -> list[range | Places]:
    """Share the rows out, with those of a cluster side by side in one share."""
    together = bool(np.all(cluster[1:] >= cluster[:-1]))
    order = None if together else by_slot(cluster, int(cluster.max()) + 1, np.arange(len(cluster)))[1]
    label = cluster if order is None else cluster[order]
    starts = [int(np.searchsorted(label, label[rows.start])) for rows in design.shares()]
    bounds = pairwise([*starts, len(label)])
    return [range(low, high) if order is None else order[low:high] for low, high in bounds if low < high]


def mean_tables(problem: Problem, point: Point) -> tuple[Floats, Floats, Floats]:
    """Return what score residuals take from the risk sets, as tables by slot and column.

    Returns
    -------
    mean : ndarray, shape (k, p)
        Mean of the columns over those at risk, and over the steps of the slot.
    drift : ndarray, shape (k, p)
        Sum of the steps times their means, from the beginning of the stratum.
    part : ndarray, shape (k, p)
        The part of the slot's own sum that its events escape.
    """
    weighted, design = problem.weighted, problem.design
    sets = weighted.sets
    shape = (sets.n_slots, design.n_columns)
    at_risk, of_events = np.empty(shape), np.empty(shape)
    carried = np.zeros(design.n_columns)
    for block, sums in block_sums(weighted, design, point, problem.blocks):
        slots = slice(block.low, block.high)
        at_risk[slots] = from_the_end(sums.leaving, sets.opens[slots], carried)
        of_events[slots] = sums.of_events
    events = weighted.n_tied * weighted.mean_weight
    once = point.once / np.where(events > 0, events, 1.0)[:, None]
    mean = once[:, :1] * at_risk - once[:, 1:] * of_events
    part = point.twice[:, 1:2] * at_risk - point.twice[:, 2:3] * of_events
    at_risk *= point.twice[:, :1]
    of_events *= point.twice[:, 1:2]
    at_risk -= of_events
    return mean, _added_up(at_risk, sets.opens), part


Tables = tuple[Floats, Floats, Floats, Floats, Floats]
"""The hazard by slot, the part of it that a slot's events escape, and the three of `mean_tables`."""


def _all_tables(problem: Problem, point: Point) -> Tables:
    whole, part = np.ascontiguousarray(point.once.T)
    return (within_strata(whole, problem.weighted.sets.opens), part, *mean_tables(problem, point))


def _residuals(problem: Problem, point: Point, tables: Tables, rows: Rows, buffer: Floats) -> Floats:
    """Return the score residuals of some rows, in the buffer."""
    sets = problem.weighted.sets
    filled = problem.design.fill(rows, buffer)
    some = (problem.weighted.weight[rows], point.risk[rows], sets.happened[rows], sets.start[rows], sets.stop[rows])
    _to_residuals(filled, *some, *tables)
    return filled


@compiled
def _to_residuals(filled, weight, risk, happened, start, stop, hazard, part_hazard, mean, drift, part):
    """Turn columns into score residuals, in place."""
    n_columns = filled.shape[1]
    for row in range(len(filled)):
        at, before, size = stop[row], start[row], risk[row]
        steps = hazard[at] - hazard[before]
        own = weight[row] if happened[row] else 0.0
        if happened[row]:
            steps -= part_hazard[at]
        for column in range(n_columns):
            value = filled[row, column]
            passed = drift[at, column] - drift[before, column]
            if happened[row]:
                passed -= part[at, column]
            filled[row, column] = own * (value - mean[at, column]) - size * (value * steps - passed)


@compiled
def _added_up(table, opens):
    """Add up along the slots, anew from each opening slot, in place."""
    for slot in range(len(table)):
        for column in range(table.shape[1]):
            before = 0.0 if opens[slot] else table[slot - 1, column]
            table[slot, column] = 0.0 if opens[slot] else before + table[slot, column]
    return table


@compiled
def _add_by_cluster(part, cluster, summed):
    for row in range(len(part)):
        for column in range(part.shape[1]):
            summed[cluster[row], column] += part[row, column]


@compiled
def _fold(part, cluster, open_sum, open_cluster, folded):
    """Add rows up within clusters that stand side by side; return how many are closed, and which one is still open.

    The sum of the one that is open goes in and out in ``open_sum``.
    """
    n_columns, n_closed = part.shape[1], 0
    for row in range(len(part)):
        if cluster[row] != open_cluster:
            if open_cluster >= 0:
                folded[n_closed] = open_sum
                n_closed += 1
            open_sum[:] = 0.0
            open_cluster = cluster[row]
        for column in range(n_columns):
            open_sum[column] += part[row, column]
    return n_closed, open_cluster
