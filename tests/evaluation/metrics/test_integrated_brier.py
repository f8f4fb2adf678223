"""The integrated Brier score: the trapezoid rule over the grid, and when there is none."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample

EXACT = 1e-12

brier, integrated = get_metric("brier"), get_metric("integrated_brier")


@pytest.mark.parametrize("horizon", [30, 183, 365])
def test_it_is_the_mean_of_the_brier_score_over_time(cohort, horizon):
    sample = cohort.sample()
    days = np.concatenate(([0.0], sample.times[sample.times <= horizon]))
    scores = np.array([0.0] + [brier.estimate(sample, day) for day in days[1:]])
    expected = sum((b - a) * (s + t) / 2 for a, b, s, t in zip(days, days[1:], scores, scores[1:], strict=False))
    assert integrated.estimate(sample, horizon) == pytest.approx(expected / horizon, abs=EXACT)


@pytest.mark.parametrize(
    ("days", "defined"),
    [
        ([*range(31, 366, 31), 365], True),
        ([*range(32, 366, 32), 365], False),
        ([365], False),
        ([40, 60, 80], False),
        ([20, 40, 80], False),
        ([20, 40, 60, 500], True),
    ],
)
def test_it_is_defined_when_steps_up_to_the_horizon_are_at_most_31_days(cohort, days, defined):
    horizon = days[-2] if days[-1] == 500 else days[-1]
    risk = np.full((300, len(days)), 0.2)
    value = integrated.estimate(Sample.build(cohort.y, cohort.y, risk, days), horizon)
    assert np.isfinite(value) == defined
