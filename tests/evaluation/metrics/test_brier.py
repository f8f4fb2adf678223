"""The Brier score against the plain mean squared error and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-12

brier = get_metric("brier")


@pytest.mark.parametrize("horizon", [183, 365, 548])
def test_without_censoring_it_is_the_mean_squared_error(cohort, horizon):
    sample = cohort.sample(uncensored=True)
    happened = (sample.event == 1) & (sample.duration_days <= horizon)
    expected = np.mean((happened - sample.risk_at(horizon)) ** 2)
    assert brier.estimate(sample, horizon) == pytest.approx(expected, abs=EXACT)


def test_by_hand_with_a_censored_and_a_competing_row():
    y = Surv.from_arrays([1, 0, 2, 0], [1, 2, 3, 9])
    sample = Sample.build(y, y, np.array([0.6, 0.9, 0.2, 0.1])[:, None], [5])
    # weights 1, 0, 3/2, 3/2; the competing event is an outcome of 0; divided by all 4 rows
    assert brier.estimate(sample, 5) == pytest.approx((0.16 + 1.5 * 0.04 + 1.5 * 0.01) / 4, abs=EXACT)


def test_certain_and_right_is_zero_and_one_half_is_a_quarter(cohort):
    happened = (cohort.y_uncensored["event"] == 1) & (cohort.y_uncensored["duration_days"] <= 365)
    certain = happened[:, None] * np.ones(len(cohort.grid))
    assert brier.estimate(cohort.sample(certain), 365) == 0.0
    assert brier.estimate(cohort.sample(np.full_like(certain, 0.5)), 365) == pytest.approx(0.25, abs=EXACT)
