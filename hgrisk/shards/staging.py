"""Rows on disk while a build is under way: files that grow, and files that are there whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

_PACKED = pa.ipc.IpcWriteOptions(compression="lz4")


def append_rows(path: Path, frame: pl.DataFrame) -> None:
    """Append rows to a file.

    Parameters
    ----------
    path : pathlib.Path
        The file, made if it is not there.
    frame : polars.DataFrame
        The rows, also none; every call has the same columns.
    """
    table = frame.to_arrow()
    with path.open("ab") as file, pa.ipc.new_stream(file, table.schema, options=_PACKED) as stream:
        stream.write_table(table)


def read_rows(path: Path) -> pl.DataFrame:
    """Read all that was appended to a file.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    polars.DataFrame
        The rows in their order.
    """
    parts = []
    with pa.OSFile(str(path)) as file:
        while file.tell() < file.size():
            with pa.ipc.open_stream(file) as stream:
                parts.append(stream.read_all())
    return pl.DataFrame(pl.from_arrow(pa.concat_tables(parts)))


def write_rows(path: Path, frame: pl.DataFrame) -> None:
    """Write rows to a file that is there whole or not at all.

    Parameters
    ----------
    path : pathlib.Path
        The file; one that is there is replaced.
    frame : polars.DataFrame
        The rows.
    """
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    append_rows(new, frame)
    new.replace(path)


def write_facts(path: Path, facts: dict[str, Any]) -> None:
    """Write a few facts to a file that is there whole or not at all.

    Parameters
    ----------
    path : pathlib.Path
        The file; one that is there is replaced.
    facts : dict
        What JSON can hold.
    """
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with new.open("x", encoding="utf-8", newline="\n") as file:
        json.dump(facts, file, indent=1, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def read_facts(path: Path) -> dict[str, Any]:
    """Read what :func:`write_facts` wrote.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    dict
        The facts.
    """
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
