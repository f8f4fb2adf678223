"""FlexibleParametric: special cases, lifelines, another maximiser, known truth, identities, refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import SplineFitter
from scipy.optimize import minimize
from scipy.stats import norm

from hgrisk.errors import ConfigError, FitError
from hgrisk.models.flexible_parametric import FlexibleParametric
from hgrisk.models.parametric import ParametricSurvival
from hgrisk.surv import Surv

SAME = 1e-7
SAME_AS_LIFELINES = 2e-5  # how far their search stops short of the maximum
NOISE = 0.02  # about 4 standard errors of a probability at this sample size
SPECIAL = {"hazard": "weibull", "odds": "log_logistic", "normal": "log_normal"}


def simulate(n=1500, seed=1, late=False):
    """A hazard that falls from a first crisis to a lasting level, effects 0.6 and -0.4, competing events, censoring."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"a": rng.normal(size=n), "b": (rng.random(n) < 0.4).astype(float)})
    score = 0.6 * X["a"].to_numpy() - 0.4 * X["b"].to_numpy()
    grid = np.concatenate(([0.0], np.geomspace(0.01, 1e5, 20_000)))
    time = np.interp(rng.exponential(1, n) / np.exp(score), cumulative(grid), grid)
    competing, stop = rng.exponential(2000, n), rng.uniform(200, 1500, n)
    days = np.minimum(np.minimum(time, competing), stop)
    event = np.where(days == time, 1, np.where(days == competing, 2, 0))
    entry = np.where(rng.random(n) < 0.5, 0.6 * days, 0.0) if late else np.zeros(n)
    return X, Surv.from_arrays(event, days, entry), score


def cumulative(days):
    return 0.4 * (1 - np.exp(-days / 90)) + 0.0005 * days


def plain(X, y, df=3, scale="hazard", fit=None, **more):
    return FlexibleParametric(df, scale, prepare=False, **more).fit(X, y, **(fit or {}))


@pytest.mark.parametrize("scale", SPECIAL)
def test_one_function_is_the_parametric_model(scale):
    X, y, _ = simulate(late=True)
    one, other = plain(X, y, 1, scale), ParametricSurvival(SPECIAL[scale], prepare=False).fit(X, y)
    assert one.loglik_ == pytest.approx(other.loglik_, abs=1e-6)
    for times in ([1, 30], [400, 1200]):
        np.testing.assert_allclose(
            one.predict_cumulative_incidence(X, times), other.predict_cumulative_incidence(X, times), atol=1e-6
        )
        np.testing.assert_allclose(one.predict_hazard(X, times), other.predict_hazard(X, times), rtol=1e-5)


def test_without_columns_it_equals_lifelines():
    X, y, _ = simulate(600)
    y["event"][y["event"] == 2] = 0
    model = plain(X[[]], y, 2)
    more = {"initial_point": np.array([-5.0, 0.9, 0.0]), "fit_options": {"ftol": 1e-13}}  # their own start fails
    theirs = SplineFitter(model.knots_days_).fit(y["duration_days"], y["event"] == 1, **more)
    assert model.loglik_ == pytest.approx(theirs.log_likelihood_, abs=1e-6)
    np.testing.assert_allclose(model.parameters_, theirs.summary["coef"], atol=SAME_AS_LIFELINES)
    np.testing.assert_allclose(model.spline_summary_["se"], theirs.summary["se(coef)"], rtol=1e-3)
    times = [20, 100, 400, 1200]
    survival = model.predict_survival(X[[]].iloc[:1], times)[0]
    np.testing.assert_allclose(survival, theirs.survival_function_at_times(times), atol=SAME_AS_LIFELINES)


def by_hand(parameters, model, X, y, weight):
    """Minus the log likelihood, from the formulas of the paper."""
    knots, scale = np.log(model.knots_days_), model.scale

    def plus(x):
        return np.maximum(x, 0.0)

    def level(x):
        total = parameters[0] + X @ parameters[1:3] + parameters[3] * x
        for gamma, knot in zip(parameters[4:], knots[1:-1], strict=True):
            share = (knots[-1] - knot) / (knots[-1] - knots[0])
            outer = share * plus(x - knots[0]) ** 3 + (1 - share) * plus(x - knots[-1]) ** 3
            total = total + gamma * (plus(x - knot) ** 3 - outer)
        return total

    def survival(days):
        z = level(np.log(days))
        return {
            "hazard": lambda: np.exp(-np.exp(z)),
            "odds": lambda: 1 / (1 + np.exp(z)),
            "normal": lambda: norm.sf(z),
        }[scale]()

    days, step = y["duration_days"], 1e-5 * y["duration_days"]
    density = (survival(days - step) - survival(days + step)) / (2 * step)
    late = y["entry_days"] > 0
    before = np.where(late, survival(np.where(late, y["entry_days"], 1.0)), 1.0)
    gained = np.where(y["event"] == 1, density, survival(days)) / before
    return -np.sum(weight * np.log(np.maximum(gained, 1e-300)))


@pytest.mark.parametrize("scale", SPECIAL)
def test_another_maximiser_of_the_paper_s_formulas_finds_no_better(scale):
    X, y, _ = simulate(400, late=True)
    weight = np.random.default_rng(3).integers(1, 4, 400).astype(float)
    model = plain(X, y, 3, scale, fit={"sample_weight": weight})
    arguments = (model, X.to_numpy(), y, weight)
    assert -by_hand(model.parameters_, *arguments) == pytest.approx(model.loglik_, abs=1e-4)
    other = minimize(by_hand, model.parameters_ + 0.02, args=arguments, method="Nelder-Mead", options={"maxiter": 1500})
    assert -other.fun <= model.loglik_ + 1e-4
    for place in range(len(model.parameters_)):
        for sign in (-1, 1):
            moved = model.parameters_.copy()
            moved[place] += sign * 0.3 * np.sqrt(model.covariance_[place, place])
            assert -by_hand(moved, *arguments) < model.loglik_


def test_known_probabilities_under_competing_events_are_recovered():
    X, y, score = simulate(20_000)
    model = plain(X, y, 5)
    np.testing.assert_allclose(model.coef_, [0.6, -0.4], atol=0.06)
    grid = np.linspace(0, 1000, 20_001)
    own, free = np.exp(-np.exp(score[:200, None]) * cumulative(grid)), np.exp(-0.0005 * grid)
    truth = np.cumsum(-np.diff(own, axis=1) * (free[1:] + free[:-1]) / 2, axis=1)
    times = [90, 365, 1000]
    risk = model.predict_cumulative_incidence(X[:200], times)
    assert np.abs(risk - truth[:, np.searchsorted(grid[1:], times)]).max() < NOISE
    wide = ParametricSurvival("weibull", prepare=False).fit(X, y)
    assert model.aic_ < wide.aic_ - 20


def test_an_effect_that_changes_is_found_and_one_that_does_not_is_not():
    rng = np.random.default_rng(6)
    X = pd.DataFrame({"a": (rng.random(20_000) < 0.5).astype(float), "b": rng.normal(size=20_000)})
    alpha = 0.8 + 0.3 * X["a"].to_numpy()  # the log hazard ratio of a rises by 0.3 for each log day
    time = (rng.exponential(1, 20_000) * np.exp(5.0 + 1.5 * X["a"] - 0.3 * X["b"])) ** (1 / alpha)
    y = Surv.from_arrays(time < 1500, np.minimum(time, 1500))
    model = plain(X, y, 2, time_varying=("a", "b"))
    truth = {"a": lambda days: -1.5 + 0.3 * np.log(days), "b": lambda days: 0.3 + 0 * days}
    table = model.effects_at([30, 200, 1000])
    expected = np.concatenate([truth[name](np.array([30.0, 200, 1000])) for name in ("a", "b")])
    assert np.all((table["lower"] < expected) & (expected < table["upper"]))
    assert (table["se"] < 0.05).all()
    at_reference = model.effects_at([model.reference_days_])
    np.testing.assert_allclose(at_reference["coef"], model.coef_, atol=1e-10)
    np.testing.assert_allclose(at_reference["se"], model.summary_["se"], rtol=1e-8)
    order = np.argsort(model.predict(X))
    assert np.all(np.diff(model.predict_risk(X, model.last_followup_days_)[order]) >= -1e-12)


@pytest.mark.parametrize("scale", SPECIAL)
def test_hazards_quantiles_and_probabilities_agree(scale):
    X, y, _ = simulate(600)
    y["event"][y["event"] == 2] = 0
    model = plain(X, y, 3, scale, time_varying=["a"], df_varying=2)
    days, some = np.array([40.0, 300.0]), X[X["a"].abs() < 1.5][:10]
    step = 1e-4 * days
    log_survival = [np.log(model.predict_survival(some, days + sign * step)) for sign in (-1, 1)]
    np.testing.assert_allclose(
        model.predict_hazard(some, days), (log_survival[0] - log_survival[1]) / (2 * step), rtol=1e-5
    )
    reached = model.predict_quantile(some, 0.3)
    risk = [model.predict_risk(some[i : i + 1], reached[i])[0] for i in range(10) if np.isfinite(reached[i])]
    assert len(risk) > 5
    np.testing.assert_allclose(risk, 0.3, atol=1e-9)


@settings(max_examples=8)
@given(st.sampled_from(sorted(SPECIAL)), st.integers(0, 2**31))
def test_splitting_an_interval_changes_nothing(scale, seed):
    X, y, _ = simulate(300)
    cut = y["duration_days"] * np.random.default_rng(seed).uniform(0.1, 0.9, 300)
    first = Surv.from_arrays(np.zeros(300), cut, np.zeros(300))
    second = Surv.from_arrays(y["event"], y["duration_days"], cut)
    more = {"time_varying": ["b"]}
    whole = plain(X, y, 2, scale, fit={"cluster": np.arange(300)}, **more)
    both, cluster = np.concatenate([first, second]), np.tile(np.arange(300), 2)
    split = plain(pd.concat([X, X]), both, 2, scale, fit={"cluster": cluster}, **more)
    np.testing.assert_allclose(split.parameters_, whole.parameters_, atol=1e-5)
    np.testing.assert_allclose(split.covariance_, whole.covariance_, rtol=1e-3, atol=1e-7)
    assert split.loglik_ == pytest.approx(whole.loglik_, abs=1e-7)


def test_doubled_rows_are_weights_of_two_and_the_unit_of_time_does_not_matter():
    X, y, _ = simulate(300)
    twice = np.repeat(np.arange(300), 2)
    doubled = plain(X.iloc[twice], y[twice], fit={"cluster": twice})
    weighted = plain(X, y, fit={"sample_weight": np.full(300, 2.0)})
    single = plain(X, y, fit={"cluster": np.arange(300)})
    np.testing.assert_array_equal(doubled.knots_days_, weighted.knots_days_)
    np.testing.assert_allclose(doubled.parameters_, single.parameters_, atol=1e-6)
    np.testing.assert_allclose(doubled.covariance_, single.covariance_, rtol=1e-5)
    np.testing.assert_allclose(doubled.model_covariance_, weighted.covariance_, rtol=1e-5)
    weeks = y.copy()
    weeks["duration_days"] /= 7
    other = plain(X, weeks)
    np.testing.assert_allclose(other.coef_, single.coef_, atol=SAME)
    np.testing.assert_allclose(other.predict_survival(X, [10, 100]), single.predict_survival(X, [70, 700]), atol=SAME)


def test_prepared_features_bring_their_columns_and_a_penalty_shrinks_them(features, outcome):
    model = FlexibleParametric(2, time_varying=("region",), penalty=0.01).fit(features, outcome)
    assert model.time_varying_names_ == [name for name in model.design_names_ if name.startswith("region=")]
    assert model.effects_at([100, 200]).shape == (2 * len(model.time_varying_names_), 6)
    stronger = FlexibleParametric(2, time_varying=("region",), penalty=10.0).fit(features, outcome)
    assert np.abs(stronger.coef_).sum() < 0.2 * np.abs(model.coef_).sum()
    constant = FlexibleParametric(2).fit(features, outcome)
    assert constant.effects_at([100]).empty


def message(error, X, y, **more):
    with pytest.raises(error) as caught:
        plain(X, y, **more)
    assert str(caught.value).endswith(".")
    return str(caught.value)


def test_bad_input_is_refused_in_one_sentence():
    X, y, _ = simulate(200)
    none = y.copy()
    none["event"] = 0
    assert "re-reports on 2 days or more, but found 0 days" in message(FitError, X, none)
    few = Surv.from_arrays(np.ones(60), np.repeat([10.0, 20.0, 30.0], 20))
    assert "found the same day for two of 6 knots: set a lower df" in message(FitError, X[:60], few, df=5)
    apart = X.assign(c=(y["event"] != 1) & (X["a"] > 0))
    assert "an endless rise along 'c'" in message(FitError, apart, y)
    assert "a flat likelihood along 'b', 'c'" in message(FitError, X.assign(c=2 * X["b"]), y)
    assert "df is a whole number from 1, but found 0" in message(ConfigError, X, y, df=0)
    assert "df_varying is a whole number from 1, but found 1.5" in message(ConfigError, X, y, df_varying=1.5)
    assert "scale is one of hazard, odds, normal" in message(ConfigError, X, y, scale="probit")
    assert "time_varying is a list of names" in message(ConfigError, X, y, time_varying="a")
    assert "found 'c'" in message(ConfigError, X, y, time_varying=("c",))


def test_a_fit_in_which_survival_would_rise_for_a_training_row_is_refused():
    rng = np.random.default_rng(6)
    a = np.append((rng.random(1000) < 0.5).astype(float), -50.0)
    time = np.append((rng.exponential(1, 1000) * np.exp(5.0 + 1.5 * a[:-1])) ** (1 / (0.8 + 0.3 * a[:-1])), 1.0)
    y = Surv.from_arrays(np.append(time[:-1] < 1500, False), np.minimum(time, 1500))
    X = pd.DataFrame({"a": a})
    assert "a flexible model rises with time, but found one that falls" in message(FitError, X, y, time_varying=("a",))
    assert plain(X[:-1], y[:-1], time_varying=("a",)).coef_.shape == (1,)


def test_a_row_whose_survival_would_rise_is_refused():
    X, y, _ = simulate(2000)
    model = plain(X, y, 2, time_varying=("a",))
    far = pd.DataFrame({"a": [-1e3, 1e3], "b": 0.0})
    with pytest.raises(
        FitError, match="cumulative hazard of a flexible model rises with time, but found one that falls"
    ):
        model.predict_risk(far, 100)
    with pytest.raises(FitError, match="An effect is given after day 0"):
        model.effects_at([0])
