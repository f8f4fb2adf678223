"""The scaled Brier score: its null, its limits and its relation to the Brier score."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.curves import aalen_johansen
from hgrisk.evaluation.registry import get_metric

EXACT = 1e-10

brier, scaled = get_metric("brier"), get_metric("scaled_brier")


def constant(cohort, value):
    return np.full_like(cohort.truth, value)


def test_the_null_is_the_aalen_johansen_incidence_of_the_same_rows(cohort):
    incidence = aalen_johansen(cohort.y["duration_days"], cohort.y["event"]).at([365]).item()
    null = brier.estimate(cohort.sample(constant(cohort, incidence)), 365)
    expected = 1 - brier.estimate(cohort.sample(), 365) / null
    assert scaled.estimate(cohort.sample(), 365) == pytest.approx(expected, abs=EXACT)
    assert scaled.estimate(cohort.sample(constant(cohort, incidence)), 365) == pytest.approx(0.0, abs=EXACT)


@given(st.floats(0, 1))
def test_no_constant_prediction_is_better_than_zero(cohort, value):
    assert scaled.estimate(cohort.sample(constant(cohort, value)), 365) <= EXACT


def test_the_null_is_estimated_anew_in_every_draw(cohort):
    weights = np.random.default_rng(0).integers(0, 3, (4, 300))
    sample = cohort.sample()
    found = scaled.compute(sample, 365, weights)
    copied = [scaled.estimate(sample.take(np.repeat(np.arange(300), row)), 365) for row in weights]
    np.testing.assert_allclose(found, copied, atol=EXACT)


def test_certain_and_right_is_one(cohort):
    happened = (cohort.y_uncensored["event"] == 1) & (cohort.y_uncensored["duration_days"] <= 365)
    certain = happened[:, None] * np.ones(len(cohort.grid))
    assert scaled.estimate(cohort.sample(certain), 365) == 1.0
