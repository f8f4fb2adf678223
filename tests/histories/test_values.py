"""One column of a source becomes values of ours, or the row is told why not."""

import datetime as dt
from decimal import Decimal

import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.errors import DataError
from hgrisk.histories.mapping import SourceMap
from hgrisk.histories.values import column_value
from hgrisk.schema import column_types

at = dt.datetime.fromisoformat
WRONG = "wrong"


def values(name, column, how=None, **source) -> list:
    """Return the values of our column ``name``, and WRONG where the source is filled but says nothing."""
    frame = pl.DataFrame({"x": column}, strict=False) if isinstance(column, list) else column.alias("x").to_frame()
    columns = {"case_id": "x", "kind": "x", "occurred_on": "x", name: {"column": "x", **(how or {})}}
    plan = SourceMap.parse({"table": "events", "file": "f", "columns": columns, **source}, "mapping.toml")
    value = column_value(name, column_types("events")[name], plan, frame.schema)
    told = frame.select("x", value=value.expr, wrong=value.filled & value.expr.is_null()).drop("x")
    return [WRONG if wrong else got for got, wrong in told.iter_rows()]


def day(text) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    "text", ["2019-01-05", "2019-1-5", "2019-01-05 00:00:00", "2019-01-05T23:59", "2019-01-05 10:00:00.123"]
)
def test_iso_dates_with_or_without_a_time(text):
    assert values("occurred_on", [text]) == [day("2019-01-05")]


@pytest.mark.parametrize(
    "text",
    [
        "31-02-2019",
        "2019-02-29",
        "2019-02-31 00:00:00",
        "05-01-2019",
        "19-01-05",
        "2019-01-05x",
        "2019-01-05 25:00",
        "2019-01-05 10:00:00Z",
        "2019-01-05T10:00+01:00",
        "20190105",
        "43470",
        "yesterday",
        "12019-01-05",
    ],
)
def test_what_is_no_iso_date_is_wrong(text):
    assert values("occurred_on", [text, None]) == [WRONG, None]


@given(st.dates(dt.date(1, 1, 1), dt.date(9999, 12, 31)))
def test_every_iso_date_is_read_back(date):
    assert values("occurred_on", [date.isoformat()]) == [date]


@pytest.mark.parametrize(
    ("text", "layout", "expected"),
    [
        ("31-01-2019", "%d-%m-%Y", day("2019-01-31")),
        ("31-02-2019", "%d-%m-%Y", WRONG),
        ("01/31/2019 14:30", "%m/%d/%Y %H:%M", day("2019-01-31")),
        ("2019-01-31", "%d-%m-%Y", WRONG),
        ("31-01-19", "%d-%m-%Y", day("0019-01-31")),
        ("31-01-19", "%d-%m-%y", day("2019-01-31")),
    ],
)
def test_date_formats_of_the_source_and_of_the_column(text, layout, expected):
    assert values("occurred_on", [text], date_format=layout) == [expected]
    assert values("occurred_on", [text], {"format": layout}, date_format="%Y") == [expected]


def test_whole_numbers_as_dates():
    for column in ([20190131], [20190131.0]):
        assert values("occurred_on", column, {"format": "%Y%m%d"}) == [day("2019-01-31")]


def test_dates_of_a_frame():
    assert values("occurred_on", [day("2019-01-05"), None]) == [day("2019-01-05"), None]
    assert values("occurred_on", [at("2019-01-05T23:00")]) == [day("2019-01-05")]
    assert values("occurred_on", pl.from_pandas(pd.Series(pd.to_datetime(["2019-01-05 23:00"])))) == [day("2019-01-05")]


@pytest.mark.parametrize("column", [[True], [dt.time(10)], [1.5], [2019]])
def test_other_types_are_no_dates(column):
    assert values("occurred_on", column) == [WRONG]


@pytest.mark.parametrize("text", ["2019-01-05T10:20:30", "2019-01-05 10:20:30", "2019-01-05T10:20:30.000000"])
def test_iso_instants(text):
    assert values("known_at", [text]) == [at("2019-01-05T10:20:30")]


@pytest.mark.parametrize(
    ("column", "how", "expected"),
    [
        (["2019-01-05 10:20"], {}, at("2019-01-05T10:20")),
        (["2019-01-05"], {}, WRONG),
        (["2019-01-05T10:20:30Z"], {}, WRONG),
        (["05-01-2019 10h20"], {"format": "%d-%m-%Y %Hh%M"}, at("2019-01-05T10:20")),
        ([day("2019-01-05")], {}, WRONG),
        ([at("2019-01-05T10:20")], {}, at("2019-01-05T10:20")),
    ],
)
def test_instants(column, how, expected):
    assert values("known_at", column, how) == [expected]


MIDNIGHT = pl.Series([at("2019-01-05T00:00")]).dt.replace_time_zone("Europe/Amsterdam")


def test_instants_with_a_time_zone_are_read_on_its_clock():
    """Midnight in Amsterdam is 23:00 of the day before in UTC: its date must not move."""
    assert values("occurred_on", MIDNIGHT) == [day("2019-01-05")]
    assert values("known_at", MIDNIGHT) == [at("2019-01-05T00:00")]


def test_instants_in_utc_need_a_place():
    utc = MIDNIGHT.dt.convert_time_zone("UTC")
    assert values("occurred_on", utc, time_zone="Europe/Amsterdam") == [day("2019-01-05")]
    assert values("occurred_on", utc, time_zone="UTC") == [day("2019-01-04")]
    for name in ("occurred_on", "known_at"):
        with pytest.raises(DataError) as caught:
            values(name, utc)
        assert str(caught.value) == (
            "An instant in UTC is read on the clock of a named place, or its date may be a day off, but found column "
            "'x' in UTC: add time_zone, such as 'Europe/Amsterdam', to the [[source]] of a mapping file."
        )


@pytest.mark.parametrize("text", ["2019-01-04T23:30:00Z", "2019-01-05T00:30:00+0100", "2019-01-04T22:30:00-01:00"])
def test_texts_with_an_offset_are_read_on_the_clock_of_the_place(text):
    how, place = {"format": "%Y-%m-%dT%H:%M:%S%z"}, {"time_zone": "Europe/Amsterdam"}
    assert values("known_at", [text], how, **place) == [at("2019-01-05T00:30")]
    assert values("occurred_on", [text], how, **place) == [day("2019-01-05")]


@pytest.mark.parametrize(
    ("column", "decimal", "expected"),
    [
        (["1.5", "-2", "1e3", "+4"], ".", [1.5, -2.0, 1000.0, 4.0]),
        (["1,000", "1.000,5", "1_000", "0x10", "high", "inf", "1e400"], ".", [WRONG] * 7),
        (["1,5", "2"], ",", [1.5, 2.0]),
        (["1.000", "1.000,5", "1,000,5"], ",", [WRONG] * 3),
        ([1.5, None], ",", [1.5, None]),
        ([3, None], ".", [3.0, None]),
        ([Decimal("2.50")], ".", [2.5]),
        ([float("inf")], ".", [WRONG]),
        ([True], ".", [WRONG]),
        ([day("2019-01-05")], ".", [WRONG]),
    ],
)
def test_numbers(column, decimal, expected):
    assert values("severity", column, {"decimal": decimal}) == expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["007", "a-1"], ["007", "a-1"]),
        ([7, 2**62], ["7", str(2**62)]),
        ([7.0, None, 1.5], ["7", None, "1.5"]),
        (["7.0", "007.00", "-3.0", "7.10"], ["7", "007", "-3", "7.10"]),
        ([Decimal("7.00"), Decimal("2.50")], ["7", "2.50"]),
        ([True], ["true"]),
        ([2.0**53, 2.0**53 - 1], [WRONG, str(2**53 - 1)]),
        (["1.23457E+11", "1,2E+05", "3e+20", "-1E+05"], [WRONG] * 4),
        (["1E5", "12E-05", "E+05", "1E+5F"], ["1E5", "12E-05", "E+05", "1E+5F"]),
    ],
)
def test_identifiers(column, expected):
    assert values("person_id", column) == expected


def test_text_that_is_no_identifier_is_left_alone():
    assert values("code", ["5.0", "1E+05"]) == ["5.0", "1E+05"]
    assert values("code", [5.0, 5.5]) == ["5", "5.5"]


def test_prefix():
    assert values("person_id", [7, None], {"prefix": "P"}) == ["P7", None]


@pytest.mark.parametrize(
    ("column", "how", "expected"),
    [
        (["m", "v", None], {"codes": {"m": "report"}}, ["report", WRONG, None]),
        (["m", "v", None], {"codes": {"m": "report"}, "otherwise": "other"}, ["report", "other", None]),
        ([1, 2], {"codes": {"1": "report"}}, ["report", WRONG]),
        ([1.0, None], {"codes": {"1": "report"}}, ["report", None]),
        ([True, False], {"codes": {"true": "report"}, "otherwise": 0}, ["report", "0"]),
        (["m"], {"codes": {}, "otherwise": "other"}, ["other"]),
    ],
)
def test_code_lists(column, how, expected):
    assert values("kind", column, how) == expected


def test_code_lists_of_numbers_and_dates():
    assert values("severity", ["low", "x"], {"codes": {"low": 1}}) == [1.0, WRONG]
    assert values("severity", ["x"], {"codes": {"low": 1}, "otherwise": 0}) == [0.0]
    assert values("occurred_on", ["spring"], {"codes": {"spring": "2019-03-01"}}) == [day("2019-03-01")]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("kind", "report", "report"),
        ("kind", True, "true"),
        ("severity", 2, 2.0),
        ("occurred_on", "2019-01-05", day("2019-01-05")),
        ("known_at", "2019-01-05T10:00", at("2019-01-05T10:00")),
    ],
)
def test_constants(name, value, expected):
    assert values(name, ["a", None], {"column": None, "value": value}) == [expected, expected]


@pytest.mark.parametrize(
    ("plus", "how", "expected"),
    [
        ([0, 5, None], {}, ["2019-01-05", "2019-01-10", None]),
        (["5", "-5", "soon", ""], {}, ["2019-01-10", "2018-12-31", WRONG, WRONG]),
        ([1, 0.5], {"unit": "weeks"}, ["2019-01-12", "2019-01-09"]),
        (["1,0"], {"decimal": ","}, ["2019-01-06"]),
        ([400_001, 1e12, -1e18], {}, [WRONG] * 3),
    ],
)
def test_days_after_a_fixed_start(plus, how, expected):
    got = values("occurred_on", plus, {"column": None, "start": "2019-01-05", "plus": "x", **how})
    assert [one if one in (WRONG, None) else one.isoformat() for one in got] == expected


def test_days_after_a_dated_start():
    frame = pl.DataFrame({"x": ["05-01-2019", "31-02-2019", None, "05-01-2019"], "n": [1, 1, 1, None]})
    how = {"start": "x", "plus": "n", "format": "%d-%m-%Y"}
    plan = SourceMap.parse(
        {"table": "events", "file": "f", "columns": {"case_id": "x", "kind": "x", "occurred_on": how}}, "m"
    )
    value = column_value("occurred_on", pl.Date(), plan, frame.schema)
    told = frame.select(value.expr.alias("day"), wrong=value.filled & value.expr.is_null())
    assert told.rows() == [(day("2019-01-06"), False), (None, True), (None, True), (None, False)]
