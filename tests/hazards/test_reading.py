"""Long columns in one pass, against plain NumPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.hazards.reading import longest_by_group, read_outcome, small_codes


def test_an_outcome_is_copied_field_by_field():
    event, duration = np.array([1, 0, 127], dtype=np.int8), np.array([5.0, 1e-300, 1e300])
    codes, days = read_outcome(event, duration)
    np.testing.assert_array_equal(codes, event)
    np.testing.assert_array_equal(days, duration)
    assert not np.shares_memory(codes, event)


@pytest.mark.parametrize(
    ("code", "day"), [(-1, 5.0), (1, 0.0), (1, -3.0), (1, np.nan), (0, np.inf)], ids=str
)  # fmt: skip
@pytest.mark.parametrize("place", [0, 1])
def test_a_value_that_is_not_allowed_is_seen_wherever_it_is(code, day, place):
    event, duration = np.array([1, 1], dtype=np.int8), np.array([5.0, 5.0])
    event[place], duration[place] = code, day
    assert read_outcome(event, duration) is None


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


def test_numbers_far_apart_have_no_table():
    assert small_codes(np.array([0, 10**6])) is None
    assert small_codes(np.array([2**64 - 1], dtype=np.uint64)) is None
    assert small_codes(np.array([], dtype=np.int64)) is None


def test_the_longest_of_each_group():
    assert longest_by_group(np.array([5.0, 9.0, 2.0]), np.array([0, 2, 0]), 4).tolist() == [5, 0, 9, 0]
