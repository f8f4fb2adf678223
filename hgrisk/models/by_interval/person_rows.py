"""Rows by person and interval for a classifier: all that end in an event, and of the others all or a drawn share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.models.by_interval.intervals import OTHER_EVENT, Spells, row_chunks


@dataclass(frozen=True)
class PersonRows:
    """Rows by person and interval.

    Attributes
    ----------
    row, interval : ndarray of int, shape (m,)
        Places of the row and of the interval.
    label : ndarray of int8, shape (m,)
        0 no event in the interval, 1 a re-report, 2 a competing event.
    weight : ndarray, shape (m,)
        Case weight, times the part at risk, over the chance of being drawn.
    """

    row: NDArray[np.intp]
    interval: NDArray[np.intp]
    label: NDArray[np.int8]
    weight: Floats


def draw_person_rows(spells: Spells, weight: Floats, keep_share: float, seed: int) -> PersonRows:
    """Lay rows out by interval, block by block, and draw among those without an event.

    Parameters
    ----------
    spells : Spells
        Time at risk of n rows.
    weight : ndarray, shape (n,)
        Case weights.
    keep_share : float
        Chance of each interval without an event, above 0.
    seed : int
        Seed of the draw.

    Returns
    -------
    PersonRows
        In the order of the rows.
    """
    rng = np.random.default_rng(seed)
    blocks = [_block(spells, weight, keep_share, rng, rows) for rows in row_chunks(len(weight), spells.n_intervals)]
    row, interval, label, weights = (np.concatenate(columns) for columns in zip(*blocks, strict=True))
    return PersonRows(row, interval, label, weights)


def _block(
    spells: Spells, weight: Floats, keep_share: float, rng: np.random.Generator, rows: slice
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int8], Floats]:
    some = spells.only(rows)
    ended = some.kind > 0
    part = some.at_risk(ended) * weight[rows][:, None]
    label = np.zeros(part.shape, dtype=np.int8)
    label[np.flatnonzero(ended), some.last[ended]] = some.kind[ended]
    kept = part > 0
    if keep_share < 1:
        kept &= (label > 0) | (rng.random(part.shape) < keep_share)
        part = np.where(label > 0, part, part / keep_share)
    row, interval = np.nonzero(kept)
    return row + rows.start, interval, label[kept], part[kept]


def other_rates(spells: Spells, weight: Floats) -> Floats:
    """Return the hazard per interval of competing events, the same for all rows.

    Parameters
    ----------
    spells : Spells
        Time at risk of n rows.
    weight : ndarray, shape (n,)
        Case weights.

    Returns
    -------
    ndarray, shape (K,)
        Events over time at risk, in intervals; 0 where nobody was at risk.
    """
    at_risk = np.zeros(spells.n_intervals)
    for rows in row_chunks(len(weight), spells.n_intervals):
        some = spells.only(rows)
        at_risk += weight[rows] @ some.at_risk(np.zeros(len(some.kind), dtype=bool))
    others = spells.kind == OTHER_EVENT
    events = np.bincount(spells.last[others], weights=weight[others], minlength=spells.n_intervals)
    return np.divide(events, at_risk, out=np.zeros_like(events), where=at_risk > 0)
