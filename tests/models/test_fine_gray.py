"""Fine-Gray regression: what it means with and without competing events, late entry, refusals, prediction."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, KFold

from hgrisk.curves import aalen_johansen
from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.cox import CoxRegression
from hgrisk.models.fine_gray import FineGray
from hgrisk.surv import Surv


def landmarks(seed, n=400, *, late=False):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"prior_reports": rng.poisson(1.5, n), "children": rng.integers(0, 2, n)})
    entry = np.where(rng.random(n) < 0.7, 0, rng.integers(0, 100, n)) if late else np.zeros(n)
    days = entry + np.ceil(rng.exponential(300 * np.exp(-0.3 * X["prior_reports"])))
    end = rng.choice(3, n, p=[0.4, 0.4, 0.2])
    days[:5], end[:5], entry[:5] = 900, 0, 0
    return X, Surv.from_arrays(end, days, entry)


def test_it_is_a_cox_regression_where_nothing_competes():
    X, y = landmarks(1, late=True)
    y["event"][y["event"] == 2] = 0
    mine = FineGray(prepare=False).fit(X, y)
    theirs = CoxRegression(prepare=False).fit(X, y, cluster=np.arange(len(X)))
    np.testing.assert_allclose(mine.coef_, theirs.coef_, rtol=1e-9)
    np.testing.assert_allclose(mine.covariance_, theirs.covariance_, rtol=1e-9)
    days = [90, 365]
    ours, cox = (model.predict_cumulative_incidence(X, days) for model in (mine, theirs))
    np.testing.assert_allclose(ours, cox, rtol=1e-9)


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_for_one_kind_of_household_it_is_near_the_aalen_johansen_curve(seed):
    X, y = landmarks(seed)
    X = X.assign(prior_reports=np.random.default_rng(seed).permutation(X["prior_reports"]) * 1e-6)
    days = [60, 200, 400]
    mean = FineGray(prepare=False, penalty=100.0).fit(X, y).predict_cumulative_incidence(X, days).mean(axis=0)
    np.testing.assert_allclose(mean, aalen_johansen(y["duration_days"], y["event"]).at(days), atol=0.01)


def test_probabilities_follow_the_formula():
    X, y = landmarks(2)
    model = FineGray(prepare=False).fit(X, y)
    reached = np.cumsum(model.baseline_hazard_)[np.searchsorted(model.baseline_times_, 365.0, side="right") - 1]
    expected = 1 - np.exp(-reached * np.exp(model.predict(X)))
    np.testing.assert_allclose(model.predict_risk(X, 365), expected, rtol=1e-12)
    assert np.average(model.predict(X)) == pytest.approx(0.0, abs=1e-12)


def test_probabilities_of_all_ends_can_add_up_to_more_than_one():
    rng = np.random.default_rng(3)
    X = pd.DataFrame({"a": rng.normal(size=600)})
    first, second = (rng.exponential(100 * np.exp(-1.5 * X["a"])) for _ in range(2))
    days, event = np.minimum(first, second), np.where(first < second, 1, 2)
    swapped = np.array([0, 2, 1])[event]
    last = [float(days[X["a"] < 2].max())]
    total = sum(FineGray().fit(X, Surv.from_arrays(e, days)).predict_risk(X, last[0]) for e in (event, swapped))
    assert total.max() > 1.01


def test_clusters_alike_in_all_make_the_errors_as_large_as_one_row_each():
    X, y = landmarks(4, late=True)
    twice = np.repeat(np.arange(len(X)), 2)
    alone = FineGray(prepare=False, ties="breslow").fit(X, y)
    paired = FineGray(prepare=False, ties="breslow").fit(X.iloc[twice], y[twice], cluster=twice)
    unaware = FineGray(prepare=False, ties="breslow").fit(X.iloc[twice], y[twice])
    np.testing.assert_allclose(paired.coef_, alone.coef_, atol=1e-8)
    np.testing.assert_allclose(paired.summary_["se"], alone.summary_["se"], rtol=1e-6)
    np.testing.assert_allclose(unaware.summary_["se"], alone.summary_["se"] / np.sqrt(2), rtol=1e-6)


def test_entry_may_stand_beside_the_outcome():
    X, y = landmarks(5, late=True)
    plain = Surv.from_arrays(y["event"], y["duration_days"])
    beside = FineGray(prepare=False).fit(X, plain, entry=y["entry_days"])
    np.testing.assert_array_equal(beside.coef_, FineGray(prepare=False).fit(X, y).coef_)
    assert not np.allclose(FineGray(prepare=False).fit(X, plain).coef_, beside.coef_)


def test_strata_have_a_baseline_and_a_censoring_distribution_of_their_own():
    X, y = landmarks(9, late=True)
    X = X.assign(region=np.where(np.arange(len(X)) % 3, "north", "south"))
    model = FineGray(strata=["region"]).fit(X, y)
    assert model.strata_levels_ == ["region='north'", "region='south'"]
    assert model.design_names_ == ["prior_reports", "children"]
    south = (X["region"] == "south").to_numpy()
    days = [90, 365]
    hazard = np.cumsum(model.baseline_hazard_[model.baseline_stratum_ == 1])
    times = model.baseline_times_[model.baseline_stratum_ == 1]
    reached = np.append(0.0, hazard)[np.searchsorted(times, days, side="right")]
    expected = 1 - np.exp(-np.outer(np.exp(model.predict(X[south])), reached))
    np.testing.assert_allclose(model.predict_cumulative_incidence(X, days)[south], expected, rtol=1e-12)
    one = FineGray(strata=["all"]).fit(X.drop(columns="region").assign(all=1), y)
    none = FineGray().fit(X.drop(columns="region"), y)
    np.testing.assert_array_equal(one.coef_, none.coef_)
    np.testing.assert_allclose(one.covariance_, none.covariance_, rtol=1e-9)


def test_wrong_strata_are_refused():
    X, y = landmarks(10)
    X = X.assign(region=np.where(np.arange(len(X)) % 2, "north", "south"))
    model = FineGray(prepare=False, strata=["region"]).fit(X, y)
    unknown = message(FitError, model.predict_risk, X.assign(region="east"), 365)
    assert unknown == "A stratum to predict for was there at fit, but found \"region='east'\": fit with its rows."
    assert "columns of the features, but found 'town'" in message(ConfigError, FineGray(strata=["town"]).fit, X, y)
    assert "a list of columns, but found 'region'" in message(ConfigError, FineGray(strata="region").fit, X, y)
    missing = X.assign(region=X["region"].where(X.index > 0))
    assert "a missing value in 'region'" in message(DataError, FineGray(strata=["region"]).fit, missing, y)
    assert "at least one column" in message(DataError, FineGray(strata=["region"]).fit, X[["region"]], y)


def test_it_can_be_searched_over():
    X, y = landmarks(6)
    search = GridSearchCV(
        FineGray(prepare=False),
        {"penalty": [0.01, 1.0]},
        cv=KFold(2),
        scoring=lambda model, X, y: float(np.corrcoef(model.predict(X), y["event"] == 1)[0, 1]),
        error_score="raise",
    ).fit(X, y)
    assert search.best_params_["penalty"] in {0.01, 1.0}
    assert clone(search.best_estimator_).get_params() == search.best_estimator_.get_params()


def message(error, call, *args, **kwargs):
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def test_bad_input_is_refused_in_one_sentence():
    X, y = landmarks(7)
    plain = FineGray(prepare=False)
    assert "finite number from 0, but found -1" in message(ConfigError, FineGray(penalty=-1).fit, X, y)
    assert "'efron' or 'breslow', but found 'exact'" in message(ConfigError, FineGray(ties="exact").fit, X, y)
    assert "in 'prior_reports'" in message(DataError, plain.fit, X.assign(prior_reports=np.nan), y)
    huge = message(DataError, plain.fit, X.assign(prior_reports=1e300 * X["prior_reports"]), y)
    assert "squares overflow in 'prior_reports'" in huge
    assert "at least one column" in message(DataError, plain.fit, X[[]], y)
    none = Surv.from_arrays(2 * (y["event"] == 2), y["duration_days"])
    assert "at least one re-report, but found none" in message(FitError, plain.fit, X, none)
    assert "no variation in 'children'" in message(FitError, plain.fit, X.assign(children=1.0), y)
    ordered = X.assign(children=y["event"] == 1)
    assert "perfectly ordered by 'children'" in message(FitError, plain.fit, ordered, y)


def test_one_re_report_is_too_few_to_go_without_a_penalty():
    X, y = landmarks(8)
    first = np.arange(len(y)) == int(np.flatnonzero(y["event"] == 1)[0])
    one = Surv.from_arrays(np.where(first, 1, np.where(y["event"] == 1, 0, y["event"])), y["duration_days"])
    assert "perfectly ordered by" in message(FitError, FineGray(prepare=False).fit, X, one)
    assert np.isfinite(FineGray(penalty=0.1, prepare=False).fit(X, one).predict_risk(X, 30)).all()


def test_its_help_is_of_the_subdistribution():
    assert "subdistribution hazard" in FineGray.fit.__doc__
    assert "end the time at risk" not in FineGray.fit.__doc__
    assert "ratio of subdistribution hazards" in FineGray.summary_.__doc__
