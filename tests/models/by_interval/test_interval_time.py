"""How time enters the hazard of an interval."""

import numpy as np
import pytest

from hgrisk.errors import ConfigError
from hgrisk.models.by_interval.interval_time import check_time, time_columns
from hgrisk.models.by_interval.intervals import cut_into_spells, even_edges


def cut(last, event, n_intervals):
    edges = even_edges(10.0, None, 10.0 * n_intervals)
    return cut_into_spells(10.0 * (np.asarray(last) + 1), np.asarray(event), None, edges)


def test_neighbours_are_pooled_until_each_level_has_events_and_others():
    spells = cut([0, 1, 3, 3, 4, 5], [0, 1, 1, 0, 1, 0], 6)  # no event in 0, 2 and 5
    columns = time_columns("one_hot", spells, np.ones(6), 1)
    assert columns.argmax(axis=1).tolist() == [0, 0, 1, 1, 2, 2]
    assert columns.sum() == 6
    nobody_left = cut([0, 0, 1, 2], [1, 0, 0, 1], 3)  # the one at risk in 2 has the event
    assert time_columns("one_hot", nobody_left, np.ones(4), 1).argmax(axis=1).tolist() == [0, 1, 1]
    all_have_it = cut([0, 0, 1], [1, 0, 1], 2)
    assert time_columns("one_hot", all_have_it, np.ones(3), 1).shape == (2, 1)


def test_each_interval_is_a_level_where_each_has_events_and_others():
    spells = cut([0, 0, 1, 1, 2, 2], [1, 0, 1, 0, 1, 0], 3)
    np.testing.assert_array_equal(time_columns("one_hot", spells, np.ones(6), 1), np.eye(3))


def test_levels_are_those_of_the_kind_asked_for():
    spells = cut([0, 1, 2, 2, 2], [1, 1, 2, 1, 0], 3)
    assert time_columns("one_hot", spells, np.ones(5), 1).shape == (3, 3)
    assert time_columns("one_hot", spells, np.ones(5), 2).shape == (3, 1)


def test_a_spline_is_straight_beyond_its_knots_and_curved_between():
    rng = np.random.default_rng(1)
    spells = cut(np.concatenate((rng.integers(30, 70, 500), [99])), np.append(np.ones(500, dtype=int), 0), 100)
    columns = time_columns("spline", spells, np.ones(501), 1)
    assert columns.shape == (100, 5)
    bend = np.diff(columns, n=2, axis=0)
    np.testing.assert_allclose(bend[:25], 0, atol=1e-12)
    np.testing.assert_allclose(bend[75:], 0, atol=1e-12)
    assert np.abs(bend[40:60, 2:]).max() > 1e-5
    assert np.linalg.matrix_rank(columns) == 5


def test_few_event_times_make_a_simpler_spline():
    assert time_columns("spline", cut([4, 4, 9], [1, 1, 0], 10), np.ones(3), 1).shape == (10, 1)
    assert time_columns("spline", cut([2, 7, 9], [1, 1, 0], 10), np.ones(3), 1).shape == (10, 2)


def test_a_number_is_a_constant_and_the_middle_of_the_interval():
    columns = time_columns("number", cut([0, 1], [1, 0], 2), np.ones(2), 1)
    np.testing.assert_allclose(columns, [[1, 0.25], [1, 0.75]])


def test_other_words_are_refused():
    check_time("spline")
    with pytest.raises(ConfigError, match="time is one of 'one_hot', 'spline', 'number', but found 'linear'"):
        check_time("linear")
