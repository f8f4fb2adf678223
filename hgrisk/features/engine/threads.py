"""Share the keys of a stream out over threads: compiled code runs without the interpreter's lock."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

_SMALL = 20_000
"""So few landmarks are not worth a thread."""


def share_out(work: Callable[[int, int], object], moment_offsets: NDArray[np.int64]) -> None:
    """Run a piece of work on parts of the keys, side by side; each writes only what belongs to its own keys.

    Parameters
    ----------
    work : callable
        From the first key and the one after the last to nothing; it lets go of the interpreter's lock.
    moment_offsets : ndarray of int64, shape (n_keys + 1,)
        Where each key's landmarks begin; parts have about as many landmarks each.
    """
    n_keys, n_moments = len(moment_offsets) - 1, int(moment_offsets[-1])
    n_parts = min(os.cpu_count() or 1, n_moments // _SMALL + 1)
    goals = np.linspace(0, n_moments, n_parts + 1)[1:-1]
    bounds = [0, *np.searchsorted(moment_offsets, goals).tolist(), n_keys]
    if n_parts == 1:
        work(0, n_keys)
        return
    with ThreadPoolExecutor(n_parts) as pool:
        list(pool.map(work, bounds[:-1], bounds[1:]))
