"""D-calibration: an even spread gives 0, distortion is found; the numbers of SurvivalEVAL are in tests/reference."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from hgrisk.evaluation.distribution import bin_counts
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-9
HORIZON = 548
UNUSUAL = chi2.isf(1e-4, 9)


def statistic(sample):
    return get_metric("d_calibration").estimate(sample, HORIZON)


def test_it_is_pearsons_distance_of_the_bins(cohort):
    observed = bin_counts(cohort.sample(), HORIZON, np.ones((1, 300)))[0]
    expected = observed.sum() / 10
    assert statistic(cohort.sample()) == pytest.approx(((observed - expected) ** 2 / expected).sum(), abs=EXACT)


def test_true_risks_pass_and_wrong_ones_do_not(large_cohort):
    # with and without censoring, with competing events
    assert statistic(large_cohort.sample()) < UNUSUAL
    assert statistic(large_cohort.sample(uncensored=True)) < UNUSUAL
    for wrong in (large_cohort.truth**1.1, np.minimum(1.1 * large_cohort.truth, 1)):
        assert statistic(large_cohort.sample(wrong)) > UNUSUAL


def test_all_censored_is_an_even_spread():
    y = Surv.from_arrays([0, 0, 0], [600, 700, 800])
    sample = Sample.build(y, y, [[0.0], [0.0], [0.0]], [HORIZON])
    assert statistic(sample) == pytest.approx(0.0, abs=EXACT)
