"""Horizons that cross: the shortest stays, longer ones are raised, and all that is said agrees."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit

from hgrisk.models.by_horizon.rising import risen, share_raised
from hgrisk.models.elastic_net import ElasticNetLogistic
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.models.points_card import PointsCard
from hgrisk.models.report_count import ReportCount
from hgrisk.surv import Surv

EXACT = 1e-12
VALUES = arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 4)), elements=st.floats(-5, 5))


@given(VALUES)
def test_values_rise_from_the_first_on_and_no_further_than_they_must(values):
    found = risen(values)
    assert np.all(np.diff(found, axis=1) >= 0)
    assert np.all(found >= values)
    np.testing.assert_array_equal(found[:, 0], values[:, 0])
    np.testing.assert_array_equal(risen(found), found)
    for row, its in zip(values, found, strict=True):
        assert set(its) <= set(row)


@given(VALUES)
def test_the_share_is_that_of_rows_that_changed(values):
    weight = 1.0 + np.arange(len(values))
    changed = np.any(risen(values) != values, axis=1)
    assert share_raised(values, weight) == pytest.approx(np.average(changed, weights=weight), abs=EXACT)


def contradicting(n=4000):
    """Landmarks of two times: only early ones, of a low risk, can be followed for long."""
    rng = np.random.default_rng(0)
    day, count = rng.uniform(0, 1000, n), rng.poisson(1, n)
    able = np.floor(1000 - day) + 1
    rate = np.where(day < 450, 0.0004, 0.0060) * (1 + 0.5 * count)
    time = np.ceil(rng.exponential(1 / rate))
    X = pd.DataFrame({"prior_reports_ever": count})
    return X, Surv.from_arrays((time <= able).astype(int), np.minimum(time, able)), able


@pytest.mark.parametrize("kind", [ReportCount, PointsCard, ReReportLogistic, ElasticNetLogistic])
def test_what_a_model_prints_predicts_and_counts_is_the_same(kind):
    X, y, able = contradicting()
    both = kind(horizons_days=(183, 548)).fit(X, y, followable_days=able)
    short = kind(horizons_days=(183,)).fit(X, y, followable_days=able)
    long = kind(horizons_days=(548,)).fit(X, y, followable_days=able)
    risk = both.predict_cumulative_incidence(X, [183, 548])
    if kind is not PointsCard:  # whose points are those of all its horizons
        own = np.column_stack([short.predict_risk(X, 183), long.predict_risk(X, 548)])
        np.testing.assert_allclose(risk, np.column_stack([own[:, 0], own.max(axis=1)]), atol=1e-6)
        assert both.reordered_share_ == pytest.approx(np.mean(own[:, 1] < own[:, 0]), abs=EXACT)
    assert both.reordered_share_ > 0.9
    assert long.reordered_share_ == 0
    np.testing.assert_allclose(expit(both.predict(X)), risk[:, 1], atol=EXACT)
    if kind in (ReportCount, PointsCard):
        group = np.searchsorted(both.lowest_total_, both.predict_total(X), side="right") - 1
        printed = both.risk_by_total_["risk"].to_numpy().reshape(2, -1).T[np.maximum(group, 0)]
        np.testing.assert_allclose(printed, risk, atol=EXACT)
        assert np.all(np.diff(both.risk_, axis=0) >= 0)
        assert np.all((both.risk_lower_ < both.risk_) & (both.risk_ < both.risk_upper_))
        assert np.any(both.own_risk_[:, 1] < both.own_risk_[:, 0])
