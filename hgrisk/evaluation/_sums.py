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
    """Cut the draws into blocks of at most ``CELLS`` cells, at least one draw each."""
    step = max(1, CELLS // max(1, n_rows))
    return (slice(start, min(start + step, n_draws)) for start in range(0, n_draws, step))


def weighted_sums(weights: NDArray[Any], values: Floats) -> Floats:
    """Sum values over the rows under each draw: (b, n) and (n,) or (n, k) give (b,) or (b, k)."""
    sums = np.empty((len(weights), *values.shape[1:]))
    for block in draw_blocks(*weights.shape):
        sums[block] = weights[block].astype(np.float64) @ values
    return sums


def ratio(numerator: Any, denominator: Any) -> Floats:
    """Divide, with NaN where the denominator is not above 0."""
    top, bottom = np.broadcast_arrays(np.asarray(numerator, dtype=np.float64), np.asarray(denominator))
    filled = np.divide(top, bottom, out=np.full(top.shape, np.nan), where=bottom > 0)
    return np.asarray(filled, dtype=np.float64)
