"""Antolini's C: by hand, against a slow count, and its identity with Harrell's C."""

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


def slow(sample, horizon, copies):
    """Compare every re-report with every other row by the risks of its own column."""
    won = compared = 0.0
    for i in np.flatnonzero((sample.event == 1) & (sample.duration_days <= horizon)):
        day = np.searchsorted(sample.times, sample.duration_days[i])
        for j in range(len(sample)):
            censored_today = sample.duration_days[j] == sample.duration_days[i] and sample.event[j] == 0
            if sample.duration_days[j] > sample.duration_days[i] or censored_today or sample.event[j] > 1:
                pair = copies[i] * copies[j]
                mine, other = sample.risk[i, day], sample.risk[j, day]
                won += pair * ((mine > other) + 0.5 * (mine == other))
                compared += pair
    return won / compared if compared else np.nan


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=30)
def test_it_equals_the_slow_count_with_ties_and_weights(seed):
    rng = np.random.default_rng(seed)
    y = Surv.from_arrays(rng.integers(0, 3, 25), rng.integers(1, 20, 25) * 20)
    y = np.append(y, Surv.from_arrays([0, 1], [600, 100]))
    risk = np.sort(rng.integers(0, 6, (27, 4)) / 5, axis=1)
    sample = Sample.build(y, y, risk, [60, 130, 200, HORIZON])
    copies = rng.integers(0, 3, (3, 27))
    found = get_metric("antolini_c").compute(sample, HORIZON, copies)
    np.testing.assert_allclose(found, [slow(sample, HORIZON, row) for row in copies], atol=EXACT)


def test_it_is_harrells_c_where_the_order_never_changes(cohort):
    # the simulated hazards are constant, so that the order of the risks is that of the rates on every day
    sample = cohort.sample()
    assert get_metric("antolini_c").estimate(sample, HORIZON) == pytest.approx(
        get_metric("harrell_c").estimate(sample, HORIZON), abs=EXACT
    )


def test_risks_that_cross_are_judged_on_the_day():
    y = Surv.from_arrays([1, 1, 0], [50, 150, 600])
    early = [[0.5, 0.5], [0.1, 0.6], [0.2, 0.3]]  # the first is ahead early, the second later
    sample = Sample.build(y, y, early, [100, 200])
    assert get_metric("antolini_c").estimate(sample, 200) == 1.0
    assert get_metric("harrell_c").estimate(sample, 200) == pytest.approx(2 / 3, abs=EXACT)


def test_no_re_report_by_the_horizon_is_not_defined():
    y = Surv.from_arrays([0, 0, 1], [100, 600, 500])
    assert np.isnan(get_metric("antolini_c").estimate(Sample.build(y, y, [[0.1]] * 3, [HORIZON]), HORIZON))
