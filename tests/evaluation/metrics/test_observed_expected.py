"""Observed over expected against the Aalen-Johansen incidence."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.curves import aalen_johansen
from hgrisk.evaluation.registry import get_metric

EXACT = 1e-10

ratio = get_metric("observed_expected")


@pytest.mark.parametrize("horizon", [183, 365, 548])
def test_it_is_the_incidence_over_the_mean_risk(cohort, horizon):
    sample = cohort.sample()
    incidence = aalen_johansen(sample.duration_days, sample.event).at([horizon]).item()
    expected = incidence / sample.risk_at(horizon).mean()
    assert ratio.estimate(sample, horizon) == pytest.approx(expected, abs=EXACT)


def test_it_is_one_under_the_truth_and_two_when_risks_are_halved(large_cohort):
    assert ratio.estimate(large_cohort.sample(), 365) == pytest.approx(1.0, abs=0.03)
    assert ratio.estimate(large_cohort.sample(large_cohort.truth / 2), 365) == pytest.approx(2.0, abs=0.06)


def test_it_is_not_defined_when_no_re_report_is_expected(cohort):
    assert np.isnan(ratio.estimate(cohort.sample(np.zeros_like(cohort.truth)), 365))
