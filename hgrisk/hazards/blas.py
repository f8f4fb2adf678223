"""One thread for the many small matrix products of a fit: contending BLAS threads made them 20 to 50 times slower."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

from threadpoolctl import ThreadpoolController


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Hold BLAS to one thread while any fit of this process is under way, in whatever threads they run."""
    fits = _fits()
    fits.enter()
    try:
        yield
    finally:
        fits.leave()


class _Fits:
    """How many fits are under way: the first takes the threads away, the last gives them back."""

    def __init__(self) -> None:
        self._controller = ThreadpoolController()  # a scan of all loaded libraries, 10 ms: done once
        self._lock, self._count, self._limit = Lock(), 0, None

    def enter(self) -> None:
        with self._lock:
            if self._count == 0:
                limit: Any = self._controller.limit(limits=1, user_api="blas")
                self._limit = limit
            self._count += 1

    def leave(self) -> None:
        with self._lock:
            self._count -= 1
            if self._count == 0 and self._limit is not None:
                self._limit.restore_original_limits()


@cache
def _fits() -> _Fits:
    return _Fits()
