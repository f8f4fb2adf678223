"""The Newton fit against a likelihood written as loops, against lifelines, and against the laws it obeys."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter
from scipy.optimize import approx_fprime

from hgrisk.errors import FitError
from hgrisk.models import _cox_newton
from hgrisk.models._cox_likelihood import derivatives, likelihood_at, score_residuals
from hgrisk.models._cox_newton import fit_cox
from hgrisk.models._risk_sets import build_risk_sets

SAME = 1e-7
NUMERICAL = 1e-5  # finite differences
SAME_AS_LIFELINES = 1e-6

SEEDS = st.integers(0, 10_000)
TIES = st.sampled_from(["efron", "breslow"])


def draw(seed, n=60, p=3, last_day=12):
    """Heavily tied start-stop rows with weights; effects are moderate, so that estimates are finite."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) * np.linspace(0.5, 2, p) + 3
    entry = np.where(rng.random(n) < 0.5, 0.0, rng.integers(0, last_day - 1, n))
    duration = entry + rng.integers(1, last_day, n)
    return X, duration.astype(float), rng.random(n) < 0.6, entry, rng.uniform(0.3, 2.0, n)


def loglik_by_loops(coef, rows, ties):
    X, duration, happened, entry, weight = rows
    risk, total = weight * np.exp(X @ coef), 0.0
    for day in np.unique(duration[happened]):
        at_risk = (entry < day) & (day <= duration)
        dead = happened & (duration == day)
        total += weight[dead] @ (X[dead] @ coef)
        for step in range(dead.sum()):
            share = step / dead.sum() if ties == "efron" else 0.0
            total -= weight[dead].mean() * np.log(risk[at_risk].sum() - share * risk[dead].sum())
    return total


@settings(max_examples=25, deadline=None)
@given(SEEDS, TIES)
def test_value_gradient_and_information_equal_the_loops(seed, ties):
    X, duration, happened, entry, weight = rows = draw(seed, n=30)
    sets = build_risk_sets(duration, happened, entry, weight, ties)
    coef = np.array([0.2, -0.1, 0.05])
    point = likelihood_at(sets, X[sets.order] @ coef)
    gradient, information = derivatives(sets, X[sets.order], point)
    assert point.loglik == pytest.approx(loglik_by_loops(coef, rows, ties), abs=1e-9)
    slope = approx_fprime(coef, loglik_by_loops, 1e-7, rows, ties)
    np.testing.assert_allclose(gradient, slope, atol=1e-4)

    def gradient_at(moved):
        return derivatives(sets, X[sets.order], likelihood_at(sets, X[sets.order] @ moved))[0]

    np.testing.assert_allclose(information, -approx_fprime(coef, gradient_at, 1e-6), atol=1e-3)
    np.testing.assert_allclose(score_residuals(sets, X[sets.order], point).sum(axis=0), gradient, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(SEEDS, TIES, st.sampled_from([0.0, 0.1]))
def test_gradient_is_zero_at_the_optimum(seed, ties, penalty):
    X, duration, happened, entry, weight = rows = draw(seed)
    fit = fit_cox(X, duration, happened, entry=entry, weight=weight, penalty=penalty, ties=ties)
    slope = approx_fprime(fit.coef, loglik_by_loops, 1e-6, rows, ties)
    variance = np.average((X - np.average(X, axis=0, weights=weight)) ** 2, axis=0, weights=weight)
    np.testing.assert_allclose(slope, penalty * fit.n_events * variance * fit.coef, atol=1e-3)
    assert fit.loglik >= fit.loglik_null


@settings(max_examples=25, deadline=None)
@given(SEEDS, TIES)
def test_row_order_does_not_matter(seed, ties):
    X, duration, happened, entry, weight = draw(seed)
    mixed = np.random.default_rng(seed).permutation(len(X))
    cluster = np.arange(len(X)) // 3
    one = fit_cox(X, duration, happened, entry=entry, weight=weight, ties=ties, cluster=cluster)
    other = fit_cox(
        X[mixed], duration[mixed], happened[mixed], entry=entry[mixed], weight=weight[mixed], ties=ties,
        cluster=cluster[mixed],
    )  # fmt: skip
    np.testing.assert_allclose(other.coef, one.coef, rtol=SAME, atol=SAME)
    np.testing.assert_allclose(other.covariance, one.covariance, rtol=SAME, atol=SAME)
    np.testing.assert_allclose(other.hazard, one.hazard, rtol=SAME)


@settings(max_examples=25, deadline=None)
@given(SEEDS, TIES, st.sampled_from([0.0, 0.1]), st.floats(-1e4, 1e4), st.floats(0.01, 100))
def test_shift_and_scale_of_columns_move_coefficients_only(seed, ties, penalty, shift, scale):
    X, duration, happened, entry, weight = draw(seed)
    one = fit_cox(X, duration, happened, entry=entry, weight=weight, ties=ties, penalty=penalty)
    other = fit_cox(X * scale + shift, duration, happened, entry=entry, weight=weight, ties=ties, penalty=penalty)
    np.testing.assert_allclose(other.coef * scale, one.coef, rtol=1e-5, atol=SAME)
    np.testing.assert_allclose(other.covariance * scale**2, one.covariance, rtol=1e-5, atol=SAME)
    assert other.loglik == pytest.approx(one.loglik, abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.sampled_from([0.0, 0.1]))
def test_weight_2_is_two_rows_with_breslow_and_the_penalty_is_per_event(seed, penalty):
    X, duration, happened, entry, weight = draw(seed)
    copies = np.random.default_rng(seed).integers(1, 4, len(X))
    row = np.repeat(np.arange(len(X)), copies)
    weighted = fit_cox(X, duration, happened, entry=entry, weight=copies.astype(float), ties="breslow", penalty=penalty)
    repeated = fit_cox(X[row], duration[row], happened[row], entry=entry[row], ties="breslow", penalty=penalty)
    np.testing.assert_allclose(weighted.coef, repeated.coef, rtol=SAME, atol=SAME)
    np.testing.assert_allclose(weighted.model_covariance, repeated.model_covariance, rtol=SAME, atol=SAME)
    np.testing.assert_allclose(weighted.hazard, repeated.hazard, rtol=SAME)
    once = fit_cox(X, duration, happened, entry=entry, weight=weight, ties="breslow", penalty=penalty)
    tenfold = fit_cox(X, duration, happened, entry=entry, weight=10 * weight, ties="breslow", penalty=penalty)
    np.testing.assert_allclose(tenfold.coef, once.coef, rtol=SAME, atol=SAME)


@settings(max_examples=10, deadline=None)
@given(SEEDS)
def test_robust_errors_are_those_of_the_infinitesimal_jackknife(seed):
    """The sandwich with Breslow ties is the sum over clusters of d coef / d log weight, squared."""
    X, duration, happened, entry, weight = draw(seed, n=40)
    cluster = np.arange(40) // 4
    fit = fit_cox(X, duration, happened, entry=entry, weight=weight, ties="breslow", cluster=cluster)
    change = []
    for label in range(10):
        step = np.where(cluster == label, 1e-4, 0.0)
        moved = [
            fit_cox(X, duration, happened, entry=entry, weight=weight * (1 + sign * step), ties="breslow").coef
            for sign in (1, -1)
        ]
        change.append((moved[0] - moved[1]) / 2e-4)
    np.testing.assert_allclose(np.transpose(change) @ change, fit.covariance, rtol=1e-3, atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(SEEDS, TIES)
def test_baseline_hazard_equals_the_loops_and_expected_events_equal_observed(seed, ties):
    X, duration, happened, entry, weight = draw(seed)
    fit = fit_cox(X, duration, happened, entry=entry, weight=weight, ties=ties)
    relative = weight * np.exp((X - fit.center) @ fit.coef)
    for day, jump in zip(fit.times, fit.hazard, strict=True):
        at_risk, dead = (entry < day) & (day <= duration), happened & (duration == day)
        out = np.arange(dead.sum()) / dead.sum() if ties == "efron" else np.zeros(dead.sum())
        by_loops = weight[dead].mean() * np.sum(1 / (relative[at_risk].sum() - out * relative[dead].sum()))
        assert jump == pytest.approx(by_loops, rel=SAME)
    if ties == "breslow":
        reached = np.concatenate(([0.0], np.cumsum(fit.hazard)))
        end, start = (reached[np.searchsorted(fit.times, at, side="right")] for at in (duration, entry))
        assert relative @ (end - start) == pytest.approx(fit.n_events, rel=SAME)


def test_delayed_entry_weights_and_baseline_equal_lifelines():
    rng = np.random.default_rng(7)
    n = 400
    X = rng.normal(size=(n, 3))
    entry = rng.uniform(0, 1, n)
    duration = entry + rng.exponential(np.exp(-X @ [0.5, -0.3, 0.0])) + 1e-3
    happened = rng.random(n) < 0.7
    frame = pd.DataFrame(X, columns=list("abc")).assign(T=duration, E=happened, entry=entry)
    theirs = CoxPHFitter().fit(frame, "T", "E", entry_col="entry", fit_options={"precision": 1e-12})
    mine = fit_cox(X, duration, happened, entry=entry)
    np.testing.assert_allclose(mine.coef, theirs.params_, rtol=SAME_AS_LIFELINES)
    np.testing.assert_allclose(mine.covariance, theirs.variance_matrix_, rtol=1e-5, atol=1e-9)
    weighted = frame.assign(w=rng.integers(1, 4, n)).drop(columns="entry")
    theirs = CoxPHFitter().fit(weighted, "T", "E", weights_col="w", fit_options={"precision": 1e-12})
    mine = fit_cox(X, duration, happened, weight=weighted["w"].to_numpy(float))
    np.testing.assert_allclose(mine.coef, theirs.params_, rtol=SAME_AS_LIFELINES)
    hazard = theirs.baseline_cumulative_hazard_["baseline cumulative hazard"]
    at_their_means = np.exp((X.mean(axis=0) - mine.center) @ mine.coef)  # lifelines centres without weights
    np.testing.assert_allclose(np.cumsum(mine.hazard) * at_their_means, hazard.loc[mine.times], rtol=1e-6)


def test_a_row_is_not_at_risk_at_its_own_entry():
    X = np.array([[1.0], [0.0], [5.0], [1.0], [0.0]])
    duration, happened = np.array([3.0, 4.0, 6.0, 7.0, 8.0]), np.array([True, True, False, True, True])
    late = np.array([0.0, 0.0, 4.0, 0.0, 0.0])
    with_row = fit_cox(X, duration, happened, entry=late)
    keep = np.array([True, True, False, True, True])
    without = fit_cox(X[keep], duration[keep], happened[keep])
    np.testing.assert_allclose(with_row.coef, without.coef, atol=SAME)  # its days in (4, 6] hold no event


def test_known_coefficients_are_recovered():
    rng = np.random.default_rng(8)
    n, truth = 40_000, np.array([0.7, -0.4, 0.0, 0.2])
    X = rng.normal(size=(n, 4))
    time, stop = rng.exponential(500 * np.exp(-X @ truth)), rng.uniform(100, 1000, n)
    fit = fit_cox(X, np.minimum(time, stop), time <= stop)
    z = (fit.coef - truth) / np.sqrt(np.diag(fit.covariance))
    assert np.all(np.abs(z) < 3.5)
    at = np.searchsorted(fit.times, 500, side="right") - 1
    assert np.cumsum(fit.hazard)[at] == pytest.approx(np.exp(fit.center @ truth), rel=0.03)


def test_without_columns_the_baseline_is_nelson_aalen():
    fit = fit_cox(np.empty((3, 0)), np.array([1.0, 2.0, 3.0]), np.array([True, False, True]), ties="breslow")
    np.testing.assert_allclose(fit.hazard, [1 / 3, 1.0])
    assert fit.coef.shape == (0,)
    assert fit.loglik == fit.loglik_null


def refusal(*args, **kwargs):
    with pytest.raises(FitError) as caught:
        fit_cox(*args, **kwargs)
    return str(caught.value)


def test_no_event_is_refused():
    X, duration, happened, *_ = draw(1)
    assert "at least one re-report, but found none" in refusal(X, duration, np.zeros_like(happened))


def test_collinear_columns_are_named_and_a_penalty_cures_them():
    X, duration, happened, *_ = draw(2)
    X = np.column_stack([X, X[:, 0] + 2 * X[:, 2] + 7])
    text = refusal(X, duration, happened, names=["age", "count", "days", "sum"])
    assert re.search(r"but found collinear 'age', 'days', 'sum': remove one of them or set a penalty above 0\.$", text)
    assert np.all(np.isfinite(fit_cox(X, duration, happened, penalty=0.01).coef))


def test_nearly_collinear_columns_are_fitted():
    X, duration, happened, *_ = draw(2, n=400)
    noise = np.random.default_rng(0).normal(size=len(X))
    fit = fit_cox(np.column_stack([X, X[:, 0] + 1e-3 * noise]), duration, happened)
    assert np.all(np.isfinite(fit.covariance))


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9])
def test_columns_without_variation_are_named(constant):
    X, duration, happened, *_ = draw(3)
    X = np.column_stack([X, np.full(len(X), constant)])
    text = refusal(X, duration, happened, names=["a", "b", "c", "flat"])
    assert "no variation in 'flat': remove" in text
    assert fit_cox(X, duration, happened, penalty=0.1).coef[-1] == 0


def test_a_column_that_varies_only_where_nobody_is_at_risk_is_named():
    X, duration, happened, *_ = draw(4)
    early = duration <= 2
    happened = happened & ~early
    X = np.column_stack([X, np.where(early, 1.0, 0.0)])
    assert "no variation in 'x3'" in refusal(X, duration, happened)


@pytest.mark.parametrize("sign", [1, -1])
def test_complete_separation_is_named_and_a_penalty_cures_it(sign):
    X, duration, happened, *_ = draw(5, n=200)
    X = np.column_stack([X, sign * happened])
    text = refusal(X, duration, happened, names=["a", "b", "c", "told_later"])
    assert "events perfectly ordered by 'told_later': set a penalty above 0 or merge rare levels" in text
    assert sign * fit_cox(X, duration, happened, penalty=0.01).coef[-1] > 1


def test_separation_by_two_columns_together_names_both():
    rng = np.random.default_rng(6)
    a, happened = rng.integers(0, 5, 200), rng.random(200) < 0.5
    X = np.column_stack([a, a + happened, rng.normal(size=200)]).astype(float)
    text = refusal(X, rng.integers(1, 30, 200) * 1.0, happened)
    assert "'x0', 'x1':" in text


def test_a_rare_but_real_effect_is_not_taken_for_separation():
    rng = np.random.default_rng(9)
    n = 20_000
    group = rng.random(n) < 0.5
    happened = rng.random(n) < np.where(group, 2e-4, 0.5)
    assert happened[group].any()
    fit = fit_cox(group[:, None].astype(float), rng.integers(1, 365, n) * 1.0, happened)
    assert fit.coef[0] < -6


def test_one_cluster_is_refused():
    X, duration, happened, *_ = draw(1)
    assert "at least 2 clusters, but found 1" in refusal(X, duration, happened, cluster=np.zeros(len(X)))


def test_extreme_predictors_do_not_overflow():
    rng = np.random.default_rng(10)
    X = rng.normal(size=(500, 1)) * 1e6
    time = rng.exponential(np.exp(-5e-6 * X[:, 0]))
    fit = fit_cox(X, time, np.ones(500, dtype=bool))
    assert fit.coef[0] == pytest.approx(5e-6, rel=0.1)


def test_a_step_too_far_is_halved_until_the_likelihood_rises():
    X, duration, happened, entry, weight = draw(11)
    sets = build_risk_sets(duration, happened, entry, weight, "efron")
    design, start = X[sets.order] - 3, np.zeros(3)
    point = likelihood_at(sets, design @ start)
    gradient, information = derivatives(sets, design, point)
    far = 2**12 * np.linalg.solve(information, gradient)
    coef, reached = _cox_newton._uphill(sets, design, 0.0, coef=start, step=far, point=point)
    assert reached.loglik > point.loglik
    assert np.linalg.norm(coef) < np.linalg.norm(far)
    coef, reached = _cox_newton._uphill(sets, design, 0.0, coef=start, step=-1e15 * gradient, point=point)
    np.testing.assert_array_equal(coef, start)  # no step in a wrong direction
    assert reached is point


def test_underflow_is_an_impossible_point_not_a_warning():
    sets = build_risk_sets(np.array([1.0, 2.0]), np.array([True, True]), np.zeros(2), np.ones(2), "efron")
    assert likelihood_at(sets, np.array([0.0, -2000.0])).loglik == -np.inf


def test_running_out_of_steps_is_refused(monkeypatch):
    X, duration, happened, *_ = draw(12)
    monkeypatch.setattr(_cox_newton, "MAX_ITERATIONS", 2)
    monkeypatch.setattr(_cox_newton, "DECREMENT", 1e-300)
    assert "Newton's method converges, but found 2 steps without: set a penalty" in refusal(X, duration, happened)


def test_a_singular_step_names_the_columns():
    with pytest.raises(FitError, match=r"every direction, but found none left in a direction of a, b"):
        _cox_newton._newton_step(np.zeros((2, 2)), np.ones(2), ["a", "b"])
