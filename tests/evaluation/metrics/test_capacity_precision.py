"""Precision at capacity: by hand, at its limits, and its identity with recall."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.evaluation.capacity import flagged_sums
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-12
SHARES = (0.01, 0.02, 0.05, 0.1, 0.333)


def at(share, name="capacity_precision"):
    return get_metric(name).with_parameters(capacity_share=share)


def test_by_hand_with_a_tie_and_a_censored_household():
    y = Surv.from_arrays([1, 0, 1, 1, 0], [100, 200, 300, 320, 600])
    sample = Sample.build(y, y, np.array([0.8, 0.2, 0.5, 0.1, 0.5])[:, None], [365])
    # room for 2: the first and half of each at .5, one of them with a re-report; G is 3/4 from day 200
    assert at(0.4).estimate(sample, 365) == pytest.approx((1 + 0.5 * 4 / 3) / (1 + 4 / 3), abs=EXACT)


@pytest.mark.parametrize("share", SHARES)
def test_a_constant_risk_has_the_precision_of_flagging_everyone(cohort, share):
    sample = cohort.sample(np.full_like(cohort.truth, 0.3))
    status = sample.status(365)
    everyone = (status.weight @ status.happened) / status.weight.sum()
    assert at(share).estimate(sample, 365) == pytest.approx(everyone, abs=EXACT)


@pytest.mark.parametrize("share", SHARES)
def test_recall_times_events_is_precision_times_flags(cohort, share):
    sample, ones = cohort.sample(np.round(cohort.truth, 2)), np.ones((1, 300))
    sums = flagged_sums(sample, 365, ones, share)
    found, needless, missed, spared = (float(cell[0]) for cell in (sums.found, sums.needless, sums.missed, sums.spared))
    recall, precision = at(share, "capacity_recall").estimate(sample, 365), at(share).estimate(sample, 365)
    assert recall * (found + missed) == pytest.approx(precision * (found + needless), abs=EXACT)
    assert found + needless + missed + spared == pytest.approx(sample.status(365).weight.sum(), abs=1e-9)


def test_flags_of_unknown_status_alone_have_no_precision():
    y = Surv.from_arrays([0, 1, 0], [100, 200, 600])
    sample = Sample.build(y, y, [[0.9], [0.5], [0.1]], [365])
    assert np.isnan(at(0.1).estimate(sample, 365))
