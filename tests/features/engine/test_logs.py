"""Counts over a plain log equal a loop over all pairs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.errors import DataError
from hgrisk.features.engine.logs import count_windows, count_windows_by_key

WINDOWS = (1, 7, 30)


def slow(events, landmarks):
    counts = np.zeros((len(landmarks[0]), len(WINDOWS) + 1, int(events[2].max(initial=0)) + 1))
    for row, (at_key, at_day) in enumerate(zip(*landmarks, strict=True)):
        for key, day, kind in zip(*events, strict=True):
            age = at_day - day
            if key == at_key and age > 0:
                counts[row, :, kind] += [age <= window for window in WINDOWS] + [True]
    return counts


def a_log(rows):
    rows = sorted(rows, key=lambda row: row[1])
    columns = np.array(rows, dtype=np.int32).reshape(-1, 3)
    return columns[:, 0].copy(), columns[:, 1].copy(), columns[:, 2].astype(np.uint8)


ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(-40, 40), st.integers(0, 20)), min_size=1, max_size=40)


@given(ROWS, ROWS)
def test_equal_to_all_pairs(events, landmarks):
    events, at = a_log(events), a_log(landmarks)[:2]
    counts = count_windows(events, at, WINDOWS)
    assert counts.dtype == np.uint8
    assert (counts == slow(events, at)).all()


@given(ROWS)
def test_a_landmark_at_every_event(events):
    events = a_log(events)
    assert (count_windows(events, events[:2], WINDOWS) == slow(events, events[:2])).all()


@pytest.mark.parametrize(
    ("events", "dtype"), [(255, np.uint8), (256, np.uint16), (65_535, np.uint16), (65_536, np.uint32)]
)
def test_no_limit_on_events_of_a_household(events, dtype):
    n = events
    days = np.arange(n, dtype=np.int32)
    counts = count_windows(
        (np.zeros(n, np.int32), days, np.zeros(n, np.uint8)), (np.zeros(1, np.int32), days[-1:]), (300,)
    )
    assert counts.dtype == dtype
    assert counts[0, :, 0].tolist() == [min(300, n - 1), n - 1]


def test_many_households_are_shared_out_over_threads():
    rng = np.random.default_rng(1)
    n = 60_000
    keys, days = rng.integers(0, 5_000, n).astype(np.int32), np.sort(rng.integers(0, 900, n)).astype(np.int32)
    kinds = rng.integers(0, 3, n).astype(np.uint8)
    counts = count_windows((keys, days, kinds), (keys, days), WINDOWS)
    mine = np.flatnonzero(keys == keys[-1])
    part = tuple(column[mine] for column in (keys, days, kinds))
    assert (counts[mine] == slow(part, part[:2])).all()


@given(ROWS, ROWS)
def test_the_rows_of_a_key_together_are_the_same_rows(events, landmarks):
    events, at = a_log(events), a_log(landmarks)[:2]
    counts, order = count_windows_by_key(events, at, WINDOWS)
    assert (counts == count_windows(events, at, WINDOWS)[order]).all()
    assert (np.diff(at[0][order]) >= 0).all()


def test_a_log_out_of_order_is_refused():
    days = np.array([5, 4], dtype=np.int32)
    with pytest.raises(
        DataError, match="A log is in order of time, but found a day before the one above it: sort it by"
    ):
        count_windows((days, days, days.astype(np.uint8)), (days, days), (7,))
