"""Bootstrap of household networks: how often each row counts in each draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import DataError

Counts = NDArray[np.uint16]

FEWEST_DEFINED = 20
"""An interval needs at least this many draws in which the metric is defined."""

SMALLEST_DEFINED_SHARE = 0.9
"""And at least this share of all draws: the draws that remain would otherwise be a selection."""


def cluster_codes(clusters: Any) -> tuple[NDArray[np.int64], int]:
    """Number the clusters from 0, in sorted order, so that the order of the rows does not matter.

    Parameters
    ----------
    clusters : array-like, shape (n,)
        Key of the household network of each row.

    Returns
    -------
    codes : ndarray of int, shape (n,)
        Number of each row's cluster.
    n_clusters : int
        How many there are.

    Raises
    ------
    DataError
        If a key is missing, the keys are not one column, or there are fewer than two clusters.
    """
    keys = np.asarray(clusters)
    if keys.ndim != 1:
        raise DataError("Clusters are one key per row", f"shape {keys.shape}", "pass the household network of each row")
    missing = int(np.count_nonzero(pd.isna(keys)))
    if missing:
        raise DataError(
            "Every row belongs to a household network", f"{missing} missing keys", "give such a row a key of its own"
        )
    names, codes = np.unique(keys, return_inverse=True)
    if len(names) < 2:
        raise DataError(
            "A bootstrap resamples at least two household networks",
            f"{len(names)}",
            "use more networks or no intervals",
        )
    return codes.astype(np.int64), len(names)


def cluster_weights(clusters: Any, n_resamples: int, seed: int | np.random.Generator) -> Counts:
    """Draw household networks with replacement and count each row in each draw.

    Parameters
    ----------
    clusters : array-like, shape (n,)
        Key of the household network of each row; rows of one network are drawn together.
    n_resamples : int
        Number of draws B, 0 or more.
    seed : int or Generator
        Seed of the draws, or the generator to draw from.

    Returns
    -------
    ndarray of uint16, shape (1 + B, n)
        Row 0 is all ones and gives the estimate; row b is how often each row counts in draw b.

    Raises
    ------
    DataError
        If the clusters are not one key per row, or draws are asked for with fewer than two networks.

    Notes
    -----
    The cluster bootstrap of Field and Welsh (2007), doi:10.1111/j.1467-9868.2007.00593.x. It holds the fitted model
    and the censoring distribution fixed: intervals are about the sampling of test households only. Below some 40
    networks it is too narrow.

    Examples
    --------
    >>> weights = cluster_weights(["a", "a", "b", "c"], n_resamples=100, seed=1)
    >>> weights.shape, weights[0].tolist()
    ((101, 4), [1, 1, 1, 1])
    >>> bool((weights[:, 0] == weights[:, 1]).all())
    True
    """
    if n_resamples == 0:
        return np.ones((1, len(np.asarray(clusters))), dtype=np.uint16)
    codes, n_clusters = cluster_codes(clusters)
    rng = np.random.default_rng(seed)
    weights = np.ones((1 + n_resamples, len(codes)), dtype=np.uint16)
    for draw in weights[1:]:
        drawn = rng.integers(0, n_clusters, size=n_clusters)
        draw[:] = np.bincount(drawn, minlength=n_clusters)[codes]
    return weights


def percentile_interval(replicates: Floats, level: float) -> tuple[float, float]:
    """Return the percentile interval of a metric.

    Parameters
    ----------
    replicates : ndarray, shape (1 + B,)
        The estimate, then the value in each draw; NaN where the metric is not defined.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    lower, upper : float
        The interval. NaN if the estimate is not defined, fewer than 20 draws are, or fewer than 90 % of them are.

    Examples
    --------
    >>> percentile_interval(np.arange(102.0), level=0.5)
    (26.0, 76.0)
    """
    draws = replicates[1:]
    defined = draws[np.isfinite(draws)]
    too_few = len(defined) < FEWEST_DEFINED or len(defined) < SMALLEST_DEFINED_SHARE * len(draws)
    if too_few or not np.isfinite(replicates[0]):
        return float("nan"), float("nan")
    lower, upper = np.quantile(defined, [0.5 - level / 2, 0.5 + level / 2])
    return float(lower), float(upper)
