"""A mapped column has one origin, and nothing in it is passed over in silence."""

from datetime import date

import polars as pl
import pytest

from hgrisk.errors import ConfigError
from hgrisk.histories.column_map import ColumnMap

STRING, DATE, NUMBER = pl.String(), pl.Date(), pl.Float64()


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "A mapped column has one origin, but found 0: give exactly one of column, value, start and row_number."),
        (
            {"column": "a", "value": "b"},
            "A mapped column has one origin, but found 2: give exactly one of column, value, start and row_number.",
        ),
        (
            {"column": "a", "value": "b", "start": "c", "plus": "d"},
            "A mapped column has one origin, but found 3: give exactly one of column, value, start and row_number.",
        ),
        (
            {"column": "a", "row_number": True},
            "A mapped column has one origin, but found 2: give exactly one of column, value, start and row_number.",
        ),
        ({"start": "a"}, "start and plus go together, but found 'a' and None: give both or neither."),
        ({"column": "a", "plus": "b"}, "start and plus go together, but found None and 'b': give both or neither."),
        (
            {"start": "2019-02-31", "plus": "b"},
            "A fixed value fits its column start, but found '2019-02-31': give a date like '2019-01-31'.",
        ),
        ({"column": "a", "otherwise": "b"}, "otherwise goes with codes, but found 'b' alone: add a code list."),
        ({"value": "a", "codes": {"b": "c"}}, "codes go with a column, but found none: name the source column."),
        (
            {"value": "a", "prefix": "P"},
            (
                "A prefix goes with a source column that has no code list, or with row_number, "
                "but found 'P': leave it out."
            ),
        ),
        (
            {"column": "a", "codes": {"b": "c"}, "prefix": "P"},
            (
                "A prefix goes with a source column that has no code list, or with row_number, "
                "but found 'P': leave it out."
            ),
        ),
        (
            {"colum": "a"},
            (
                "m.toml takes known keys only, but found 'colum': use one of codes, column, decimal, format, "
                "otherwise, plus, prefix, row_number, start, unit, value."
            ),
        ),
    ],
)
def test_refused(values, text):
    with pytest.raises(ConfigError) as caught:
        ColumnMap.parse(values, "m.toml")
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("values", "dtype", "text"),
    [
        ({"value": "x"}, DATE, "A fixed value fits its column c, but found 'x': give a date like '2019-01-31'."),
        (
            {"column": "a", "codes": {"b": "x"}},
            NUMBER,
            "A fixed value fits its column c, but found 'x': give a number.",
        ),
        (
            {"column": "a", "codes": {"b": 1}, "otherwise": "x"},
            NUMBER,
            "A fixed value fits its column c, but found 'x': give a number.",
        ),
        (
            {"start": "a", "plus": "b"},
            NUMBER,
            "start and plus make a date, but found them for c: map that column in another way.",
        ),
        (
            {"column": "a", "prefix": "P"},
            DATE,
            "A prefix goes before an identifier, but found 'P' before c: leave it out.",
        ),
        (
            {"row_number": True},
            STRING,
            "A row number is an identifier, but found it for c: map that column in another way.",
        ),
        ({"column": "a", "format": "%Y"}, STRING, "A format is for dates, but found '%Y' for c: leave it out."),
    ],
)
def test_does_not_fit_its_column(values, dtype, text):
    with pytest.raises(ConfigError) as caught:
        ColumnMap.parse(values, "m.toml").check_fits("c", dtype)
    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ({"value": 1}, NUMBER),
        ({"column": "a", "codes": {"b": 1}, "otherwise": 0}, NUMBER),
        ({"column": "a", "format": "%Y"}, pl.Datetime()),
        ({"column": "a", "prefix": "P"}, STRING),
        ({"start": "a", "plus": "b", "unit": "weeks"}, DATE),
    ],
)
def test_fits_its_column(values, dtype):
    ColumnMap.parse(values, "m.toml").check_fits("c", dtype)


@pytest.mark.parametrize("prefix", ["", "P"])
def test_a_row_number_fits_an_identifier(prefix):
    ColumnMap.parse({"row_number": True, "prefix": prefix}, "m.toml").check_fits("case_id", STRING)


def test_dates_of_toml_need_no_quotes():
    assert ColumnMap.parse({"value": date(2019, 1, 5)}, "m.toml").value == "2019-01-05"
    assert ColumnMap.parse({"start": date(2019, 1, 5), "plus": "n"}, "m.toml").start == "2019-01-05"
    assert ColumnMap.parse({"column": "a", "codes": {"b": date(2019, 1, 5)}}, "m.toml").codes == {"b": "2019-01-05"}
