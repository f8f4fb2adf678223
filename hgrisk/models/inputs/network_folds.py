"""Folds of household networks: a network is never on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.errors import ConfigError


def network_folds(clusters: Any, n_folds: int, seed: int, cure: str = "use fewer folds") -> NDArray[np.int64]:
    """Assign whole household networks to folds at random, as many to each as can be.

    Parameters
    ----------
    clusters : array-like, shape (n,)
        Household network of each row; neither their order nor their names' form matters, their sorted order does.
    n_folds : int
        Folds, 2 or more.
    seed : int
        Seed of the draw.
    cure : str
        What to do where there are too few networks, to end the sentence with.

    Returns
    -------
    ndarray of int, shape (n,)
        Fold of each row, from 0.

    Raises
    ------
    ConfigError
        If there are fewer than 2 folds, or fewer networks than folds.

    Examples
    --------
    >>> network_folds(["a", "a", "b", "c", "c"], n_folds=3, seed=0).tolist()
    [2, 2, 0, 1, 1]
    """
    names, code = np.unique(clusters, return_inverse=True)
    if n_folds < 2 or len(names) < n_folds:
        found = f"{len(names)} clusters for {n_folds} folds"
        raise ConfigError("Cross-validation has 2 folds or more, and a cluster for each", found, cure)
    assigned = np.random.default_rng(seed).permutation(np.arange(len(names)) % n_folds)
    return assigned[code].astype(np.int64)


def row_names(frame: pd.DataFrame, outcome: NDArray[np.void], *sizes: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return a name for each row, so that folds of rows without networks do not depend on the order of rows.

    Parameters
    ----------
    frame : DataFrame, shape (n, p)
        Features.
    outcome : ndarray, shape (n,)
        Structured array of the outcome.
    *sizes : ndarray, shape (n,)
        Further numbers, such as case weights; only their order counts.

    Returns
    -------
    ndarray of int, shape (n,)
        0 to n - 1: the place of each row once all are sorted. Rows that are equal in all are exchangeable, and have
        places of their own: if they shared one, rows of one pattern would be parted by their outcome.

    Examples
    --------
    >>> frame = pd.DataFrame({"prior_reports": [1, 1, 1]})
    >>> y = np.array([(0, 400.0)] * 3, dtype=[("event", "i1"), ("duration_days", "f8")])
    >>> row_names(frame, y).tolist()
    [0, 1, 2]
    """
    times = pd.DataFrame({name: outcome[name] for name in outcome.dtype.names or ()}, index=frame.index)
    mixed = pd.util.hash_pandas_object(pd.concat([frame, times], axis=1), index=False).to_numpy()
    return sorted_places((*sizes, mixed))


def sorted_places(keys: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    """Return the place of each row once rows are sorted, by the last of the keys first."""
    order = np.lexsort(tuple(keys))
    places = np.empty(len(order), dtype=np.int64)
    places[order] = np.arange(len(order))
    return places
