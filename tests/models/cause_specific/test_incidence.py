"""The cumulative incidence from two hazards against loops, known truth and the laws of probability."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.models.cause_specific import incidence
from hgrisk.models.cause_specific.incidence import (
    Hazards,
    competing_hazard,
    cumulative_incidence,
    incidence_of_curves,
    merge_hazards,
    survival_when_reached,
)

EXACT = 1e-12

JUMPS = st.lists(st.tuples(st.floats(0, 2), st.floats(0, 2)), min_size=1, max_size=20)
SCORES = st.lists(st.floats(-30, 30), min_size=1, max_size=6)


def hazards_of(jumps):
    a, b = np.array(jumps, dtype=float).T
    return Hazards(np.arange(1.0, len(a) + 1), a, b)


def by_loops(score, hazards, day):
    survival, total = 1.0, 0.0
    for time, a, b in zip(hazards.times, np.exp(score) * hazards.re_report, hazards.competing, strict=True):
        if time <= day and a + b > 0:
            total += survival * (1 - np.exp(-(a + b))) * a / (a + b)
            survival *= np.exp(-(a + b))
    return total


@settings(deadline=None)
@given(SCORES, JUMPS)
def test_equals_the_loops_and_is_a_rising_probability(scores, jumps):
    hazards, days = hazards_of(jumps), np.arange(0, 22.0)
    result = cumulative_incidence(np.array(scores), hazards, days)
    assert result.shape == (len(scores), len(days))
    expected = [[by_loops(score, hazards, day) for day in days] for score in scores]
    np.testing.assert_allclose(result, expected, atol=1e-10)
    assert np.all(result[:, 0] == 0)
    assert np.all(np.diff(result, axis=1) >= 0)
    assert np.all(result <= 1)


@settings(deadline=None)
@given(JUMPS)
def test_both_incidences_and_survival_add_up_to_one(jumps):
    hazards, days = hazards_of(jumps), np.arange(0, 22.0)
    swapped = Hazards(hazards.times, hazards.competing, hazards.re_report)
    zero = np.zeros(1)
    both = cumulative_incidence(zero, hazards, days) + cumulative_incidence(zero, swapped, days)
    reached = np.concatenate(([0.0], np.cumsum(hazards.re_report + hazards.competing)))
    survival = np.exp(-reached[np.searchsorted(hazards.times, days, side="right")])
    np.testing.assert_allclose(both[0] + survival, 1.0, atol=EXACT)


@given(SCORES, JUMPS)
def test_without_competing_events_it_is_one_minus_exponential(scores, jumps):
    hazards = hazards_of(jumps)
    alone = Hazards(hazards.times, hazards.re_report, np.zeros(len(jumps)))
    result = cumulative_incidence(np.array(scores), alone, np.array([float(len(jumps))]))[:, 0]
    np.testing.assert_allclose(result, 1 - np.exp(-np.exp(scores) * hazards.re_report.sum()), atol=EXACT)


@settings(deadline=None)
@given(SCORES, JUMPS)
def test_a_vanishing_competing_hazard_changes_nothing(scores, jumps):
    hazards, days = hazards_of(jumps), np.arange(0, 22.0)
    alone = Hazards(hazards.times, hazards.re_report, np.zeros(len(jumps)))
    nearly = Hazards(hazards.times, hazards.re_report, np.full(len(jumps), 1e-14))
    one, other = (cumulative_incidence(np.array(scores), each, days) for each in (alone, nearly))
    np.testing.assert_allclose(one, other, atol=1e-11)


def test_times_may_come_in_any_order_and_small_chunks_change_nothing(monkeypatch):
    rng = np.random.default_rng(1)
    hazards = Hazards(np.arange(1.0, 51), rng.uniform(0, 0.05, 50), rng.uniform(0, 0.02, 50))
    scores, days = rng.normal(size=40), np.array([30.0, 2.0, 50.0, 0.0, 30.0])
    whole = cumulative_incidence(scores, hazards, days)
    monkeypatch.setattr(incidence, "CHUNK_VALUES", 170)
    np.testing.assert_array_equal(cumulative_incidence(scores, hazards, days), whole)
    np.testing.assert_array_equal(whole, cumulative_incidence(scores, hazards, np.sort(days))[:, [2, 1, 4, 0, 3]])


def test_constant_hazards_give_the_closed_form():
    times = np.linspace(0.01, 10, 1000)
    hazards = Hazards(times, np.full(1000, 0.2 * 0.01), np.full(1000, 0.1 * 0.01))
    result = cumulative_incidence(np.log([1.0, 3.0]), hazards, np.array([5.0, 10.0]))
    rate = np.array([[0.2], [0.6]])
    expected = rate / (rate + 0.1) * (1 - np.exp(-(rate + 0.1) * [5.0, 10.0]))
    np.testing.assert_allclose(result, expected, atol=1e-9)


def test_extreme_scores_stay_probabilities():
    hazards = hazards_of([(0.1, 0.1), (0.0, 0.3), (0.2, 0.0)])
    result = cumulative_incidence(np.array([-1e6, 1e6]), hazards, np.array([0.0, 3.0]))
    np.testing.assert_allclose(result, [[0, 0], [0, 1]], atol=EXACT)


def test_merging_keeps_each_jump_at_its_time():
    merged = merge_hazards(np.array([1.0, 3.0]), np.array([0.1, 0.2]), np.array([2.0, 3.0]), np.array([0.3, 0.4]))
    assert merged.times.tolist() == [1, 2, 3]
    assert merged.re_report.tolist() == [0.1, 0, 0.2]
    assert merged.competing.tolist() == pytest.approx([0, 0.3, 0.4])


def curves_of(rates):
    return lambda days: np.exp(-np.outer(rates, days))


@settings(deadline=None)
@given(st.lists(st.floats(0, 0.5), min_size=1, max_size=4), JUMPS)
def test_smooth_curves_equal_the_loops_and_rise(rates, jumps):
    hazards, days = hazards_of(jumps), np.array([21.0, 0.0, 0.5, 3.0, 3.5, 3.0])
    result = incidence_of_curves(curves_of(rates), hazards, days)
    for rate, row in zip(rates, result, strict=True):
        for day, value in zip(days, row, strict=True):
            free, total, last = 1.0, 0.0, 0.0
            for time, b in zip(hazards.times[hazards.times < day], hazards.competing, strict=False):
                total += free * (np.exp(-rate * last) - np.exp(-rate * time))
                free, last = free * np.exp(-b), time
            total += free * (np.exp(-rate * last) - np.exp(-rate * day))
            assert value == pytest.approx(total, abs=EXACT)
    assert np.all(np.diff(result[:, np.argsort(days, kind="stable")], axis=1) >= -EXACT)


def test_smooth_curves_without_competing_events_are_what_they_are():
    none = Hazards(np.empty(0), np.empty(0), np.empty(0))
    days = np.array([0.0, 2.0, 7.0])
    result = incidence_of_curves(curves_of([0.1, 0.0]), none, days)
    np.testing.assert_allclose(result, [1 - np.exp(-0.1 * days), np.zeros(3)], atol=EXACT)


@given(st.floats(0.01, 0.5), st.floats(0.05, 0.95), JUMPS)
def test_a_probability_is_reached_where_the_curve_has_the_value_told(rate, probability, jumps):
    hazards = hazards_of(jumps)
    value = survival_when_reached(curves_of([rate]), hazards, probability, 1000.0)[0]
    if value > 1e-9:
        day = -np.log(value) / rate
        reached = incidence_of_curves(curves_of([rate]), hazards, np.array([day]))[0, 0]
        assert reached == pytest.approx(probability, abs=1e-6)
    else:
        assert incidence_of_curves(curves_of([rate]), hazards, np.array([1e5]))[0, 0] <= probability + 1e-9


@given(st.integers(0, 2**31))
def test_the_competing_hazard_equals_the_loops(seed):
    rng = np.random.default_rng(seed)
    duration = rng.integers(2, 12, 40).astype(float)
    entry, weight = np.floor(duration * rng.random(40)), rng.uniform(0.5, 2, 40)
    happened = rng.random(40) < 0.4
    for late in (None, entry):
        times, jumps = competing_hazard(duration, happened, weight, late)
        start = np.zeros(40) if late is None else late
        for time, jump in zip(times, jumps, strict=True):
            at_risk = weight[(start < time) & (duration >= time)].sum()
            assert jump == pytest.approx(weight[happened & (duration == time)].sum() / at_risk)
        assert times.tolist() == sorted(set(duration[happened].tolist()))
