"""A file that grows holds the rows it was given."""

from datetime import date

import polars as pl
import pyarrow.parquet as pq
import pytest
from polars.testing import assert_frame_equal

from hgrisk.simulate import parquet
from hgrisk.simulate.parquet import ParquetTable


@pytest.fixture(autouse=True)
def small_groups(monkeypatch):
    monkeypatch.setattr(parquet, "ROW_GROUP", 5)


def part(first, n):
    numbers = list(range(first, first + n))
    kinds = pl.Series([f"kind {number % 2}" for number in numbers], dtype=pl.String)
    return pl.DataFrame(
        {
            "number": pl.Series(numbers, dtype=pl.Int16),
            "kind": kinds.cast(pl.Enum(["kind 0", "kind 1"])),
            "group": kinds.cast(pl.Categorical),
            "on": pl.Series([date(2020, 1, 1)] * n, dtype=pl.Date),
            "value": pl.Series([None] * n, dtype=pl.Float64),
            "yes": pl.Series([True] * n, dtype=pl.Boolean),
        }
    )


def test_rows_come_back_in_row_groups_of_whole_parts(tmp_path):
    parts = [part(0, 2), part(2, 0), part(2, 4), part(6, 12), part(18, 1)]
    with ParquetTable(tmp_path / "a.parquet") as table:
        for one in parts:
            table.add(one)
    text = pl.concat(parts).with_columns(pl.col("kind", "group").cast(pl.String))
    assert_frame_equal(pl.read_parquet(tmp_path / "a.parquet"), text)
    assert table.rows == 19
    found = pq.ParquetFile(tmp_path / "a.parquet").metadata
    assert [found.row_group(place).num_rows for place in range(found.num_row_groups)] == [6, 12, 1]


def test_a_table_without_rows_has_its_columns(tmp_path):
    with ParquetTable(tmp_path / "a.parquet") as table:
        table.add(part(0, 0))
    found = pl.read_parquet(tmp_path / "a.parquet")
    assert found.height == 0
    assert found.columns == part(0, 0).columns


def test_types_hold_where_a_part_knows_nothing(tmp_path):
    with ParquetTable(tmp_path / "a.parquet", {"born_on": pl.Date(), "absent": pl.String()}) as table:
        table.add(pl.DataFrame({"born_on": [None, None]}))
        table.add(pl.DataFrame({"born_on": [date(2000, 1, 1)]}))
    assert pl.read_parquet(tmp_path / "a.parquet").schema == {"born_on": pl.Date}


def test_an_error_comes_through_and_the_file_is_closed(tmp_path):
    def fill(table):
        table.add(part(0, 6))
        table.add(part(6, 1))
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"), ParquetTable(tmp_path / "a.parquet") as table:
        fill(table)
    assert pl.read_parquet(tmp_path / "a.parquet").height == 6


def test_numbers_with_a_fraction_are_stored_byte_by_byte_and_come_back_exactly(tmp_path):
    numbers = pl.DataFrame({"at": [0.1, -1e300, 5e-324, None], "many": [0, 2, 1, 0]})
    with ParquetTable(tmp_path / "a.parquet") as table:
        table.add(numbers)
    group = pq.ParquetFile(tmp_path / "a.parquet").metadata.row_group(0)
    assert "BYTE_STREAM_SPLIT" in group.column(0).encodings
    assert not group.column(0).has_dictionary_page
    assert group.column(1).has_dictionary_page
    assert_frame_equal(pl.read_parquet(tmp_path / "a.parquet"), numbers, check_exact=True)


def test_the_footer_says_that_the_data_are_made_up(tmp_path):
    with ParquetTable(tmp_path / "a.parquet") as table:
        table.add(part(0, 12))
        table.add(part(12, 1))
    assert pq.read_metadata(tmp_path / "a.parquet").metadata == {
        b"hgrisk": b"made-up data: no evidence about households"
    }
