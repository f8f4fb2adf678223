"""What each row adds to the gradient of the Cox likelihood, and cluster-robust errors from it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from hgrisk.hazards.compiled import compiled
from hgrisk.hazards.design import Rows
from hgrisk.hazards.newton import Problem
from hgrisk.hazards.risk_sets import Floats
from hgrisk.hazards.steps import Point, expected_events, within_strata
from hgrisk.hazards.sums import block_sums, from_the_end


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
    residuals = np.empty((problem.design.n_rows, problem.design.n_columns))
    for rows, part in _by_chunk(problem, point, range(len(residuals))):
        residuals[rows] = part
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
    """
    n_columns = problem.design.n_columns
    rows = range(problem.design.n_rows)
    if cluster is None:
        meat = np.zeros((n_columns, n_columns))
        for _, part in _by_chunk(problem, point, rows):
            meat += part.T @ part
        return meat
    summed = np.zeros((int(cluster.max(initial=0)) + 1, n_columns))
    for some, part in _by_chunk(problem, point, rows):
        _add_by_cluster(part, cluster[some], summed)
    return np.asarray(summed.T @ summed, dtype=np.float64)


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


def _by_chunk(problem: Problem, point: Point, rows: range) -> Iterator[tuple[Rows, Floats]]:
    """Yield the score residuals of some rows after the other; what is yielded is overwritten by the next."""
    design, sets, weight = problem.design, problem.weighted.sets, problem.weighted.weight
    tables = mean_tables(problem, point)
    whole, part = np.ascontiguousarray(point.once.T)
    hazard = within_strata(whole, sets.opens)
    buffer = design.buffer()
    for chunk in design.chunks(rows):
        filled = design.fill(chunk, buffer)
        some = (weight[chunk], point.risk[chunk], sets.happened[chunk], sets.start[chunk], sets.stop[chunk])
        _to_residuals(filled, *some, hazard, part, *tables)
        yield chunk, filled


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
