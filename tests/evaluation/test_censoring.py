"""The censoring distribution: ties, identities and an external reference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter

from hgrisk.curves import aalen_johansen
from hgrisk.errors import DataError
from hgrisk.evaluation.censoring import censoring_curve
from hgrisk.surv import Surv

EXACT = 1e-12

outcomes = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 6)), min_size=1, max_size=30)


def test_events_come_before_censoring_on_one_day():
    # day 5: of 4 at risk one re-report leaves first, then 1 of the 3 left is censored
    curve = censoring_curve(Surv.from_arrays([1, 0, 1, 0], [5, 5, 8, 9]))
    assert curve.before([5]).item() == 1.0
    assert curve.at([5]).item() == pytest.approx(2 / 3, abs=EXACT)
    assert curve.at([9]).item() == 0.0


def test_without_ties_it_is_the_reverse_kaplan_meier_of_lifelines():
    rng = np.random.default_rng(0)
    days, event = rng.permutation(np.arange(1, 201)), rng.integers(0, 3, 200)
    theirs = KaplanMeierFitter().fit(days, event == 0).predict(np.arange(0, 201)).to_numpy()
    ours = censoring_curve(Surv.from_arrays(event, days)).at(np.arange(0, 201))
    np.testing.assert_allclose(ours, theirs, atol=1e-10)


@given(outcomes, st.integers(0, 7))
def test_weighted_mean_is_the_aalen_johansen_incidence(rows, day):
    event, days = np.array(rows).T
    before = censoring_curve(Surv.from_arrays(event, days)).before(days)
    mine = (event == 1) & (days <= day)
    weighted = np.sum(1.0 / before[mine]) / len(rows)
    assert weighted == pytest.approx(aalen_johansen(days, event).at([day]).item(), abs=EXACT)


@given(outcomes)
def test_it_falls_from_one_and_stays_above_zero_without_censoring(rows):
    event, days = np.array(rows).T
    values = np.concatenate(([1.0], censoring_curve(Surv.from_arrays(event, days)).values))
    assert np.all(np.diff(values) <= 0)
    assert values.min() >= 0
    assert censoring_curve(Surv.from_arrays(np.maximum(event, 1), days)).values.min() == 1.0


def test_rows_that_enter_late_are_refused_with_a_cure():
    with pytest.raises(DataError) as caught:
        censoring_curve(Surv.from_arrays([1, 0], [20, 30], [0, 14]))
    assert str(caught.value) == (
        "A censoring distribution takes rows that are at risk from day 0, but found an entry at 14 days: take "
        "y_from_landmark of the outcome or dataset, or landmarks that are observed from day 0."
    )
