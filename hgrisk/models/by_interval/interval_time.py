"""How the hazard of an interval depends on time: a level for each interval, a spline, or a straight line."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError
from hgrisk.models.by_interval.intervals import Spells

TIMES = ("one_hot", "spline", "number")
N_KNOTS = 5


def check_time(time: str) -> None:
    """Refuse an unknown way for time to enter."""
    if time not in TIMES:
        raise ConfigError(f"time is one of {', '.join(map(repr, TIMES))}", f"{time!r}", "use 'one_hot'")


def time_columns(time: str, spells: Spells, weight: Floats, kind: int) -> Floats:
    """Return the columns by which an interval enters the hazard of one kind of event.

    Parameters
    ----------
    time : {"one_hot", "spline", "number"}
        A level for each interval, neighbours pooled until each level has an event and somebody without; a natural cubic
        spline with knots at quantiles of the events; or a straight line.
    spells : Spells
        Time at risk.
    weight : ndarray, shape (n,)
        Case weights.
    kind : int
        1 re-report, 2 competing event.

    Returns
    -------
    ndarray, shape (K, q)
        Columns whose span holds the constant.
    """
    n = spells.n_intervals
    chosen = spells.kind == kind
    events = np.bincount(spells.last[chosen], weights=weight[chosen], minlength=n)
    if time == "one_hot":
        return _levels(events, _without_event(spells, weight, chosen))
    middle = (spells.edges[:-1] + spells.edges[1:]) / 2
    line = np.column_stack((np.ones(n), middle / spells.edges[-1]))
    return line if time == "number" else _natural_spline(line, events)


def _without_event(spells: Spells, weight: Floats, chosen: NDArray[np.bool_]) -> Floats:
    """Return the weight of those who are at risk in each interval and have no event of this kind in it."""
    n = spells.n_intervals
    entering = np.bincount(spells.first, weights=weight, minlength=n)
    stopping = np.bincount(spells.last + 1, weights=weight, minlength=n + 1)[:n]
    ending = np.bincount(spells.last[chosen], weights=weight[chosen], minlength=n)
    return np.asarray(np.cumsum(entering - stopping) - ending, dtype=np.float64)


def _levels(events: NDArray[Any], others: Floats) -> Floats:
    level, current = np.zeros(len(events), dtype=np.intp), 0
    seen = {"events": 0.0, "others": 0.0}
    smallest = 1e-9 * max(1.0, float(others.max(initial=0.0)))  # a difference of sums, 0 but for rounding
    for place in range(len(events)):
        if seen["events"] > 0 and seen["others"] > smallest:
            current, seen = current + 1, {"events": 0.0, "others": 0.0}
        level[place] = current
        seen["events"] += events[place]
        seen["others"] += max(0.0, others[place])
    if current and not (seen["events"] > 0 and seen["others"] > smallest):
        level[level == current] = current - 1  # what is left over at the end joins the level before
    return np.asarray(level[:, None] == np.arange(level[-1] + 1), dtype=np.float64)


def _natural_spline(line: Floats, events: NDArray[Any]) -> Floats:
    """Return a natural cubic spline in the second column, with knots where the events' quantiles are."""
    time = line[:, 1]
    reached = np.cumsum(events) / events.sum()
    places = np.searchsorted(reached, np.linspace(0.05, 0.95, N_KNOTS) - 1e-12)
    knots = np.unique(time[np.minimum(places, len(time) - 1)])
    if len(knots) < 3:
        return line if len(knots) == 2 else line[:, :1]
    cubes = np.maximum(time[:, None] - knots, 0.0) ** 3
    slope = (cubes - cubes[:, -1:])[:, :-1] / (knots[-1] - knots[:-1])
    return np.column_stack((line, slope[:, :-1] - slope[:, -1:]))
