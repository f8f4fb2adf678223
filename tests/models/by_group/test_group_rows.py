"""Rows as the estimates by group read them: checked, selected, started later."""

import numpy as np
import pytest

from hgrisk.errors import ConfigError, DataError
from hgrisk.models.by_group.group_rows import check_level, check_start, count_rows, read_rows, slots_at
from hgrisk.surv import Surv

Y = Surv.from_arrays([1, 0, 3, 1], [10, 20, 30, 40], [0, 5, 0, 15])
GROUP = np.array([0, 0, 1, 1])


def message(error, call, *args):
    with pytest.raises(error) as caught:
        call(*args)
    return str(caught.value)


def test_rows_of_weight_zero_are_left_out_with_their_labels():
    rows = read_rows(Y, [1, 0, 2, 3], GROUP, list("abab"), [7, 7, 8, 9])
    assert rows.duration.tolist() == [10, 30, 40]
    assert rows.entry.tolist() == [0, 0, 15]
    assert rows.late.tolist() == [False, False, True]
    assert rows.cluster.tolist() == [0, 0, 1]
    assert rows.subject.tolist() == [0, 1, 2]


def test_a_later_start_leaves_those_still_at_risk():
    rows = read_rows(Y, None, GROUP).from_day(10)
    assert rows.duration.tolist() == [20, 30, 40]
    assert rows.entry.tolist() == [10, 10, 15]
    assert rows.late.tolist() == [False, False, True]
    assert read_rows(Y, None, GROUP).from_day(0).entry.tolist() == [0, 5, 0, 15]


def test_counts_have_a_column_for_each_cause_that_occurs():
    counted = count_rows(read_rows(Y, None, GROUP), 2)
    assert counted.causes.tolist() == [1, 3]
    assert counted.table.events.sum(axis=0).tolist() == [2, 1]
    ended = counted.ended([0, 1], [1])
    assert ended.removes.tolist() == [True, False, True, True]
    assert ended.counts.tolist() == [False, False, True, False]


def test_slots_of_days():
    times, first = np.array([0.0, 5, 9, 0, 7]), np.array([0, 3, 5])
    assert slots_at(times, first, np.array([0.0, 5, 8, 99])).tolist() == [0, 1, 1, 2, 3, 3, 4, 4]


def test_wrong_rows_are_refused():
    assert "one row per landmark, but found 3 rows" in message(DataError, read_rows, Y, None, GROUP[:3])
    assert "A cluster has one label per row" in message(DataError, read_rows, Y, None, GROUP, ["a"])
    assert "label of its subject, but found a missing one" in message(
        DataError, read_rows, Y, None, GROUP, None, [1.0, 2.0, np.nan, 3.0]
    )
    for weight, rule in (
        ([1.0], "one number per row"),
        ([1, 1, 1, -1], "finite and 0 or more, but found -1.0"),
        ([1, 1, 1, np.nan], "finite and 0 or more, but found nan"),
        (np.zeros(4), "Some case weight is above 0"),
        ([1, 1, 1, 1e300], "from 1e-12 to 1e12, but found 1e+300"),
        ([1, 1, 0, 1e-300], "from 1e-12 to 1e12, but found 1e-300"),
    ):
        assert rule in message(DataError, read_rows, Y, weight, GROUP)


@pytest.mark.parametrize("level", [0, 1, 95, np.nan, "95"])
def test_a_level_is_a_probability(level):
    assert "level is a probability between 0 and 1" in message(ConfigError, check_level, level)


@pytest.mark.parametrize("start", [-1, np.nan, np.inf, "0"])
def test_a_start_is_a_day(start):
    assert "start_days is a number of days" in message(ConfigError, check_start, start)


def test_quantile_of_a_level():
    assert check_level(0.95) == pytest.approx(1.959964, abs=1e-6)
