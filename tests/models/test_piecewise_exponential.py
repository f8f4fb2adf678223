"""PiecewiseExponential: closed forms, Poisson regression on laid-out rows, Cox in the limit, identities, refusals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import PoissonRegressor

from hgrisk.errors import ConfigError, FitError
from hgrisk.models.cox import CoxRegression
from hgrisk.models.likelihood import pieces
from hgrisk.models.parametric import ParametricSurvival
from hgrisk.models.piecewise_exponential import PiecewiseExponential
from hgrisk.surv import Surv

SAME = 1e-7
SAME_AS_POISSON = 1e-5  # how far their search stops short of the maximum
NOISE = 0.02  # about 4 standard errors of a probability at this sample size
BREAKS = (90.0, 200.0, 500.0)


def simulate(n=1200, seed=1, late=False):
    """Hazard 0.003, 0.002, 0.001, 0.0005 in the pieces, effects 0.6 and -0.4, competing events, censoring, entry."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"a": rng.normal(size=n), "b": (rng.random(n) < 0.4).astype(float)})
    score = 0.6 * X["a"].to_numpy() - 0.4 * X["b"].to_numpy()
    reached = np.concatenate(([0.0], np.cumsum(np.diff([0.0, *BREAKS]) * [0.003, 0.002, 0.001])))
    time = np.interp(rng.exponential(1, n) / np.exp(score), [*reached, reached[-1] + 5], [0.0, *BREAKS, 10_500.0])
    competing, stop = rng.exponential(2000, n), rng.uniform(200, 1500, n)
    days = np.minimum(np.minimum(time, competing), stop)
    event = np.where(days == time, 1, np.where(days == competing, 2, 0))
    entry = np.where(rng.random(n) < 0.5, 0.6 * days, 0.0) if late else np.zeros(n)
    return X, Surv.from_arrays(event, days, entry), score


def plain(X, y, breaks=BREAKS, **more):
    return PiecewiseExponential(breaks, prepare=False).fit(X, y, **more)


def laid_out(X, y, weight):
    """One row for each row and piece at risk: columns, pieces, days, events, weights."""
    bounds = [0.0, *BREAKS, np.inf]
    rows = []
    for i in range(len(y)):
        for piece in range(4):
            low, high = max(bounds[piece], y["entry_days"][i]), min(bounds[piece + 1], y["duration_days"][i])
            if high > low:
                ends = y["event"][i] == 1 and high == y["duration_days"][i]
                rows.append([*X.iloc[i], *np.eye(4)[piece], high - low, ends, weight[i]])
    return np.array(rows, dtype=float)


@pytest.mark.parametrize("late", [False, True])
def test_equals_poisson_regression_on_laid_out_rows(late):
    X, y, _ = simulate(400, late=late)
    weight = np.random.default_rng(2).integers(1, 4, 400).astype(float)
    table = laid_out(X, y, weight)
    days = table[:, 6]
    theirs = PoissonRegressor(alpha=0, fit_intercept=False, tol=1e-10, solver="newton-cholesky")
    theirs.fit(table[:, :6], table[:, 7] / days, sample_weight=days * table[:, 8])
    model = plain(X, y, sample_weight=weight)
    np.testing.assert_allclose(model.coef_, theirs.coef_[:2], atol=SAME_AS_POISSON)
    baseline = np.log(model.hazard_) + model.intercept_
    np.testing.assert_allclose(baseline, theirs.coef_[2:], atol=SAME_AS_POISSON)
    mean = np.exp(table[:, :6] @ theirs.coef_) * days * table[:, 8]
    covariance = np.linalg.inv(table[:, :6].T @ (mean[:, None] * table[:, :6]))
    np.testing.assert_allclose(model.summary_["se"], np.sqrt(np.diag(covariance))[:2], rtol=1e-4)


def test_without_columns_hazards_are_events_by_time_at_risk():
    X, y, _ = simulate()
    model = plain(X[[]], y)
    table = model.hazard_table_
    np.testing.assert_allclose(table["hazard"], table["n_events"] / table["days_at_risk"], rtol=1e-9)
    np.testing.assert_allclose(
        np.log(table["upper"] / table["hazard"]), 1.959964 / np.sqrt(table["n_events"]), rtol=1e-6
    )
    assert table["n_events"].sum() == (y["event"] == 1).sum() == model.n_events_
    assert table["days_at_risk"].sum() == pytest.approx(y["duration_days"].sum())
    assert table["from_days"].tolist() == [0, *BREAKS]
    assert table["to_days"].iloc[-1] == model.last_followup_days_
    expected = np.sum(table["n_events"] * np.log(table["hazard"])) - table["n_events"].sum()
    assert model.loglik_ == pytest.approx(expected)


def test_one_piece_is_the_exponential_model():
    X, y, _ = simulate()
    one, other = plain(X, y, ()), ParametricSurvival("exponential", prepare=False).fit(X, y)
    pd.testing.assert_frame_equal(one.summary_, other.summary_, rtol=1e-6)
    assert one.loglik_ == pytest.approx(other.loglik_, abs=1e-6)
    np.testing.assert_allclose(
        one.predict_cumulative_incidence(X, [50, 800]), other.predict_cumulative_incidence(X, [50, 800]), atol=1e-9
    )
    np.testing.assert_array_equal(plain(X, y, 1).coef_, one.coef_)


def test_a_piece_up_to_each_re_report_is_cox_regression():
    X, y, _ = simulate(250)
    days = np.unique(y["duration_days"][y["event"] == 1])
    last = y["duration_days"] > days[-1]
    y["event"][last] = 0
    y["duration_days"][last] = days[-1]  # no time at risk after the last re-report, which would be a piece of its own
    model, cox = plain(X, y, tuple(days[:-1])), CoxRegression(prepare=False).fit(X, y)
    np.testing.assert_allclose(model.coef_, cox.coef_, atol=0.05)
    assert len(model.hazard_) == len(days)


def test_a_piece_around_each_day_of_daily_data_is_breslows_cox_regression():
    X, y, _ = simulate(300)
    weeks = np.ceil(y["duration_days"] / 250)  # all are at risk for the whole of their last piece
    y = Surv.from_arrays(np.where(weeks > 4, 0, y["event"]), np.minimum(weeks, 4))
    model, cox = plain(X, y, tuple(np.arange(1.0, weeks.max()))), CoxRegression(ties="breslow", prepare=False).fit(X, y)
    np.testing.assert_allclose(model.coef_, cox.coef_, atol=1e-8)
    np.testing.assert_allclose(model.summary_["se"], cox.summary_["se"], rtol=1e-7)
    np.testing.assert_allclose(model.predict(X), cox.predict(X), atol=1e-8)


def test_known_probabilities_under_competing_events_are_recovered():
    X, y, score = simulate(20_000)
    model = plain(X, y)
    np.testing.assert_allclose(model.coef_, [0.6, -0.4], atol=0.06)
    at_zero = model.hazard_ * np.exp(model.intercept_)
    np.testing.assert_allclose(at_zero, [0.003, 0.002, 0.001, 0.0005], rtol=0.1)
    grid = np.linspace(0, 1000, 10_001)
    base = np.interp(grid, [0.0, *BREAKS, 1500], [0, 0.27, 0.49, 0.79, 1.29])
    own, free = np.exp(-np.exp(score[:200, None]) * base), np.exp(-0.0005 * grid)
    truth = np.cumsum(-np.diff(own, axis=1) * (free[1:] + free[:-1]) / 2, axis=1)
    times = [90, 365, 1000]
    risk = model.predict_cumulative_incidence(X[:200], times)
    assert np.abs(risk - truth[:, np.searchsorted(grid[1:], times)]).max() < NOISE


def test_hazards_are_those_of_the_pieces_and_quantiles_are_reached():
    X, y, _ = simulate()
    model = plain(X, y)
    hazard = model.predict_hazard(X[:5], [90, 90.001, 200, 1000])
    np.testing.assert_allclose(hazard, np.exp(model.predict(X[:5]))[:, None] * model.hazard_[[0, 1, 1, 3]])
    days = model.predict_quantile(X[:20], 0.2)
    risk = [model.predict_risk(X[i : i + 1], days[i])[0] for i in range(20) if np.isfinite(days[i])]
    assert len(risk) > 10
    np.testing.assert_allclose(risk, 0.2, atol=1e-9)


@settings(max_examples=8)
@given(st.integers(0, 2**31))
def test_splitting_an_interval_changes_nothing(seed):
    X, y, _ = simulate(300)
    cut = y["duration_days"] * np.random.default_rng(seed).uniform(0.1, 0.9, 300)
    first = Surv.from_arrays(np.zeros(300), cut, np.zeros(300))
    second = Surv.from_arrays(y["event"], y["duration_days"], cut)
    whole = plain(X, y, cluster=np.arange(300))
    split = plain(pd.concat([X, X]), np.concatenate([first, second]), cluster=np.tile(np.arange(300), 2))
    np.testing.assert_allclose(split.coef_, whole.coef_, atol=SAME)
    np.testing.assert_allclose(split.model_covariance_, whole.model_covariance_, rtol=1e-5)
    np.testing.assert_allclose(split.covariance_, whole.covariance_, rtol=1e-5)
    assert split.loglik_ == pytest.approx(whole.loglik_, abs=1e-8)


def test_doubled_rows_are_weights_of_two_and_the_unit_of_time_does_not_matter():
    X, y, _ = simulate(300)
    twice = np.repeat(np.arange(300), 2)
    doubled = plain(X.iloc[twice], y[twice], cluster=twice)
    single = plain(X, y, cluster=np.arange(300))
    weighted = plain(X, y, sample_weight=np.full(300, 2.0))
    np.testing.assert_allclose(doubled.covariance_, single.covariance_, rtol=1e-6)
    np.testing.assert_allclose(doubled.model_covariance_, weighted.covariance_, rtol=1e-6)
    weeks = y.copy()
    weeks["duration_days"] /= 7
    other = plain(X, weeks, tuple(day / 7 for day in BREAKS))
    np.testing.assert_allclose(other.coef_, single.coef_, atol=SAME)
    np.testing.assert_allclose(other.hazard_, 7 * single.hazard_, rtol=1e-6)


def test_small_chunks_change_nothing(monkeypatch):
    X, y, _ = simulate(900, late=True)
    whole = plain(X, y, cluster=np.arange(900) // 3)
    monkeypatch.setattr(pieces, "CHUNK_VALUES", 1)
    parts = plain(X, y, cluster=np.arange(900) // 3)
    np.testing.assert_allclose(parts.covariance_, whole.covariance_, rtol=1e-9)


def test_a_number_asks_for_pieces_with_about_as_many_re_reports_each():
    X, y, _ = simulate()
    table = plain(X, y, 5).hazard_table_
    assert len(table) == 5
    assert table["n_events"].max() - table["n_events"].min() <= 1
    tied = Surv.from_arrays(np.ones(60), np.repeat([10.0, 20.0, 30.0], 20))
    assert plain(X[:60], tied, 8).bounds_days_.tolist() == [0, 10, 20, 30]


def message(error, X, y, breaks=BREAKS):
    with pytest.raises(error) as caught:
        plain(X, y, breaks)
    assert str(caught.value).endswith(".")
    return str(caught.value)


def test_bad_input_is_refused_in_one_sentence():
    X, y, _ = simulate(200)
    none = y.copy()
    none["event"] = 0
    assert "at least one re-report, but found none" in message(FitError, X, none)
    text = message(FitError, X, y, (1e-6, 90.0))
    assert "Every piece of time has a re-report, but found none after day 0 and up to 1e-06" in text
    apart = X.assign(c=(y["event"] != 1) & (X["a"] > 0))
    assert "an endless rise along 'c'" in message(FitError, apart, y)
    assert "a flat likelihood along 'b', 'c'" in message(FitError, X.assign(c=1 - X["b"]), y)
    for breaks in ((90, 30), (0, 30), (np.nan,), ((30,), (90,))):
        assert "finite days above 0, increasing" in message(ConfigError, X, y, breaks)
    assert "breaks_days are days or a number of pieces" in message(ConfigError, X, y, "monthly")
    assert "A number of pieces is 1 or more" in message(ConfigError, X, y, 0)


def test_breaks_after_the_follow_up_are_left_out():
    X, y, _ = simulate(200)
    np.testing.assert_array_equal(plain(X, y, (90.0, 1e5)).coef_, plain(X, y, (90.0,)).coef_)


def test_a_penalty_makes_up_for_separation():
    X, y, _ = simulate(200)
    apart = X.assign(c=((y["event"] != 1) & (X["a"] > 0)).astype(float))
    coef = PiecewiseExponential(BREAKS, penalty=0.1, prepare=False).fit(apart, y).coef_
    assert np.isfinite(coef).all()
    assert coef[2] < 0
