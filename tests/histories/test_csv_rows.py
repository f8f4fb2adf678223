"""Every line of a CSV file is read or told of under its own number."""

import csv
import gzip
import io
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.errors import DataError
from hgrisk.histories.account import ROW
from hgrisk.histories.csv_rows import read_csv

RAGGED = "has {} fields where the header has 3"
STRAY = "has a quotation mark out of place"
UNREADABLE = "bytes that are not valid text"

FIELDS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\ufffd\ufeff"), max_size=6)
WORDS = st.text("abcé; ", min_size=1, max_size=4)


def read(content, delimiter=",", encoding="utf-8", name="t.csv"):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_csv(path, encoding, delimiter)


def read_or_refusal(content):
    try:
        return read(content), ""
    except DataError as error:
        return None, str(error)


def rows_of(raw) -> dict[int, tuple]:
    return {row[0]: row[1:] for row in raw.frame.iter_rows()}


def told(raw) -> list[tuple]:
    return raw.broken.rows()


def refusal(content, **how) -> str:
    with pytest.raises(DataError) as caught:
        read(content, **how)
    return str(caught.value)


def test_rows_are_text_and_numbered_from_one():
    raw = read("id,n\n007,1e5\nx,\n")
    assert raw.frame.columns == [ROW, "id", "n"]
    assert rows_of(raw) == {1: ("007", "1e5"), 2: ("x", "")}
    assert (told(raw), raw.n_read) == ([], 2)


def test_ragged_rows_are_told_and_the_others_keep_their_number():
    raw = read("a,b,c\n1,2,3\n1,2\n4,5,6\n1,2,3,4\n7,8,9\n")
    assert rows_of(raw) == {1: ("1", "2", "3"), 3: ("4", "5", "6"), 5: ("7", "8", "9")}
    assert told(raw) == [(2, RAGGED.format(2)), (4, RAGGED.format(4))]
    assert raw.n_read == 5


def test_a_blank_line_is_a_row_without_values():
    raw = read("a,b,c\n1,2,3\n\n4,5,6\n1\n")
    assert rows_of(raw) == {1: ("1", "2", "3"), 2: ("", "", ""), 3: ("4", "5", "6")}
    assert told(raw) == [(4, RAGGED.format(1))]


def test_blank_lines_before_the_header_are_passed_over():
    for text in ("\n\r\na,b\n1,2\n", "\n\ufeffa,b\n1,2\n"):
        raw = read(text)
        assert (raw.frame.columns, rows_of(raw)) == ([ROW, "a", "b"], {1: ("1", "2")})


def test_a_quoted_field_may_hold_delimiters_quotes_and_newlines():
    raw = read('a,b,c\n1,"x, ""y""\nz",3\n1,2\n4,5,6\n')
    assert rows_of(raw) == {1: ("1", 'x, "y"\nz', "3"), 3: ("4", "5", "6")}
    assert told(raw) == [(2, RAGGED.format(2))]


def test_a_quotation_mark_inside_a_field_is_text():
    assert rows_of(read('a,b\n1,5" tall\n2,x\n')) == {1: ("1", '5" tall'), 2: ("2", "x")}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(end):
    raw = read(end.join(["a,b,c", "1,2,3", "", "1,2", "4,5,6", ""]))
    assert rows_of(raw) == {1: ("1", "2", "3"), 2: ("", "", ""), 4: ("4", "5", "6")}
    assert told(raw) == [(3, RAGGED.format(2))]


@pytest.mark.parametrize(
    ("lines", "stray"),
    [
        (['1,"2,3', "4,5,6", "7,8,9"], [1]),
        (["1,2,3", '4,5,"6', "7,8,9"], [2]),
        (["1,2,3", "4,5,6", '7,"8,9'], [3]),
        (['1,"2,3', '4,"5",6', "7,8,9"], [1]),
        (['1,"2"x,3', "4,5,6", "7,8,9"], [1]),
        (['1,"2,3', '4,"5,6', '7,"8,9'], [1, 2, 3]),
    ],
)
def test_a_stray_quotation_mark_costs_only_its_own_row(lines, stray):
    raw = read("\n".join(["a,b,c", *lines]))
    assert told(raw) == [(number, STRAY) for number in stray]
    assert set(rows_of(raw)) == {1, 2, 3} - set(stray)
    assert all(
        values == tuple("123456789"[3 * n - 3 : 3 * n]) or '"' in lines[n - 1] for n, values in rows_of(raw).items()
    )


def test_a_stray_quotation_mark_after_a_field_of_two_lines():
    raw = read('a,b\n1,"x\ny"\n2,"z\n3,w\n')
    assert rows_of(raw) == {1: ("1", "x\ny"), 3: ("3", "w")}
    assert told(raw) == [(2, STRAY)]


def test_a_stray_quotation_mark_after_a_lone_carriage_return():
    raw = read('a\n\r"\n1\n')
    assert (rows_of(raw), told(raw), raw.n_read) == ({1: ("",), 3: ("1",)}, [(2, STRAY)], 3)


def test_a_header_with_a_stray_quotation_mark_is_refused():
    assert refusal('a,"b\n1,2\n') == (
        "The header of t.csv can be read, but found a quotation mark out of place: mend the header."
    )


@pytest.mark.parametrize("content", [b"a,\xff\n1,2\n", b"a,b\x00\n1,2\n", "a,b\n1,2\n".encode("utf-16-le")])
def test_a_header_that_is_no_text_is_refused(content):
    assert refusal(content) == (
        "The header of t.csv can be read, but found bytes that are not valid text: export it as UTF-8 or give its "
        "encoding in a mapping."
    )


def test_a_row_of_megabytes():
    assert len(rows_of(read(f"a,b\n1,{'x' * 3_000_000}\n"))[1][1]) == 3_000_000


@pytest.mark.parametrize("bad", [b"\xff", b"\xc3", b"\x00"])
def test_bytes_that_are_no_text_cost_only_their_own_row(bad):
    raw = read(b"a,b\n1,2\n3,x" + bad + b"\n5,6\n")
    assert rows_of(raw) == {1: ("1", "2"), 3: ("5", "6")}
    assert told(raw) == [(2, UNREADABLE)]


def test_faults_of_all_kinds_are_told_in_row_order():
    raw = read(b'a,b\n\xff,1\n2\n"3,3\n4,4\n5,\xff\n')
    assert told(raw) == [(1, UNREADABLE), (2, "has 1 fields where the header has 2"), (3, STRAY), (5, UNREADABLE)]
    assert rows_of(raw) == {4: ("4", "4")}


def test_encodings():
    assert rows_of(read("naam\nJoëlle €\n".encode("cp1252"), encoding="cp1252")) == {1: ("Joëlle €",)}
    assert told(read("naam\nJoëlle\n".encode("cp1252"))) == [(1, UNREADABLE)]
    assert told(read(b"naam\n\x81\n", encoding="cp1252")) == [(1, UNREADABLE)]
    assert read("naam\nJoëlle\n".encode("utf-8-sig")).frame.columns == [ROW, "naam"]


def test_utf_8_that_would_be_read_as_another_encoding_is_refused():
    assert refusal("naam\nJoëlle\n", encoding="cp1252") == (
        "t.csv is in the encoding that its mapping gives, cp1252, but found UTF-8: set encoding = 'utf-8'."
    )
    assert rows_of(read("naam\nJan\n", encoding="cp1252")) == {1: ("Jan",)}
    assert rows_of(read("naam\nJoëlle\n", encoding="UTF8")) == {1: ("Joëlle",)}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf_16_is_refused(encoding):
    content = ("" if encoding == "utf-16" else "\ufeff") + "a\n1\n"
    assert refusal(content.encode(encoding)) == "A CSV file is not UTF-16, but found t.csv: export it as UTF-8."


@pytest.mark.parametrize("encoding", ["klingon", "base64"])
def test_unknown_encoding(encoding):
    assert refusal("a\n1\n", encoding=encoding) == (
        f"An encoding is known, but found '{encoding}': use utf-8 or cp1252."
    )


def test_gzip():
    assert rows_of(read(gzip.compress(b"a,b\n1,2\n", mtime=0), name="t.csv.gz")) == {1: ("1", "2")}


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n",
        gzip.compress(b"a,b\n1,2\n", mtime=0)[:-6],
        b"\x1f\x8b",
        gzip.compress(b"a", mtime=0)[:12] + b"\xff" * 20,
    ],
)
def test_not_gzip(content):
    assert refusal(content, name="t.csv.gz") == (
        "A .gz file is gzip, but found t.csv.gz, which is not: deliver the file again."
    )


@pytest.mark.parametrize(
    ("content", "name"), [(gzip.compress(b"", mtime=0), "t.csv.gz"), (b"\n\r\n", "t.csv"), (b"\xef\xbb\xbf", "t.csv")]
)
def test_empty(content, name):
    assert refusal(content, name=name) == (
        f"A source file has a header and rows, but found {name}, which is empty: deliver the file again."
    )


@pytest.mark.parametrize("content", ["a,b", "a,b\n", '"a","b"\r\n'])
def test_header_only(content):
    assert refusal(content) == (
        "A source file has rows below its header, but found none in t.csv: deliver the file again."
    )


def test_a_name_twice_in_the_header():
    assert refusal("a,b,a\n1,2,3\n") == (
        "Every column of t.csv has a name of its own, but found 'a' twice: rename one of them."
    )


def test_delimiter():
    assert rows_of(read("a;b\n1,5;x\n", delimiter=";")) == {1: ("1,5", "x")}


@given(
    st.lists(st.lists(FIELDS, min_size=3, max_size=3), min_size=1, max_size=8), st.sampled_from(",;\t"), st.booleans()
)
def test_whatever_python_writes_is_read_back(rows, delimiter, all_quoted):
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if all_quoted else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=delimiter, quoting=quoting).writerows([["a", "b", "c"], *rows])
    raw = read(text.getvalue(), delimiter=delimiter)
    assert rows_of(raw) == {number: tuple(row) for number, row in enumerate(rows, start=1)}
    assert raw.broken.is_empty()


@given(st.lists(st.tuples(st.lists(WORDS, min_size=3, max_size=3), st.integers(-1, 2)), min_size=1, max_size=12))
def test_rows_around_stray_quotation_marks_survive(rows):
    """A quotation mark before one field of some rows costs these rows, and no other."""
    lines = [",".join(f'"{word}' if place == at else word for at, word in enumerate(row)) for row, place in rows]
    raw = read("\n".join(["a,b,c", *lines]))
    assert told(raw) == [(number, STRAY) for number, (_, place) in enumerate(rows, start=1) if place >= 0]
    assert rows_of(raw) == {number: tuple(row) for number, (row, place) in enumerate(rows, start=1) if place < 0}
    assert raw.n_read == len(rows)


@given(st.lists(st.one_of(st.just(""), st.lists(WORDS, min_size=1, max_size=5).map(",".join)), min_size=1, max_size=12))
def test_every_line_is_either_read_or_told(lines):
    raw = read("a,b,c\n" + "".join(f"{line}\n" for line in lines))
    widths = {number: line.count(",") + 1 for number, line in enumerate(lines, start=1) if line}
    assert told(raw) == [(number, RAGGED.format(width)) for number, width in widths.items() if width != 3]
    assert set(rows_of(raw)) == set(range(1, len(lines) + 1)) - set(raw.broken[ROW])
    assert all(values == tuple(lines[number - 1].split(",")) for number, values in rows_of(raw).items() if any(values))


@given(
    st.lists(
        st.sampled_from([b"a", b"1", b",", b'"', b'""', b"\n", b"\r", b" ", b"\xff", b"\x00", b"\xef\xbb\xbf"]),
        max_size=40,
    )
)
def test_whatever_the_bytes_a_file_is_read_or_refused(parts):
    raw, refused = read_or_refusal(b"".join(parts))
    if raw is None:
        assert re.search("found (a quotation|bytes|none|'.*' twice|t.csv, which is empty)", refused)
    else:
        numbers = [*raw.frame[ROW], *raw.broken[ROW]]
        assert sorted(numbers) == list(range(1, raw.n_read + 1))
