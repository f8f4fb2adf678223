"""The family calendar: when the landmark falls, and how long the household had been observed."""

import math
from datetime import date

import pytest

from tests.builders import START, case, family_row, report


def calendar(on, first=-9000):
    """Return the family calendar at a date."""
    return family_row([report((date.fromisoformat(on) - START).days)], "calendar", [case(first=first, last=3000)])


@pytest.mark.parametrize(
    ("name", "on", "value"),
    [
        ("protocol_2019", "2018-12-31", 0),
        ("protocol_2019", "2019-01-01", 1),
        ("covid_period", "2020-03-11", 0),
        ("covid_period", "2020-03-12", 1),
        ("covid_period", "2022-03-23", 1),
        ("covid_period", "2022-03-24", 0),
        ("weekend", "2021-10-01", 0),
        ("weekend", "2021-10-02", 1),
        ("weekend", "2021-10-03", 1),
        ("weekend", "2021-10-04", 0),
    ],
)
def test_trap_12_shocks_and_weekends_begin_and_end_on_their_day(name, on, value):
    assert calendar(on)[name] == value


@pytest.mark.parametrize(("on", "days"), [("2020-02-29", 59 + 1), ("2019-12-31", 365), ("2020-12-31", 366)])
def test_the_time_of_the_year_goes_round_once_a_year(on, days):
    x = calendar(on)
    angle = 2 * math.pi * days / 365.25
    assert x["month_sin"] == pytest.approx(math.sin(angle), abs=1e-9)
    assert x["month_cos"] == pytest.approx(math.cos(angle), abs=1e-9)


def test_observed_days_count_from_the_start_of_observation():
    assert calendar("2020-03-01", first=59)["observed_days"] == 1
    assert calendar("2020-03-01", first=60)["observed_days"] == 0
