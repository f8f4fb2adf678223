"""Elastic net: optimality conditions, and the ends of the path."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.errors import ConfigError
from hgrisk.hazards.fit import pose_rows
from hgrisk.models.cox import CoxRegression
from hgrisk.models.cox_path import cox_path
from hgrisk.surv import Surv

OPTIMAL = 1e-5  # slope per event of a search that ends at a decrement of 1e-9


def rows(seed=0, n=200, p=6):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, p)) * np.linspace(0.5, 3, p) + 1, columns=list("abcdef")[:p])
    days = np.ceil(rng.exponential(100 * np.exp(-0.5 * X["a"] + 0.2 * X["c"])))
    return X, Surv.from_arrays(rng.random(n) < 0.8, days), rng.uniform(0.5, 2, n)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.2, 0.7, 1.0]), st.sampled_from([0.02, 0.1]))
def test_no_slope_is_left_where_a_coefficient_is_and_less_than_the_penalty_where_none_is(seed, l1_ratio, penalty):
    X, y, weight = rows(seed)
    model = CoxRegression(penalty, l1_ratio=l1_ratio, prepare=False).fit(X, y, weight)
    problem = pose_rows(model.rows_of(X, y, weight))
    coef = model.coef_ * problem.design.scale
    slope = problem.derivatives(problem.at(coef))[0] / model.n_events_ - penalty * (1 - l1_ratio) * coef
    held = coef != 0
    np.testing.assert_allclose(slope[held], penalty * l1_ratio * np.sign(coef[held]), atol=OPTIMAL)
    assert np.all(np.abs(slope[~held]) <= penalty * l1_ratio + OPTIMAL)


def test_the_path_begins_with_no_column_and_ends_near_the_unpenalised_fit():
    X, y, weight = rows()
    path = cox_path(X, y, sample_weight=weight, n_penalties=30, smallest=1e-4, model=CoxRegression(prepare=False))
    assert path.table["n_columns"].iloc[0] == 0
    assert path.table["n_columns"].iloc[1] >= 1
    assert np.all(np.diff(path.loglik) >= -1e-9)
    free = CoxRegression(prepare=False).fit(X, y, weight)
    np.testing.assert_allclose(path.coef[-1], free.coef_, atol=1e-3)
    assert list(path.table)[3:] == list("abcdef")


def test_a_ridge_path_is_that_of_ridge_fits():
    X, y, _ = rows()
    path = cox_path(X, y, l1_ratio=0.0, n_penalties=4, model=CoxRegression(prepare=False))
    for penalty, coef in zip(path.penalties, path.coef, strict=True):
        np.testing.assert_allclose(CoxRegression(penalty, prepare=False).fit(X, y).coef_, coef, atol=1e-6)


def test_collinear_columns_are_no_trouble_for_a_lasso():
    X, y, _ = rows()
    X["copy"] = X["a"]
    model = CoxRegression(0.05, l1_ratio=1.0, prepare=False).fit(X, y)
    alone = CoxRegression(0.05, l1_ratio=1.0, prepare=False).fit(X.drop(columns="copy"), y)
    assert model.loglik_ == pytest.approx(alone.loglik_, abs=1e-4)


def test_a_lasso_has_no_errors_and_says_so():
    X, y, _ = rows()
    model = CoxRegression(0.05, l1_ratio=1.0, prepare=False).fit(X, y)
    assert list(model.summary_) == ["feature", "coef", "hazard_ratio"]
    with pytest.raises(ConfigError, match="Clusters are for errors, of which a lasso has none"):
        CoxRegression(0.05, l1_ratio=0.5, prepare=False).fit(X, y, cluster=np.arange(200))


def test_settings_are_checked():
    X, y, _ = rows()
    with pytest.raises(ConfigError, match="l1_ratio is a number from 0 to 1, but found 2"):
        CoxRegression(0.1, l1_ratio=2, prepare=False).fit(X, y)
    with pytest.raises(ConfigError, match="A path has 2 penalties or more"):
        cox_path(X, y, n_penalties=1)
    with pytest.raises(ConfigError, match="A path has 2 penalties or more"):
        cox_path(X, y, smallest=1.0)


def test_a_path_prints_in_one_line():
    X, y, _ = rows()
    path = cox_path(X, y, n_penalties=5, smallest=0.01, model=CoxRegression(prepare=False))
    kept = path.table["n_columns"].iloc[-1]
    ends = f"{path.penalties[0]:.4g} to {path.penalties[-1]:.4g}"
    assert repr(path) == f"CoxPath: 5 penalties from {ends}, 0 to {kept} of 6 columns; see its table"
