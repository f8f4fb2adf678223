"""CSV files as text columns, with the number of every row and the reason why a row cannot be read."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from hgrisk.errors import DataError
from hgrisk.histories.account import ROW
from hgrisk.histories.frames import check_names
from hgrisk.histories.raw import RawRows, no_broken

_NO_TEXT = ["\ufffd", "\x00"]
_STRAY = "has a quotation mark out of place"
_UNREADABLE = "bytes that are not valid text"
BEFORE_HEADER = "\ufeff\r\n"
"""What may stand before the header: a byte order mark, empty lines."""
_LARGEST_BLOCK = 2**31 - 1


def read_csv(path: Path, encoding: str, delimiter: str) -> RawRows:
    """Read a CSV file, gzipped or not.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str
        Its text encoding; a byte order mark is passed over.
    delimiter : str
        The field separator.

    Returns
    -------
    RawRows
        Text columns; a row with too few or too many fields, bytes that are no text or a stray quotation mark is
        broken, and the rows after it are read as if it were sound.

    Raises
    ------
    DataError
        If the file cannot be decoded at all, has no rows, or has a column twice.
    """
    raw = rows_of_text(_decoded(path, encoding), delimiter, path.name)
    if raw.n_read == 0:
        raise no_rows(path.name)
    return raw


def rows_of_text(text: str, delimiter: str, name: str) -> RawRows:
    """Read the text of a CSV file, or a header and a part of its rows.

    Parameters
    ----------
    text : str
        The text, which begins with the header and ends with the end of a line.
    delimiter : str
        The field separator.
    name : str
        The file, for the error text.

    Returns
    -------
    RawRows
        As for `read_csv`, without rows where there are none.

    Raises
    ------
    DataError
        If the header cannot be read or has a column twice.
    """
    text, stray = _without_stray_quotes(text, delimiter, name)
    header = _header(text, delimiter, name)
    if any(mark in column for column in header for mark in _NO_TEXT):
        raise DataError(
            f"The header of {name} can be read",
            _UNREADABLE,
            "export it as UTF-8 or give its encoding in a mapping",
        )
    check_names(header, name)
    frame, ragged = _parsed(text, header, delimiter)
    n_read = frame.height + len(ragged)
    skipped = {number for number, _ in ragged}
    numbers = [number for number in range(1, n_read + 1) if number not in skipped]
    frame = frame.select(pl.Series(ROW, numbers, dtype=pl.Int64), pl.all()).filter(~pl.col(ROW).is_in(stray))
    odd = pl.any_horizontal(pl.col(pl.String).str.contains_any(_NO_TEXT))
    unreadable = [(number, _UNREADABLE) for number in frame.filter(odd)[ROW]]
    broken = [*ragged, *unreadable, *((number, _STRAY) for number in stray)]
    return RawRows(frame.filter(~odd), pl.DataFrame(broken, schema=no_broken().schema, orient="row").sort(ROW), n_read)


def _header(text: str, delimiter: str, name: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error as error:
        raise DataError(
            f"The header of {name} can be read", "a name that is far too long", "mend the header"
        ) from error


def _decoded(path: Path, encoding: str) -> str:
    raw = path.read_bytes()
    if path.name.lower().endswith(".gz"):
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError, zlib.error) as error:
            raise not_gzip(path.name) from error
    check_encoding(encoding)
    check_marks(path.name, encoding, start=raw[:2], other=_is_utf_8(raw) and not raw.isascii())
    text = raw.decode(encoding, errors="replace").lstrip(BEFORE_HEADER)
    if not text:
        raise empty_file(path.name)
    return text if text.endswith(("\n", "\r")) else f"{text}\n"


def empty_file(name: str) -> DataError:
    """Return the error that a file holds nothing.

    Parameters
    ----------
    name : str
        The file.

    Returns
    -------
    DataError
        To be raised.
    """
    return DataError("A source file has a header and rows", f"{name}, which is empty", "deliver the file again")


def no_rows(name: str) -> DataError:
    """Return the error that a file ends with its header.

    Parameters
    ----------
    name : str
        The file.

    Returns
    -------
    DataError
        To be raised.
    """
    return DataError("A source file has rows below its header", f"none in {name}", "deliver the file again")


def not_gzip(name: str) -> DataError:
    """Return the error that a file is no gzip, or is cut off.

    Parameters
    ----------
    name : str
        The file.

    Returns
    -------
    DataError
        To be raised.
    """
    return DataError("A .gz file is gzip", f"{name}, which is not", "deliver the file again")


def check_encoding(encoding: str) -> None:
    """Refuse a text encoding that is not known.

    Parameters
    ----------
    encoding : str
        Its name.

    Raises
    ------
    DataError
        If there is none of that name.
    """
    try:
        b"a".decode(encoding, errors="replace")  # some codecs are known, but not for text
    except LookupError as error:
        raise DataError("An encoding is known", f"{encoding!r}", "use utf-8 or cp1252") from error


def is_other_than_utf_8(encoding: str) -> bool:
    """Say whether a text encoding, which is known, is not UTF-8.

    Parameters
    ----------
    encoding : str
        Its name.

    Returns
    -------
    bool
        False for UTF-8 under any of its names, with or without a byte order mark.
    """
    return codecs.lookup(encoding).name not in {"utf-8", "utf-8-sig"}


def check_marks(name: str, encoding: str, start: bytes, *, other: bool) -> None:
    """Refuse bytes that are not in the encoding that was given.

    Parameters
    ----------
    name : str
        The file.
    encoding : str
        The encoding, which is known.
    start : bytes
        The first two bytes.
    other : bool
        Whether all bytes are valid UTF-8 and not plain ASCII.

    Raises
    ------
    DataError
        If they are UTF-16, or UTF-8 where that was not given.
    """
    if start in {b"\xff\xfe", b"\xfe\xff"}:
        raise DataError("A CSV file is not UTF-16", name, "export it as UTF-8")
    if other and is_other_than_utf_8(encoding):
        raise DataError(
            f"{name} is in the encoding that its mapping gives, {encoding}", "UTF-8", "set encoding = 'utf-8'"
        )


def _is_utf_8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _parsed(text: str, header: list[str], delimiter: str) -> tuple[pl.DataFrame, list[tuple[int, str]]]:
    """Return the rows that have as many fields as the header, and the number and fault of the others."""
    ragged: list[tuple[int, str]] = []

    def note(row: pa_csv.InvalidRow) -> str:
        ragged.append((row.number - 1, f"has {row.actual_columns} fields where the header has {row.expected_columns}"))
        return "skip"

    raw = text.encode("utf-8")
    table = pa_csv.read_csv(
        io.BytesIO(raw),
        read_options=pa_csv.ReadOptions(use_threads=False, block_size=min(len(raw) + 1, _LARGEST_BLOCK)),
        parse_options=pa_csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=note
        ),
        convert_options=pa_csv.ConvertOptions(column_types={column: pa.string() for column in header}),
    )
    return pl.DataFrame(pl.from_arrow(table)), ragged


def _without_stray_quotes(text: str, delimiter: str, name: str) -> tuple[str, list[int]]:
    """Empty each line whose quotation marks do not pair, and return the numbers of these rows.

    Such a line would otherwise swallow the rows after it.
    """
    if quotes_pair(text, delimiter):
        return text, []
    lines = io.StringIO(text, newline="").readlines()
    stray: list[int] = []
    start = row = width = 0
    while start < len(lines):
        reader = csv.reader((lines[at] for at in range(start, len(lines))), delimiter=delimiter, strict=True)
        done = 0
        try:
            for fields in reader:
                row, done, width = row + 1, reader.line_num, width or len(fields)
            break
        except csv.Error:
            stray.append(row)
            lines[start + done] = delimiter.join(['""'] * width) + "\n"
            row, start = row + 1, start + done + 1
    if 0 in stray:
        raise DataError(f"The header of {name} can be read", "a quotation mark out of place", "mend the header")
    return "".join(lines), stray


def quotes_pair(text: str, delimiter: str) -> bool:
    """Say whether every quotation mark opens or closes a whole field.

    Parameters
    ----------
    text : str
        Rows of a CSV file.
    delimiter : str
        The field separator.

    Returns
    -------
    bool
        True also where there are none.
    """
    outside = text.split('"')[::2]
    if len(outside) == 1 and '"' not in text:
        return True
    if text.count('"') % 2:
        return False
    edges = (delimiter, "\n", "\r")
    opens = all(part.endswith(edges) for part in outside[:-1] if part)
    return opens and all(part.startswith(edges) for part in outside[1:] if part)
