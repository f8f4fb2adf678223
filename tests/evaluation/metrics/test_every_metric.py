"""Laws that every discovered metric obeys."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.errors import DataError
from hgrisk.evaluation.registry import all_metrics, get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

ROUNDING = 1e-8
IPCW_NOISE = {"calibration_slope": 0.04, "calibration_intercept": 0.04, "observed_expected": 0.03}
"""How far an estimate from 40,000 households may move when a third is censored by the horizon; otherwise 0.01."""

NAMES = tuple(all_metrics())
RANKING = (
    *("antolini_c", "auc", "harrell_c", "incident_auc", "uno_c"),
    *("capacity_precision", "capacity_recall", "expected_cost", "number_needed_to_flag"),
)
SMOOTH = ("ici", "e50", "e90")
"""Distances to a curve with quantiles as its knots: doubling all rows moves a quantile by less than a rank."""

OF_THE_SEEN = ("harrell_c", "antolini_c", "incident_auc", "d_calibration")
"""Metrics of the re-reports that are seen: they depend on the length of follow-up, and say so."""

HORIZON = 365

every_metric = pytest.mark.parametrize("name", NAMES)


def draws(n, b=5, seed=0):
    weights = np.random.default_rng(seed).integers(0, 4, (b, n)).astype(np.uint16)
    weights[0] = 1
    return weights


@every_metric
def test_it_says_what_it_is(name):
    metric = get_metric(name)
    assert metric.function.__name__ == name
    assert "doi:10." in metric.source
    assert metric.label
    assert metric.label_nl
    assert metric.value_range[0] < metric.value_range[1]


@every_metric
def test_values_lie_in_the_range(cohort, name):
    metric = get_metric(name)
    for risk in (cohort.truth, 1.0 - cohort.truth, cohort.truth**3):
        values = metric.compute(cohort.sample(risk), HORIZON, draws(300))
        inside = (values >= metric.value_range[0]) & (values <= metric.value_range[1])
        assert np.all(inside | (np.isnan(values) & (name == "number_needed_to_flag")))  # a draw may find no one


@every_metric
def test_true_risks_do_better_than_distorted_ones(large_cohort, name):
    metric = get_metric(name)
    odds = large_cohort.truth / (1 - large_cohort.truth)
    noise = np.exp(np.random.default_rng(1).normal(0, 1.5, len(odds)))[:, None]
    distorted = 2 * odds * noise / (1 + 2 * odds * noise)
    truth = metric.estimate(large_cohort.sample(), HORIZON)
    other = metric.estimate(large_cohort.sample(distorted), HORIZON)
    better = {
        "higher": truth > other,
        "lower": truth < other,
        "target": abs(truth - (metric.target or 0.0)) < abs(other - (metric.target or 0.0)),
    }
    assert better[metric.direction]


@every_metric
def test_the_order_of_the_rows_does_not_matter(cohort, name):
    order = np.random.default_rng(2).permutation(300)
    weights = draws(300)
    plain = get_metric(name).compute(cohort.sample(), HORIZON, weights)
    shuffled = Sample.build(cohort.y, cohort.y[order], cohort.truth[order], cohort.grid)
    np.testing.assert_allclose(get_metric(name).compute(shuffled, HORIZON, weights[:, order]), plain, rtol=ROUNDING)


@every_metric
def test_a_weight_is_a_number_of_copies(cohort, name):
    # risks in steps, so that there are ties within and between the copies
    sample = cohort.sample(np.round(cohort.truth, 1))
    weights = draws(300)
    weighted = get_metric(name).compute(sample, HORIZON, weights)
    wholes = [replace(sample.take(np.repeat(np.arange(300), row)), population=None) for row in weights]
    copied = [get_metric(name).estimate(whole, HORIZON) for whole in wholes]
    np.testing.assert_allclose(weighted, copied, rtol=ROUNDING)


@every_metric
def test_doubling_every_weight_changes_nothing(cohort, name):
    weights = draws(300)
    plain = get_metric(name).compute(cohort.sample(), HORIZON, weights)
    expected = 2 * plain if name == "d_calibration" else plain  # chi-squared grows with the number of rows
    tolerance = 0.05 if name in SMOOTH else ROUNDING
    found = get_metric(name).compute(cohort.sample(), HORIZON, 2 * weights)
    np.testing.assert_allclose(found, expected, rtol=tolerance)


@every_metric
def test_the_first_draw_of_ones_is_the_estimate_whatever_the_type_of_the_weights(cohort, name):
    metric, sample = get_metric(name), cohort.sample()
    values = metric.compute(sample, HORIZON, draws(300))
    assert values.shape == (5,)
    assert values.dtype == np.float64
    assert len(set(values)) == 5
    assert metric.estimate(sample, HORIZON) == pytest.approx(values[0], rel=ROUNDING)
    np.testing.assert_allclose(metric.compute(sample, HORIZON, draws(300).astype(np.float32)), values, rtol=ROUNDING)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in OF_THE_SEEN])
def test_censoring_does_not_move_it(large_cohort, name):
    observed = get_metric(name).estimate(large_cohort.sample(), HORIZON)
    complete = get_metric(name).estimate(large_cohort.sample(uncensored=True), HORIZON)
    assert observed == pytest.approx(complete, abs=IPCW_NOISE.get(name, 0.01))


@every_metric
@pytest.mark.parametrize("event", [0, 1, 2])
def test_an_outcome_that_does_not_vary_gives_a_number_or_nan(name, event):
    y = Surv.from_arrays([event] * 6, [600, 700, 800, 900, 950, 999])
    sample = Sample.build(y, y, np.linspace(0.1, 0.6, 6)[:, None], [HORIZON])
    value = get_metric(name).estimate(sample, HORIZON)
    undefined = {"auc", "harrell_c", "uno_c", "scaled_brier", "calibration_intercept", "calibration_slope"}
    undefined |= {"capacity_recall", "integrated_brier", "antolini_c", "incident_auc", "number_needed_to_flag", *SMOOTH}
    assert np.isnan(value) == (name in undefined)


@every_metric
def test_a_draw_without_rows_is_not_defined(cohort, name):
    weights = np.zeros((2, 300))
    weights[0] = 1
    first, second = get_metric(name).compute(cohort.sample(), HORIZON, weights)
    assert np.isfinite(first)
    assert np.isnan(second)


@every_metric
def test_risks_of_zero_and_one_are_taken(cohort, name):
    certain = np.where(cohort.truth > np.median(cohort.truth), 1.0, 0.0)
    value = get_metric(name).estimate(cohort.sample(certain), HORIZON)
    assert np.isfinite(value) != (name in {"net_benefit", *SMOOTH})  # two risks do not make a curve


@every_metric
def test_a_horizon_without_a_risk_is_refused(cohort, name):
    with pytest.raises(DataError, match="A metric needs a risk at its horizon"):
        get_metric(name).estimate(cohort.sample(), 366)


@given(st.integers(0, 10_000), st.sampled_from(RANKING))
@settings(deadline=None, max_examples=40)
def test_ranking_metrics_see_only_the_ranking(seed, name):
    rng = np.random.default_rng(seed)
    y = Surv.from_arrays(rng.integers(0, 3, 40), rng.integers(1, 500, 40))
    y = np.append(y, Surv.from_arrays([0, 1], [600, 100]))
    risk = rng.integers(1, 10, (42, 1)) / 10
    sample, monotone = (Sample.build(y, y, values, [HORIZON]) for values in (risk, risk**3 / 2))
    assert get_metric(name).estimate(sample, HORIZON) == get_metric(name).estimate(monotone, HORIZON)
