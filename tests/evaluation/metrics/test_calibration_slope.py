"""The calibration slope under the truth and under known distortions."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

NOISE = 0.05
EXACT = 1e-7

slope = get_metric("calibration_slope")


def stretched(risk, factor, shift=0.0):
    return 1 / (1 + np.exp(-(shift + factor * np.log(risk / (1 - risk)))))


@pytest.mark.parametrize("horizon", [183, 365, 548])
def test_it_is_one_under_the_truth(large_cohort, horizon):
    assert slope.estimate(large_cohort.sample(), horizon) == pytest.approx(1.0, abs=NOISE)


@pytest.mark.parametrize(("factor", "shift"), [(2.0, 0.0), (0.5, 1.0), (-1.0, -0.5)])
def test_stretching_the_log_odds_divides_it_and_a_shift_does_not_move_it(cohort, factor, shift):
    found = slope.estimate(cohort.sample(stretched(cohort.truth, factor, shift)), 365)
    assert found == pytest.approx(slope.estimate(cohort.sample(), 365) / factor, rel=EXACT)


@pytest.mark.parametrize("risk", [[0.1, 0.2, 0.8, 0.9], [0.3, 0.3, 0.3, 0.3]])
def test_it_is_not_defined_for_separated_outcomes_or_a_constant_risk(risk):
    y = Surv.from_arrays([0, 0, 1, 1], [600, 700, 100, 200])
    sample = Sample.build(y, y, np.array(risk)[:, None], [365])
    assert np.isnan(slope.estimate(sample, 365))
