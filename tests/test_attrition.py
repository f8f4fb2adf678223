"""The attrition table keeps its rows in order and its types when empty."""

import polars as pl

from hgrisk.attrition import AttritionRow, attrition_table


def test_rows_keep_their_order():
    rows = [AttritionRow("all", 5, 0, ""), AttritionRow("adults", 3, 2, "too young")]
    assert attrition_table(rows).rows() == [("all", 5, 0, ""), ("adults", 3, 2, "too young")]


def test_an_empty_table_has_its_columns():
    expected = {"step": pl.String, "remaining": pl.Int64, "removed": pl.Int64, "reason": pl.String}
    assert dict(attrition_table([]).schema) == expected
