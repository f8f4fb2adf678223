"""The arrays between the parts."""

from datetime import date

import numpy as np
import pytest

from hgrisk.simulate.records import NEVER, Outcomes, day_number


@pytest.mark.parametrize("on", [date(1970, 1, 1), date(2000, 2, 29), date(1950, 6, 1), date(2024, 12, 31)])
def test_a_day_number_is_that_of_numpy(on):
    assert day_number(on) == np.datetime64(on, "D").astype(int)


def test_never_lies_before_every_birthday():
    assert day_number(date(1, 1, 1)) > NEVER


def test_outcomes_at_some_reports_are_those_of_these_reports():
    days = np.arange(8, dtype=np.int16).reshape(4, 2)
    outcomes = Outcomes(np.array([2, 5, 7, 11]), days, days + 100, np.array([3, -1, 9, -1], dtype=np.int16))
    some = outcomes.at(np.array([5, 11]))
    assert some.report.tolist() == [5, 11]
    assert some.violence_days.tolist() == [[2, 3], [6, 7]]
    assert some.report_days.tolist() == [[102, 103], [106, 107]]
    assert some.terminal_days.tolist() == [-1, -1]
    assert outcomes.at(np.empty(0, dtype=np.int64)).violence_days.shape == (0, 2)
