"""The chance to be under observation, against products written out one factor at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.hazards.observation import observe


def by_hand(day, duration, censored, entry, weight):
    """Log of G(t-) H(t-), H up to a constant, one time after the other."""
    total = 0.0
    for time in np.unique(duration[censored]):
        if time < day:
            left = weight[(entry < time) & ((duration > time) | ((duration == time) & censored))].sum()
            total += np.log(1 - weight[censored & (duration == time)].sum() / left)
    for time in np.unique(entry)[1:]:
        if time < day:
            there = weight[(entry <= time) & (duration > time)].sum()
            total -= np.log(1 - weight[entry == time].sum() / there)
    return total


@given(st.integers(0, 10_000), st.booleans())
def test_it_is_the_product_of_its_factors(seed, late):
    rng = np.random.default_rng(seed)
    n = 40
    entry = np.where(rng.random(n) < 0.5, 0, rng.integers(0, 5, n)).astype(float) * late
    duration = entry + rng.integers(1, 9, n)
    duration[:3], entry[:3] = 20.0, 0.0  # somebody is always there
    censored = rng.random(n) < 0.4
    censored[:3] = False
    weight = rng.integers(1, 4, n).astype(float)
    observation = observe(duration, censored, entry if late else None, weight)
    assert observation.gap == np.inf
    days = np.arange(1.0, 21.0)
    expected = [by_hand(day, duration, censored, entry, weight) for day in days]
    np.testing.assert_allclose(observation.before(days), expected, atol=1e-12)


def test_events_come_before_censorings_of_the_same_day():
    observation = observe(np.array([5.0, 5.0, 9.0]), np.array([True, False, False]), None, np.ones(3))
    np.testing.assert_allclose(np.exp(observation.before(np.array([5.0, 5.5]))), [1.0, 0.5])


@pytest.mark.parametrize(
    ("duration", "entry", "gap"),
    [([5.0, 20.0], [0.0, 10.0], 5.0), ([5.0, 20.0, 30.0], [0.0, 4.0, 4.0], np.inf), ([2.0, 20.0], [0.0, 2.0], 2.0)],
)
def test_a_day_on_which_nobody_goes_on_is_named(duration, entry, gap):
    censored = np.array([True] + [False] * (len(duration) - 1))
    assert observe(np.array(duration), censored, np.array(entry), np.ones(len(duration))).gap == gap


def test_the_entry_of_all_after_all_others_ended_is_a_gap_too():
    observation = observe(np.array([5.0, 20.0]), np.array([False, True]), np.array([0.0, 10.0]), np.ones(2))
    assert observation.gap == 10.0


def test_fractions_as_weights_leave_no_trace_of_rounding():
    weight = np.full(7, 0.1)
    observation = observe(np.full(7, 3.0), np.full(7, True), None, weight)
    assert observation.gap == 3.0
