"""The sample: validation, horizons, status and weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hgrisk.curves import aalen_johansen
from hgrisk.errors import DataError
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.models.inputs.censoring_weights import outcome_at, uncensored_probability
from hgrisk.surv import Surv

EXACT = 1e-12

Y = Surv.from_arrays([1, 0, 2, 1, 0], [100, 200, 300, 400, 600])
RISK = np.full((5, 2), 0.2)


def refusal(**changes):
    parts = {"y_train": Y, "y_test": Y, "risk": RISK, "times": [365, 500], **changes}
    with pytest.raises(DataError) as caught:
        Sample.build(**parts)
    return str(caught.value)


def test_status_and_weights_by_hand():
    status = Sample.build(Y, Y, RISK, [365, 500]).status(365)
    # G falls to 3/4 when 1 of 4 is censored on day 200; the household censored then is not known at 365
    assert status.happened.tolist() == [1, 0, 0, 0, 0]
    np.testing.assert_allclose(status.weight, [1, 0, 4 / 3, 4 / 3, 4 / 3], atol=EXACT)


def test_a_row_censored_on_the_horizon_is_known():
    y = Surv.from_arrays([0, 0, 1, 0], [300, 365, 400, 600])
    status = Sample.build(y, y, RISK[:4], [365, 500]).status(365)
    assert status.happened.tolist() == [0, 0, 0, 0]
    np.testing.assert_allclose(status.weight, [0, 4 / 3, 4 / 3, 4 / 3], atol=EXACT)


def test_all_followed_for_exactly_the_horizon_are_judged_without_weights():
    y = Surv.from_arrays([1, 0, 0, 1], [100, 365, 365, 200])
    sample = Sample.build(y, y, RISK[:4], [365, 500])
    sample.require(365)
    assert sample.status(365).weight.tolist() == [1, 1, 1, 1]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 8)), min_size=1, max_size=30), st.integers(1, 8))
def test_weights_sum_to_n_and_the_weighted_share_is_aalen_johansen_with_ties_at_the_horizon(rows, horizon):
    y = Surv.from_arrays(*np.array(rows).T)
    sample = Sample.build(y, y, np.full((len(y), 1), 0.2), [horizon])
    assume(sample.is_followed(horizon))
    status = sample.status(horizon)
    assert status.weight.sum() == pytest.approx(len(y), rel=EXACT)
    incidence = aalen_johansen(y["duration_days"], y["event"]).at(horizon)
    assert status.weight @ status.happened / len(y) == pytest.approx(incidence, abs=EXACT)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 8)), min_size=1, max_size=30), st.integers(1, 8))
def test_evaluation_and_training_weight_a_row_alike(rows, horizon):
    y = Surv.from_arrays(*np.array(rows).T)
    sample = Sample.build(y, y, np.full((len(y), 1), 0.2), [horizon])
    assume(sample.is_followed(horizon))
    uncensored = uncensored_probability(y["duration_days"], y["event"], np.ones(len(y)))
    learnt, status = outcome_at(y["duration_days"], y["event"], uncensored, horizon), sample.status(horizon)
    np.testing.assert_allclose(status.weight, learnt.weight, rtol=EXACT)
    assert status.happened.tolist() == learnt.label.tolist()


def test_an_event_on_the_horizon_counts_with_the_weight_just_before_it():
    y = Surv.from_arrays([1, 0, 0, 0], [365, 365, 600, 200])
    status = Sample.build(y, y, RISK[:4], [365, 500]).status(365)
    assert status.happened.tolist() == [1, 0, 0, 0]
    np.testing.assert_allclose(status.weight, [4 / 3, 4 / 3, 4 / 3, 0], atol=EXACT)


def test_censoring_comes_from_the_training_outcome_only():
    train = Surv.from_arrays([0, 0, 0, 0], [50, 700, 800, 900])
    weight = Sample.build(train, Y, RISK, [365, 500]).status(365).weight
    np.testing.assert_allclose(weight, np.array([1, 0, 1, 1, 1]) * 4 / 3, atol=EXACT)


def test_weights_sum_to_n_when_censoring_is_estimated_on_the_same_rows(cohort):
    sample = cohort.sample()
    for day in (30, 183, 365, 548):
        assert sample.status(day).weight.sum() == pytest.approx(len(sample), rel=1e-10)


def test_a_horizon_is_judged_on_the_rows_that_could_be_followed_to_it():
    y = Surv.from_arrays([1, 0, 0, 0, 1, 0], [100, 200, 300, 500, 300, 600])
    sample = Sample.build(y, y, np.full((6, 2), 0.2), [150, 365], followable_days=[900, 200, 900, 500, 310, np.inf])
    assert sample.rows_at(365).tolist() == [True, False, True, True, False, True]
    judged = sample.judged_at(365)
    assert judged.duration_days.tolist() == [100, 300, 500, 600]
    # of the four, one is censored before the horizon; the two left out are not counted again
    np.testing.assert_allclose(judged.status(365).weight, [1, 0, 1.5, 1.5], atol=EXACT)
    assert len(sample.judged_at(150)) == 6
    assert judged.judged_at(365) is judged


def test_a_sample_that_says_nothing_of_follow_up_is_judged_whole():
    sample = Sample.build(Y, Y, RISK, [365, 500])
    assert sample.judged_at(365) is sample
    assert sample.rows_at(365).all()


def test_a_part_is_judged_with_the_population_and_the_draws_of_its_horizon():
    weights = np.arange(10).reshape(2, 5)
    whole = Sample.build(Y, Y, RISK, [365, 500], followable_days=[900, 200, 900, 900, 900])
    judged = whole.take([1, 2, 3], weights).judged_at(365)
    assert judged.duration_days.tolist() == [300, 400]
    assert judged.population.duration_days.tolist() == [100, 300, 400, 600]
    assert judged.population_weights.tolist() == [[0, 2, 3, 4], [5, 7, 8, 9]]


def test_a_horizon_that_nobody_could_be_followed_to_is_refused():
    sample = Sample.build(Y, Y, RISK, [365, 500], followable_days=np.full(5, 400))
    with pytest.raises(DataError, match="needs test follow-up up to it, but found test follow-up up to 0 days"):
        sample.judged_at(500)


def test_true_risks_that_follow_the_calendar_are_calibrated():
    """Extraction 30 days after the last year of landmarks, and risks that rise by one on the logit each year."""
    rng = np.random.default_rng(3)
    day, x = rng.uniform(0, 1095, 80_000), rng.normal(size=80_000)
    risk = 1 / (1 + np.exp(-(-1 + x + day / 365 - 1.5)))
    time, followed = np.ceil(rng.exponential(-365 / np.log1p(-risk))), np.floor(1125 - day) + 1
    y = Surv.from_arrays((time <= followed).astype(int), np.minimum(time, followed))
    found = {
        name: [
            get_metric(name).estimate(Sample.build(y, y, risk[:, None], [365], followable_days=able), 365)
            for able in (followed, None)
        ]
        for name in ("observed_expected", "calibration_intercept")
    }
    assert found["observed_expected"][0] == pytest.approx(1.0, abs=0.02)
    assert found["calibration_intercept"][0] == pytest.approx(0.0, abs=0.05)
    # the weights alone count the early, lower risks again
    assert found["observed_expected"][1] < 0.95
    assert found["calibration_intercept"][1] > 0.08


def test_a_part_remembers_its_population():
    whole = Sample.build(Y, Y, RISK, [365, 500])
    part = whole.take([0, 0, 3]).take([1, 2])
    assert part.population is whole
    assert part.duration_days.tolist() == [100, 400]
    assert len(part) == 2
    assert part.risk.shape == (2, 2)


def test_rounding_outside_the_unit_interval_is_clipped():
    risk = RISK.copy()
    risk[0] = [-1e-12, 1 + 1e-12]
    assert Sample.build(Y, Y, risk, [365, 500]).risk[0].tolist() == [0.0, 1.0]


@pytest.mark.parametrize("value", [-0.1, 1.2, np.nan, np.inf])
def test_a_risk_outside_the_unit_interval_is_refused(value):
    risk = RISK.copy()
    risk[1, 1] = value
    assert refusal(risk=risk) == f"A risk is a probability in [0, 1], but found {value}: check the model that gave it."


def test_a_wrong_shape_is_refused():
    assert refusal(risk=RISK[:, 0]) == (
        "Risks have one row per test row and one column per day, (5, 2), but found shape (5,): "
        "predict for the test rows at the days given."
    )


@pytest.mark.parametrize("times", [[365, 365], [500, 365], [0, 365], [365, np.nan], [[365, 500]]])
def test_days_that_do_not_increase_are_refused(times):
    assert refusal(times=times).startswith("The days of a risk are one row of strictly increasing numbers above 0")


def test_no_days_are_refused():
    assert "but found [] days" in refusal(times=[], risk=RISK[:, :0])


def test_days_may_follow_each_other():
    assert Sample.build(Y, Y, RISK, [1, 2]).times.tolist() == [1, 2]


def test_a_long_grid_is_shortened_in_an_error():
    grid = [*range(1, 10), 9]
    assert "but found [1, 2, 3, 4, 5, 6, 7, 8, ...] days" in refusal(times=grid)
    assert "but found [1, 2, 3, 4, 5, 6, 7, 7] days" in refusal(times=[*range(1, 8), 7])


@pytest.mark.parametrize(("part", "word"), [("y_train", "training"), ("y_test", "test")])
def test_an_empty_outcome_is_refused(part, word):
    assert refusal(**{part: Y[:0]}) == (
        f"An evaluation needs {word} outcomes, but found 0 rows: pass at least one landmark."
    )


def horizon_refusal(y_train, y_test, day):
    sample = Sample.build(y_train, y_test, RISK[: len(y_test)], [365, 600])
    with pytest.raises(DataError) as caught:
        sample.require(day)
    return str(caught.value)


def test_a_horizon_outside_the_grid_is_refused():
    assert horizon_refusal(Y, Y, 183) == (
        "A metric needs a risk at its horizon, but found 183 days with risks at [365, 600] days: "
        "predict at a grid that holds the horizon."
    )


def test_a_horizon_that_training_follow_up_does_not_reach_is_refused():
    train = Surv.from_arrays([1, 0], [100, 599])
    assert horizon_refusal(train, Y, 600) == (
        "A horizon of 600 days needs training follow-up up to it, but found training follow-up up to "
        "599 days: choose an earlier horizon, or follow for longer."
    )


def test_a_horizon_that_test_follow_up_does_not_reach_is_refused():
    train = Surv.from_arrays([1, 0], [100, 900])
    assert horizon_refusal(train, Surv.from_arrays([1, 0], [100, 599]), 600) == (
        "A horizon of 600 days needs test follow-up up to it, but found test follow-up up to "
        "599 days: choose an earlier horizon, or follow for longer."
    )


@pytest.mark.parametrize("event", [0, 1, 2])
def test_follow_up_that_ends_on_the_horizon_is_enough(event):
    y = Surv.from_arrays([1, event], [100, 600])
    sample = Sample.build(y, y, RISK[:2], [365, 600])
    assert sample.is_followed(600)
    sample.require(600)


def test_follow_up_that_ends_in_events_on_the_horizon_is_enough():
    y = Surv.from_arrays([1, 2, 1], [100, 365, 365])
    sample = Sample.build(y, y, RISK[:3], [365, 500])
    assert sample.is_followed(365)
    sample.require(365)


def test_outcomes_that_enter_late_are_refused_with_a_cure():
    late = Surv.from_arrays([1, 0], [20, 30], [0, 14])
    with pytest.raises(
        DataError, match="An evaluation takes rows that are at risk from day 0, but found an entry at 14"
    ):
        Sample.build(late, late, [[0.5], [0.5]], [25])


@pytest.mark.parametrize("days", [np.inf, np.nan])
def test_a_follow_up_without_end_is_refused(days):
    y = Surv.from_arrays([1, 0], [100, 600])
    endless = y.copy()
    endless["duration_days"][1] = days
    with pytest.raises(DataError):
        Sample.build(y, endless, [[0.1], [0.2]], [50])
