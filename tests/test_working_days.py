"""Working days counted by hand on the calendar of the Netherlands."""

from datetime import date, timedelta

import numpy as np
import pytest

from hgrisk.errors import DataError
from hgrisk.simulate.records import NEVER, day_number
from hgrisk.working_days import add_working_days, dutch_holidays, working_days_between


def day(text):
    return np.datetime64(text, "D")


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2023-04-06", 1, "2023-04-07"),  # Good Friday is a working day
        ("2023-04-06", 2, "2023-04-11"),  # Easter Monday is not
        ("2023-04-06", 5, "2023-04-14"),
        ("2023-12-22", 1, "2023-12-27"),  # Christmas on Monday and Tuesday
        ("2023-12-22", 3, "2023-12-29"),
        ("2023-12-29", 1, "2024-01-02"),
        ("2024-01-01", 1, "2024-01-02"),  # received on a holiday
        ("2025-01-04", 5, "2025-01-10"),  # received on a Saturday
        ("2022-04-26", 1, "2022-04-28"),  # King's Day on a Wednesday
        ("2025-04-25", 1, "2025-04-28"),  # King's Day on Saturday 26 April, as the 27th is a Sunday
        ("2013-04-29", 1, "2013-05-01"),  # Queen's Day
        ("2024-02-28", 1, "2024-02-29"),
        ("2024-02-28", 2, "2024-03-01"),
        ("2024-02-29", 1, "2024-03-01"),
        ("2023-05-17", 1, "2023-05-19"),  # Ascension Day
        ("2023-05-26", 1, "2023-05-30"),  # Whit Monday
        ("2020-05-04", 1, "2020-05-06"),  # Liberation Day, every fifth year
        ("2023-05-04", 1, "2023-05-05"),
    ],
)
def test_by_hand(start, n, end):
    assert add_working_days(day(start), n) == day(end)
    assert working_days_between(day(start), day(end)) == n


def test_the_holidays_of_two_years():
    found = dutch_holidays(date(2025, 1, 1), date(2025, 12, 31))
    assert found.dtype == np.dtype("datetime64[D]")
    texts = "01-01 04-20 04-21 04-26 05-05 05-29 06-08 06-09 12-25 12-26"
    assert found.tolist() == [date.fromisoformat(f"2025-{text}") for text in texts.split()]
    # in 2016 Ascension Day fell on 5 May: one holiday
    assert np.count_nonzero(dutch_holidays(date(2016, 5, 5), date(2016, 5, 5))) == 1
    assert dutch_holidays(date(2023, 12, 26), date(2024, 1, 1)).tolist() == [date(2023, 12, 26), date(2024, 1, 1)]


def test_a_day_by_day_count_agrees():
    free = set(dutch_holidays(date(2015, 1, 1), date(2030, 12, 31)).tolist())
    start = date(2019, 12, 20)
    count = 0
    for later in range(1, 800):
        end = start + timedelta(days=later)
        count += end.weekday() < 5 and end not in free
        assert working_days_between(start, end) == count
        if end.weekday() < 5 and end not in free:
            assert add_working_days(start, count) == np.datetime64(end)


def test_arrays_of_day_numbers_broadcast():
    starts = np.array([day_number(date(2023, 4, 6)), day_number(date(2023, 12, 22))], dtype=np.int32)
    ends = add_working_days(starts, np.array([[1], [3]]))
    assert ends.tolist() == [
        [date(2023, 4, 7), date(2023, 12, 27)],
        [date(2023, 4, 12), date(2023, 12, 29)],
    ]
    assert working_days_between(starts, ends).tolist() == [[1, 1], [3, 3]]
    assert working_days_between(starts, ends.astype(np.int64)).dtype == np.int64


def test_zero_is_the_day_itself_also_in_a_weekend():
    weekend = np.array(["2025-01-04", "2023-12-25", "2023-12-27"], dtype="datetime64[D]")
    assert (add_working_days(weekend, 0) == weekend).all()
    assert (working_days_between(weekend, weekend) == 0).all()


def test_an_end_before_the_start_counts_below_zero():
    assert working_days_between(day("2023-04-14"), day("2023-04-06")) == -5


def test_many_years_ahead_meets_every_holiday():
    after = add_working_days(day("2020-01-01"), 2540)
    assert working_days_between(day("2020-01-01"), after) == 2540
    start, end = date(2020, 1, 1), after.item()
    free = set(dutch_holidays(start, end).tolist())
    days = [start + timedelta(days=later) for later in range(1, (end - start).days + 1)]
    assert sum(one.weekday() < 5 and one not in free for one in days) == 2540


def test_a_day_that_never_comes_does_no_harm():
    ends = add_working_days(np.array([NEVER, day_number(date(2023, 4, 6))]), 5)
    assert ends[1] == day("2023-04-14")


def test_nothing_gives_nothing():
    none = np.array([], dtype="datetime64[D]")
    assert working_days_between(none, none).tolist() == []
    assert add_working_days(none, 5).tolist() == []


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: add_working_days(day("2023-01-01"), -1),
            "A number of working days is whole and 0 or more, but found -1: give 0, 1, 2 and so on.",
        ),
        (
            lambda: add_working_days(day("2023-01-01"), 1.5),
            "A number of working days is whole and 0 or more, but found 1.5: give 0, 1, 2 and so on.",
        ),
        (
            lambda: working_days_between(np.array([1.5]), 3),
            "Days are dates, or whole days since 1970-01-01, but found float64: convert them.",
        ),
        (
            lambda: working_days_between(np.datetime64("NaT"), 3),
            "Days of a working-day count are known, but found a missing date: leave the missing ones out.",
        ),
    ],
)
def test_errors_are_one_sentence(call, text):
    with pytest.raises(DataError) as caught:
        call()
    assert str(caught.value) == text
