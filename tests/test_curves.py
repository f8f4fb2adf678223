"""Curves against lifelines, against R on mgus2, and against the laws they obey."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter, NelsonAalenFitter

from hgrisk.curves import (
    StepFunction,
    _incidence_variance,
    aalen_johansen,
    incidence_table,
    kaplan_meier,
    nelson_aalen,
    risk_table,
)

EXACT = 1e-12
PRINTED = 5.1e-7  # the reference prints six digits

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data"
DAYS = np.arange(0.0, 35.0, 0.5)

ROWS = st.lists(st.tuples(st.integers(1, 30), st.integers(0, 3)), min_size=1, max_size=60)


def split(rows):
    return np.array([day for day, _ in rows], dtype=float), np.array([code for _, code in rows])


@settings(max_examples=30, deadline=None)
@given(ROWS)
def test_kaplan_meier_and_nelson_aalen_equal_lifelines(rows):
    days, event = split(rows)
    oracle = KaplanMeierFitter().fit(days, event == 1, timeline=DAYS).survival_function_.to_numpy()[:, 0]
    np.testing.assert_allclose(kaplan_meier(days, event == 1).at(DAYS), oracle, atol=EXACT)
    fitter = NelsonAalenFitter(nelson_aalen_smoothing=False)
    oracle = fitter.fit(days, event == 1, timeline=DAYS).cumulative_hazard_.to_numpy()[:, 0]
    np.testing.assert_allclose(nelson_aalen(days, event == 1).at(DAYS), oracle, atol=EXACT)


def test_aalen_johansen_equals_lifelines_without_ties():
    rng = np.random.default_rng(3)
    days, event = rng.permutation(200) + 1.0, rng.integers(0, 3, 200)
    oracle = AalenJohansenFitter(calculate_variance=True).fit(days, event, event_of_interest=1)
    mine = aalen_johansen(days, event)
    np.testing.assert_allclose(mine.at(oracle.cumulative_density_.index), oracle.cumulative_density_.iloc[:, 0])


@given(ROWS)
def test_incidences_of_all_causes_and_event_free_survival_add_up_to_one(rows):
    days, event = split(rows)
    total = kaplan_meier(days, event > 0).at(DAYS) + sum(aalen_johansen(days, event, k).at(DAYS) for k in (1, 2, 3))
    np.testing.assert_allclose(total, 1.0, atol=EXACT)


@given(ROWS)
def test_without_competing_events_incidence_is_one_minus_survival(rows):
    days, event = split(rows)
    happened = (event == 1).astype(int)
    expected = 1.0 - kaplan_meier(days, happened).at(DAYS)
    np.testing.assert_allclose(aalen_johansen(days, happened).at(DAYS), expected, atol=EXACT)


@given(ROWS, st.randoms(use_true_random=False))
def test_row_order_does_not_matter_and_weights_are_copies(rows, random):
    days, event = split(rows)
    shuffled = list(rows)
    random.shuffle(shuffled)
    weights = np.array([random.randint(0, 3) for _ in rows])
    if weights.sum() == 0:
        weights[0] = 1
    copies = np.repeat(np.arange(len(rows)), weights)
    for curve in (kaplan_meier, nelson_aalen, aalen_johansen):
        happened = event if curve is aalen_johansen else event == 1
        other_days, other_event = split(shuffled)
        other = other_event if curve is aalen_johansen else other_event == 1
        np.testing.assert_allclose(curve(other_days, other).at(DAYS), curve(days, happened).at(DAYS), atol=EXACT)
        weighted = curve(days, happened, weights=weights).at(DAYS)
        np.testing.assert_allclose(curve(days[copies], happened[copies]).at(DAYS), weighted, atol=EXACT)


@given(ROWS, st.floats(0.01, 100.0))
def test_curves_are_monotone_bounded_and_follow_the_unit_of_time(rows, unit):
    days, event = split(rows)
    incidence = aalen_johansen(days, event).at(DAYS)
    assert incidence[0] == 0.0
    assert np.all(np.diff(incidence) >= 0)
    assert incidence[-1] <= 1.0 + EXACT
    assert kaplan_meier(days, event == 1).at(0.0) == 1.0
    rescaled = aalen_johansen(days * unit, event)
    np.testing.assert_allclose(rescaled.values, aalen_johansen(days, event).values, atol=EXACT)


def test_step_function_is_right_continuous():
    step = StepFunction(np.array([1.0, 2.0]), np.array([0.5, 0.2]), 1.0)
    assert step.at([0.9, 1.0, 1.5, 2.0, 9.0]).tolist() == [1.0, 0.5, 0.5, 0.2, 0.2]
    assert step.before([1.0, 2.0, 2.1]).tolist() == [1.0, 0.5, 0.2]


def test_risk_table_counts_by_hand():
    table = risk_table([3, 1, 3, 2], [1, 0, 0, 1], weights=[1, 2, 1, 0.5])
    assert table.times.tolist() == [1, 2, 3]
    assert table.at_risk.tolist() == [4.5, 2.5, 2.0]
    assert table.counts.tolist() == [0, 0.5, 1]


@pytest.mark.skipif(not (DATA / "classic" / "mgus2.csv").exists(), reason="../shared/data/classic is absent")
@pytest.mark.parametrize(("sex", "incidence", "error"), [("F", 0.073886, 0.010770), ("M", 0.055310, 0.008644)])
def test_mgus2_equals_r(sex, incidence, error):
    frame = pd.read_csv(DATA / "classic" / "mgus2.csv")
    frame = frame[frame["sex"] == sex]
    days = np.where(frame["pstat"] == 1, frame["ptime"], frame["futime"])
    event = np.where(frame["pstat"] == 1, 1, 2 * frame["death"])
    curve = aalen_johansen(days, event)
    variance = _incidence_variance(risk_table(days, event > 0), risk_table(days, event == 1), curve.values)
    at = StepFunction(curve.times, variance, 0.0).at(120.0)
    assert curve.at(120.0) == pytest.approx(incidence, abs=PRINTED)
    assert np.sqrt(at) == pytest.approx(error, abs=PRINTED)


def test_incidence_table_has_one_row_per_event_time_and_an_interval_around_the_curve():
    rng = np.random.default_rng(4)
    days, event = rng.integers(1, 60, 300), rng.integers(0, 3, 300)
    table = incidence_table(days, event)
    assert list(table) == ["time_days", "at_risk", "n_events", "incidence", "lower", "upper"]
    assert table["n_events"].sum() == (event == 1).sum()
    assert (table["lower"] < table["incidence"]).all()
    assert (table["incidence"] < table["upper"]).all()
    assert table[["lower", "upper"]].stack().between(0, 1).all()
    wider = incidence_table(days, event, level=0.99)
    assert (wider["lower"] < table["lower"]).all()


def test_interval_covers_a_known_incidence_as_often_as_it_says():
    rng = np.random.default_rng(5)
    truth = 0.5 * (1 - np.exp(-1.0))  # two exponential causes of equal rate 1/2, at time 1
    covered = []
    for _ in range(400):
        time, cause, stop = rng.exponential(1.0, 150), rng.integers(1, 3, 150), rng.uniform(0.2, 2.0, 150)
        table = incidence_table(np.minimum(time, stop), np.where(time <= stop, cause, 0))
        last = table[table["time_days"] <= 1.0].iloc[-1]
        covered.append(last["lower"] <= truth <= last["upper"])
    assert np.mean(covered) == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize("unit", [1.0, 0.3])
@pytest.mark.parametrize("side", ["at", "before"])
@pytest.mark.parametrize("first", [-5, 1])
def test_many_times_are_looked_up_as_few_are(unit, side, first):
    curve = StepFunction(np.array([2.0, 5.0, 9.0]) * unit, np.array([0.9, 0.5, 0.1]), 1.0)
    times = np.random.default_rng(0).integers(first, 12, (100, 50)) * unit
    look_up = getattr(curve, side)
    np.testing.assert_array_equal(look_up(times), [look_up(row) for row in times])


def test_a_table_may_start_at_day_zero():
    table = risk_table([0, 0, 2], [True, False, True])
    assert (table.times.tolist(), table.at_risk.tolist(), table.counts.tolist()) == ([0, 2], [3, 1], [1, 1])
