"""Recall at capacity: by hand and at its limits."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-12


def at(share):
    return get_metric("capacity_recall").with_parameters(capacity_share=share)


def test_by_hand_with_a_tie_and_a_censored_household():
    y = Surv.from_arrays([1, 0, 1, 1, 0], [100, 200, 300, 320, 600])
    sample = Sample.build(y, y, np.array([0.8, 0.2, 0.5, 0.1, 0.5])[:, None], [365])
    # room for 2: the first and half of each at .5; G is 3/4 from day 200
    assert at(0.4).estimate(sample, 365) == pytest.approx((1 + 0.5 * 4 / 3) / (1 + 2 * 4 / 3), abs=EXACT)


def test_a_constant_risk_finds_the_capacity_share(cohort):
    constant = np.full_like(cohort.truth, 0.3)
    for share in (0.05, 0.3, 1.0):
        assert at(share).estimate(cohort.sample(constant), 365) == pytest.approx(share, abs=EXACT)


def test_more_capacity_finds_more_up_to_all(cohort):
    found = [at(share).estimate(cohort.sample(), 365) for share in np.linspace(0.05, 1, 20)]
    assert np.all(np.diff(found) >= 0)
    assert found[-1] == pytest.approx(1.0, abs=EXACT)
