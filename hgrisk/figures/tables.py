"""The one check that a figure or a page makes of a table before it uses it."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from hgrisk.errors import DataError


def require_columns(table: pd.DataFrame, columns: Iterable[str], name: str) -> None:
    """Refuse a table that lacks a column.

    Parameters
    ----------
    table : DataFrame
        The table.
    columns : iterable of str
        The columns it must have.
    name : str
        What the table is called in the error text.

    Raises
    ------
    DataError
        If a column is missing.
    """
    wanted = tuple(columns)
    missing = [column for column in wanted if column not in table.columns]
    if missing:
        found = ", ".join(str(column) for column in table.columns) or "no columns"
        raise DataError(f"The table {name!r} has the columns {', '.join(wanted)}", found, f"add {', '.join(missing)}")
