"""Sources batch by batch: deliveries that are larger than memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from hgrisk.errors import DataError
from hgrisk.histories.account import ROW
from hgrisk.histories.csv_batches import csv_batches
from hgrisk.histories.delivery import INDEX, Delivery, source_path
from hgrisk.histories.frames import check_names, plain
from hgrisk.histories.mapping import SourceMap
from hgrisk.histories.raw import RawRows, no_broken
from hgrisk.provenance import MADE_UP_MARK

_CHARACTERS_A_ROW = 100


class Opening(Delivery):
    """A delivery in a folder of which only the first rows are read: enough to know its columns.

    Parameters
    ----------
    folder : Path
        The folder.
    """

    def _from_folder(self, file: str, encoding: str, delimiter: str) -> RawRows:
        path = source_path(Path(self.folder or ""), file)
        if path.name.lower().endswith(".parquet"):
            return next(_parquet_batches(path, 1))
        return next(csv_batches(path, encoding, delimiter, 1))


def read_batches(folder: Path, source: SourceMap, rows: int, columns: list[str] | None = None) -> Iterator[RawRows]:
    """Read a source in batches; together they are what :class:`hgrisk.histories.delivery.Delivery` reads at once.

    Parameters
    ----------
    folder : Path
        The folder of the delivery.
    source : SourceMap
        The source.
    rows : int
        Rows of a batch, 1 or more; of a CSV file about so many.
    columns : list of str, optional
        The only columns that are wanted; a CSV file gives all the same.

    Yields
    ------
    RawRows
        The batches, in order; rows are numbered through.

    Raises
    ------
    DataError
        If the file is absent, empty, of an unknown kind or has a column twice.
    """
    path = source_path(folder, source.file)
    if path.name.lower().endswith(".parquet"):
        yield from _parquet_batches(path, rows, columns)
    else:
        yield from csv_batches(path, source.encoding, source.delimiter, rows * _CHARACTERS_A_ROW)


def count_rows(folder: Path, source: SourceMap) -> int | None:
    """Return the number of rows of a source where that is known without reading it.

    Parameters
    ----------
    folder : Path
        The folder of the delivery.
    source : SourceMap
        The source.

    Returns
    -------
    int or None
        The rows of a Parquet file; None for a CSV file.
    """
    path = source_path(folder, source.file)
    return int(pq.read_metadata(path).num_rows) if path.name.lower().endswith(".parquet") else None


def _parquet_batches(path: Path, rows: int, columns: list[str] | None = None) -> Iterator[RawRows]:
    try:
        with pq.ParquetFile(path) as file:
            names = [name for name in file.schema_arrow.names if not name.startswith(INDEX)]
            check_names(names, path.name)
            marks = {key.decode(): text.decode() for key, text in (file.metadata.metadata or {}).items()}
            made_up, before = MADE_UP_MARK.items() <= marks.items(), 0
            for batch in file.iter_batches(
                rows, columns=[name for name in names if columns is None or name in columns]
            ):
                frame = plain(pl.DataFrame(pl.from_arrow(batch)))
                numbers = pl.int_range(before + 1, before + frame.height + 1, dtype=pl.Int64).alias(ROW)
                yield RawRows(frame.select(numbers, pl.all()), no_broken(), frame.height, made_up)
                before += frame.height
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError("A .parquet file is Parquet", f"{path.name}, which is not", "deliver it again") from error
    if before == 0:
        raise DataError("A source has rows", f"none in {path.name}", "deliver it again or leave it out")


def _is_made_up(file: pq.ParquetFile) -> bool:
    marks = {key.encode(): text.encode() for key, text in MADE_UP_MARK.items()}
    return marks.items() <= (file.metadata.metadata or {}).items()
