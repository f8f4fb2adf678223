"""Counting sort by key, which keeps the order within a key."""

from __future__ import annotations

import numpy as np

from hgrisk.features.compiled import compiled

BITS = 11
"""Digits of so many bits are sorted at a time, so that a pass writes to few enough places to keep near."""


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
    order = np.arange(len(keys)).astype(np.int32)
    sorted_keys = keys.copy()
    shift = 0
    while shift == 0 or (n_keys - 1) >> shift > 0:
        order, sorted_keys = _by_digit(order, sorted_keys, shift)
        shift += BITS
    return order, offsets


@compiled
def _by_digit(order, keys, shift):
    """Sort places and their keys by one digit of the keys; places with the same digit keep their order."""
    mask = (1 << BITS) - 1
    at = np.zeros((1 << BITS) + 1, dtype=np.int64)
    for key in keys:
        at[((key >> shift) & mask) + 1] += 1
    for digit in range(mask):
        at[digit + 1] += at[digit]
    by_digit, keys_by_digit = np.empty_like(order), np.empty_like(keys)
    for place in range(len(order)):
        digit = (keys[place] >> shift) & mask
        by_digit[at[digit]] = order[place]
        keys_by_digit[at[digit]] = keys[place]
        at[digit] += 1
    return by_digit, keys_by_digit
