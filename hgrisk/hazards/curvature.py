"""The information of the Cox likelihood times a direction, without ever writing the information down."""

from __future__ import annotations

import numpy as np

from hgrisk.hazards.compiled import compiled
from hgrisk.hazards.risk_sets import Floats, RiskSets
from hgrisk.hazards.steps import Point


def curvature_along(sets: RiskSets, point: Point, expected: Floats, direction: Floats) -> Floats:
    """Multiply the information about the n linear predictors, shape (n, n), by a direction, in time n + k.

    Parameters
    ----------
    sets : RiskSets
        The n rows.
    point : Point
        The likelihood.
    expected : ndarray, shape (n,)
        Events expected of each row, times its weight.
    direction : ndarray, shape (n,)
        A change of the linear predictors.

    Returns
    -------
    ndarray, shape (n,)
        Minus the change of the gradient.

    Notes
    -----
    A step of a slot takes out the part f of its tied events, so that its mean of the direction d is
    ``(A - f E) / total`` with A and E sums of ``risk d`` over those at risk and over the events. What a row with risk r
    gets from a slot is r times the sum over its steps of ``w / total * (d - mean)``.
    """
    return np.asarray(
        _times(direction, point.risk, expected, sets.happened, sets.start, sets.stop, sets.opens, point.twice),
        dtype=np.float64,
    )


@compiled
def _times(direction, risk, expected, happened, start, stop, opens, twice):
    n_slots = len(opens)
    at_risk, of_events = np.zeros(n_slots), np.zeros(n_slots)
    for row in range(len(direction)):
        size = risk[row] * direction[row]
        at_risk[stop[row]] += size
        if happened[row]:
            of_events[stop[row]] += size
        if not opens[start[row]]:
            at_risk[start[row]] -= size
    running = 0.0
    for slot in range(n_slots - 1, -1, -1):
        running = 0.0 if opens[slot] else running + at_risk[slot]
        at_risk[slot] = running
    passed, part = np.empty(n_slots), np.empty(n_slots)
    running = 0.0
    for slot in range(n_slots):
        step = twice[slot, 0] * at_risk[slot] - twice[slot, 1] * of_events[slot]
        running = 0.0 if opens[slot] else running + step
        passed[slot] = running
        part[slot] = twice[slot, 1] * at_risk[slot] - twice[slot, 2] * of_events[slot]
    result = np.empty(len(direction))
    for row in range(len(direction)):
        drift = passed[stop[row]] - passed[start[row]]
        if happened[row]:
            drift -= part[stop[row]]
        result[row] = expected[row] * direction[row] - risk[row] * drift
    return result
