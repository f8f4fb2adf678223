"""Uno's C against its formula, against Harrell's C, and as a limit that censoring does not move."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-10

uno, harrell = get_metric("uno_c"), get_metric("harrell_c")


def uno_2011(event, days, risk, censoring, horizon):
    """Eq. 6 of Uno et al. (2011), as a matrix; valid without ties in time and without competing events."""
    case = (event == 1) & (days <= horizon)
    weight = np.where(case, censoring.before(days), 1.0) ** -2.0 * case
    pair = weight[:, None] * (days[:, None] < days)
    return np.sum(pair * (risk[:, None] > risk)) / np.sum(pair)


def test_without_competing_events_and_ties_it_is_uno_2011(no_competing):
    y = no_competing.y.copy()
    y["duration_days"] += np.random.default_rng(0).uniform(-0.4, 0.4, len(y))
    sample = Sample.build(no_competing.y, y, no_competing.truth, no_competing.grid)
    expected = uno_2011(sample.event, sample.duration_days, sample.risk_at(365), sample.censoring, 365)
    assert uno.estimate(sample, 365) == pytest.approx(expected, abs=EXACT)
    assert abs(expected - harrell.estimate(sample, 365)) > 1e-4


@pytest.mark.parametrize("horizon", [183, 365, 548])
def test_it_equals_harrell_when_nobody_is_censored(cohort, no_competing, horizon):
    for one in (cohort, no_competing):
        sample = one.sample(uncensored=True)
        assert uno.estimate(sample, horizon) == pytest.approx(harrell.estimate(sample, horizon), abs=EXACT)


@pytest.mark.parametrize(("sign", "value"), [(1, 1.0), (-1, 0.0), (0, 0.5)])
def test_perfect_reversed_and_constant_rankings(no_competing, sign, value):
    y = no_competing.y
    # on one day a re-report comes before censoring
    order = y["duration_days"] + 0.5 * (y["event"] == 0)
    risk = 0.5 - sign * order[:, None] / 3000 + np.zeros(len(no_competing.grid))
    assert uno.estimate(Sample.build(y, y, risk, no_competing.grid), 365) == pytest.approx(value, abs=EXACT)


def test_competing_events_count_with_both_probabilities_by_hand():
    y = Surv.from_arrays([2, 0, 1, 0, 0], [1, 2, 3, 4, 9])
    # G is 1 on day 1 and 3/4 before day 3: the pair with the competing event weighs 4/3, the two others 16/9
    sample = Sample.build(y, y, np.array([0.1, 0.9, 0.5, 0.6, 0.2])[:, None], [3])
    assert uno.estimate(sample, 3) == pytest.approx((4 / 3 + 16 / 9) / (4 / 3 + 2 * 16 / 9), abs=EXACT)


def test_harrell_moves_with_late_censoring_and_uno_less():
    # early re-reports are easy to rank and late ones are not; censoring hides the late ones
    rng = np.random.default_rng(3)
    n = 20_000
    days, x = np.ceil(rng.uniform(1, 400, n)), rng.normal(size=n)
    risk = np.where(days < 100, 0.9 - days / 1000, 0.5 + 0.05 * np.tanh(x))[:, None]
    followed = np.ceil(rng.uniform(1, 800, n))
    complete = Surv.from_arrays(np.ones(n), days)
    seen = Surv.from_arrays(days <= followed, np.minimum(days, followed))
    truth = uno.estimate(Sample.build(complete, complete, risk, [365]), 365)
    observed = Sample.build(seen, seen, risk, [365])
    assert uno.estimate(observed, 365) == pytest.approx(truth, abs=0.01)
    assert abs(harrell.estimate(observed, 365) - truth) > 0.02


def test_when_all_events_share_one_day_it_is_the_plain_area_under_the_curve(cohort):
    happened = np.random.default_rng(1).random(300) < 0.3
    y = Surv.from_arrays(happened, np.where(happened, 50, 600))
    risk = cohort.truth[:, :1]
    expected = roc_auc_score(happened, risk[:, 0])
    assert uno.estimate(Sample.build(y, y, risk, [365]), 365) == pytest.approx(expected, abs=EXACT)
