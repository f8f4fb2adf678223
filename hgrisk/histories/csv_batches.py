"""CSV files batch by batch, for those that are larger than memory."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import polars as pl

from hgrisk.histories.account import ROW
from hgrisk.histories.csv_rows import (
    BEFORE_HEADER,
    check_encoding,
    check_marks,
    empty_file,
    is_other_than_utf_8,
    no_rows,
    not_gzip,
    quotes_pair,
    rows_of_text,
)
from hgrisk.histories.raw import RawRows

_CHUNK = 1 << 20


def csv_batches(path: Path, encoding: str, delimiter: str, characters: int) -> Iterator[RawRows]:
    """Read a CSV file, gzipped or not, in batches of whole rows.

    The rows, their numbers and their faults are those of :func:`hgrisk.histories.csv_rows.read_csv`.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str
        Its text encoding; a byte order mark is passed over.
    delimiter : str
        The field separator.
    characters : int
        Length of a batch, to the next end of a row.

    Yields
    ------
    RawRows
        The rows of a batch.

    Raises
    ------
    DataError
        If the file cannot be decoded at all, has no rows, or has a column twice.
    """
    check_encoding(encoding)
    _check_bytes(path, encoding)
    header, before = "", 0
    with closing(_blocks(_lines(path, encoding), delimiter, characters)) as blocks:
        for block in blocks:
            raw = rows_of_text(header + block, delimiter, path.name)
            header = header or _header_text(block, delimiter)
            yield _counted_from(raw, before)
            before += raw.n_read
    if not header:
        raise empty_file(path.name)
    if before == 0:
        raise no_rows(path.name)


def _open(path: Path) -> gzip.GzipFile | io.BufferedReader:
    return gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb")


def _check_bytes(path: Path, encoding: str) -> None:
    """Look at the first bytes, and at all of them only where they should not be UTF-8."""
    with _open(path) as file:
        try:
            start = file.read(2)
            other = is_other_than_utf_8(encoding) and _is_more_than_ascii_and_utf_8(start, file)
        except (OSError, EOFError, zlib.error) as error:
            raise not_gzip(path.name) from error
    check_marks(path.name, encoding, start, other=other)


def _is_more_than_ascii_and_utf_8(start: bytes, file: io.BufferedIOBase) -> bool:
    decoder, ascii_only, chunk = codecs.getincrementaldecoder("utf-8")(), True, start
    try:
        while chunk:
            ascii_only &= chunk.isascii()
            decoder.decode(chunk)
            chunk = file.read(_CHUNK)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return not ascii_only


def _lines(path: Path, encoding: str) -> Iterator[str]:
    """Yield every line from the header on, each with its end."""
    begun = False
    with _open(path) as file, io.TextIOWrapper(file, encoding, errors="replace", newline="") as text:
        try:
            for line in text:
                from_header = line if begun else line.lstrip(BEFORE_HEADER)
                begun = begun or bool(from_header)
                if begun:
                    yield from_header if from_header.endswith(("\n", "\r")) else f"{from_header}\n"
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise not_gzip(path.name) from error


def _blocks(lines: Iterator[str], delimiter: str, characters: int) -> Generator[str]:
    """Yield lines together, cut where a row ends."""
    held: list[str] = []
    length, enough = 0, characters
    for line in lines:
        held.append(line)
        length += len(line)
        if length >= enough:
            n = _lines_of_whole_rows(held, delimiter)
            if n:
                yield "".join(held[:n])
            held = held[n:]
            length = sum(map(len, held))
            enough = length + characters
    if held:
        yield "".join(held)


def _lines_of_whole_rows(lines: list[str], delimiter: str) -> int:
    """Return how many lines hold rows that have ended; the rest may belong to one with an open quotation mark.

    A field that never ends is given up after 131,072 characters, so the rest stays short.
    """
    if quotes_pair("".join(lines), delimiter):
        return len(lines)
    start = 0
    while start < len(lines):
        reader = csv.reader((lines[at] for at in range(start, len(lines))), delimiter=delimiter, strict=True)
        done = 0
        try:
            for _ in reader:
                done = reader.line_num
            break
        except csv.Error:
            if start + reader.line_num >= len(lines):
                return start + done
            start += done + 1  # as a whole reading does: the line is broken, the next one begins a row
    return len(lines)


def _header_text(block: str, delimiter: str) -> str:
    lines = io.StringIO(block, newline="").readlines()
    reader = csv.reader(lines, delimiter=delimiter)
    next(reader)
    return "".join(lines[: reader.line_num])


def _counted_from(raw: RawRows, before: int) -> RawRows:
    later = pl.col(ROW) + before
    return RawRows(raw.frame.with_columns(later), raw.broken.with_columns(later), raw.n_read, raw.made_up)
