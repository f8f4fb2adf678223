"""A folder that is there whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hgrisk.errors import DataError

RULE = "A made-up world goes to a new folder, or over an earlier one"
CURE = "name another folder, or one that holds an earlier world and nothing else"


@dataclass(frozen=True)
class Layout:
    """What a folder of ours may hold, and how it is known.

    Parameters
    ----------
    files : frozenset of str
        Every file that may be in it, as a path with slashes; nothing else is ever replaced.
    mark : str
        The file, one of ``files``, by which an earlier folder is known as one of ours.
    line : str
        Its first line: the name of a file alone proves nothing, for a user may have chosen the same.

    Examples
    --------
    >>> layout = Layout(frozenset({"mark.txt", "inner/a.csv"}), "mark.txt", "# ours")
    >>> layout.folders
    frozenset({'inner'})
    """

    files: frozenset[str]
    mark: str
    line: str

    @property
    def folders(self) -> frozenset[str]:
        """Folders that may be in it."""
        parents = {parent.as_posix() for file in self.files for parent in PurePosixPath(file).parents}
        return frozenset(parents - {"."})

    def marks(self, folder: Path) -> bool:
        """Return whether a folder holds the mark with its first line.

        Parameters
        ----------
        folder : pathlib.Path
            The folder.

        Returns
        -------
        bool
            False also where the mark is absent.
        """
        wanted = self.line.encode()
        try:
            with (folder / self.mark).open("rb") as file:
                return file.readline(len(wanted) + 2).rstrip(b"\r\n") == wanted
        except FileNotFoundError:
            return False


@contextmanager
def staged(folder: Path, layout: Layout) -> Iterator[Path]:
    """Fill a new folder, and put what it holds in its place at the end.

    A folder that exists stays itself, so that a mount point, its rights and a shell inside it go on: its entries are
    exchanged, after all is written. One that does not exist is made beside its place and renamed. An error, Ctrl-C
    or a signal that ends the command removes the new folder and leaves the old entries as they were.

    Parameters
    ----------
    folder : pathlib.Path
        The folder that is wanted.
    layout : Layout
        What may be in it.

    Yields
    ------
    pathlib.Path
        The new folder, empty.

    Raises
    ------
    DataError
        If the folder holds something else, at the start or at the end.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as base:
    ...     with staged(Path(base) / "world", Layout(frozenset({"a.txt"}), "a.txt", "# ours")) as new:
    ...         _ = (new / "a.txt").write_text("# ours")
    ...     print(*(file.name for file in Path(base).rglob("*")))
    world a.txt
    """
    folder = folder.resolve()
    refuse_foreign(folder, layout)
    absent = [parent for parent in folder.parents if not parent.exists()]
    folder.parent.mkdir(parents=True, exist_ok=True)
    stage: Path | None = None
    try:
        stage = Path(tempfile.mkdtemp(prefix=".hgrisk-", dir=folder if folder.exists() else folder.parent))
        new = stage / "new"  # not the stage itself: that is closed to others, whatever the user's rights say
        new.mkdir()
        yield new
        refuse_foreign(folder, layout, apart_from=stage)  # much may have happened in the minutes since
        _put(new, folder, stage / "old")
    finally:
        _clear(stage, absent)


def refuse_foreign(folder: Path, layout: Layout, apart_from: Path | None = None) -> None:
    """Refuse a folder that holds something that is not ours; the first such entry ends the search.

    Parameters
    ----------
    folder : pathlib.Path
        The folder, which need not exist.
    layout : Layout
        What may be in it. A link is never ours: what it points to may lie anywhere.
    apart_from : pathlib.Path, optional
        An entry that is not looked at.

    Raises
    ------
    DataError
        If a file stands in its place or above it, or it holds another file, or files without the mark.
    """
    folder = folder.resolve()
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    if not nearest.is_dir():
        raise DataError(RULE, f"that a file is in the way, {nearest.name}", "name a folder")
    if nearest != folder:
        return
    foreign = next(_foreign(folder, layout, apart_from), None)
    if foreign is None and not layout.marks(folder):
        first = next((name for name in _names(folder) if apart_from is None or name != apart_from.name), None)
        foreign = f"a {layout.mark} that hgrisk did not write" if (folder / layout.mark).exists() else first
    if foreign is not None:
        raise DataError(RULE, f"{foreign} in {folder.name or folder}", CURE)


def _names(folder: Path) -> Iterator[str]:
    with os.scandir(folder) as entries:
        yield from (entry.name for entry in entries)


def _foreign(folder: Path, layout: Layout, apart_from: Path | None, above: str = "") -> Iterator[str]:
    """Yield what is not ours, one at a time: a home folder has more entries than anyone wants to wait for."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = above + entry.name
            if apart_from is not None and Path(entry.path) == apart_from:
                continue
            if name in layout.folders and entry.is_dir(follow_symlinks=False):
                yield from _foreign(Path(entry.path), layout, apart_from, f"{name}/")
            elif name not in layout.files or not entry.is_file(follow_symlinks=False):
                yield name


def _put(new: Path, folder: Path, old: Path) -> None:
    if not folder.exists():
        new.rename(folder)
        return
    old.mkdir()
    leaving = [(folder / name, old / name) for name in sorted(_names(folder)) if folder / name != old.parent]
    coming = [(new / name, folder / name) for name in sorted(_names(new))]
    begun: list[tuple[Path, Path]] = []
    try:
        for source, target in (*leaving, *coming):
            begun.append((source, target))  # before the step, so that none is forgotten
            source.rename(target)
    except BaseException:
        for source, target in reversed(begun):
            if not source.exists():
                target.rename(source)
        raise
    old.rename(new / "old")  # rubbish from now on


def _clear(stage: Path | None, absent: list[Path]) -> None:
    """Remove the stage, and folders that were made on the way to it if they are empty."""
    if stage is not None:
        shutil.rmtree(stage / "new", ignore_errors=True)
    for left in (*([stage / "old", stage] if stage is not None else []), *absent):
        with suppress(OSError):  # not empty: an exchange could not be undone, and what is in it is the user's
            left.rmdir()
