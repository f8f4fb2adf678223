"""Incident AUC: by hand, against a slow mean, and beside Harrell's C."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-12
HORIZON = 365


def shares(sample, horizon, copies):
    """Return for each re-report its weight, the share of those after it with a lower risk, and their weight."""
    found = []
    for i in np.flatnonzero((sample.event == 1) & (sample.duration_days <= horizon) & (copies > 0)):
        later = sample.duration_days > sample.duration_days[i]
        later |= ((sample.duration_days == sample.duration_days[i]) & (sample.event == 0)) | (sample.event > 1)
        risk, weight = sample.risk[:, 0], copies * later
        won = weight @ ((risk < risk[i]) + 0.5 * (risk == risk[i]))
        if weight.sum():
            found.append((copies[i], won / weight.sum(), weight.sum()))
    return np.array(found).reshape(-1, 3).T


def drawn(seed):
    rng = np.random.default_rng(seed)
    y = Surv.from_arrays(rng.integers(0, 3, 25), rng.integers(1, 20, 25) * 20)
    y = np.append(y, Surv.from_arrays([0, 1], [600, 100]))
    return Sample.build(y, y, rng.integers(0, 6, (27, 1)) / 5, [HORIZON]), rng.integers(0, 3, (3, 27))


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=30)
def test_it_equals_the_slow_mean_with_ties_and_weights(seed):
    sample, weights = drawn(seed)
    expected = []
    for copies in weights:
        weight, share, _ = shares(sample, HORIZON, copies)
        expected.append(weight @ share / weight.sum() if weight.sum() else np.nan)
    found = get_metric("incident_auc").compute(sample, HORIZON, weights)
    np.testing.assert_allclose(found, expected, atol=EXACT)


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=30)
def test_weighted_with_those_left_it_is_harrells_c(seed):
    sample, _ = drawn(seed)
    weight, share, later = shares(sample, HORIZON, np.ones(27))
    expected = (weight * later) @ share / (weight @ later)
    assert get_metric("harrell_c").estimate(sample, HORIZON) == pytest.approx(expected, abs=EXACT)


def test_the_last_one_left_is_compared_with_nobody():
    y = Surv.from_arrays([1, 1, 1], [100, 200, 300])
    sample = Sample.build(y, y, [[0.9], [0.2], [0.5]], [300])
    assert get_metric("incident_auc").estimate(sample, 300) == 0.5  # 1 and 0; the third has no one after it


def test_a_perfect_ranking_is_one_and_its_reverse_nothing(cohort):
    order = np.argsort(np.argsort(cohort.y["duration_days"] + (cohort.y["event"] == 2) * 2000, kind="stable"))
    rank = np.tile((order / 300)[:, None], len(cohort.grid))
    # re-reports on one day are not compared, so ties in time take nothing away
    assert get_metric("incident_auc").estimate(cohort.sample(1 - rank), HORIZON) == pytest.approx(1.0, abs=0.01)
    assert get_metric("incident_auc").estimate(cohort.sample(rank), HORIZON) == pytest.approx(0.0, abs=0.01)
