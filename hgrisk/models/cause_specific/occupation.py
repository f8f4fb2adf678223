"""From the hazards of passing from state to state to the probability of being in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats

Places = NDArray[np.intp]

CHUNK_ROWS = 4_096
"""Rows that are followed at once."""


@dataclass(frozen=True)
class Passage:
    """The hazard of passing from one state to another.

    Attributes
    ----------
    origin, target : int
        Places of the two states.
    times, jumps : ndarray, shape (k,)
        Days at which the cumulative hazard jumps, increasing, and by how much.
    """

    origin: int
    target: int
    times: Floats
    jumps: Floats


def occupation(
    start: Floats,
    passages: Sequence[Passage],
    relative: Floats,
    times: Floats,
    since: float = 0.0,
    *,
    evenly: bool = True,
) -> Floats:
    """Return the probability of being in each state at each time.

    Parameters
    ----------
    start : ndarray, shape (n, s)
        Probabilities of the states at ``since``.
    passages : sequence of Passage, length m
        All ways from state to state; from a state without any, none is left.
    relative : ndarray, shape (n, m)
        Relative hazard of each row and passage.
    times : ndarray, shape (T,)
        Days in any order, none before ``since``.
    since : float
        The day on which rows are in their first state; jumps after it count.
    evenly : bool
        Whether passages run evenly within a jump; else the part of a state that leaves it is the jump itself, as in the
        estimator of Aalen and Johansen, which needs jumps of at most 1.

    Returns
    -------
    ndarray, shape (n, T, s)
        Probabilities, that add up to 1 over the states.

    Notes
    -----
    Where all passages from a state run evenly in a jump, ``exp(-total)`` stay and the rest are shared out by their
    hazards: this keeps probabilities between 0 and 1, however large a relative hazard.
    """
    grid = np.unique(np.concatenate([passage.times for passage in passages]))
    grid = grid[(grid > since) & (grid <= times.max(initial=since))]
    jumps = np.zeros((len(passages), len(grid)))
    for row, passage in enumerate(passages):
        used = np.isin(passage.times, grid)
        jumps[row, np.searchsorted(grid, passage.times[used])] = passage.jumps[used]
    wanted = np.searchsorted(grid, times, side="right")
    result = np.empty((len(start), len(times), start.shape[1]))
    for begin in range(0, len(start), CHUNK_ROWS):
        rows = slice(begin, begin + CHUNK_ROWS)
        result[rows] = _walk(start[rows], passages, relative[rows], (jumps, wanted), evenly=evenly)
    return result


def _walk(
    start: Floats, passages: Sequence[Passage], relative: Floats, steps: tuple[Floats, Places], *, evenly: bool
) -> Floats:
    jumps, wanted = steps
    now, sizes = np.ascontiguousarray(start.T), np.ascontiguousarray(relative.T)  # a state after the other: contiguous
    result = np.empty((len(wanted), start.shape[1], len(start)))
    result[wanted == 0] = now
    for step in range(jumps.shape[1]):
        moved = np.flatnonzero(jumps[:, step]).tolist()
        hazards = {place: sizes[place] * jumps[place, step] for place in moved}
        shares = now.copy()
        if evenly:
            for origin in {passages[place].origin for place in moved}:
                total = np.sum([hazards[place] for place in moved if passages[place].origin == origin], axis=0)
                shares[origin] *= np.divide(-np.expm1(-total), total, out=np.ones_like(total), where=total > 0)
        for place in moved:
            passing = hazards[place] * shares[passages[place].origin]
            now[passages[place].target] += passing
            now[passages[place].origin] -= passing
        result[wanted == step + 1] = now
    return np.clip(np.moveaxis(result, 2, 0), 0.0, 1.0)
