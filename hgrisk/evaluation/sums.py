"""Weighted sums over many bootstrap draws, in blocks that fit the processor's cache."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats

CELLS = 2**18
"""Draws times rows held as float64 at once: 2 MB."""


def draw_blocks(n_draws: int, n_rows: int) -> Iterator[slice]:
    """Cut the draws into blocks of at most ``CELLS`` cells, at least one draw each.

    Parameters
    ----------
    n_draws, n_rows : int
        Draws, and rows that each of them weighs.

    Returns
    -------
    iterator of slice
        Slices of the draws, in order; none without a draw.

    Examples
    --------
    >>> list(draw_blocks(3, CELLS // 2))
    [slice(0, 2, None), slice(2, 3, None)]
    """
    step = max(1, CELLS // max(1, n_rows))
    return (slice(start, min(start + step, n_draws)) for start in range(0, n_draws, step))


def weighted_sums(weights: NDArray[Any], values: Floats) -> Floats:
    """Sum values over the rows under each draw.

    Parameters
    ----------
    weights : ndarray, shape (b, n)
        How often each row counts.
    values : ndarray, shape (n,) or (n, k)
        Values of the rows.

    Returns
    -------
    ndarray, shape (b,) or (b, k)
        The sums.

    Examples
    --------
    >>> weighted_sums(np.array([[1, 1], [0, 2]]), np.array([0.5, 3.0])).tolist()
    [3.5, 6.0]
    """
    sums = np.empty((len(weights), *values.shape[1:]))
    for block in draw_blocks(*weights.shape):
        sums[block] = weights[block].astype(np.float64) @ values
    return sums


def ratio(numerator: Any, denominator: Any) -> Floats:
    """Divide, with NaN where the denominator is not above 0.

    Parameters
    ----------
    numerator, denominator : array-like
        Of shapes that broadcast.

    Returns
    -------
    ndarray of float64
        The ratios, in the shape of both together.

    Examples
    --------
    >>> ratio([1.0, 1.0], [2.0, 0.0]).tolist()
    [0.5, nan]
    """
    top, bottom = np.broadcast_arrays(np.asarray(numerator, dtype=np.float64), np.asarray(denominator))
    filled = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return np.asarray(filled, dtype=np.float64)
