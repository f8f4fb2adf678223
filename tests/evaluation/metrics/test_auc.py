"""The area under the curve against scikit-learn and a slow weighted count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from hgrisk.evaluation import sums
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-10

auc = get_metric("auc")
rows = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 6), st.integers(0, 4)), min_size=1, max_size=30)


def slow(sample, horizon):
    """Blanche et al. (2013), controls (ii), pair by pair with equal risks 1/2."""
    won = compared = 0.0
    for e_i, t_i, r_i in zip(sample.event, sample.duration_days, sample.risk[:, 0], strict=True):
        if e_i != 1 or t_i > horizon:
            continue
        for e_j, t_j, r_j in zip(sample.event, sample.duration_days, sample.risk[:, 0], strict=True):
            if t_j > horizon or (t_j == horizon and e_j == 0):
                pair = 1 / (sample.censoring.before(t_i) * sample.censoring.before(horizon))
            elif e_j >= 2:
                pair = 1 / (sample.censoring.before(t_i) * sample.censoring.before(t_j))
            else:
                continue
            compared += pair
            won += pair * ((r_i > r_j) + 0.5 * (r_i == r_j))
    return won / compared if compared else np.nan


@given(rows, st.integers(1, 6))
@settings(deadline=None)
def test_it_equals_the_slow_count(table, horizon):
    event, days, level = np.array([*table, (0, 7, 2)]).T
    y = Surv.from_arrays(event, days)
    sample = Sample.build(y, y, level[:, None] / 4, [horizon])
    np.testing.assert_allclose(auc.estimate(sample, horizon), slow(sample, horizon), atol=EXACT)


@pytest.mark.parametrize("decimals", [1, 15])
def test_without_censoring_it_equals_scikit_learn_for_every_draw(cohort, decimals, monkeypatch):
    monkeypatch.setattr(sums, "CELLS", 700)
    sample = cohort.sample(np.round(cohort.truth, decimals), uncensored=True)
    happened = (sample.event == 1) & (sample.duration_days <= 365)
    weights = np.random.default_rng(0).integers(0, 3, (6, 300)).astype(np.uint16)
    expected = [roc_auc_score(happened, sample.risk_at(365), sample_weight=row) for row in weights]
    np.testing.assert_allclose(auc.compute(sample, 365, weights), expected, atol=EXACT)


@pytest.mark.parametrize(("sign", "value"), [(1, 1.0), (-1, 0.0), (0, 0.5)])
def test_perfect_reversed_and_constant_rankings(cohort, sign, value):
    happened = (cohort.y_uncensored["event"] == 1) & (cohort.y_uncensored["duration_days"] <= 365)
    risk = 0.5 + sign * np.where(happened, 0.1, -0.1)[:, None] + np.zeros(len(cohort.grid))
    assert auc.estimate(cohort.sample(risk), 365) == pytest.approx(value, abs=EXACT)
