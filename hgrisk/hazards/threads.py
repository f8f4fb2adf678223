"""Work on several processors at once: threads that are kept, since to start them takes as long as a short task."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from itertools import count
from threading import Event
from typing import Any, TypeVar

PROCESSORS = os.cpu_count() or 1

Done = TypeVar("Done")


def side_by_side(work: Callable[[Any], Done], parts: Sequence[Any]) -> list[Done]:
    """Do the work on each part, on as many processors as there are, and return the results in order.

    Parameters
    ----------
    work : callable
        Takes a part. May itself share out its work.
    parts : sequence
        The parts.

    Returns
    -------
    list
        What the work returned for each part.

    Notes
    -----
    The caller takes parts too, and waits for nothing that has not begun: work within work cannot lock up.
    """
    if len(parts) == 1 or PROCESSORS == 1:
        return [work(part) for part in parts]
    turns, done, stop = count(), {}, Event()

    def take() -> None:
        try:
            while not stop.is_set() and (place := next(turns)) < len(parts):
                done[place] = work(parts[place])
        except BaseException:  # an interrupt too: nobody begins another part
            stop.set()
            raise

    others = [_pool().submit(take) for _ in range(min(PROCESSORS, len(parts)) - 1)]
    try:
        take()
    finally:
        begun = [other for other in others if not other.cancel()]
        wait(begun)
    for other in begun:
        other.result()
    return [done[place] for place in range(len(parts))]


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(PROCESSORS, thread_name_prefix="hgrisk-hazards")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not live on in a forked process
