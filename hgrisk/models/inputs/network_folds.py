"""Folds of household networks: a network is never on both sides."""

from __future__ import annotations

from typing import Any

import numpy as np
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
