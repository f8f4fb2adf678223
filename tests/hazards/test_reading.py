"""Long columns in one pass, against plain NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.hazards.reading import longest_by_group, small_codes, survey_outcome
from hgrisk.surv import Surv


@given(st.lists(st.tuples(st.integers(0, 127), st.integers(1, 40), st.sampled_from([1, 4])), max_size=20))
def test_what_an_outcome_holds(rows):
    event = np.array([code for code, _, _ in rows], dtype=np.int8)
    duration = np.array([days / parts for _, days, parts in rows])
    y = Surv.from_arrays(event, duration)
    for found in (survey_outcome(event, duration), survey_outcome(y["event"], y["duration_days"])):
        assert found.sound
        assert found.longest == max(duration.tolist(), default=0)
        assert found.whole == all(day.is_integer() for day in duration.tolist())
        assert found.causes.tolist() == sorted(set(event.tolist()) - {0})


@pytest.mark.parametrize(
    ("code", "day"), [(-1, 5.0), (-128, 5.0), (1, 0.0), (1, -3.0), (1, np.nan), (0, np.inf), (0, -np.inf)], ids=str
)  # fmt: skip
@pytest.mark.parametrize("place", [0, 1])
def test_a_value_that_is_not_allowed_is_seen_wherever_it_is(code, day, place):
    event, duration = np.array([1, 1], dtype=np.int8), np.array([5.0, 5.0])
    event[place], duration[place] = code, day
    assert not survey_outcome(event, duration).sound


@given(
    st.lists(st.integers(-128, 127), min_size=1), st.sampled_from([np.int8, np.int16, np.int64]), st.integers(0, 10**15)
)
def test_codes_of_whole_numbers_are_those_of_unique(numbers, kind, shift):
    values = np.array(numbers, dtype=kind)
    values = values + shift if kind is np.int64 else values
    code, distinct = small_codes(values)
    expected, inverse = np.unique(values, return_inverse=True)
    np.testing.assert_array_equal(distinct, expected)
    np.testing.assert_array_equal(code, inverse)
    assert distinct.dtype == values.dtype


def test_numbers_that_are_codes_are_not_copied():
    values = np.array([2, 0, 1])
    assert small_codes(values)[0] is values


def test_numbers_far_apart_have_no_table():
    assert small_codes(np.array([0, 10**6])) is None
    assert small_codes(np.array([2**64 - 1], dtype=np.uint64)) is None
    assert small_codes(np.array([], dtype=np.int64)) is None


def test_the_longest_of_each_group():
    assert longest_by_group(np.array([5.0, 9.0, 2.0]), np.array([0, 2, 0]), 4).tolist() == [5, 0, 9, 0]
