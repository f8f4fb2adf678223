"""A folder that is there whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from hgrisk.errors import DataError


@contextmanager
def staged(folder: Path, files: Collection[str], mark: str) -> Iterator[Path]:
    """Fill a new folder beside the one that is wanted, and put it in its place at the end.

    An error or Ctrl-C removes the new folder and leaves the old one as it was.

    Parameters
    ----------
    folder : pathlib.Path
        The folder that is wanted.
    files : collection of str
        Every file that may be in it, as a path with slashes; nothing else is ever replaced.
    mark : str
        The file by which an earlier folder is known as one of ours.

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
    ...     with staged(Path(base) / "world", ["a.txt"], mark="a.txt") as new:
    ...         _ = (new / "a.txt").write_text("a")
    ...     print(*(file.name for file in Path(base).rglob("*")))
    world a.txt
    """
    folder = folder.resolve()
    refuse_foreign(folder, files, mark)
    folder.parent.mkdir(parents=True, exist_ok=True)
    new, old = (folder.with_name(f".{folder.name}.{os.getpid()}.{end}") for end in ("new", "old"))
    shutil.rmtree(new, ignore_errors=True)  # of a killed process with our number
    try:
        new.mkdir()
        yield new
        refuse_foreign(folder, files, mark)  # much may have happened in the minutes since
        _swap(new, folder, old)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def refuse_foreign(folder: Path, files: Collection[str], mark: str) -> None:
    """Refuse a folder that holds something that is not ours.

    Parameters
    ----------
    folder : pathlib.Path
        The folder, which need not exist.
    files : collection of str
        Every file that may be in it.
    mark : str
        The file by which a folder is known as one of ours.

    Raises
    ------
    DataError
        If it is a file, holds files without the mark, or holds another file.
    """
    rule = "A made-up world goes to a new folder, or over an earlier one"
    if folder.exists() and not folder.is_dir():
        raise DataError(rule, f"the file {folder.name}", "name a folder")
    present = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    folders = {parent.as_posix() for file in files for parent in Path(file).parents}
    foreign = [name for name in present if name not in files and not (name in folders and (folder / name).is_dir())]
    if foreign or (present and mark not in present):
        found = f"{(foreign or present)[0]} in {folder.name}"
        raise DataError(rule, found, f"name another folder, or one that holds a {mark} and nothing else than its world")


def _swap(new: Path, folder: Path, old: Path) -> None:
    if not folder.exists():
        new.rename(folder)
        return
    try:
        folder.rename(old)
        new.rename(folder)
    except BaseException:
        if not folder.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old)
