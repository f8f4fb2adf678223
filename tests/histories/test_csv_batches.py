"""A CSV file in batches is the same file as at once, whatever is broken in it."""

import gzip
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hgrisk.errors import DataError
from hgrisk.histories.csv_batches import csv_batches
from hgrisk.histories.csv_rows import read_csv


def write(folder, content, name="t.csv"):
    path = Path(folder) / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def at_once(path, encoding="utf-8"):
    try:
        raw = read_csv(path, encoding, ",")
    except DataError as error:
        return str(error)
    return raw.frame.rows(), raw.broken.rows(), raw.n_read


def in_batches(path, characters, encoding="utf-8"):
    try:
        parts = list(csv_batches(path, encoding, ",", characters))
    except DataError as error:
        return str(error)
    frame, broken = (pl.concat([getattr(part, name) for part in parts]) for name in ("frame", "broken"))
    return frame.rows(), broken.rows(), sum(part.n_read for part in parts)


@given(st.text('abc,,"""\n\n\ré', max_size=60), st.integers(1, 30))
@example('1,2\n1"x,"2\n,3\n4,5"\n5,6\n', 8)
@example('1,2\n"a\nb",2\n"c"d,3\n4,5\n', 6)
@example('1,"2\n3",4\nb,"c\n', 3)
def test_batches_are_the_whole(rows, characters):
    with tempfile.TemporaryDirectory() as folder:
        path = write(folder, f"a,b\n{rows}")
        assert in_batches(path, characters) == at_once(path)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"a,b\n", b"a,a\n1,2\n", b"\xff\xfea,b\n", b'a,"b\n1,2\n', b"\n\n\xef\xbb\xbfa,b\n1,\xff\n2,3"],
)
def test_what_cannot_be_read_is_refused_alike(content, tmp_path):
    path = write(tmp_path, content)
    assert in_batches(path, 5) == at_once(path)


def test_batches_are_as_long_as_asked(tmp_path):
    path = write(tmp_path, "a,b\n" + "1,2\n" * 100)
    assert [part.n_read for part in csv_batches(path, "utf-8", ",", 40)] == [9, *[10] * 9, 1]


def test_a_quotation_mark_that_never_closes_costs_one_row_and_no_memory(tmp_path):
    path = write(tmp_path, "a,b\n" + '1,"x\n' + "12345678,12345678\n" * 20_000)
    parts = list(csv_batches(path, "utf-8", ",", 20_000))
    assert in_batches(path, 20_000) == at_once(path)
    assert (sum(part.broken.height for part in parts), max(part.n_read for part in parts) < 10_000) == (1, True)


def test_gzip_and_other_encodings_are_read_as_at_once(tmp_path):
    text = "a,b\né,2\nü,4\n"
    zipped, latin = (
        write(tmp_path, gzip.compress(text.encode()), "t.csv.gz"),
        write(tmp_path, text.encode("cp1252")),
    )
    assert in_batches(zipped, 4) == at_once(zipped)
    assert in_batches(latin, 4, "cp1252") == at_once(latin, "cp1252")


@pytest.mark.parametrize(
    ("name", "encoding"), [("cut.csv.gz", "utf-8"), ("u.csv", "cp1252"), ("u.csv", "klingon"), ("u.csv", "rot13")]
)
def test_bytes_that_are_not_as_said_are_refused_alike(name, encoding, tmp_path):
    whole = "a,b\né,2\n".encode()
    path = write(tmp_path, gzip.compress(whole)[:-6] if name.endswith("gz") else whole, name)
    assert isinstance(at_once(path, encoding), str)
    assert in_batches(path, 4, encoding) == at_once(path, encoding)
