"""MixtureCure: lifelines, the formulas, known truth with competing events, identities, too short a follow-up."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import LogNormalFitter, MixtureCureFitter, WeibullFitter

from hgrisk.errors import ConfigError, FitError
from hgrisk.models.mixture_cure import LATENCIES, MixtureCure, insufficient_follow_up
from hgrisk.models.parametric import ParametricSurvival
from hgrisk.surv import Surv

SAME = 1e-6
SAME_AS_LIFELINES = 1e-3  # how far their search stops short of the maximum
NOISE = 0.025  # about 4 standard errors of a probability at this sample size


def simulate(n=1500, seed=1, moving=0.0, late=False):
    """Susceptible by the logit 0.2 + 0.8 a - 0.5 b; Weibull times of about 100 days, competing events, long follow-up.

    Those of the susceptible depend on a where ``moving`` says so.
    """
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"a": rng.normal(size=n), "b": (rng.random(n) < 0.4).astype(float)})
    susceptible = 1 / (1 + np.exp(-0.2 - 0.8 * X["a"] + 0.5 * X["b"])).to_numpy()
    score = -np.log(100) * 0.9 + moving * X["a"].to_numpy()
    time = (rng.exponential(1, n) / np.exp(score)) ** (1 / 0.9)
    time[rng.random(n) > susceptible] = np.inf
    competing, stop = rng.exponential(5000, n), rng.uniform(900, 1500, n)
    days = np.minimum(np.minimum(time, competing), stop)
    event = np.where(days == time, 1, np.where(days == competing, 2, 0))
    entry = np.where(rng.random(n) < 0.5, 0.4 * days, 0.0) if late else np.zeros(n)
    return X, Surv.from_arrays(event, days, entry), susceptible, score


def plain(X, y, distribution="weibull", latency="none", fit=None, **more):
    return MixtureCure(distribution, latency, prepare=False, **more).fit(X, y, **(fit or {}))


@pytest.mark.parametrize(("distribution", "fitter"), [("weibull", WeibullFitter), ("log_normal", LogNormalFitter)])
def test_without_columns_it_equals_lifelines(distribution, fitter):
    X, y, *_ = simulate()
    y["event"][y["event"] == 2] = 0
    theirs = MixtureCureFitter(base_fitter=fitter()).fit(y["duration_days"], y["event"] == 1)
    model = plain(X[[]], y, distribution)
    assert model.loglik_ >= theirs.log_likelihood_ - 1e-6
    assert model.loglik_ == pytest.approx(theirs.log_likelihood_, abs=1e-2)
    assert 1 - model.predict_susceptible(X[[]][:1])[0] == pytest.approx(theirs.cured_fraction_, abs=SAME_AS_LIFELINES)
    times = [20, 100, 400]
    survival = model.predict_survival(X[[]][:1], times)[0]
    np.testing.assert_allclose(survival, theirs.survival_function_at_times(times), atol=SAME_AS_LIFELINES)


@pytest.mark.parametrize("latency", ["none", "all"])
def test_no_other_parameters_are_more_likely_by_the_formulas(latency):
    X, y, *_ = simulate(500, late=True)
    weight = np.random.default_rng(3).integers(1, 4, 500).astype(float)
    model = plain(X, y, latency=latency, fit={"sample_weight": weight})

    def by_hand(p):
        share = 1 / (1 + np.exp(-(p[0] + X.to_numpy() @ p[1:3])))
        location = p[3] + (X.to_numpy() @ p[4:6] if latency == "all" else 0.0)
        alpha = np.exp(p[-1])

        def survival(days):
            return 1 - share + share * np.exp(-np.exp(location) * days**alpha)

        days = y["duration_days"]
        density = share * np.exp(location) * alpha * days ** (alpha - 1) * np.exp(-np.exp(location) * days**alpha)
        return np.sum(weight * np.log(np.where(y["event"] == 1, density, survival(days)) / survival(y["entry_days"])))

    assert model.loglik_ == pytest.approx(by_hand(model.parameters_), abs=1e-7)
    assert model.parameters_.shape == (5 + 2 * (latency == "all"),)
    step = 1e-4 * np.sqrt(np.diag(model.covariance_))
    for place, size in enumerate(step):
        up, down = model.parameters_.copy(), model.parameters_.copy()
        up[place] += size
        down[place] -= size
        slope = (by_hand(up) - by_hand(down)) / (2e-4)  # per standard error
        assert abs(slope) < 1e-4
        for sign in (-1, 1):
            moved = model.parameters_.copy()
            moved[place] += sign * 5e3 * size
            assert by_hand(moved) < model.loglik_ - 0.1


def test_known_shares_effects_and_probabilities_are_recovered():
    X, y, susceptible, score = simulate(20_000, moving=0.3)
    model = plain(X, y, latency="all")
    table, latency = model.summary_.set_index("feature"), model.latency_summary_.set_index("feature")
    np.testing.assert_allclose(table["coef"], [0.8, -0.5], atol=4 * table["se"].max())
    np.testing.assert_allclose(latency["coef"], [0.3, 0.0], atol=4 * latency["se"].max())
    np.testing.assert_allclose(model.predict_susceptible(X), susceptible, atol=NOISE)
    grid = np.linspace(0, 800, 20_001)
    late = np.exp(-np.exp(score[:100, None]) * grid**0.9)
    own, free = 1 - susceptible[:100, None] * (1 - late), np.exp(-grid / 5000)
    truth = np.cumsum(-np.diff(own, axis=1) * (free[1:] + free[:-1]) / 2, axis=1)
    times = [30, 200, 800]
    risk = model.predict_cumulative_incidence(X[:100], times)
    assert np.abs(risk - truth[:, np.searchsorted(grid[1:], times)]).max() < NOISE
    order = np.argsort(model.predict(X))
    assert np.corrcoef(model.predict(X)[order], model.predict_risk(X, model.last_followup_days_)[order])[0, 1] > 0.9


def test_quantiles_end_where_nobody_susceptible_is_left():
    X, y, *_ = simulate()
    model = plain(X, y)
    days = model.predict_quantile(X, 0.4)
    assert np.all(np.isinf(days) == (model.predict_risk(X, model.last_followup_days_) < 0.4))
    assert 0 < np.isinf(days).sum() < len(X)
    finite = np.flatnonzero(np.isfinite(days))[:10]
    risk = [model.predict_risk(X[i : i + 1], days[i])[0] for i in finite]
    np.testing.assert_allclose(risk, 0.4, atol=1e-9)


@settings(max_examples=8)
@given(st.sampled_from(sorted(LATENCIES)), st.integers(0, 2**31))
def test_splitting_an_interval_changes_nothing(distribution, seed):
    X, y, *_ = simulate(400)
    cut = y["duration_days"] * np.random.default_rng(seed).uniform(0.1, 0.9, 400)
    first = Surv.from_arrays(np.zeros(400), cut, np.zeros(400))
    second = Surv.from_arrays(y["event"], y["duration_days"], cut)
    whole = plain(X, y, distribution, fit={"cluster": np.arange(400)})
    more = {"fit": {"cluster": np.tile(np.arange(400), 2)}, "short_follow_up": "allow"}
    split = plain(pd.concat([X, X]), np.concatenate([first, second]), distribution, **more)
    np.testing.assert_allclose(split.parameters_, whole.parameters_, atol=1e-5)
    np.testing.assert_allclose(split.covariance_, whole.covariance_, rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("distribution", LATENCIES)
def test_doubled_rows_are_weights_of_two_and_the_unit_of_time_does_not_matter(distribution):
    X, y, *_ = simulate(400)
    twice = np.repeat(np.arange(400), 2)
    doubled = plain(X.iloc[twice], y[twice], distribution, fit={"cluster": twice})
    weighted = plain(X, y, distribution, fit={"sample_weight": np.full(400, 2.0)})
    single = plain(X, y, distribution, fit={"cluster": np.arange(400)})
    np.testing.assert_allclose(doubled.parameters_, single.parameters_, atol=1e-5)
    np.testing.assert_allclose(doubled.covariance_, single.covariance_, rtol=1e-4)
    np.testing.assert_allclose(doubled.model_covariance_, weighted.covariance_, rtol=1e-4)
    weeks = y.copy()
    weeks["duration_days"] /= 7
    other = plain(X, weeks, distribution)
    np.testing.assert_allclose(other.coef_, single.coef_, atol=1e-5)
    np.testing.assert_allclose(other.predict_survival(X, [10, 100]), single.predict_survival(X, [70, 700]), atol=1e-5)


def test_it_beats_the_model_without_a_cured_part_on_data_with_one():
    X, y, *_ = simulate()
    assert plain(X, y).aic_ < ParametricSurvival("weibull", prepare=False).fit(X, y).aic_ - 20


def test_shapes_and_names_are_told():
    X, y, *_ = simulate(600)
    model = plain(X, y, latency="all")
    assert model.shape_summary_["feature"].tolist() == ["intercept_latency", "log_alpha"]
    assert model.parameter_names_[4:6] == ["latency: a", "latency: b"]
    assert list(model.latency_summary_) == ["feature", "coef", "se", "hazard_ratio", "lower", "upper"]
    assert plain(X, y).latency_summary_.empty
    assert plain(X, y, "log_normal").shape_summary_["feature"].tolist() == ["intercept_latency", "log_sigma"]


def test_follow_up_is_enough_if_re_reports_end_long_before_it():
    rng = np.random.default_rng(1)
    days, happened = np.append(rng.uniform(0, 100, 50), np.full(50, 200.0)), np.arange(100) < 50
    last = days[:50].max()
    m = np.sum(days[:50] > 2 * last - 200)
    assert insufficient_follow_up(days, happened) == pytest.approx((1 - m / 100) ** 100)
    assert insufficient_follow_up(days, np.ones(100, dtype=bool)) == 1.0


def test_too_short_a_follow_up_is_refused_unless_allowed():
    X, y, *_ = simulate(2000)
    cut = Surv.from_arrays(
        np.where(y["duration_days"] > 60, 0, y["event"]), np.minimum(y["duration_days"], 60), y["entry_days"]
    )
    text = "Most of the susceptible have their re-report within the follow-up, but found .* without one at day 60"
    with pytest.raises(FitError, match=text):
        plain(X, cut)
    allowed = plain(X, cut, short_follow_up="allow")
    waiting = np.exp(-np.exp(allowed.parameters_[3]) * 60 ** np.exp(allowed.parameters_[4]))
    assert allowed.still_waiting_ == pytest.approx(waiting)
    assert waiting > 0.1
    assert plain(X, y).still_waiting_ < 0.01
    last = y["duration_days"].argmax()
    y["event"][last] = 1
    with pytest.raises(
        FitError, match="shows after the last re-report only, but found none followed after that at day"
    ):
        plain(X, y)
    assert plain(X, y, short_follow_up="allow").follow_up_p_ == 1.0


def test_those_still_waiting_are_counted_among_the_susceptible():
    X, y, *_ = simulate(1500, moving=1.0)
    model = plain(X, y, latency="all")
    *_, level, a, b, log_alpha = model.parameters_
    late = np.exp(-np.exp(level + a * X["a"] + b * X["b"]) * model.last_followup_days_ ** np.exp(log_alpha))
    assert model.still_waiting_ == pytest.approx(np.average(late, weights=model.predict_susceptible(X)))
    assert model.still_waiting_ < 0.7 * late.mean()


def test_late_re_reports_that_pass_for_a_cured_part_are_refused(features, outcome):
    with pytest.raises(FitError, match=r"found an AIC of .* with one and .* without: follow up longer"):
        MixtureCure().fit(features, outcome)
    model = MixtureCure(short_follow_up="allow").fit(features, outcome)
    plain_model = ParametricSurvival("weibull").fit(features, outcome)
    assert model.plain_aic_ == pytest.approx(plain_model.aic_, abs=1e-6)
    assert model.aic_ > plain_model.aic_


def test_the_plain_model_has_the_same_penalty():
    X, y, *_ = simulate(400)
    model = plain(X, y, "log_normal", penalty=0.1)
    expected = ParametricSurvival("log_normal", penalty=0.1, prepare=False).fit(X, y).aic_
    assert model.plain_aic_ == pytest.approx(expected, abs=1e-6)
    assert model.aic_ < model.plain_aic_


def message(error, X, y, **more):
    with pytest.raises(error) as caught:
        plain(X, y, **more)
    assert str(caught.value).endswith(".")
    return str(caught.value)


def test_bad_input_is_refused_in_one_sentence():
    X, y, *_ = simulate(300)
    none = y.copy()
    none["event"] = 0
    assert "re-reports on 2 days or more, but found 0 days" in message(FitError, X, none)
    apart = X.assign(c=(y["event"] != 1) & (X["a"] > 0))
    assert "an endless rise along 'c'" in message(FitError, apart, y)
    assert "a flat likelihood along 'b', 'c'" in message(FitError, X.assign(c=2 * X["b"]), y)
    assert "distribution is one of weibull" in message(ConfigError, X, y, distribution="gompertz")
    assert "latency is one of none, all" in message(ConfigError, X, y, latency="some")
    assert "short_follow_up is one of refuse, allow" in message(ConfigError, X, y, short_follow_up="warn")


def test_data_without_a_cured_part_are_refused():
    rng = np.random.default_rng(2)
    X = pd.DataFrame({"a": rng.normal(size=400)})
    time = rng.exponential(50, 400)
    text = message(FitError, X[[]], Surv.from_arrays(np.ones(400), time), short_follow_up="allow")
    assert "an endless rise along 'intercept_susceptible'" in text


def test_a_penalty_makes_up_for_separation():
    X, y, *_ = simulate(300)
    apart = X.assign(c=((y["event"] != 1) & (X["a"] > 0)).astype(float))
    model = plain(apart, y, penalty=0.1)
    assert np.isfinite(model.summary_.to_numpy()[:, 1:].astype(float)).all()
    assert model.coef_[2] < 0
