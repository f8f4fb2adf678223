"""Gradient boosting of a hazard by interval: bins, rounds, and how many of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.hazards.boosting import add_trees, apply_tree, expected_events, grow_tree, log_likelihood
from hgrisk.models.by_interval.intervals import Spells

MAX_BINS = 64
PARTS = ("feature", "threshold", "left", "right", "missing_left", "value", "gain")

Trees = dict[str, NDArray[Any]]
"""Nodes of all trees by part, and ``roots``, the first node of each."""


@dataclass(frozen=True)
class Growth:
    """How trees grow.

    Attributes
    ----------
    depth : int
        Most splits from root to leaf.
    rate : float
        What is taken of each tree.
    ridge, least : float
        Added to the expected events of a leaf, and their fewest.
    """

    depth: int
    rate: float
    ridge: float
    least: float


@dataclass(frozen=True)
class Rows:
    """Rows to boost on.

    Attributes
    ----------
    bins : ndarray of uint8, shape (n, p)
        Bin of each value, from 1; 0 where it is missing.
    n_bins : ndarray of int64, shape (p,)
        Bins of each column.
    direction : ndarray of int64, shape (p,)
        1 where the hazard may only rise, -1 where it may only fall, else 0.
    spells : Spells
        Time at risk.
    weight : ndarray, shape (n,)
        Case weights.
    kind : int
        The event: 1 a re-report, 2 a competing event.
    """

    bins: NDArray[np.uint8]
    n_bins: NDArray[np.int64]
    direction: NDArray[np.int64]
    spells: Spells
    weight: Floats
    kind: int


@dataclass(frozen=True)
class Boosted:
    """A boosted hazard.

    Attributes
    ----------
    baseline : ndarray, shape (K,)
        Log hazard per interval before any tree.
    trees : dict of str to ndarray
        The trees.
    scores : list of float
        Log likelihood of the rows left out before the first round and after each.
    """

    baseline: Floats
    trees: Trees
    scores: list[float]


def learn_edges(values: Floats) -> Floats:
    """Return the values up to which each bin but the last reaches.

    Parameters
    ----------
    values : ndarray, shape (n,)
        A column; NaN where missing.

    Returns
    -------
    ndarray, shape (b,)
        Increasing; at most 63. Of few distinct values the middles between them, else quantiles.
    """
    present = np.sort(values[~np.isnan(values)])
    distinct = np.unique(present)
    if len(distinct) <= MAX_BINS:
        below, above = distinct[:-1], distinct[1:]
        middle = below / 2 + above / 2
        return np.asarray(np.where(middle < above, middle, below), dtype=np.float64)
    places = (np.arange(1, MAX_BINS) * len(present)) // MAX_BINS
    edges = np.unique(present[places])
    return np.asarray(edges[edges < present[-1]], dtype=np.float64)


def into_bins(columns: Floats, edges: list[Floats]) -> NDArray[np.uint8]:
    """Return the bin of each value, from 1; 0 where it is missing."""
    bins = np.empty(columns.shape, dtype=np.uint8)
    for place, its in enumerate(edges):
        values = columns[:, place]
        bins[:, place] = np.where(np.isnan(values), 0, np.searchsorted(its, values, side="left") + 1)
    return bins


def settled_order(bins: NDArray[np.uint8], spells: Spells, weight: Floats) -> NDArray[np.intp]:
    """Return an order of the rows that depends on what they hold alone, so that sums do too, to the last digit."""
    mixed = np.zeros(len(bins), dtype=np.uint64)
    rounded = weight.astype(np.float32)  # weights that differ by a rounding error are the same
    numbers = (spells.first, spells.last, spells.kind, spells.entered + 0.0, spells.left + 0.0, rounded)
    columns = [*bins.T, *(np.ascontiguousarray(one, dtype=np.float64).view(np.uint64) for one in numbers)]
    for column in columns:
        mixed = (mixed ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return np.argsort(mixed, kind="stable")


def boost(rows: Rows, growth: Growth, n_rounds: int, left_out: NDArray[np.bool_], patience: int = 0) -> Boosted:
    """Grow trees one after the other on what those before leave unexplained.

    Parameters
    ----------
    rows : Rows
        The rows.
    growth : Growth
        How trees grow.
    n_rounds : int
        Most trees.
    left_out : ndarray of bool, shape (n,)
        Rows that are not learned from but judged on.
    patience : int
        Rounds without a better score after which to stop; 0 never stops.

    Returns
    -------
    Boosted
        The hazard.
    """
    spells = rows.spells
    happened = np.where(spells.kind == rows.kind, rows.weight, 0.0)
    learned = np.flatnonzero(~left_out)
    judged = np.flatnonzero(left_out)
    at = np.concatenate(([0], np.cumsum(spells.last - spells.first + 1, dtype=np.int64)))
    time = (spells.first, spells.last, at)
    baseline = _baseline(rows, happened, at, learned)
    expected = expected_events(*time, spells.entered, spells.left, rows.weight, baseline)
    log_rate = baseline[spells.last]
    scores = [float(log_likelihood(judged, at, expected, happened, log_rate))]
    grown: list[tuple[NDArray[Any], ...]] = []
    settings = (growth.depth, growth.ridge, growth.least)
    for _ in range(n_rounds):
        tree = grow_tree(rows.bins, rows.n_bins, rows.direction, *time, expected, happened, learned, *settings)
        if len(tree[0]) == 1:
            break  # nothing is left to split, and nothing will be
        tree[5][:] *= growth.rate
        apply_tree(rows.bins, *time, expected, log_rate, *tree[:6])
        grown.append(tree)
        scores.append(float(log_likelihood(judged, at, expected, happened, log_rate)))
        if patience and len(scores) - 1 - int(np.argmax(scores)) >= patience:
            break
    return Boosted(baseline, _together(grown), scores)


def log_rates(bins: NDArray[np.uint8], baseline: Floats, trees: Trees) -> Floats:
    """Return the log hazard of each row and interval, shape (n, K)."""
    result = np.tile(baseline, (len(bins), 1))
    add_trees(bins, trees["roots"], *(trees[part] for part in PARTS[:6]), result)
    return result


def _baseline(rows: Rows, happened: Floats, at: NDArray[np.int64], learned: NDArray[np.intp]) -> Floats:
    """Return the log of events over time at risk by interval, each drawn to the mean by the weight of one event."""
    spells, n = rows.spells, rows.spells.n_intervals
    time = expected_events(spells.first, spells.last, at, spells.entered, spells.left, rows.weight, np.zeros(n))
    count = spells.last - spells.first + 1
    chosen = np.zeros(len(count), dtype=bool)
    chosen[learned] = True
    interval = np.arange(len(time)) - np.repeat(at[:-1] - spells.first, count)
    kept = np.repeat(chosen, count)
    at_risk = np.bincount(interval[kept], weights=time[kept], minlength=n)
    events = np.bincount(spells.last[chosen], weights=happened[chosen], minlength=n)
    mean = events.sum() / at_risk.sum()
    return np.asarray(np.log((events + 1.0) / (at_risk + 1.0 / mean)), dtype=np.float64)


def _together(grown: list[tuple[NDArray[Any], ...]]) -> Trees:
    sizes = [len(tree[0]) for tree in grown]
    roots = np.concatenate(([0], np.cumsum(sizes)))[: len(sizes)].astype(np.int32)
    kinds: list[Any] = [np.int32, np.int32, np.int32, np.int32, np.bool_, np.float64, np.float64]
    trees: Trees = {"roots": roots}
    for place, (part, kind) in enumerate(zip(PARTS, kinds, strict=True)):
        shift = part in {"left", "right"}
        pieces = [tree[place] + (root if shift else 0) for tree, root in zip(grown, roots, strict=True)]
        trees[part] = np.concatenate([np.empty(0, dtype=kind), *pieces]).astype(kind)
    return trees
