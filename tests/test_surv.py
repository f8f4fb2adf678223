import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.errors import DataError
from hgrisk.surv import SURV_DTYPE, Surv, as_surv

ROWS = st.lists(st.tuples(st.integers(0, 127), st.floats(1e-3, 1e6)), min_size=0, max_size=20)


@given(ROWS)
def test_every_valid_row_survives_the_way_in_and_out(rows):
    event = np.array([code for code, _ in rows], dtype=int)
    days = np.array([day for _, day in rows], dtype=float)
    y = Surv.from_arrays(event, days)
    assert y.dtype == SURV_DTYPE
    np.testing.assert_array_equal(y["event"], event)
    np.testing.assert_array_equal(y["duration_days"], days)
    np.testing.assert_array_equal(as_surv(y), y)
    np.testing.assert_array_equal(as_surv(pd.DataFrame({"event": event, "duration_days": days})), y)


def test_frame_columns_can_have_other_names():
    frame = pd.DataFrame({"status": [1, 0], "days": [3, 4]})
    y = Surv.from_frame(frame, event="status", duration_days="days")
    assert y["event"].tolist() == [1, 0]


def test_extra_fields_of_a_structured_array_are_left_out():
    y = np.array([(1, 2.0, 9)], dtype=[("event", int), ("duration_days", float), ("other", int)])
    assert as_surv(y).dtype == SURV_DTYPE


@pytest.mark.parametrize(
    ("event", "days", "text"),
    [
        ([1], [0.0], "A duration is finite and above 0 days, but found 0.0: remove landmarks that were never at risk."),
        ([1], [np.nan], "A duration is finite and above 0 days, but found nan"),
        ([1], [np.inf], "A duration is finite and above 0 days, but found inf"),
        ([1], ["soon"], "Durations are numbers, but found ValueError"),
        ([-1], [1.0], "An event code is a whole number from 0 to 127, but found -1: use 0 for censored, 1 for a"),
        ([0.5], [1.0], "An event code is a whole number from 0 to 127, but found 0.5"),
        ([200], [1.0], "An event code is a whole number from 0 to 127, but found 200"),
        ([None], [1.0], "An event code is a whole number from 0 to 127, but found None"),
        (["a"], [1.0], "Event codes are numbers, but found ValueError"),
        ([1, 0], [1.0], "Events and durations are two columns of one length, but found shapes (2,) and (1,)"),
        ([[1]], [[1.0]], "Events and durations are two columns of one length"),
    ],
)
def test_wrong_values_are_refused_with_rule_value_and_cure(event, days, text):
    with pytest.raises(DataError) as caught:
        Surv.from_arrays(event, days)
    assert text in str(caught.value)


def test_an_outcome_without_its_fields_is_refused():
    with pytest.raises(DataError, match="An outcome has the fields 'event' and 'duration_days'"):
        as_surv([1, 2])
    with pytest.raises(DataError, match="An outcome frame needs the column 'event'"):
        as_surv(pd.DataFrame({"duration_days": [1]}))


@pytest.mark.parametrize("entry", [-1.0, 30.0, np.nan, np.inf])
def test_an_entry_lies_before_its_duration(entry):
    with pytest.raises(DataError) as caught:
        Surv.from_arrays([1, 0], [40.0, 30.0], [0.0, entry])
    assert f"A row enters at 0 days or later and before its duration, but found {entry} before 30.0" in str(
        caught.value
    )


@given(ROWS)
def test_codes_of_any_kind_of_number_are_the_same_outcome(rows):
    event, days = np.array([code for code, _ in rows]) > 0, np.array([day for _, day in rows], dtype=float)
    expected = Surv.from_arrays(event.astype(np.int64), days)
    for kind in (bool, np.int8, np.uint64, float, object):
        y = Surv.from_arrays(event.astype(kind), np.repeat(days, 2)[::2])
        np.testing.assert_array_equal(y, expected)
