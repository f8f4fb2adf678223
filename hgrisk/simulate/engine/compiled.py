"""Compilation to machine code, kept on disk until any file that the engine rests on changes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

from numba import njit
from numba.core.caching import FunctionCache, IndexDataCacheFile

_ROOM = Path(__file__).parents[1]
_SOURCES = ("engine/*.py", "parameters/*.py", "truth/_*.py", "draws.py", "records.py", "strategies.py")


def source_stamp(room: Path = _ROOM) -> tuple[tuple[str, int, int], ...]:
    """Return name, time and size of every file whose constants or functions end up in the machine code.

    Parameters
    ----------
    room : pathlib.Path
        Folder of the simulator.

    Returns
    -------
    tuple
        One entry per file; another one after any change.
    """
    files = sorted(file for pattern in _SOURCES for file in room.glob(pattern))
    return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)


class _EngineCache(FunctionCache):
    """A cache on disk that is out of date when any source of the engine is newer.

    Numba's own looks at the file of the function alone, and would go on with the old layout of a state that another
    file describes: silently wrong numbers.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._source_stamp = source_stamp()
        self._cache_file = IndexDataCacheFile(
            cache_path=self._cache_path, filename_base=self._impl.filename_base, source_stamp=self._source_stamp
        )


def compiled(function: Callable[..., Any] | None = None, *, inline: Literal["always", "never"] = "never") -> Any:
    """Compile a function: without the interpreter's lock, floating point as NumPy has it.

    Where no folder takes machine code (a read-only installation without a home folder), nothing is kept, and every
    process compiles anew.

    Parameters
    ----------
    function : callable, optional
        The function; without it, the decorator with these options.
    inline : str
        ``"always"`` or ``"never"``: whether the code becomes part of its callers.

    Returns
    -------
    callable
        It is compiled when it is first called.
    """
    if function is None:
        return partial(compiled, inline=inline)
    dispatcher: Any = njit(nogil=True, error_model="numpy", inline=inline)(function)
    try:
        dispatcher._cache = _EngineCache(function)  # noqa: SLF001 - numba offers no door for a cache of one's own
    except RuntimeError as error:
        if "no locator available" not in str(error):
            raise
    return dispatcher
