"""DiscreteTimeHazard: known truth, any classifier, delayed entry, competing events, refusals."""

import numpy as np
import pandas as pd
import pytest
import skops.io
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from hgrisk.curves import aalen_johansen
from hgrisk.errors import ConfigError, DataError, FitError, ResultError
from hgrisk.models.discrete_time import DiscreteTimeHazard
from hgrisk.surv import Surv

SAME_BY_CLASSIFIER = 1e-6
NOISE = 0.015  # about 4 standard errors of a probability at this sample size


def simulate(n=8000, seed=1):
    """Constant hazards per day: re-report 0.001 exp(0.8 a - 0.5 b), competing 0.0005 exp(0.6 a)."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"a": rng.normal(size=n), "b": rng.random(n) < 0.3})
    rate = 0.001 * np.exp(0.8 * X["a"] - 0.5 * X["b"]).to_numpy()
    other = 0.0005 * np.exp(0.6 * X["a"]).to_numpy()
    re_report, competing, stop = rng.exponential(1 / rate), rng.exponential(1 / other), rng.uniform(200, 1000, n)
    days = np.minimum(np.minimum(re_report, competing), stop)
    event = np.where(days == re_report, 1, np.where(days == competing, 2, 0))
    return X, Surv.from_arrays(event, np.ceil(days)), rate, other


@pytest.mark.parametrize("time", ["one_hot", "spline", "number"])
def test_known_probabilities_are_recovered(time):
    X, y, rate, other = simulate()
    model = DiscreteTimeHazard(time=time, prepare=False).fit(X, y)
    times = np.array([45.0, 365, 700])
    both = (rate + other)[:, None]
    truth = rate[:, None] / both * (1 - np.exp(-both * times))
    error = np.abs(model.predict_cumulative_incidence(X, times) - truth)
    assert error.mean() < NOISE
    assert np.quantile(error, 0.99) < 3 * NOISE
    np.testing.assert_allclose(model.coef_, [[0.8, -0.5], [0.6, 0]], atol=0.12)


def test_competing_events_may_have_a_hazard_without_features():
    X, y, _, _ = simulate()
    model = DiscreteTimeHazard(competing=False, prepare=False).fit(X, y)
    assert model.coef_.shape == (1, 2)
    assert np.all(model.competing_rate_[:12] > 0)
    mean = model.predict_cumulative_incidence(X, [180, 540]).mean(axis=0)
    np.testing.assert_allclose(mean, aalen_johansen(y["duration_days"], y["event"]).at([180, 540]), atol=0.02)


@pytest.mark.parametrize("competing", [True, False])
def test_without_features_that_tell_it_is_aalen_johansen_at_the_ends_of_intervals(competing):
    rng = np.random.default_rng(2)
    y = Surv.from_arrays(rng.integers(0, 3, 600), 30.0 * rng.integers(1, 8, 600))
    X = pd.DataFrame({"a": np.tile([0.0, 1.0], 300)})
    y = np.repeat(y[:300], 2)  # each outcome with both values
    model = DiscreteTimeHazard(competing=competing, prepare=False).fit(X, y)
    np.testing.assert_allclose(model.coef_, 0, atol=1e-9)
    times = 30.0 * np.arange(1, 7)
    expected = aalen_johansen(y["duration_days"], y["event"]).at(times)
    # with competing=False their hazard acts within an interval together with that of re-reports, not after it
    np.testing.assert_allclose(
        model.predict_cumulative_incidence(X[:1], times)[0], expected, atol=1e-9 if competing else 0.03
    )


def test_any_classifier_will_do_and_a_logistic_one_gives_the_same():
    X, y, _, _ = simulate(n=1500)
    mine = DiscreteTimeHazard(interval_days=90, prepare=False).fit(X, y)
    learner = LogisticRegression(C=np.inf, tol=1e-10, max_iter=2000)
    theirs = DiscreteTimeHazard(learner, interval_days=90, prepare=False).fit(X, y)
    times = [30, 200, 600]
    np.testing.assert_allclose(
        theirs.predict_cumulative_incidence(X, times), mine.predict_cumulative_incidence(X, times), atol=1e-5
    )
    assert not hasattr(learner, "coef_")
    with pytest.raises(ResultError, match="A logistic hazard has a table"):
        _ = theirs.summary_
    assert "DiscreteTimeHazard" in theirs._repr_html_()


def test_trees_see_the_interval_as_a_number_and_find_what_changes_with_time():
    rng = np.random.default_rng(3)
    n = 3000
    X = pd.DataFrame({"a": rng.integers(0, 2, n)})
    late = rng.exponential(1 / np.where(X["a"] == 1, 0.004, 0.001))
    days = np.where(late > 180, 180 + rng.exponential(500, n), late)  # the effect ends at day 180
    y = Surv.from_arrays(days <= 720, np.ceil(np.minimum(days, 720)))
    trees = HistGradientBoostingClassifier(max_iter=25, max_leaf_nodes=6, random_state=0)
    model = DiscreteTimeHazard(trees, time="number", prepare=False).fit(X, y)
    hazard = model.predict_hazard(pd.DataFrame({"a": [0, 1]}))[0]
    assert hazard[1, :6].mean() > 2.5 * hazard[0, :6].mean()
    assert hazard[1, 7:].mean() < 1.3 * hazard[0, 7:].mean()


def test_a_drawn_share_of_intervals_is_weighted_back():
    X, y, _, _ = simulate(n=4000)
    learner = LogisticRegression(C=np.inf)
    whole = DiscreteTimeHazard(learner, prepare=False, competing=False).fit(X, y)
    part = DiscreteTimeHazard(learner, prepare=False, competing=False, keep_share=0.3, seed=1).fit(X, y)
    difference = part.predict_risk(X, 365) - whole.predict_risk(X, 365)
    assert 0 < np.abs(difference).mean() < NOISE


def test_delayed_entry_removes_the_bias_of_late_joiners():
    X, _, rate, _ = simulate(n=8000)
    rng = np.random.default_rng(2)
    time, entry = rng.exponential(1 / rate), rng.uniform(0, 600, len(X))
    seen = time > entry
    y = Surv.from_arrays(time[seen] < 1500, np.minimum(time[seen], 1500), entry[seen])
    model = DiscreteTimeHazard(prepare=False, horizon_days=900).fit(X[seen], y)
    ignoring = DiscreteTimeHazard(prepare=False, horizon_days=900).fit(X[seen], y[["event", "duration_days"]])
    truth = 1 - np.exp(-rate[seen] * 365)
    error = np.abs(model.predict_risk(X[seen], 365) - truth).mean()
    assert error < NOISE
    assert np.abs(ignoring.predict_risk(X[seen], 365) - truth).mean() > 3 * error


def test_the_horizon_ends_what_is_looked_at_and_predicted():
    X, y, _, _ = simulate(n=2000)
    model = DiscreteTimeHazard(horizon_days=200, prepare=False, competing=False).fit(X, y)
    cut = y.copy()
    cut["event"][y["duration_days"] > 200] = 0
    cut["duration_days"] = np.minimum(y["duration_days"], 200)
    same = DiscreteTimeHazard(prepare=False, competing=False).fit(X, cut)
    np.testing.assert_array_equal(model.predict_risk(X, 200), same.predict_risk(X, 200))
    assert model.last_followup_days_ == 200
    with pytest.raises(FitError, match="Predictions end"):
        model.predict_risk(X, 201)


def test_doubled_rows_are_weights_of_two_and_clusters_see_through_them():
    X, y, _, _ = simulate(n=600)
    single = DiscreteTimeHazard(prepare=False, interval_days=100).fit(X, y, cluster=np.arange(600))
    twice = np.repeat(np.arange(600), 2)
    model = DiscreteTimeHazard(prepare=False, interval_days=100)
    doubled = clone(model).fit(X.iloc[twice], y[twice], cluster=[f"h{i}" for i in twice])
    weighted = clone(model).fit(X, y, sample_weight=np.full(600, 2.0), cluster=np.arange(600))
    np.testing.assert_allclose(doubled.coef_, single.coef_, atol=1e-8)
    for other in (doubled, weighted):
        np.testing.assert_allclose(other.covariance_, single.covariance_, rtol=1e-6)
        np.testing.assert_allclose(other.model_covariance_, single.model_covariance_ / 2, rtol=1e-6)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000), unit=st.sampled_from([0.1, 7.0, 365.25]))
def test_the_unit_of_time_and_the_order_of_rows_do_not_matter(seed, unit):
    X, y, _, _ = simulate(n=300, seed=seed)
    model = DiscreteTimeHazard(interval_days=150.0, prepare=False, penalty=0.01).fit(X, y)
    mixed = np.random.default_rng(seed).permutation(300)
    scaled = Surv.from_arrays(y["event"], y["duration_days"] * unit)
    other = DiscreteTimeHazard(interval_days=150.0 * unit, prepare=False, penalty=0.01).fit(
        X.iloc[mixed], scaled[mixed]
    )
    times = np.array([10.0, 150.0, 199.0])
    expected = model.predict_cumulative_incidence(X, times)
    np.testing.assert_allclose(other.predict_cumulative_incidence(X, times * unit), expected, atol=1e-7)
    assert np.all(model.predict_cumulative_incidence(X, [0]) == 0)


def test_grid_search_and_skops_take_it():
    X, y, _, _ = simulate(n=300)
    search = GridSearchCV(
        DiscreteTimeHazard(interval_days=100, prepare=False),
        {"penalty": [0.01, 10.0]},
        scoring=lambda model, X, y: -float(np.mean((model.predict_risk(X, 180) - (y["duration_days"] <= 180)) ** 2)),
        cv=3,
        error_score="raise",
    ).fit(X, y)
    assert search.best_params_["penalty"] == 0.01
    stored = skops.io.dumps(search.best_estimator_)
    trusted = ["hgrisk.models.discrete_time.DiscreteTimeHazard"]
    assert skops.io.get_untrusted_types(data=stored) == trusted
    loaded = skops.io.loads(stored, trusted=trusted)
    np.testing.assert_array_equal(loaded.predict(X), search.predict(X))


def test_a_refit_with_a_classifier_forgets_the_coefficients():
    X, y, _, _ = simulate(n=300)
    model = DiscreteTimeHazard(interval_days=100, prepare=False, penalty=0.1).fit(X, y)
    model.set_params(classifier=LogisticRegression()).fit(X, y)
    assert not hasattr(model, "coef_")
    model.set_params(classifier=None).fit(X, y)
    assert not hasattr(model, "classifier_")


def refusal(error, *args, **params):
    with pytest.raises(error) as caught:
        DiscreteTimeHazard(**{"prepare": False, **params}).fit(*args)
    text = str(caught.value)
    assert text.count("but found") == 1
    return text


def test_settings_are_checked_at_fit():
    X, y, _, _ = simulate(n=100)
    assert "interval_days is a finite number above 0" in refusal(ConfigError, X, y, interval_days=0)
    assert "time is one of" in refusal(ConfigError, X, y, time="cubic")
    assert "A penalty is a finite number from 0" in refusal(ConfigError, X, y, penalty=-1)
    assert "keep_share is above 0 and at most 1" in refusal(ConfigError, X, y, keep_share=0)
    assert "has predict_proba, but found a LinearSVC" in refusal(ConfigError, X, y, classifier=LinearSVC())
    pipeline = make_pipeline(StandardScaler(), LogisticRegression())
    assert "a Pipeline without sample_weight in fit" in refusal(ConfigError, X, y, classifier=pipeline)


def test_bad_input_is_refused_in_one_sentence():
    X, y, _, _ = simulate(n=200)
    none = y.copy()
    none["event"] = 2
    assert "at least one re-report" in refusal(FitError, X, none)
    one = y.copy()
    one["event"] = np.arange(200) == X["a"].argmax()
    assert "perfectly ordered by 'a'" in refusal(FitError, X, one)
    assert "missing or infinite values in 'a'" in refusal(DataError, X.assign(a=np.nan), y)
    assert "squares overflow in 'a'" in refusal(DataError, X.assign(a=np.where(X["b"], 1e300, 0)), y)
    assert "no variation in 'a'" in refusal(FitError, X.assign(a=1.0), y)
    assert "at least one column" in refusal(DataError, X[[]], y)
    assert "text in 'c'" in refusal(DataError, X.assign(c="x"), y)
