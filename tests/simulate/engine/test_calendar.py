"""Months and working days in arrays."""

from datetime import date

import numpy as np
import pytest

from hgrisk.simulate.engine.calendar import Periods, Workdays
from hgrisk.simulate.parameters.population import Population
from hgrisk.simulate.records import day_number


@pytest.fixture(scope="module")
def periods():
    return Periods.of(Population())


def test_periods_run_from_the_first_onset_past_the_last_horizon(periods):
    assert periods.starts[0] == day_number(Population().first_onset)
    assert periods.starts[-1] > day_number(Population().extraction_on) + 2 * 548
    np.testing.assert_allclose(np.diff(periods.starts), 365.25 / 12)


def test_years_count_from_the_start_of_registration(periods):
    at = np.searchsorted(periods.starts, day_number(date(2020, 1, 1))) - 1
    assert periods.years_since_register[at] == pytest.approx(5.0, abs=0.05)
    assert periods.years_since_register[0] == 0.0


def test_shares_of_periods_add_up_to_the_days(periods):
    inside = periods.within(date(2020, 3, 16), date(2020, 6, 1))
    assert inside.sum() * periods.length == pytest.approx(77)
    assert inside.max() == 1.0
    assert periods.since(date(2019, 1, 1)).sum() * periods.length == pytest.approx(
        periods.starts[-1] + periods.length - day_number(date(2019, 1, 1))
    )


def test_a_half_year_is_six_periods(periods):
    assert periods.half_year[:13].tolist() == [0] * 6 + [1] * 6 + [2]


def test_working_days_are_counted_over_easter(periods):
    workdays = Workdays.of(periods)
    thursday, first = day_number(date(2023, 4, 6)), periods.first_day
    # Good Friday counts, the week-end and Easter Monday do not
    assert workdays.until[day_number(date(2023, 4, 11)) - first] - workdays.until[thursday - first] == 2
    number = workdays.until[thursday - first]
    assert workdays.day[number] == thursday
    assert workdays.day[number + 5] == day_number(date(2023, 4, 14))
