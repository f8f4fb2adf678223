"""CoxRegression: known truth with competing events, raw features, delayed entry, clusters, refusals."""

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter
from sklearn.model_selection import GridSearchCV

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.cox import CoxRegression
from hgrisk.surv import Surv

SAME_AS_LIFELINES = 1e-3  # they take the product limit of the baseline where we take the exponential
NOISE = 0.015  # about 4 standard errors of a probability at this sample size


def simulate(n=20_000, seed=1):
    """Constant hazards per day: re-report 0.001 exp(0.8 a - 0.5 b), competing 0.0005; independent censoring."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"a": rng.normal(size=n), "b": rng.random(n) < 0.3})
    rate = 0.001 * np.exp(0.8 * X["a"] - 0.5 * X["b"]).to_numpy()
    re_report, competing, stop = rng.exponential(1 / rate), rng.exponential(2000, n), rng.uniform(200, 1500, n)
    days = np.minimum(np.minimum(re_report, competing), stop)
    event = np.where(days == re_report, 1, np.where(days == competing, 2, 0))
    return X, Surv.from_arrays(event, np.ceil(days)), rate


def test_known_probabilities_under_competing_events_are_recovered():
    X, y, rate = simulate()
    model = CoxRegression(prepare=False).fit(X, y)
    np.testing.assert_allclose(model.coef_, [0.8, -0.5], atol=0.06)
    times = np.array([90.0, 365, 1000])
    both = rate[:, None] + 0.0005
    truth = rate[:, None] / both * (1 - np.exp(-both * times))
    error = np.abs(model.predict_cumulative_incidence(X, times) - truth)
    assert error.mean() < NOISE
    assert np.quantile(error, 0.99) < 3 * NOISE


def test_competing_events_lower_the_probability_but_not_the_hazard():
    X, y, _ = simulate(n=3000)
    censored = y.copy()
    censored["event"][y["event"] == 2] = 0
    with_competing = CoxRegression(prepare=False).fit(X, y)
    without = CoxRegression(prepare=False).fit(X, censored)
    np.testing.assert_array_equal(with_competing.coef_, without.coef_)
    assert np.all(with_competing.predict_risk(X, 365) < without.predict_risk(X, 365))


def test_all_competing_codes_count_alike():
    X, y, _ = simulate(n=2000)
    split = y.copy()
    split["event"][(y["event"] == 2) & (np.arange(2000) % 2 == 0)] = 5
    one, other = CoxRegression().fit(X, y), CoxRegression().fit(X, split)
    np.testing.assert_array_equal(one.predict_risk(X, 365), other.predict_risk(X, 365))


def test_survival_without_competing_events_equals_lifelines():
    X, y, _ = simulate(n=1000)
    y["event"][y["event"] == 2] = 0
    frame = X.astype(float).assign(T=y["duration_days"], E=y["event"])
    times = [100, 365, 700]
    theirs = CoxPHFitter().fit(frame, "T", "E").predict_survival_function(X.astype(float), times).to_numpy().T
    mine = CoxRegression(prepare=False).fit(X, y).predict_survival(X, times)
    np.testing.assert_allclose(mine, theirs, atol=SAME_AS_LIFELINES)


def test_score_is_linear_in_the_prepared_columns(features, outcome):
    model = CoxRegression(penalty=0.01).fit(features, outcome)
    prepared = model.preparer_.transform(features)
    assert model.design_names_ == list(prepared)
    np.testing.assert_allclose(model.predict(features), prepared @ model.coef_ + model.intercept_, atol=1e-12)
    assert model.predict(features).mean() == pytest.approx(0.0, abs=1e-9)


def test_effects_of_the_simulation_are_found(features, outcome):
    summary = CoxRegression(penalty=0.001).fit(features, outcome).summary_.set_index("feature")
    assert summary.loc["region=south", "lower"] < np.exp(0.3) < summary.loc["region=south", "upper"]
    assert "region=other" in summary.index


def test_a_larger_penalty_shrinks_more_and_gives_smaller_errors(features, outcome):
    fits = [CoxRegression(penalty=value).fit(features, outcome) for value in (0.001, 0.1, 10.0)]
    spread = [float(fit.predict(features).std()) for fit in fits]
    assert spread[0] > spread[1] > spread[2] > 0
    errors = [fit.summary_["se"].sum() for fit in fits]
    assert errors[0] > errors[1] > errors[2]


def test_clusters_change_errors_only_and_doubled_rows_are_seen_through():
    X, y, _ = simulate(n=1500)
    single = CoxRegression(ties="breslow", prepare=False).fit(X, y, cluster=np.arange(1500))
    twice = np.repeat(np.arange(1500), 2)
    doubled = CoxRegression(ties="breslow", prepare=False).fit(
        X.iloc[twice], y[twice], cluster=[f"h{i}" for i in twice]
    )
    np.testing.assert_allclose(doubled.coef_, single.coef_, atol=1e-8)
    np.testing.assert_allclose(doubled.covariance_, single.covariance_, rtol=1e-6)
    np.testing.assert_allclose(doubled.model_covariance_, single.model_covariance_ / 2, rtol=1e-6)


def test_delayed_entry_removes_the_bias_of_late_joiners():
    X, _, rate = simulate(n=20_000)
    rng = np.random.default_rng(2)
    time, entry = rng.exponential(1 / rate), rng.uniform(0, 600, len(X))
    seen = time > entry
    y = Surv.from_arrays(np.ones(seen.sum()), time[seen])
    model = CoxRegression(prepare=False).fit(X[seen], y, entry=entry[seen])
    ignoring = CoxRegression(prepare=False).fit(X[seen], y)
    truth = 1 - np.exp(-rate[seen] * 365)
    assert np.abs(model.predict_risk(X[seen], 365) - truth).mean() < NOISE
    assert np.abs(ignoring.predict_risk(X[seen], 365) - truth).mean() > 5 * NOISE


def test_the_competing_hazard_counts_only_those_who_have_entered():
    X, y, _ = simulate(n=400)
    entry = np.floor(y["duration_days"] * np.random.default_rng(3).random(400))
    model = CoxRegression(prepare=False).fit(X, y, entry=entry)
    at_risk = (entry < model.baseline_times_[:, None]) & (model.baseline_times_[:, None] <= y["duration_days"])
    dead = (y["event"] == 2) & (model.baseline_times_[:, None] == y["duration_days"])
    np.testing.assert_allclose(model.competing_hazard_, dead.sum(axis=1) / at_risk.sum(axis=1))


def test_searches_take_rows_that_enter_late():
    X, y, _ = simulate(400, seed=2)
    late = Surv.from_arrays(y["event"], y["duration_days"], np.floor(y["duration_days"] / 3))
    search = GridSearchCV(CoxRegression(prepare=False), {"penalty": [0.0, 10.0]}, cv=3, error_score="raise")
    assert search.fit(X, late).best_score_ > 0.5


def test_rows_of_weight_zero_take_their_entry_and_cluster_with_them():
    X, y, _ = simulate(n=400)
    rng = np.random.default_rng(4)
    entry, cluster = np.floor(y["duration_days"] * rng.random(400)), rng.integers(0, 90, 400)
    weight = np.where(rng.random(400) < 0.5, 0.0, 2.0)
    kept = weight > 0
    model = CoxRegression(prepare=False).fit(X, y, sample_weight=weight, entry=entry, cluster=cluster)
    alone = CoxRegression(prepare=False).fit(X[kept], y[kept], entry=entry[kept], cluster=cluster[kept])
    np.testing.assert_allclose(model.coef_, alone.coef_, atol=1e-9)
    np.testing.assert_allclose(model.covariance_, alone.covariance_, rtol=1e-6)


def refusal(error, *args, model=None, **kwargs):
    with pytest.raises(error) as caught:
        (model or CoxRegression(prepare=False)).fit(*args, **kwargs)
    return str(caught.value)


def test_settings_are_checked_at_fit():
    X, y, _ = simulate(n=100)
    assert "A penalty is a finite number from 0" in refusal(ConfigError, X, y, model=CoxRegression(penalty=-1))
    assert "A penalty is a finite number" in refusal(ConfigError, X, y, model=CoxRegression(penalty=np.nan))
    assert "ties is 'efron' or 'breslow'" in refusal(ConfigError, X, y, model=CoxRegression(ties="exact"))


def test_wrong_entries_and_clusters_are_refused():
    X, y, _ = simulate(n=100)
    assert "enters at 0 days or later and before its duration" in refusal(DataError, X, y, entry=y["duration_days"])
    assert "found -1.0" in refusal(DataError, X, y, entry=np.full(100, -1.0))
    assert "Entry times are one per row, but found shape (3,)" in refusal(DataError, X, y, entry=[0, 0, 0])
    named = refusal(DataError, X, y, cluster="case")
    assert "Cluster labels are one per row, but found 'case': pass a column with 100 of them" in named
    assert "Each row has a cluster label" in refusal(DataError, X, y, cluster=[None, *"a" * 99])


def test_unprepared_features_are_finite_numbers():
    X, y, _ = simulate(n=100)
    assert "text in 'c'" in refusal(DataError, X.assign(c="x"), y)
    assert "missing or infinite values in 'a'" in refusal(DataError, X.assign(a=np.nan), y)
    assert "missing or infinite values in 'a'" in refusal(DataError, X.assign(a=np.inf), y)
    model = CoxRegression(prepare=False).fit(X, y)
    with pytest.raises(DataError, match="missing or infinite values in 'a'"):
        model.predict(X.assign(a=np.nan))


def test_nothing_to_learn_from_is_refused():
    X, y, _ = simulate(n=100)
    text = refusal(DataError, X.assign(a=1.0, b=2.0), y, model=CoxRegression())
    assert text == "A Cox regression has at least one column that varies, but found none: use BaseRate."
    y["event"] = 0
    assert "at least one re-report" in refusal(FitError, X, y)


def test_errors_name_raw_or_prepared_columns():
    X, y, _ = simulate(n=200)
    text = refusal(FitError, X.assign(c=2 * X["a"] + 1), y)
    assert "collinear 'a', 'c'" in text
    assert "perfectly ordered by 'told=yes'" in refusal(
        FitError, X.assign(told=np.where(y["event"] == 1, "yes", "no")), y, model=CoxRegression()
    )


def test_a_notebook_shows_the_coefficients_after_a_fit_and_the_settings_before():
    X, y, _ = simulate(n=100)
    model = CoxRegression(prepare=False)
    assert model._repr_html_() == "<pre>CoxRegression(prepare=False)</pre>"
    shown = model.fit(X, y)._repr_html_()
    assert shown.startswith("<pre>CoxRegression(prepare=False)</pre><table")
    assert f"<td>{model.summary_['hazard_ratio'][0]:.4g}</td>" in shown
    assert f"{model.n_events_:g} re-reports, log likelihood" in shown
    lasso = CoxRegression(penalty=0.01, l1_ratio=1.0, prepare=False).fit(X, y)
    assert "<th>se</th>" not in lasso._repr_html_()
