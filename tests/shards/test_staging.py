"""What was appended is read back; what is being written is not there yet."""

from datetime import date, datetime

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import hgrisk.shards.staging as module
from hgrisk.shards.staging import append_rows, read_facts, read_rows, write_facts, write_rows

ROWS = pl.DataFrame(
    {
        "text": ["a", None, "é"],
        "day": [date(1969, 1, 1), None, date(2020, 2, 29)],
        "at": [datetime.fromisoformat("2020-01-01T09:30"), None, None],
        "number": [0.1, None, -0.0],
        "nothing": [None, None, None],
    },
    schema_overrides={"at": pl.Datetime("us")},
)


def test_rows_come_back_in_the_order_in_which_they_were_appended(tmp_path):
    path = tmp_path / "rows"
    for part in (ROWS[:0], ROWS[:2], ROWS[:0], ROWS[2:]):
        append_rows(path, part)
    assert_frame_equal(read_rows(path), ROWS)


def test_a_file_without_rows_has_its_columns(tmp_path):
    append_rows(tmp_path / "rows", ROWS[:0])
    assert read_rows(tmp_path / "rows").schema == ROWS.schema


def test_rows_replace_those_that_were_there(tmp_path):
    path = tmp_path / "rows"
    write_rows(path, ROWS)
    (tmp_path / "rows.new").write_bytes(b"left by a crash")
    write_rows(path, ROWS[:1])
    assert_frame_equal(read_rows(path), ROWS[:1])
    assert [file.name for file in tmp_path.iterdir()] == ["rows"]


def test_facts_come_back(tmp_path):
    facts = {"shards": 3, "known": ["2020-01-01", None], "made_up": True}
    write_facts(tmp_path / "facts", facts)
    assert read_facts(tmp_path / "facts") == facts


@pytest.mark.parametrize(
    ("write", "content", "inner"), [(write_rows, ROWS, "append_rows"), (write_facts, {"a": 1}, "json.dump")]
)
def test_what_was_not_finished_is_not_there(write, content, inner, tmp_path, monkeypatch):
    def stop(*_args, **_how):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"{module.__name__}.{inner}", stop)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "file", content)
    assert not (tmp_path / "file").exists()
