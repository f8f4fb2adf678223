"""A fixed value fits its column or is refused."""

from datetime import date, datetime

import polars as pl
import pytest

from hgrisk.errors import ConfigError
from hgrisk.histories.constants import constant, is_iso_date, scalar_text

at = datetime.fromisoformat


@pytest.mark.parametrize(
    ("value", "dtype", "expected"),
    [
        ("x", pl.String(), "x"),
        (5, pl.String(), "5"),
        (True, pl.String(), "true"),
        (5, pl.Float64(), 5.0),
        ("2.5", pl.Float64(), 2.5),
        ("2019-01-31", pl.Date(), date(2019, 1, 31)),
        ("2019-01-31T10:20", pl.Datetime(), at("2019-01-31T10:20")),
        ("2019-01-31 10:20:30", pl.Datetime(), at("2019-01-31T10:20:30")),
    ],
)
def test_typed(value, dtype, expected):
    got = constant(value, dtype, "x")
    assert got == expected
    assert type(got) is type(expected)


@pytest.mark.parametrize(
    ("value", "dtype", "cure"),
    [
        ("2019-02-31", pl.Date(), "give a date like '2019-01-31'"),
        ("20190131", pl.Date(), "give a date like '2019-01-31'"),
        (5, pl.Date(), "give a date like '2019-01-31'"),
        ("2019-01-31", pl.Datetime(), "give a date with a time, like '2019-01-31T10:00:00'"),
        ("2019-01-31T25:00", pl.Datetime(), "give a date with a time, like '2019-01-31T10:00:00'"),
        ("high", pl.Float64(), "give a number"),
        ("nan", pl.Float64(), "give a number"),
        (True, pl.Float64(), "give a number"),
    ],
)
def test_refused(value, dtype, cure):
    with pytest.raises(ConfigError) as caught:
        constant(value, dtype, "x")
    assert str(caught.value) == f"A fixed value fits its column x, but found {value!r}: {cure}."


def test_form_of_a_date():
    assert is_iso_date("2019-13-45")
    assert not any(map(is_iso_date, ["2019-1-5", "week_of_start", "2019-01-01x", ""]))


def test_text_of_scalars():
    assert [scalar_text(value) for value in (False, 1, 1.5, "A")] == ["false", "1", "1.5", "A"]
