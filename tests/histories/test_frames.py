"""Frames of any make become plain frames, and the user's own stay as they were."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from hgrisk.errors import DataError
from hgrisk.histories.frames import as_polars, check_names, plain, shown_names

at = dt.datetime.fromisoformat


def refusal(frame) -> str:
    with pytest.raises(DataError) as caught:
        as_polars(frame, "events")
    return str(caught.value)


def column(values, **dtype) -> list:
    return as_polars(pd.DataFrame({"x": pd.Series(values, **dtype)}), "events")["x"].to_list()


def test_polars_eager_and_lazy_and_pandas_are_one():
    frame = pl.DataFrame({"id": ["a", None], "n": [1.5, None], "on": [dt.date(2019, 1, 1), None]})
    assert_frame_equal(as_polars(frame, "events"), frame)
    assert_frame_equal(as_polars(frame.lazy(), "events"), frame)
    assert_frame_equal(as_polars(frame.to_pandas(use_pyarrow_extension_array=True), "events"), frame)


def test_not_a_number_is_empty():
    assert column([1.5, np.nan]) == [1.5, None]
    assert as_polars(pl.DataFrame({"x": [1.5, float("nan")]}), "events")["x"].to_list() == [1.5, None]


def test_categories_are_text():
    values = pl.Series("x", ["a", None])
    for dtype in (pl.Categorical(), pl.Enum(["a", "b"])):
        assert_frame_equal(plain(values.cast(dtype).to_frame()), values.to_frame())
    assert column(["a", None], dtype="category") == ["a", None]


def test_a_short_float_keeps_its_decimals():
    assert plain(pl.DataFrame({"x": pl.Series([0.1], dtype=pl.Float32)}))["x"].to_list() == [0.1]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, "x", None, np.nan], ["1", "x", None, None]),
        ([1.0, 2.5, "x", pd.NA], ["1", "2.5", "x", None]),
        ([True, "no"], ["true", "no"]),
        ([dt.date(2019, 1, 1), "2019-01-02", pd.NaT], ["2019-01-01", "2019-01-02", None]),
        ([at("2019-01-01T03:00"), "x"], ["2019-01-01T03:00:00", "x"]),
        ([2**70, 1], [str(2**70), "1"]),
        ([Decimal("1.50"), "x"], ["1.50", "x"]),
    ],
)
def test_a_mixed_column_is_text(values, expected):
    assert column(values, dtype=object) == expected


def test_a_pandas_index_and_names_that_are_no_text():
    frame = pd.DataFrame({0: ["a", "b"], "x": [1, 2]}, index=[7, 7])
    assert_frame_equal(as_polars(frame, "events"), pl.DataFrame({"0": ["a", "b"], "x": [1, 2]}))


def test_the_users_frame_is_left_as_it_was():
    frame = pl.DataFrame({"x": ["a"]})
    as_polars(frame, "events").insert_column(0, pl.Series("y", [1]))
    assert frame.columns == ["x"]


def test_a_column_twice():
    text = "Every column of events has a name of its own, but found 'x' twice: rename one of them."
    assert refusal(pd.DataFrame([[1, 2]], columns=["x", "x"])) == text
    assert refusal(pd.DataFrame([[1, 2]], columns=[1, "1"])) == text.replace("'x'", "'1'")


def test_names_of_the_row_account_are_refused():
    with pytest.raises(DataError) as caught:
        check_names(["a", "hg:row"], "events.csv")
    assert (
        str(caught.value) == "A column's name does not begin with 'hg:', but found 'hg:row' in events.csv: rename it."
    )


def test_no_frame():
    assert refusal([1]) == "A frame is of pandas or Polars, but found list for 'events': convert it first."


def test_periods():
    frame = pd.DataFrame({"x": pd.PeriodIndex(["2019-01"], freq="M")})
    assert refusal(frame) == (
        "A column holds texts, numbers or dates, but found periods in 'x': convert them to dates."
    )


@pytest.mark.parametrize("date", ["2019-01-31", "31/1/19", "1.2.2019"])
def test_a_row_of_data_is_not_shown_as_names(date):
    assert shown_names(["H1", f"{date} 10:00"]) == "names that seem to be a row of data"
    assert shown_names(["H1", "seen in 2019"]) == "H1, seen in 2019"
