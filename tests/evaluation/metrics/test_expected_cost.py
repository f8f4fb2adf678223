"""Expected cost: by hand, its best capacity, and its refusals."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.errors import ConfigError
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-12
NOISE = 2e-3
"""How far the lowest cost on 40,000 households may lie below that at the best threshold."""


def at(share, cost_ratio):
    return get_metric("expected_cost").with_parameters(capacity_share=share, cost_ratio=cost_ratio)


def test_by_hand_with_a_tie_and_a_censored_household():
    y = Surv.from_arrays([1, 0, 1, 1, 0], [100, 200, 300, 320, 600])
    sample = Sample.build(y, y, np.array([0.8, 0.2, 0.5, 0.1, 0.5])[:, None], [365])
    # room for 2; half of the third's 4/3 and all of the fourth's are missed, half of the fifth's flagged in vain
    expected = (7.0 * (0.5 + 1.0) * 4 / 3 + 0.5 * 4 / 3) / 5
    assert at(0.4, 7.0).estimate(sample, 365) == pytest.approx(expected, abs=EXACT)


def test_all_flagged_and_hardly_any_flagged(cohort):
    sample = cohort.sample()
    status = sample.status(365)
    without = status.weight @ (1 - status.happened) / 300
    assert at(1.0, 10.0).estimate(sample, 365) == pytest.approx(without, abs=EXACT)
    everyone_missed = 10.0 * (status.weight @ status.happened) / 300
    assert at(1e-9, 10.0).estimate(sample, 365) == pytest.approx(everyone_missed, abs=1e-6)


@pytest.mark.parametrize("cost_ratio", [2.0, 4.0])
def test_true_risks_are_cheapest_where_a_flag_is_worth_its_cost(large_cohort, cost_ratio):
    sample = large_cohort.sample()
    worth = np.mean(sample.risk_at(365) >= 1 / (1 + cost_ratio))
    assert 0.02 < worth < 0.98
    cheapest = at(worth, cost_ratio).estimate(sample, 365)
    others = [at(share, cost_ratio).estimate(sample, 365) for share in np.linspace(0.02, 1, 30)]
    assert cheapest <= min(others) + NOISE
    assert max(others) > cheapest + 10 * NOISE


def test_flagging_the_re_reports_costs_nothing():
    y = Surv.from_arrays([1, 1, 2, 0], [100, 200, 300, 600])
    assert at(0.5, 10.0).estimate(Sample.build(y, y, [[0.9], [0.8], [0.2], [0.1]], [365]), 365) == 0.0


@pytest.mark.parametrize("cost_ratio", [0.0, -1.0, float("inf"), float("nan")])
def test_a_ratio_that_is_no_number_above_0_is_refused(cohort, cost_ratio):
    with pytest.raises(ConfigError) as caught:
        at(0.05, cost_ratio).estimate(cohort.sample(), 365)
    assert str(caught.value) == (
        f"A cost ratio is a number above 0, but found {cost_ratio}: give 10 if a miss costs ten flags."
    )
