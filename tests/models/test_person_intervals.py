"""Rows by person and interval for any learner: with an edge at each event time they are a Cox regression."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import PoissonRegressor

from hgrisk.errors import DataError, FitError
from hgrisk.hazards.fit import CoxRows, fit_cox
from hgrisk.models.person_intervals import person_intervals
from hgrisk.surv import Surv

SAME_AS_COX = 1e-8


def sample(n=300, seed=1):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 2))
    time = np.ceil(rng.exponential(60 * np.exp(-0.5 * X[:, 0])))
    stop = rng.integers(5, 60, n)
    days = np.minimum(time, stop)
    entry = np.where(rng.random(n) < 0.3, np.floor(days * rng.random(n) * 0.9), 0.0)
    return X, Surv.from_arrays(time <= stop, days, entry)


def test_poisson_with_an_edge_at_each_event_time_is_breslows_cox_regression():
    X, y = sample()
    event_days = np.unique(y["duration_days"][y["event"] == 1])
    rows = person_intervals(y, np.concatenate(([0.0], event_days)))
    ends = event_days[rows.interval]
    at_risk = (y["entry_days"][rows.row] < ends) & (ends <= y["duration_days"][rows.row])
    row, interval, event = rows.row[at_risk], rows.interval[at_risk], rows.event[at_risk]
    columns = np.hstack((X[row], np.eye(len(event_days))[interval]))
    poisson = PoissonRegressor(alpha=0, fit_intercept=False, solver="newton-cholesky", tol=1e-12, max_iter=100)
    poisson.fit(columns, event)
    cox = fit_cox(CoxRows(X, y["duration_days"].copy(), y["event"] == 1, entry=y["entry_days"].copy()), ties="breslow")
    np.testing.assert_allclose(poisson.coef_[:2], cox.coef, atol=SAME_AS_COX)
    np.testing.assert_allclose(np.exp(poisson.coef_[2:] + cox.center @ poisson.coef_[:2]), cox.hazard, rtol=1e-7)


@given(st.integers(0, 10_000))
def test_exposure_and_events_add_up_whatever_the_edges(seed):
    rng = np.random.default_rng(seed)
    _, y = sample(n=30, seed=seed)
    y["event"][0] = 1
    edges = np.concatenate(([0.0], np.sort(rng.choice(np.arange(1, 70), 4, replace=False)), [70.0]))
    rows = person_intervals(y, edges)
    exposure = np.bincount(rows.row, weights=rows.exposure_days, minlength=30)
    np.testing.assert_allclose(exposure, y["duration_days"] - y["entry_days"])
    assert np.all(rows.exposure_days > 0)
    assert np.all(rows.exposure_days <= np.diff(edges)[rows.interval] + 1e-9)
    assert rows.event.sum() == y["event"].sum()
    np.testing.assert_array_equal(rows.row[rows.event == 1], np.flatnonzero(y["event"] == 1))
    ends = edges[1:][rows.interval[rows.event == 1]]
    assert np.all(ends >= y["duration_days"][y["event"] == 1])


def test_rows_that_enter_after_the_last_edge_are_left_out():
    y = Surv.from_arrays([1, 1, 2], [20, 50, 25], [0, 30, 10])
    rows = person_intervals(y, [0, 15, 30])
    assert rows.row.tolist() == [0, 0, 2, 2]
    np.testing.assert_allclose(rows.exposure_days, [15, 5, 5, 10])
    assert rows.event.tolist() == [0, 1, 0, 2]


@pytest.mark.parametrize("edges", [[10, 20], [0, 20, 20], [0], [0, np.inf], [[0, 1]], []])
def test_edges_increase_from_zero(edges):
    with pytest.raises(DataError, match="Edges of intervals are days that increase from 0"):
        person_intervals(pd.DataFrame({"event": [1], "duration_days": [20.0]}), edges)


def test_no_re_report_in_sight_is_refused():
    with pytest.raises(FitError, match="at least one re-report, but found none within 10 days"):
        person_intervals(Surv.from_arrays([1, 0], [20, 30]), [0, 10])
