"""Pandas and Polars frames as plain Polars frames."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa

from hgrisk.errors import DataError

PLAIN = (pl.String, pl.Boolean, pl.Null, pl.Date, pl.Datetime, pl.Time)
"""Types of a column, besides numbers, that hold one value in each row."""

_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
_ODD_NAME = re.compile(r"^\s*[^A-Za-z_]|[0-9]{5,}")


def as_polars(frame: Any, name: str) -> pl.DataFrame:
    """Return a frame as a plain Polars frame.

    Parameters
    ----------
    frame : pandas.DataFrame, polars.DataFrame or polars.LazyFrame
        The frame; the index of a pandas frame is left out.
    name : str
        Its name, for the error text.

    Returns
    -------
    polars.DataFrame
        The frame in its order.

    Raises
    ------
    DataError
        If it is no frame, or has a column twice.
    """
    if isinstance(frame, pl.LazyFrame):
        frame = frame.collect()
    elif isinstance(frame, pd.DataFrame):
        frame = _from_pandas(frame, name)
    if not isinstance(frame, pl.DataFrame):
        raise DataError("A frame is of pandas or Polars", f"{type(frame).__name__} for {name!r}", "convert it first")
    return plain(frame)


def plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Make categories text and not-a-number empty, so that every source says the same in the same way.

    Parameters
    ----------
    frame : polars.DataFrame
        A frame of any origin.

    Returns
    -------
    polars.DataFrame
        The same columns and rows.
    """
    columns = []
    for name, dtype in frame.schema.items():
        if isinstance(dtype, pl.Categorical | pl.Enum):
            columns.append(pl.col(name).cast(pl.String))
        elif dtype == pl.Float32:
            columns.append(pl.col(name).fill_nan(None).cast(pl.String).cast(pl.Float64))
        elif dtype.is_float():
            columns.append(pl.col(name).fill_nan(None))
    return frame.with_columns(columns)


def check_names(names: Sequence[str], source: str) -> None:
    """Check that no column of a source stands there twice or bears a name of the row account.

    Parameters
    ----------
    names : sequence of str
        The column names.
    source : str
        The source's name, for the error text.

    Raises
    ------
    DataError
        If a name is used twice or begins with ``hg:``.
    """
    twice = sorted(name for name, n in Counter(names).items() if n > 1)
    if twice:
        raise DataError(f"Every column of {source} has a name of its own", f"{twice[0]!r} twice", "rename one of them")
    taken = [name for name in names if name.startswith("hg:")]
    if taken:
        raise DataError("A column's name does not begin with 'hg:'", f"{taken[0]!r} in {source}", "rename it")


def shown_names(names: Sequence[str]) -> str:
    """Return column names for an error text, unless they seem to be a row of data.

    Parameters
    ----------
    names : sequence of str
        The names.

    Returns
    -------
    str
        The names, or what is wrong with them.

    Examples
    --------
    >>> shown_names(["case", "date"]), shown_names(["H1", "2019-01-31"])
    ('case, date', 'names that seem to be a row of data')
    >>> shown_names(["123456782", "Jan Jansen", "20190131"])
    'names that seem to be a row of data'
    """
    if any(_DATE.search(name) or _ODD_NAME.search(name) for name in names):
        return "names that seem to be a row of data"
    return ", ".join(names)


def _from_pandas(frame: pd.DataFrame, name: str) -> pl.DataFrame:
    names = [str(column) for column in frame.columns]
    check_names(names, name)
    return pl.DataFrame([_series(frame.iloc[:, place], column) for place, column in enumerate(names)])


def _series(column: pd.Series[Any], name: str) -> pl.Series:
    """Return a pandas column; one that mixes types becomes text."""
    if isinstance(column.dtype, pd.PeriodDtype):
        raise DataError("A column holds texts, numbers or dates", f"periods in {name!r}", "convert them to dates")
    try:
        series = pl.from_pandas(column)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError):
        series = pl.Series([_cell_text(cell) for cell in column], dtype=pl.String)
    return series.alias(name)


def _cell_text(cell: Any) -> str | None:
    if pd.api.types.is_scalar(cell) and pd.isna(cell):
        return None
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date) else str(cell)
