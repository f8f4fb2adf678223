"""A source in batches is the source at once."""

import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from hgrisk.errors import DataError
from hgrisk.histories.batches import Opening, count_rows, read_batches
from hgrisk.histories.delivery import Delivery
from hgrisk.histories.mapping import SourceMap
from hgrisk.provenance import MADE_UP_MARK

COLUMNS = {"case_id": "case_id", "kind": "kind", "occurred_on": "occurred_on"}
ROWS = pl.DataFrame(
    {
        "case_id": [f"H{n}" for n in range(25)],
        "kind": pl.Series(["a", "b", None, "a", "b"] * 5, dtype=pl.Categorical),
        "occurred_on": pl.date_range(pl.date(2020, 1, 1), pl.date(2020, 1, 25), eager=True),
        "share": pl.Series([0.1, float("nan")] * 12 + [None], dtype=pl.Float32),
        "nothing": [None] * 25,
    }
)


def source(file):
    return SourceMap.parse({"table": "events", "file": file, "columns": COLUMNS}, "here")


def together(parts):
    parts = list(parts)
    return pl.concat([part.frame for part in parts]), sum(part.n_read for part in parts), [p.made_up for p in parts]


@pytest.mark.parametrize("ending", ["parquet", "csv"])
@pytest.mark.parametrize("rows", [1, 4, 100])
def test_batches_are_the_whole(ending, rows, tmp_path):
    path = tmp_path / f"events.{ending}"
    if ending == "parquet":
        ROWS.write_parquet(path, row_group_size=7)
    else:
        ROWS.write_csv(path)
    frame, n_read, _ = together(read_batches(tmp_path, source(path.name), rows))
    assert_frame_equal(frame, Delivery.of(tmp_path).rows(path.name).frame)
    assert n_read == 25
    assert count_rows(tmp_path, source(path.name)) == (25 if ending == "parquet" else None)
    assert Opening(tmp_path).rows(path.name).frame.columns == frame.columns


def test_only_the_columns_that_are_wanted_are_read_from_parquet(tmp_path):
    ROWS.write_parquet(tmp_path / "events.parquet")
    frame, _, _ = together(read_batches(tmp_path, source("events.parquet"), 9, ["kind", "absent"]))
    assert frame.columns == ["hg:row", "kind"]


def test_the_index_that_pandas_writes_is_left_out(tmp_path):
    pd.DataFrame({"case_id": ["H1", "H2"]}, index=[4, 9]).to_parquet(tmp_path / "events.parquet")
    frame, _, _ = together(read_batches(tmp_path, source("events.parquet"), 9))
    assert frame.columns == ["hg:row", "case_id"]


def test_the_mark_of_a_made_up_world_is_seen(tmp_path):
    ROWS.write_parquet(tmp_path / "events.parquet", metadata=MADE_UP_MARK)
    assert together(read_batches(tmp_path, source("events.parquet"), 9))[2] == [True] * 3


@pytest.mark.parametrize("file", ["absent.csv", "empty.parquet", "text.parquet", "rows.parquet", "rows.csv", "x.xlsx"])
def test_what_cannot_be_read_is_refused_as_at_once(file, tmp_path):
    (tmp_path / "empty.parquet").touch()
    (tmp_path / "text.parquet").write_text("no parquet")
    ROWS[:0].write_parquet(tmp_path / "rows.parquet")
    (tmp_path / "rows.csv").write_text("a,b\n")
    (tmp_path / "x.xlsx").write_text("sheet")
    with pytest.raises(DataError) as at_once:
        Delivery.of(tmp_path).rows(file)
    with pytest.raises(DataError) as in_batches:
        list(read_batches(tmp_path, source(file), 5))
    assert str(in_batches.value) == str(at_once.value)
