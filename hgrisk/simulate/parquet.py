"""A Parquet file that grows block by block."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from hgrisk.provenance import MADE_UP_MARK

ROW_GROUP = 250_000
"""Rows after which a row group is written: blocks are gathered until then, whatever they hold."""


def plain(frame: pl.DataFrame, types: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return a table as it is stored: categories as text, and some columns with the types that are asked for.

    Parameters
    ----------
    frame : polars.DataFrame
        The table.
    types : mapping of str to polars type
        Types of some columns, whether the table has them or not.

    Returns
    -------
    polars.DataFrame
        The same rows and columns.

    Examples
    --------
    >>> plain(pl.DataFrame({"born_on": [None]}), {"born_on": pl.Date(), "sex": pl.String()}).schema
    Schema([('born_on', Date)])
    """
    text = pl.selectors.categorical() | pl.selectors.enum()
    typed = [pl.col(name).cast(kind) for name, kind in types.items() if name in frame.columns]
    return frame.with_columns(text.cast(pl.String)).with_columns(typed)


class ParquetTable:
    """A table written in row groups of at least ``ROW_GROUP`` rows.

    The same blocks in the same order give the same bytes. The footer says that the data are made up, and a reader of
    case histories passes that on.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    types : mapping of str to polars type, optional
        Types of some columns, which the file has even where a block knows nothing of them.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with ParquetTable(Path(folder) / "cases.parquet") as table:
    ...         for case in ("H1", "H2"):
    ...             table.add(pl.DataFrame({"case_id": [case]}))
    ...     pl.read_parquet(Path(folder) / "cases.parquet")["case_id"].to_list()
    ['H1', 'H2']
    """

    def __init__(self, path: Path, types: Mapping[str, pl.DataType] | None = None) -> None:
        self._path = path
        self._types = dict(types or {})
        self._parts: list[Any] = []
        self._waiting = 0
        self._writer: Any = None
        self.rows = 0

    def __enter__(self) -> Self:
        """Return the table."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Write what waits, unless something went wrong, and close the file."""
        try:
            if kind is None and self._parts:
                self._flush()
        finally:
            if self._writer is not None:
                self._writer.close()

    def add(self, frame: pl.DataFrame) -> None:
        """Append rows.

        Parameters
        ----------
        frame : polars.DataFrame
            The rows; every call has the same columns. Categories are written as text.
        """
        self._parts.append(plain(frame, self._types).to_arrow())
        self.rows += frame.height
        self._waiting += frame.height
        if self._waiting >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        table = pa.concat_tables(self._parts)
        if self._writer is None:
            fractions = [field.name for field in table.schema if pa.types.is_floating(field.type)]
            self._writer = pq.ParquetWriter(
                self._path,
                table.schema,
                compression="zstd",
                store_schema=False,  # the types of Parquet are enough; a copy of the Arrow schema would only add bytes
                # numbers with a fraction hardly ever recur: byte by byte they take a quarter less than in a dictionary
                use_dictionary=[name for name in table.schema.names if name not in fractions],
                column_encoding=dict.fromkeys(fractions, "BYTE_STREAM_SPLIT"),
            )
            self._writer.add_key_value_metadata(MADE_UP_MARK)
        self._writer.write_table(table, row_group_size=max(table.num_rows, 1))
        self._parts, self._waiting = [], 0
