"""A source as read, before its mapping is applied."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hgrisk.errors import DataError
from hgrisk.histories.account import ROW


@dataclass(frozen=True)
class RawRows:
    """A source as read.

    Attributes
    ----------
    frame : polars.DataFrame
        The rows that could be read, with ``ROW`` (1 is the first row below the header, and a blank row counts).
    broken : polars.DataFrame
        ``ROW`` and ``reason`` of the rows that could not be read.
    n_read : int
        All rows.
    made_up : bool
        Whether the source bears the mark of a made-up world.
    """

    frame: pl.DataFrame
    broken: pl.DataFrame
    n_read: int
    made_up: bool = False


def whole(frame: pl.DataFrame, name: str, *, made_up: bool = False) -> RawRows:
    """Number the rows of a source of which every row can be read.

    Parameters
    ----------
    frame : polars.DataFrame
        The rows.
    name : str
        The source's name, for the error text.
    made_up : bool
        Whether the source bears the mark of a made-up world.

    Returns
    -------
    RawRows
        The numbered rows.

    Raises
    ------
    DataError
        If there are no rows.
    """
    if frame.height == 0:
        raise DataError("A source has rows", f"none in {name}", "deliver it again or leave it out")
    numbers = pl.Series(ROW, range(1, frame.height + 1), dtype=pl.Int64)
    return RawRows(frame.select(numbers, pl.all()), no_broken(), frame.height, made_up)


def no_broken() -> pl.DataFrame:
    """Return an empty table of rows that could not be read."""
    return pl.DataFrame(schema={ROW: pl.Int64, "reason": pl.String})
