"""The calibration intercept under the truth and under known shifts."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.evaluation.registry import get_metric

NOISE = 0.04
EXACT = 1e-9

intercept = get_metric("calibration_intercept")


def shifted(risk, shift):
    return 1 / (1 + (1 - risk) / risk * np.exp(-shift))


@pytest.mark.parametrize("horizon", [183, 365, 548])
def test_it_is_zero_under_the_truth(large_cohort, horizon):
    assert intercept.estimate(large_cohort.sample(), horizon) == pytest.approx(0.0, abs=NOISE)


@pytest.mark.parametrize("shift", [-3.0, -0.5, 1.0, 5.0])
def test_it_undoes_a_shift_of_the_log_odds_exactly(cohort, shift):
    found = intercept.estimate(cohort.sample(shifted(cohort.truth, shift)), 365)
    assert found == pytest.approx(intercept.estimate(cohort.sample(), 365) - shift, abs=EXACT)


def test_it_is_above_zero_when_risks_are_too_low(cohort):
    assert intercept.estimate(cohort.sample(cohort.truth / 2), 365) > 0.5


def test_after_the_shift_the_mean_risk_is_the_weighted_mean_outcome(cohort):
    sample = cohort.sample(cohort.truth / 2)
    status = sample.status(365)
    right = shifted(sample.risk_at(365), intercept.estimate(sample, 365))
    assert np.sum(status.weight * right) == pytest.approx(np.sum(status.weight * status.happened), rel=EXACT)
