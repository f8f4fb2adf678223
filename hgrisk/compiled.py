"""Compilation to machine code, kept on disk until any file that it rests on changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from numba import njit
from numba.core.caching import FunctionCache, IndexDataCacheFile

Stamp = tuple[tuple[str, int, int], ...]

_REGROUP = {"reassoc", "contract", "nsz"}
"""Not `fast`: that would also take it that no value is missing or infinite."""


@dataclass(frozen=True)
class Compiler:
    """Compiles the functions of one room, whose files share constants and layouts.

    Numba's own cache looks at the file of the function alone, and would go on with the old layout of an array that
    another file describes: silently wrong numbers. So the machine code is out of date when any source is newer.

    Attributes
    ----------
    room : pathlib.Path
        Folder of the room.
    sources : tuple of str
        Patterns of the files, relative to the room, whose constants or functions end up in the machine code.
    """

    room: Path
    sources: tuple[str, ...]

    def stamp(self) -> Stamp:
        """Return name, time and size of every source.

        Returns
        -------
        tuple
            One entry per file; another one after any change.
        """
        files = sorted(file for pattern in self.sources for file in self.room.glob(pattern))
        return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)

    def __call__(
        self,
        function: Callable[..., Any] | None = None,
        *,
        inline: Literal["always", "never"] = "never",
        regroup: bool = False,
    ) -> Any:
        """Compile a function: without the interpreter's lock, floating point as NumPy has it.

        Where no folder takes machine code (a read-only installation without a home folder), nothing is kept, and every
        process compiles anew.

        Parameters
        ----------
        function : callable, optional
            The function; without it, the decorator with these options.
        inline : str
            ``"always"`` or ``"never"``: whether the code becomes part of its callers.
        regroup : bool
            Whether the terms of a sum may be added up in groups, several at a time; the last digits may then differ
            between kinds of processors, as they do with BLAS.

        Returns
        -------
        callable
            It is compiled when it is first called.
        """
        if function is None:
            return partial(self, inline=inline, regroup=regroup)
        dispatcher: Any = njit(nogil=True, error_model="numpy", inline=inline, fastmath=_REGROUP if regroup else False)(
            function
        )
        try:
            dispatcher._cache = _StampedCache(function, self.stamp())  # noqa: SLF001 - numba offers no door for this
        except RuntimeError as error:
            if "no locator available" not in str(error):
                raise
        return dispatcher


class _StampedCache(FunctionCache):
    """A cache on disk that is out of date when its stamp has changed."""

    def __init__(self, function: Callable[..., Any], stamp: Stamp) -> None:
        super().__init__(function)
        self._source_stamp = stamp
        self._cache_file = IndexDataCacheFile(
            cache_path=self._cache_path, filename_base=self._impl.filename_base, source_stamp=stamp
        )
