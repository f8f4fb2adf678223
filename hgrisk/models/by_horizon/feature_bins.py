"""Values into few bins, each of enough rows that it tells nothing of one person; and rows in a settled order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats

MAX_BINS = 64
LEAST_ROWS = 20
"""Fewest training rows in a bin; `FeaturePreparer` names a level from as many on."""

Bins = NDArray[np.uint8]


def learn_edges(values: Floats, max_bins: int = MAX_BINS, least: int = LEAST_ROWS) -> Floats:
    """Return the values up to which each bin but the last reaches.

    Parameters
    ----------
    values : ndarray, shape (n,)
        A column; NaN where missing.
    max_bins : int
        Most bins, 2 to 254.
    least : int
        Fewest rows in a bin: rarer values go with their neighbours.

    Returns
    -------
    ndarray, shape (b,)
        Increasing, at most ``max_bins - 1``: of few distinct values the middles between them, else quantiles.

    Examples
    --------
    >>> learn_edges(np.array([0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 9.0]), least=2)
    array([0.5, 1.5])
    """
    present = np.sort(values[~np.isnan(values)])
    distinct = np.unique(present)
    if len(distinct) <= max_bins:
        middle = distinct[:-1] / 2 + distinct[1:] / 2
        edges = np.where(middle < distinct[1:], middle, distinct[:-1])
    else:
        edges = np.unique(present[(np.arange(1, max_bins) * len(present)) // max_bins])
    below = np.searchsorted(present, edges, side="right")
    kept, filled = [], 0
    for edge, n_rows in zip(edges, below, strict=True):
        if n_rows - filled >= least and len(present) - n_rows >= least:
            kept.append(edge)
            filled = n_rows
    return np.array(kept, dtype=np.float64)


def bin_columns(columns: Floats, edges: Sequence[Floats]) -> Bins:
    """Return the bin of each value, from 1; 0 where it is missing.

    Parameters
    ----------
    columns : ndarray, shape (n, p)
        Values; NaN where missing.
    edges : sequence of ndarray
        As `learn_edges` gives them, one a column.

    Returns
    -------
    ndarray of uint8, shape (n, p)
        A value equal to an edge lies below it.
    """
    bins = np.empty(columns.shape, dtype=np.uint8)
    for place, its in enumerate(edges):
        values = columns[:, place]
        bins[:, place] = np.where(np.isnan(values), 0, np.searchsorted(its, values, side="left") + 1)
    return bins


def settled_order(bins: NDArray[np.unsignedinteger], label: NDArray[np.bool_], weight: Floats) -> NDArray[np.intp]:
    """Return an order of the rows that depends on what they hold alone, so that sums do too, to the last digit.

    Parameters
    ----------
    bins : ndarray of unsigned int, shape (n, p)
        Rows.
    label : ndarray of bool, shape (n,)
        Re-report by the horizon.
    weight : ndarray, shape (n,)
        Weights, rounded so that those that differ by a rounding error are the same.

    Returns
    -------
    ndarray of int, shape (n,)
        Rows that hold the same stay in the order given. The order is mixed, for rows to be left out from.
    """
    mixed = np.zeros(len(bins), dtype=np.uint64)
    for column in (*bins.T, label, np.ascontiguousarray(weight).view(np.uint64)):
        mixed = (mixed ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return np.argsort(mixed, kind="stable")


def leave_out(codes: NDArray[np.intp], share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Choose whole clusters to leave out.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        Number of each row's cluster, from 0 without gaps.
    share : float
        Share of the clusters; 0 leaves out none, anything above at least one.
    rng : Generator
        Chance.

    Returns
    -------
    ndarray of bool, shape (n,)
        Rows left out.
    """
    if share == 0:
        return np.zeros(len(codes), dtype=bool)
    n_clusters = int(codes.max()) + 1
    place = rng.permutation(n_clusters)
    return np.asarray((place < max(1, round(share * n_clusters)))[codes], dtype=np.bool_)
