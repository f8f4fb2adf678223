"""Counting sort by key, which keeps the order within a key."""

from __future__ import annotations

import numpy as np

from hgrisk.features.compiled import compiled


@compiled
def sort_by_key(keys, n_keys):
    """Sort places by key in time linear in their number.

    Parameters
    ----------
    keys : ndarray of int32, shape (n,)
        A key from 0 for each place.
    n_keys : int
        How many keys there are.

    Returns
    -------
    order : ndarray of int32, shape (n,)
        Places by key, in their own order within a key.
    offsets : ndarray of int64, shape (n_keys + 1,)
        Where each key begins in ``order``.
    """
    offsets = np.zeros(n_keys + 1, dtype=np.int64)
    for key in keys:
        offsets[key + 1] += 1
    for key in range(n_keys):
        offsets[key + 1] += offsets[key]
    at = offsets[:-1].copy()
    order = np.empty(len(keys), dtype=np.int32)
    for place in range(len(keys)):
        key = keys[place]
        order[at[key]] = place
        at[key] += 1
    return order, offsets
