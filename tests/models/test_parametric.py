"""ParametricSurvival: lifelines, known truth with competing events, identities, delayed entry, clusters, refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import GeneralizedGammaFitter, LogLogisticAFTFitter, LogNormalAFTFitter, WeibullAFTFitter
from sklearn.model_selection import GridSearchCV

from hgrisk.errors import ConfigError, DataError, FitError, ResultError
from hgrisk.models.parametric import FAMILIES, ParametricSurvival
from hgrisk.surv import Surv

SAME_AS_LIFELINES = 1e-6
SAME = 1e-7
NOISE = 0.02  # about 4 standard errors of a probability at this sample size
THEIRS = {"weibull": WeibullAFTFitter, "log_normal": LogNormalAFTFitter, "log_logistic": LogLogisticAFTFitter}
FARTHER = {  # as shipped, their search stops short of the maximum
    "weibull": {"ftol": 1e-13},
    "log_normal": {"gtol": 1e-9},
    "log_logistic": {"ftol": 1e-13},
}


def simulate(n=1500, seed=1, alpha=0.8):
    """Weibull times with effects 0.6 and -0.4 on the log hazard, competing events at 0.0005 a day, censoring."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"a": rng.normal(size=n), "b": (rng.random(n) < 0.4).astype(float)})
    score = -0.8 * np.log(700) + 0.6 * X["a"].to_numpy() - 0.4 * X["b"].to_numpy()
    time = (rng.exponential(1, n) / np.exp(score)) ** (1 / alpha)
    competing, stop = rng.exponential(2000, n), rng.uniform(200, 1500, n)
    days = np.minimum(np.minimum(time, competing), stop)
    event = np.where(days == time, 1, np.where(days == competing, 2, 0))
    return X, Surv.from_arrays(event, days), score


def delayed(y, entry):
    return Surv.from_arrays(y["event"], y["duration_days"], entry)


def plain(distribution, X, y, **more):
    return ParametricSurvival(distribution, prepare=False).fit(X, y, **more)


@pytest.mark.parametrize("distribution", THEIRS)
@pytest.mark.parametrize("late", [False, True])
def test_coefficients_errors_and_likelihood_equal_lifelines(distribution, late):
    X, y, _ = simulate(600)
    rng = np.random.default_rng(3)
    weight = rng.integers(1, 4, len(X)).astype(float)
    entry = np.where(rng.random(len(X)) < 0.5, 0.0, 0.7 * y["duration_days"]) if late else np.zeros(len(X))
    frame = X.assign(T=y["duration_days"], E=y["event"] == 1, w=weight, entry=entry)
    more = {"weights_col": "w", "entry_col": "entry", "fit_options": FARTHER[distribution]}
    theirs = THEIRS[distribution]().fit(frame, "T", "E", **more).summary
    model = plain(distribution, X, delayed(y, entry), sample_weight=weight)
    table = model.time_ratios_
    expected = theirs.iloc[:2]
    np.testing.assert_allclose(table["coef"], expected["coef"], atol=SAME_AS_LIFELINES)
    np.testing.assert_allclose(table["se"], expected["se(coef)"], atol=SAME_AS_LIFELINES)
    np.testing.assert_allclose(table["upper"], expected["exp(coef) upper 95%"], rtol=10 * SAME_AS_LIFELINES)


def test_weighted_likelihood_equals_lifelines():
    X, y, _ = simulate(600)
    frame = X.assign(T=y["duration_days"], E=y["event"] == 1)
    for distribution, fitter in THEIRS.items():
        model = plain(distribution, X, y)
        assert model.loglik_ == pytest.approx(fitter().fit(frame, "T", "E").log_likelihood_, abs=1e-4)
        assert model.aic_ == pytest.approx(2 * 4 - 2 * model.loglik_)


def test_ancillary_columns_equal_lifelines():
    X, y, _ = simulate(600)
    frame = X.assign(T=y["duration_days"], E=y["event"] == 1)
    fitter = LogNormalAFTFitter()
    theirs = fitter.fit(frame, "T", "E", ancillary=frame[["b"]], fit_options=FARTHER["log_normal"]).summary
    model = ParametricSurvival("log_normal", ancillary=("b",), prepare=False).fit(X, y)
    np.testing.assert_allclose(model.coef_, theirs.loc["mu_"].loc[["a", "b"], "coef"], atol=SAME_AS_LIFELINES)
    table = model.shape_summary_
    assert table["feature"].tolist() == ["log_sigma", "log_sigma: b"]
    expected = theirs.loc["sigma_"].loc[["Intercept", "b"]]
    np.testing.assert_allclose(table["coef"], expected["coef"], atol=SAME_AS_LIFELINES)
    np.testing.assert_allclose(table["se"], expected["se(coef)"], atol=SAME_AS_LIFELINES)


def test_generalised_gamma_without_columns_equals_lifelines():
    _, y, _ = simulate(800)
    theirs = GeneralizedGammaFitter().fit(y["duration_days"], y["event"] == 1)
    model = plain("generalised_gamma", pd.DataFrame(index=range(800)), y)
    assert model.loglik_ == pytest.approx(theirs.log_likelihood_, abs=1e-3)
    mine = [model.intercept_, *model.shape_summary_["coef"]]
    np.testing.assert_allclose(mine, [theirs.mu_, theirs.ln_sigma_, theirs.lambda_], atol=5e-3)
    assert model.coef_.shape == (0,)
    assert model.summary_.empty


def test_the_generalised_gamma_is_at_least_as_likely_as_what_it_contains():
    X, y, _ = simulate(800)
    wide = plain("generalised_gamma", X, y)
    assert wide.loglik_ >= max(plain(name, X, y).loglik_ for name in ("weibull", "log_normal", "exponential"))
    assert wide.shapes_["shape"].tolist() == ["sigma", "shape"]
    assert wide.shapes_["lower"].iloc[1] < 1 < wide.shapes_["upper"].iloc[1]


def test_an_exponential_model_of_groups_is_events_by_time_at_risk():
    X, y, _ = simulate()
    model = plain("exponential", X[["b"]], y)
    rate = [(y["event"] == 1)[X["b"] == b].sum() / y["duration_days"][X["b"] == b].sum() for b in (0, 1)]
    np.testing.assert_allclose([model.intercept_, model.intercept_ + model.coef_[0]], np.log(rate), atol=SAME)
    n_events = [(y["event"] == 1)[X["b"] == b].sum() for b in (0, 1)]
    assert model.summary_["se"].iloc[0] == pytest.approx(np.sqrt(1 / n_events[0] + 1 / n_events[1]), rel=1e-6)
    assert model.shape_summary_.empty
    np.testing.assert_allclose(model.time_ratios_["time_ratio"], 1 / model.summary_["hazard_ratio"])


def test_cluster_robust_errors_are_the_cross_product_of_the_summed_scores():
    X, y, _ = simulate(300)
    cluster = np.arange(300) // 3
    weight = np.random.default_rng(1).uniform(0.5, 2, 300)
    model = plain("exponential", X[["b"]], y, cluster=cluster, sample_weight=weight)
    design = np.column_stack((np.ones(300), X["b"]))
    expected = np.exp(design @ model.parameters_) * y["duration_days"]
    scores = (weight * ((y["event"] == 1) - expected))[:, None] * design
    summed = scores.reshape(100, 3, 2).sum(axis=1)
    inverse = np.linalg.inv(design.T @ ((weight * expected)[:, None] * design))
    np.testing.assert_allclose(model.covariance_, inverse @ summed.T @ summed @ inverse, rtol=1e-6)
    np.testing.assert_allclose(model.model_covariance_, inverse, rtol=1e-6)


def test_the_likelihood_is_told_without_the_penalty():
    X, y, _ = simulate(300)
    model = ParametricSurvival("exponential", penalty=0.5, prepare=False).fit(X, y)
    score = X.to_numpy() @ model.coef_ + model.intercept_
    expected = np.sum((y["event"] == 1) * score - np.exp(score) * y["duration_days"])
    assert model.loglik_ == pytest.approx(expected, abs=1e-8)
    slope = X.to_numpy().T @ ((y["event"] == 1) - np.exp(score) * y["duration_days"])
    ridge = 0.5 * (y["event"] == 1).sum() * X.to_numpy().var(axis=0) * model.coef_
    np.testing.assert_allclose(slope, ridge, rtol=1e-6)


def test_the_gradient_is_zero_at_the_gompertz_fit_and_its_hazard_changes_exponentially():
    rng = np.random.default_rng(2)
    X = pd.DataFrame({"a": rng.normal(size=20_000)})
    shape, location = -0.002, np.log(0.002) + 0.5 * X["a"].to_numpy()
    with np.errstate(invalid="ignore"):
        time = np.log1p(shape * rng.exponential(size=20_000) / np.exp(location)) / shape
    time = np.where(np.isfinite(time), time, np.inf)
    y = Surv.from_arrays(time < 1500, np.minimum(time, 1500))
    model = plain("gompertz", X, y)
    np.testing.assert_allclose([*model.coef_, model.intercept_], [0.5, np.log(0.002)], atol=0.05)
    assert model.shapes_["lower"][0] < shape < model.shapes_["upper"][0]
    hazard = model.predict_hazard(X[:3], [100, 200, 300])
    np.testing.assert_allclose(np.diff(np.log(hazard), axis=1), 100 * model.parameters_[-1], rtol=1e-9)
    with pytest.raises(ResultError, match="found a Gompertz model"):
        _ = model.time_ratios_
    assert not hasattr(model, "time_ratios_")
    assert "ParametricSurvival" in model._repr_html_()


def test_known_probabilities_under_competing_events_are_recovered():
    X, y, score = simulate(20_000)
    model = plain("weibull", X, y)
    np.testing.assert_allclose(model.coef_, [0.6, -0.4], atol=0.06)
    assert model.shapes_["value"][0] == pytest.approx(0.8, abs=0.03)
    grid = np.linspace(0, 1000, 20_001)
    own, free = np.exp(-np.exp(score[:200, None]) * grid**0.8), np.exp(-0.0005 * grid)
    truth = np.cumsum(-np.diff(own, axis=1) * (free[1:] + free[:-1]) / 2, axis=1)
    times = [90, 365, 1000]
    risk = model.predict_cumulative_incidence(X[:200], times)
    assert np.abs(risk - truth[:, np.searchsorted(grid[1:], times)]).max() < NOISE


@pytest.mark.parametrize("distribution", FAMILIES)
def test_the_score_is_linear_and_orders_risk(distribution):
    X, y, _ = simulate(400)
    model = plain(distribution, X, y)
    score = model.predict(X)
    assert np.all(np.diff(model.predict_risk(X, 500)[np.argsort(score)]) >= 0)
    sign = 1 if "hazard_ratio" in model.summary_ else -1
    np.testing.assert_allclose(score, sign * (X.to_numpy() @ model.coef_ + model.intercept_), atol=1e-12)


@pytest.mark.parametrize("distribution", FAMILIES)
def test_quantiles_are_where_the_probability_is_reached(distribution):
    X, y, _ = simulate(400)
    model = plain(distribution, X, y)
    for probability in (0.1, 0.4, 0.7):
        days = model.predict_quantile(X, probability)
        reached = np.isfinite(days)
        risk = [model.predict_risk(X[i : i + 1], days[i])[0] for i in np.flatnonzero(reached)[:10]]
        np.testing.assert_allclose(risk, probability, atol=1e-9)
        longest = model.last_followup_days_
        np.testing.assert_array_equal(model.predict_risk(X, longest) >= probability, reached)


@pytest.mark.parametrize("distribution", FAMILIES)
def test_the_unit_of_time_does_not_matter(distribution):
    X, y, _ = simulate(400)
    weeks = y.copy()
    weeks["duration_days"] /= 7
    one, other = plain(distribution, X, y), plain(distribution, X, weeks)
    np.testing.assert_allclose(one.coef_, other.coef_, atol=1e-6)
    np.testing.assert_allclose(one.summary_["se"], other.summary_["se"], rtol=1e-5)
    np.testing.assert_allclose(
        one.predict_cumulative_incidence(X, [70, 700]), other.predict_cumulative_incidence(X, [10, 100]), atol=1e-6
    )
    assert one.loglik_ == pytest.approx(other.loglik_ - (y["event"] == 1).sum() * np.log(7), abs=1e-5)


@settings(max_examples=8)
@given(st.sampled_from(sorted(FAMILIES)), st.integers(0, 2**31))
def test_splitting_an_interval_changes_nothing(distribution, seed):
    X, y, _ = simulate(300)
    cut = y["duration_days"] * np.random.default_rng(seed).uniform(0.1, 0.9, 300)
    first = Surv.from_arrays(np.zeros(300), cut, np.zeros(300))
    second = delayed(y, cut)
    whole = plain(distribution, X, y, cluster=np.arange(300))
    split = plain(distribution, pd.concat([X, X]), np.concatenate([first, second]), cluster=np.tile(np.arange(300), 2))
    np.testing.assert_allclose(split.parameters_, whole.parameters_, atol=1e-5)
    np.testing.assert_allclose(split.covariance_, whole.covariance_, rtol=1e-3, atol=1e-8)
    assert split.loglik_ == pytest.approx(whole.loglik_, abs=1e-7)


@pytest.mark.parametrize("distribution", FAMILIES)
def test_doubled_rows_are_weights_of_two_and_are_seen_through_by_clusters(distribution):
    X, y, _ = simulate(300)
    twice = np.repeat(np.arange(300), 2)
    doubled = plain(distribution, X.iloc[twice], y[twice], cluster=[f"h{i}" for i in twice])
    weighted = plain(distribution, X, y, sample_weight=np.full(300, 2.0))
    single = plain(distribution, X, y, cluster=np.arange(300))
    np.testing.assert_allclose(doubled.parameters_, single.parameters_, atol=1e-6)
    np.testing.assert_allclose(doubled.covariance_, single.covariance_, rtol=1e-4)
    np.testing.assert_allclose(doubled.model_covariance_, weighted.covariance_, rtol=1e-4)


def test_delayed_entry_removes_the_bias_of_late_joiners():
    rng = np.random.default_rng(4)
    X, _, score = simulate(20_000)
    time, entry = (rng.exponential(1, 20_000) / np.exp(score)) ** 1.25, rng.uniform(0, 600, 20_000)
    seen = time > entry
    y = Surv.from_arrays(np.ones(seen.sum()), time[seen], entry[seen])
    model = plain("weibull", X[seen], y)
    assert model.shapes_["lower"][0] < 0.8 < model.shapes_["upper"][0]
    np.testing.assert_allclose(model.coef_, [0.6, -0.4], atol=0.05)
    ignoring = plain("weibull", X[seen], y[["event", "duration_days"]])
    assert ignoring.shapes_["value"][0] > 1.0


def test_the_competing_hazard_counts_only_those_who_have_entered():
    X, y, _ = simulate(300)
    entry = y["duration_days"] * np.random.default_rng(3).random(300)
    model = plain("weibull", X, delayed(y, entry))
    at = np.sort(y["duration_days"][y["event"] == 2])
    at_risk = (entry < at[:, None]) & (at[:, None] <= y["duration_days"])
    np.testing.assert_array_equal(model.competing_times_, at)
    np.testing.assert_allclose(model.competing_hazard_, 1 / at_risk.sum(axis=1))


def test_an_ancillary_column_lets_hazards_cross_and_scores_the_end_of_follow_up():
    X, y, _ = simulate(2000)
    y["event"][y["event"] == 2] = 0
    model = ParametricSurvival("weibull", ancillary=["b"], prepare=False).fit(X, y)
    assert model.ancillary_names_ == ["b"]
    hazard = model.predict_hazard(X, [10, 1000])
    slope = np.log(hazard[:, 1] / hazard[:, 0]) / np.log(100)
    alpha = np.exp(model.parameters_[3] + model.parameters_[4] * X["b"])
    np.testing.assert_allclose(slope, alpha - 1, rtol=1e-9)
    order = np.argsort(model.predict(X))
    assert np.all(np.diff(model.predict_risk(X, model.last_followup_days_)[order]) >= -1e-12)
    for table in ("shapes_", "time_ratios_"):
        with pytest.raises(ResultError, match="look at summary_ and shape_summary_"):
            getattr(model, table)


def test_an_ancillary_feature_brings_all_its_prepared_columns(features, outcome):
    model = ParametricSurvival("log_logistic", ancillary=("region",)).fit(features, outcome)
    assert model.ancillary_names_ == [name for name in model.design_names_ if name.startswith("region=")]
    assert len(model.ancillary_names_) > 1
    missing = ParametricSurvival(ancillary=("age_youngest_child",)).fit(features, outcome)
    assert missing.ancillary_names_ == ["age_youngest_child", "age_youngest_child__missing"]
    with pytest.raises(ConfigError, match="ancillary names columns of the design, but found 'nothing'"):
        ParametricSurvival(ancillary=("nothing",)).fit(features, outcome)


def test_a_larger_penalty_shrinks_more():
    X, y, _ = simulate(500)
    sizes = [np.abs(ParametricSurvival(penalty=p, prepare=False).fit(X, y).coef_).sum() for p in (0, 0.1, 10)]
    assert sizes[0] > sizes[1] > sizes[2] > 0


def test_a_grid_search_chooses_a_distribution():
    X, y, _ = simulate(400)

    def loss(model, X, y):
        return -np.mean((model.predict_risk(X, 200) - (y["duration_days"] <= 200)) ** 2)

    search = GridSearchCV(
        ParametricSurvival(prepare=False), {"distribution": ["weibull", "log_normal"]}, scoring=loss, cv=2
    )
    assert search.fit(X, y).best_estimator_.distribution in {"weibull", "log_normal"}


def message(error, X, y, model=None, **more):
    with pytest.raises(error) as caught:
        (model or ParametricSurvival(prepare=False)).fit(X, y, **more)
    text = str(caught.value)
    assert text.endswith(".")
    return text


def test_bad_input_is_refused_in_one_sentence():
    X, y, _ = simulate(200)
    none, one = y.copy(), y.copy()
    none["event"] = 0
    one["event"] = 0
    one["event"][3] = 1
    assert "re-reports on 2 days or more, but found 0 days" in message(FitError, X, none)
    assert "re-reports on 2 days or more, but found 1 day with a re-report" in message(FitError, X, one)
    assert "found 0 days" in message(FitError, X, none, ParametricSurvival("exponential", prepare=False))
    assert "no variation in 'c'" in message(FitError, X.assign(c=0.1), y)
    assert "missing or infinite values in 'a'" in message(DataError, X.assign(a=np.nan), y)
    assert "text in 'c'" in message(DataError, X.assign(c="x"), y)
    assert "larger ones in 'c'" in message(DataError, X.assign(c=np.where(X["a"] > 0, 1e300, 0.0)), y)
    assert "a flat likelihood along 'a', 'b', 'c'" in message(FitError, X.assign(c=X["a"] + 2 * X["b"]), y)
    apart = X.assign(c=(y["event"] != 1) & (X["a"] > 0))
    assert "an endless rise along 'c'" in message(FitError, apart, y)
    assert "found 1:" in message(DataError, X, y, cluster=np.zeros(200))
    assert "Each row has a cluster label" in message(DataError, X, y, cluster=[None] * 200)


def test_a_penalty_makes_up_for_separation_and_constant_columns():
    X, y, _ = simulate(200)
    apart = X.assign(c=((y["event"] != 1) & (X["a"] > 0)).astype(float), d=0.1)
    for distribution in FAMILIES:
        model = ParametricSurvival(distribution, penalty=0.1, prepare=False).fit(apart, y)
        assert np.isfinite(model.summary_.to_numpy()[:, 1:].astype(float)).all()
        assert model.coef_[3] == pytest.approx(0, abs=1e-9)


def test_extreme_times_and_rows_stay_probabilities():
    X, y, _ = simulate(200)
    huge = y.copy()
    huge["duration_days"] *= 1e297
    for distribution in FAMILIES:
        model = plain(distribution, X, y)
        risk = model.predict_cumulative_incidence(pd.DataFrame({"a": [-1e300, 1e300, 0], "b": 0.0}), [0, 1, 100])
        assert np.all((risk >= 0) & (risk <= 1))
        assert np.all(np.diff(risk, axis=1) >= 0)
        if distribution != "gompertz":
            assert np.all(plain(distribution, X, huge).predict_risk(X, 1e299) > 0)
    with pytest.raises(FitError, match="Newton's method finds the maximum of the likelihood, but found none"):
        plain("gompertz", X, huge)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"distribution": "gamma"}, "distribution is one of exponential, weibull"),
        ({"penalty": -1}, "A penalty is a finite number from 0, but found -1"),
        ({"penalty": "much"}, "A penalty is a finite number from 0"),
        ({"prepare": "yes"}, "prepare is true or false"),
        ({"ancillary": "a"}, "ancillary is a list of names, but found 'a': use ['a']."),
        ({"ancillary": 3}, "ancillary is a list of names, but found 3: use () for none."),
        ({"distribution": "exponential", "ancillary": ("a",)}, "An exponential model has no shape"),
    ],
)
def test_settings_that_are_not_allowed_are_refused(settings, text):
    X, y, _ = simulate(50)
    assert text in message(ConfigError, X, y, ParametricSurvival(**settings))


def test_questions_that_cannot_be_answered_are_refused():
    X, y, _ = simulate(100)
    model = plain("weibull", X, y)
    with pytest.raises(FitError, match="A hazard is given after day 0"):
        model.predict_hazard(X, [0, 10])
    with pytest.raises(FitError, match="Predictions end at the longest training follow-up"):
        model.predict_hazard(X, [1e5])
    for probability in (0, 1, np.nan):
        with pytest.raises(FitError, match="A probability to reach lies between 0 and 1"):
            model.predict_quantile(X, probability)
    far = pd.DataFrame({"a": [1.0], "b": [1.0]})
    model.coef_ = np.array([np.inf, -np.inf])
    with pytest.raises(DataError, match="a sum that is no number"):
        model.predict_risk(far, 10)
