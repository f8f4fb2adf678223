"""Counts by group and day, against the counts of rows that were placed one by one."""

from dataclasses import fields

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.hazards.day_counts import count_days
from hgrisk.hazards.placing import place_rows
from hgrisk.hazards.reading import longest_by_group, survey_outcome
from hgrisk.hazards.tables import event_table
from hgrisk.surv import Surv

N_GROUPS = 3
ROWS = st.lists(st.tuples(st.integers(1, 9), st.sampled_from([0, 1, 3]), st.integers(0, N_GROUPS - 1)), max_size=40)


def counted(event, duration, group):
    return count_days(event, duration, group, survey_outcome(event, duration), n_groups=N_GROUPS)


@settings(max_examples=100, deadline=None)
@given(ROWS, st.booleans())
def test_the_table_is_that_of_placed_rows(rows, lies_in_an_outcome):
    columns = np.array(rows, dtype=np.int64).reshape(-1, 3)
    duration, event, group = columns[:, 0].astype(float), columns[:, 1].astype(np.int8), columns[:, 2].copy()
    y = Surv.from_arrays(event, duration)
    event, duration = (y["event"], y["duration_days"]) if lies_in_an_outcome else (event, duration)
    days = counted(event, duration, group)
    assert days.causes.tolist() == sorted(set(event.tolist()) - {0})
    places = place_rows(np.ascontiguousarray(duration), event > 0, None, group, n_groups=N_GROUPS)
    cause = np.searchsorted(days.causes, event)
    cause[event == 0] = -1
    expected = event_table(places, cause, np.ones(len(event)), n_causes=len(days.causes))
    found, longest = days.settled()
    for field in fields(expected):
        theirs, ours = getattr(expected, field.name), getattr(found, field.name)
        np.testing.assert_array_equal(ours, theirs, strict=True)
    np.testing.assert_array_equal(longest, longest_by_group(np.ascontiguousarray(duration), group, N_GROUPS))


def test_rows_that_cannot_be_counted_by_day():
    event, group = np.array([0, 1], dtype=np.int8), np.array([0, 2])
    assert counted(event, np.array([1.0, 2.0]), group) is not None
    assert counted(event, np.array([1.5, 2.0]), group) is None
    assert counted(event, np.array([1e15, 2.0]), group) is None
    assert counted(np.array([1, 127], dtype=np.int8), np.array([1.0, 300.0]), group) is None
