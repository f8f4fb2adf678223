"""Rows placed among the totals of a card by cards that were made without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from hgrisk.curves import Floats
from hgrisk.errors import FitError
from hgrisk.models.inputs.censoring_weights import HorizonOutcome
from hgrisk.models.inputs.network_folds import network_folds, sorted_places

N_FOLDS = 5
SEED = 0
LEAST_PART = 1e-9
"""Part of a row below which it is a rounding error."""


def deal_rows(cluster: NDArray[Any] | None, keys: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    """Deal rows to folds at random: whole clusters, or each row by itself.

    Parameters
    ----------
    cluster : ndarray, shape (n,), or None
        Cluster of each row.
    keys : sequence of ndarray, each of shape (n,)
        What rows hold. Without clusters rows are sorted by it and then dealt at random, so that folds depend neither on
        the order of the rows nor on what they hold: rows that hold the same can stand for each other.

    Returns
    -------
    ndarray of int, shape (n,)
        Fold of each row, from 0: five, or as many as there are clusters.

    Raises
    ------
    ConfigError
        If there is one cluster only.
    """
    names = sorted_places(keys) if cluster is None else np.unique(cluster, return_inverse=True)[1]
    n_names = int(names.max(initial=-1)) + 1
    return network_folds(names, max(2, min(N_FOLDS, n_names)), SEED, cure="pass more networks or leave cluster out")


def some_of(outcome: HorizonOutcome, rows: NDArray[np.bool_]) -> HorizonOutcome:
    """Return what is known of some rows at a horizon."""
    return replace(outcome, label=outcome.label[rows], weight=outcome.weight[rows])


def check_folds(fold: NDArray[np.int64], outcomes: Sequence[HorizonOutcome], horizons: Sequence[float]) -> None:
    """Refuse folds without which nothing can be learnt.

    Parameters
    ----------
    fold : ndarray of int, shape (n,)
        Fold of each row.
    outcomes : sequence of HorizonOutcome, length H
        What is known at each horizon.
    horizons : sequence of float, length H
        The horizons in days.

    Raises
    ------
    FitError
        If without a fold nobody re-reported by some horizon, or everybody did.
    """
    for outcome, day in zip(outcomes, horizons, strict=True):
        for answer in (True, False):
            having = fold[(outcome.label == answer) & (outcome.weight > 0)]
            if len(np.unique(having)) < 2:
                found = f"all rows {'with' if answer else 'known to be without'} one in one fold"
                rule = f"Rows with and without a re-report within {day:g} days are left when a fold is left out"
                raise FitError(rule, found, "pass more rows or leave this horizon out")


def rank_ranges(total: Floats, weight: Floats) -> Floats:
    """Return the part of the weight that lies below each row's total, and up to it.

    Parameters
    ----------
    total, weight : ndarray, shape (n,)
        Total and weight of each row.

    Returns
    -------
    ndarray, shape (n, 2)
        From 0 to 1.

    Examples
    --------
    >>> rank_ranges(np.array([0.0, 3.0, 0.0, 1.0]), np.ones(4)).tolist()
    [[0.0, 0.5], [0.75, 1.0], [0.0, 0.5], [0.5, 0.75]]
    """
    where = np.unique(total, return_inverse=True)[1]
    ends = rank_ends(where, weight)
    return np.column_stack([ends[where], ends[where + 1]])


def rank_ends(where: NDArray[np.intp], weight: Floats) -> Floats:
    """Return where the ranks of each distinct total begin and end, of D totals, shape (D + 1,)."""
    upto = np.cumsum(np.bincount(where, weight))
    return np.asarray(np.concatenate(([0.0], upto / upto[-1])), dtype=np.float64)


def parts_within(ranges: Floats, ends: Floats) -> csr_array:
    """Return which part of each row's range of ranks lies between each two ends.

    Parameters
    ----------
    ranges : ndarray, shape (n, 2)
        Range of ranks of each row.
    ends : ndarray, shape (D + 1,)
        Rising from 0 to 1.

    Returns
    -------
    sparse array, shape (n, D)
        Parts, which add up to 1 in each row.

    Examples
    --------
    >>> parts_within(np.array([[0.0, 0.5], [0.5, 1.0]]), np.array([0, 0.25, 0.75, 1])).toarray().tolist()
    [[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]]
    """
    distinct, where = np.unique(ranges, axis=0, return_inverse=True)
    low, high = distinct[:, :1], distinct[:, 1:]
    inside = np.maximum(np.minimum(high, ends[1:]) - np.maximum(low, ends[:-1]), 0.0) / (high - low)
    inside[inside < LEAST_PART] = 0.0
    inside /= inside.sum(axis=1, keepdims=True)
    return csr_array(inside)[where.ravel()]
