"""Places of rows among event times, against a search of each row on its own."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.hazards import placing
from hgrisk.hazards.placing import by_slot, place_rows, sorted_by_group

ROWS = st.lists(
    st.tuples(st.integers(1, 12), st.booleans(), st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=40
)


def arrays(rows, unit):
    duration, happened, entry, group = (np.array(column) for column in zip(*rows, strict=True))
    return duration * unit, happened, np.minimum(entry, duration - 1) * unit, group


def expected(duration, happened, times, group):
    """The last event time of its own group at or before each of the times, 0 before the first."""
    found = []
    for time, code in zip(times, group, strict=True):
        events = duration[happened & (group == code)]
        found.append(max([0.0, *events[events <= time]]))
    return found


@pytest.mark.parametrize("unit", [1.0, 0.37], ids=["whole days", "parts of days"])
@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_each_end_is_at_the_last_event_time_of_its_group(unit, rows):
    duration, happened, entry, group = arrays(rows, unit)
    places = place_rows(duration, happened, entry, group, n_groups=3)
    assert places.times[places.stop].tolist() == expected(duration, happened, duration, group)
    assert places.times[places.start].tolist() == expected(duration, happened, entry, group)
    assert places.group[places.stop].tolist() == places.group[places.start].tolist() == group.tolist()
    for code in range(3):
        slots = slice(places.first[code], places.first[code + 1])
        events = np.unique(duration[happened & (group == code)])
        assert places.times[slots].tolist() == [0.0, *events]


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_calendar_and_search_agree(rows):
    duration, happened, entry, group = arrays(rows, 1.0)
    days = place_rows(duration, happened, entry, group, n_groups=3)
    parts = place_rows(duration / 7, happened, entry / 7, group, n_groups=3)
    np.testing.assert_array_equal(days.start, parts.start)
    np.testing.assert_array_equal(days.stop, parts.stop)
    np.testing.assert_allclose(days.times / 7, parts.times, rtol=1e-15)


def test_a_long_calendar_is_not_laid_out(monkeypatch):
    duration, happened = np.array([3.0, 4e6, 9e300]), np.array([True, True, False])
    monkeypatch.setattr(placing, "_lay_calendar", None)
    places = place_rows(duration, happened)
    assert places.times.tolist() == [0.0, 3.0, 4e6]
    assert places.stop.tolist() == [1, 2, 2]
    assert places.start.tolist() == [0, 0, 0]


def test_without_events_all_is_at_the_opening_slots():
    places = place_rows(np.array([1.5, 2.0]), np.array([False, False]), group=np.array([1, 0]), n_groups=2)
    assert places.stop.tolist() == [1, 0]
    assert places.first.tolist() == [0, 1, 2]


def test_sorting_by_group_and_slot():
    values, group = np.array([3.0, 0.5, 2.0, 0.25]), np.array([1, 0, 1, 0])
    assert sorted_by_group(values, group, 2).tolist() == [3, 1, 2, 0]
    bounds, order = by_slot(np.array([2, 0, 2, 0]), 3, np.arange(4))
    assert bounds.tolist() == [0, 2, 2, 4]
    assert order.tolist() == [1, 3, 0, 2]
