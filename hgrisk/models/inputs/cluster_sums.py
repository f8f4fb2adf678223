"""Rows of one household network are one observation: sums by network, and what they allow to be said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import f as f_law

from hgrisk.curves import Floats
from hgrisk.errors import DataError


def cluster_codes(labels: NDArray[Any] | None, n_rows: int) -> NDArray[np.intp]:
    """Return the number of each row's cluster, from 0; without labels each row is one of its own."""
    if labels is None:
        return np.arange(n_rows)
    return np.asarray(pd.factorize(labels)[0], dtype=np.intp)


def sum_by_cluster(values: Floats, code: NDArray[np.intp]) -> Floats:
    """Return the sums of rows of values, shape (n, k), by cluster, shape (G, k)."""
    sums = np.empty((int(code.max(initial=-1)) + 1, values.shape[1]))
    for place, column in enumerate(values.T):
        sums[:, place] = np.bincount(code, column)
    return sums


def kish_number(weight: Floats, code: NDArray[np.intp]) -> float:
    """Return how many clusters of equal weight tell as much as these of unequal weight.

    Parameters
    ----------
    weight : ndarray, shape (n,)
        Weights above 0.
    code : ndarray of int, shape (n,)
        Number of each row's cluster.

    Returns
    -------
    float
        ``sum(w)**2 / sum(w**2)`` over the weights of clusters (Kish 1965): from 1 to the number of clusters.

    Examples
    --------
    >>> kish_number(np.array([1.0, 1.0, 2.0, 2.0]), np.array([0, 0, 1, 2]))
    3.0
    """
    whole = np.bincount(code, weight)
    return float(whole.sum() ** 2 / (whole**2).sum())


def clustered_square(influence: Floats, labels: NDArray[Any] | None) -> Floats:
    """Return the covariance of estimates: influences added up within clusters, then squared.

    Parameters
    ----------
    influence : ndarray, shape (n, k)
        How far each row moves each estimate.
    labels : ndarray, shape (n,), optional
        Cluster of each row. Without them rows are independent, and nothing is corrected for their number.

    Returns
    -------
    ndarray, shape (k, k)
        With labels, times G / (G - 1) for G clusters.

    Raises
    ------
    DataError
        If labels name one cluster only.

    Notes
    -----
    Liang and Zeger (1986), doi:10.1093/biomet/73.1.13.
    """
    if labels is None:
        return np.asarray(influence.T @ influence, dtype=np.float64)
    sums = sum_by_cluster(influence, cluster_codes(labels, len(influence)))
    n_clusters = len(sums)
    if n_clusters < 2:
        raise DataError("Cluster-robust errors need at least 2 clusters", "1", "leave cluster out or pass real labels")
    return np.asarray(sums.T @ sums * (n_clusters / (n_clusters - 1)), dtype=np.float64)


def sums_differ(scores: Floats, weight: Floats, code: NDArray[np.intp], level: float) -> bool:
    """Return whether the sums of weighted scores differ from 0 by more than chance.

    Parameters
    ----------
    scores : ndarray, shape (n, k)
        Weighted scores, 0 in the mean where nothing differs.
    weight : ndarray, shape (n,)
        The weights, above 0.
    code : ndarray of int, shape (n,)
        Number of each row's cluster.
    level : float
        Level of the test.

    Returns
    -------
    bool
        False where fewer than k + 1 clusters, by Kish's number, say nothing.

    Notes
    -----
    A robust score test (Rotnitzky and Jewell 1990, doi:10.1093/biomet/77.3.485) on sums by cluster, referred to F with
    Kish's number of clusters, as a test of Hotelling is.
    """
    sums = sum_by_cluster(scores, code)
    number, k = kish_number(weight, code), scores.shape[1]
    if number <= k:
        return False
    total, spread = sums.sum(axis=0), sums.T @ sums
    distance = float(total @ np.linalg.lstsq(spread, total, rcond=None)[0])
    return bool(distance * (number - k) / (k * (number - 1.0)) > f_law.ppf(1.0 - level, k, number - k))
