"""Blocks made by several threads at once and handed over in order, so that memory does not grow with their number."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from hgrisk.errors import ConfigError

B = TypeVar("B")

THREADS_PER_PROCESSOR = 4
"""More would only take memory."""


def stream_blocks(make: Callable[[int], B], n_blocks: int, workers: int) -> Generator[B, None, None]:
    """Make blocks in threads and yield them in order.

    Threads, not processes: compiled code and polars let each other run, and nothing has to be copied. At most
    ``workers + 1`` blocks are there at a time: made, in the making, or with the caller, who lets go of one before
    asking for the next. When the caller closes the generator, or is interrupted, what has not begun is never made.

    Parameters
    ----------
    make : callable
        From the number of a block to the block; called from any thread.
    n_blocks : int
        Number of blocks.
    workers : int
        Number of threads, 1 or more; never more than there are blocks, or `THREADS_PER_PROCESSOR` allows.

    Yields
    ------
    object
        Blocks 0 to ``n_blocks - 1``.

    Raises
    ------
    ConfigError
        If there are no workers.

    Examples
    --------
    >>> list(stream_blocks(lambda number: number**2, 4, workers=2))
    [0, 1, 4, 9]
    """
    if workers < 1:
        raise ConfigError("Blocks are made by 1 worker or more", f"{workers}", "give for example 2")
    workers = max(1, min(workers, n_blocks, THREADS_PER_PROCESSOR * (os.cpu_count() or 1)))
    numbers = iter(range(n_blocks))
    with ThreadPoolExecutor(workers, thread_name_prefix="hgrisk-block") as pool:
        waiting: deque[Future[B]] = deque(pool.submit(make, number) for number in islice(numbers, workers))
        while waiting:
            block = waiting.popleft().result()
            waiting.extend(pool.submit(make, number) for number in islice(numbers, 1))
            yield block
            del block  # or it would stay while the next one is awaited
