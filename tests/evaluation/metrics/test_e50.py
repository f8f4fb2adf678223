"""E50: the share of rows that lie closer to the curve; the numbers of R are in tests/reference."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.evaluation._observed_risk import observed_risks
from hgrisk.evaluation.registry import get_metric

HORIZON = 365
SHARE = 0.5


def test_half_of_the_rows_lie_closer(cohort):
    copies = np.random.default_rng(0).integers(0, 3, (4, 300))
    copies[0] = 1
    found = get_metric("e50").compute(cohort.sample(), HORIZON, copies)
    for value, (risk, curve) in zip(found, observed_risks(cohort.sample(), HORIZON, copies), strict=True):
        assert np.mean(abs(curve.at(risk) - risk) < value) == pytest.approx(SHARE, abs=2 / len(risk))


def test_a_shift_of_all_risks_is_found(large_cohort):
    shifted = np.minimum(large_cohort.truth + 0.1, 1.0)
    assert get_metric("e50").estimate(large_cohort.sample(shifted), HORIZON) == pytest.approx(0.1, abs=0.02)
