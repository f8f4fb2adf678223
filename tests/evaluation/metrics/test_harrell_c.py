"""Harrell's C against lifelines and at its limits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines.utils import concordance_index

from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-12

harrell = get_metric("harrell_c")
rows = st.lists(st.tuples(st.integers(0, 1), st.integers(1, 8), st.integers(0, 5)), min_size=3, max_size=40)


def of(event, days, risk, horizon):
    y = Surv.from_arrays(event, days)
    return Sample.build(y, y, np.asarray(risk, dtype=float)[:, None], [horizon])


@given(rows, st.integers(1, 8))
@settings(deadline=None)
def test_it_equals_lifelines_with_follow_up_cut_at_the_horizon(table, horizon):
    event, days, level = np.array([*table, (1, 1, 3), (0, 9, 2)]).T
    found = harrell.estimate(of(event, days, level / 5, horizon), horizon)
    seen = (event == 1) & (days <= horizon)
    # what lies after the horizon is only known to be later
    theirs = concordance_index(np.where(days <= horizon, days, horizon + 1), -level, seen)
    assert found == pytest.approx(theirs, abs=EXACT)


@pytest.mark.parametrize(("sign", "value"), [(1, 1.0), (-1, 0.0), (0, 0.5)])
def test_perfect_reversed_and_constant_rankings(sign, value):
    days = np.arange(1, 21)
    assert harrell.estimate(of(np.ones(20), days, 0.5 - sign * days / 50, 15), 15) == value


def test_a_competing_event_stays_in_the_comparison():
    # the household with the competing event on day 1 has the lower risk: one pair won of one
    assert harrell.estimate(of([2, 1], [1, 2], [0.1, 0.2], 2), 2) == 1.0
    # censored on day 1 there is no pair, but the third household gives one
    assert harrell.estimate(of([0, 1, 0], [1, 2, 3], [0.9, 0.2, 0.1], 2), 2) == 1.0


def test_it_is_not_weighted_by_censoring(cohort):
    other = Surv.from_arrays([0] * 50 + [1], [*np.arange(1, 50), 900, 900])
    sample = Sample.build(other, cohort.y, cohort.truth, cohort.grid)
    assert harrell.estimate(sample, 365) == harrell.estimate(cohort.sample(), 365)
