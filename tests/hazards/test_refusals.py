"""What a Cox regression cannot estimate is refused by column, and a search that goes wrong ends."""

import re

import numpy as np
import pytest

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.hazards import newton
from hgrisk.hazards.risk_sets import build_risk_sets
from hgrisk.hazards.steps import likelihood_at, weigh
from tests.hazards.cox_rows import draw, fit_cox, problem_of


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


def test_a_step_too_far_is_halved_until_the_likelihood_rises():
    X, *others = draw(11)
    problem, start = problem_of((X - 3, *others), "efron"), np.zeros(3)
    point = problem.at(start)
    gradient, information = problem.derivatives(point)
    far = 2**12 * np.linalg.solve(information, gradient)
    coef, reached = newton._uphill(problem, start, far, point)
    assert reached.loglik > point.loglik
    assert np.linalg.norm(coef) < np.linalg.norm(far)
    coef, reached = newton._uphill(problem, start, -1e15 * gradient, point)
    np.testing.assert_array_equal(coef, start)  # no step in a wrong direction
    assert reached is point


def test_underflow_is_an_impossible_point_not_a_warning():
    weighted = weigh(build_risk_sets(np.array([1.0, 2.0]), np.array([True, True])), np.ones(2), efron=True)
    assert likelihood_at(weighted, np.array([0.0, -2000.0])).loglik == -np.inf


@pytest.mark.parametrize(
    ("value", "found"),
    [(np.nan, "missing or infinite values"), (np.inf, "missing or infinite values"), (1e300, "squares overflow")],
)
def test_values_that_no_sum_can_hold_are_refused_by_column(value, found):
    X, duration, happened, *_ = draw(26)
    X[3, 1] = value
    with pytest.raises(DataError, match=rf"{found} in 'b'"):
        fit_cox(X, duration, happened, names=["a", "b", "c"])


def test_running_out_of_steps_is_refused(monkeypatch):
    X, duration, happened, *_ = draw(12)
    monkeypatch.setattr(newton, "MAX_ITERATIONS", 2)
    monkeypatch.setattr(newton, "DECREMENT", 1e-300)
    assert "Newton's method converges, but found 2 steps without: set a penalty" in refusal(X, duration, happened)


def test_a_singular_step_names_the_columns():
    with pytest.raises(FitError, match=r"every direction, but found none left in a direction of a, b"):
        newton._newton_step(np.zeros((2, 2)), np.ones(2), ["a", "b"])


@pytest.mark.parametrize("shift", [200.0, 400.0, 1000.0])
def test_a_constant_added_within_a_stratum_changes_nothing(shift):
    X, duration, happened, entry, weight = draw(30, n=200)
    stratum = np.arange(200) % 2
    plain = fit_cox(X, duration, happened, entry=entry, weight=weight, stratum=stratum, cluster=np.arange(200) // 2)
    X[stratum == 1, 0] += shift
    moved = fit_cox(X, duration, happened, entry=entry, weight=weight, stratum=stratum, cluster=np.arange(200) // 2)
    np.testing.assert_allclose(moved.coef, plain.coef, rtol=1e-6)
    np.testing.assert_allclose(moved.covariance, plain.covariance, rtol=1e-6)
    np.testing.assert_allclose(moved.model_covariance, plain.model_covariance, rtol=1e-6)


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_a_row_that_does_not_count_may_have_any_predictor(weight):
    X, duration, happened, *_ = draw(31, n=200)
    plain = fit_cox(X, duration, happened)
    longer = (np.vstack([X, [[900.0, 0, 0]]]), np.append(duration, 0.5), np.append(happened, False))
    found = fit_cox(*longer, weight=np.append(np.ones(200), weight))
    np.testing.assert_allclose(found.coef, plain.coef, rtol=1e-6)
    np.testing.assert_allclose(found.covariance, plain.covariance, rtol=1e-6)


def test_late_rows_of_a_far_higher_hazard_are_refused_before_digits_are_lost():
    X, duration, happened, *_ = draw(32, n=200)
    entry = np.where(np.arange(200) < 100, 0.0, 1000.0)
    rows = {"entry": entry, "offset": np.where(entry > 0, 21.0, 0.0)}
    with pytest.raises(FitError, match="keep their digits where rows that enter late have no far higher hazard"):
        fit_cox(X, entry + duration, happened, **rows)
    rows["offset"] /= 3
    apart = fit_cox(X, entry + duration, happened, stratum=(entry > 0) * 1)
    np.testing.assert_allclose(fit_cox(X, entry + duration, happened, **rows).coef, apart.coef, rtol=1e-5)


@pytest.mark.parametrize("size", [1e-10, 1e-3, 1e100])
def test_the_unit_of_the_weights_does_not_matter(size):
    X, duration, happened, *_ = draw(33, n=200)
    plain = fit_cox(X, duration, happened)
    np.testing.assert_allclose(fit_cox(X, duration, happened, weight=np.full(200, size)).coef, plain.coef, rtol=1e-6)


def test_a_start_on_another_scale_is_left():
    X, duration, happened, *_ = draw(34, n=200)
    plain = fit_cox(X, duration, happened)
    np.testing.assert_allclose(fit_cox(X * 1e6, duration, happened, start=plain.coef).coef * 1e6, plain.coef, rtol=1e-6)


def test_columns_of_another_length_and_missing_clusters_are_refused():
    X, duration, happened, *_ = draw(35)
    with pytest.raises(DataError, match="59 of duration"):
        fit_cox(X, duration[1:], happened)
    with pytest.raises(DataError, match="3 of cluster"):
        fit_cox(X, duration, happened, cluster=np.arange(3))
    with pytest.raises(DataError, match="Each row has a cluster label"):
        fit_cox(X, duration, happened, cluster=np.append(np.nan, np.arange(59.0)))
    with pytest.raises(ConfigError, match="ties is 'efron' or 'breslow', but found 'Efron'"):
        fit_cox(X, duration, happened, ties="Efron")


@pytest.mark.parametrize("n", [20, 500])
@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("others", [0, 1])
def test_events_in_the_order_of_a_column_are_refused_in_words(n, sign, others):
    days = np.arange(1.0, n + 1)
    X = np.column_stack([sign * days, np.random.default_rng(0).normal(size=(n, others))])
    with pytest.raises(FitError, match="events perfectly ordered by 'x0'"):
        fit_cox(X, days, np.ones(n, dtype=bool))
