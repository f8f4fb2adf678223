"""The Newton fit against a likelihood written as loops, against lifelines, and against the laws it obeys."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter
from scipy.optimize import approx_fprime

from hgrisk.hazards import design as design_module
from hgrisk.hazards import fit as fit_module
from hgrisk.hazards import sums
from hgrisk.hazards.residuals import martingale_residuals, score_residuals
from hgrisk.hazards.risk_sets import build_risk_sets
from hgrisk.hazards.steps import likelihood_at, weigh
from tests.hazards.cox_rows import draw, fit_cox, loglik_by_loops, problem_of

SAME = 1e-7
NUMERICAL = 1e-5  # finite differences
SAME_AS_LIFELINES = 1e-6

SEEDS = st.integers(0, 10_000)
TIES = st.sampled_from(["efron", "breslow"])


@settings(max_examples=25, deadline=None)
@given(SEEDS, TIES)
def test_value_gradient_and_information_equal_the_loops(seed, ties):
    rows = draw(seed, n=30)
    problem = problem_of(rows, ties)
    coef = np.array([0.2, -0.1, 0.05])
    point = problem.at(coef)
    gradient, information = problem.derivatives(point)
    assert point.loglik == pytest.approx(loglik_by_loops(coef, rows, ties), abs=1e-9)
    slope = approx_fprime(coef, loglik_by_loops, 1e-7, rows, ties)
    np.testing.assert_allclose(gradient, slope, atol=1e-4)

    def gradient_at(moved):
        return problem.derivatives(problem.at(moved))[0]

    np.testing.assert_allclose(information, -approx_fprime(coef, gradient_at, 1e-6), atol=1e-3)
    np.testing.assert_allclose(score_residuals(problem, point).sum(axis=0), gradient, atol=1e-9)
    assert rows[-1] @ martingale_residuals(problem, point) == pytest.approx(0.0, abs=1e-9)


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


def test_extreme_predictors_do_not_overflow():
    rng = np.random.default_rng(10)
    X = rng.normal(size=(500, 1)) * 1e6
    time = rng.exponential(np.exp(-5e-6 * X[:, 0]))
    fit = fit_cox(X, time, np.ones(500, dtype=bool))
    assert fit.coef[0] == pytest.approx(5e-6, rel=0.1)


def close(one, other, rel=1e-9):
    for name in ("coef", "covariance", "model_covariance", "hazard", "loglik", "loglik_null"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=rel, atol=1e-12, err_msg=name)


@settings(max_examples=15, deadline=None)
@given(SEEDS, TIES)
def test_strata_add_their_likelihoods_up(seed, ties):
    X, duration, happened, entry, weight = draw(seed, n=80)
    stratum = np.arange(80) % 3
    coef = np.array([0.2, -0.1, 0.05])
    sets = build_risk_sets(duration, happened, entry, stratum)
    together = likelihood_at(weigh(sets, weight, efron=ties == "efron"), X @ coef).loglik
    parts = [[part[stratum == label] for part in (X, duration, happened, entry, weight)] for label in range(3)]
    assert together == pytest.approx(sum(loglik_by_loops(coef, part, ties) for part in parts), abs=1e-9)
    fit = fit_cox(X, duration, happened, entry=entry, weight=weight, stratum=stratum, ties=ties)
    slope = sum(approx_fprime(fit.coef, loglik_by_loops, 1e-6, part, ties) for part in parts)
    np.testing.assert_allclose(slope, 0.0, atol=1e-3)
    for label, (X_part, *others) in enumerate(parts):
        own = np.append((X_part - fit.center) @ fit.coef, 0.0)
        alone = likelihood_at(
            weigh(build_risk_sets(others[0], others[1], others[2]), others[3], efron=ties == "efron"), own[:-1]
        )
        jumps = alone.once[1:, 0] * np.exp(-alone.shift[1:])
        np.testing.assert_allclose(fit.hazard[fit.stratum == label], jumps, rtol=1e-9)


@settings(max_examples=15, deadline=None)
@given(SEEDS, TIES, st.booleans())
def test_blocks_of_event_times_and_threads_change_nothing(seed, ties, in_strata):
    X, duration, happened, entry, weight = draw(seed, n=90, last_day=40)
    more = {"entry": entry, "weight": weight, "ties": ties, "cluster": np.arange(90) // 3}
    if in_strata:
        more["stratum"] = np.arange(90) % 2
    whole = fit_cox(X, duration, happened, **more)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(design_module, "SMALL", 10)
        close(fit_cox(X, duration, happened, **more), whole)
        patch.setattr(sums, "LARGEST_TABLE", 1)
        patch.setattr(sums, "BLOCK_SLOTS", 7)
        patch.setattr(design_module, "CHUNK_VALUES", 1)
        close(fit_cox(X, duration, happened, **more), whole)


def test_the_layout_and_type_of_the_columns_change_nothing():
    X, duration, happened, *_ = draw(21, n=300)
    X = np.round(X * 4)
    plain = fit_cox(X, duration, happened)
    for other in (np.asfortranarray(X), X.astype(np.float32), X.astype(np.int16), np.repeat(X, 2, axis=1)[:, ::2]):
        close(fit_cox(other, duration, happened), plain)
    above = np.median(X, axis=0) < X
    close(fit_cox(above, duration, happened), fit_cox(above * 1.0, duration, happened))


@pytest.mark.parametrize("n", [3, 1500])
def test_first_rows_far_from_the_rest_cost_no_digits(n):
    rng = np.random.default_rng(27)
    X, weight = rng.normal(size=(n, 3)), np.where(np.arange(n) < n // 2, 1e-9, 1.0)
    X[: n // 2, 0] += 1e5
    X[:, 2] = 7.0
    design = design_module.standardised(X, weight)
    center = np.average(X, axis=0, weights=weight)
    spread = np.sqrt(np.average((X - center) ** 2, axis=0, weights=weight))
    np.testing.assert_allclose(design.center, center, atol=1e-9)  # of a spread of 1
    np.testing.assert_allclose(design.scale, [*spread[:2], 1.0], rtol=1e-9)
    assert design.center[2] == 7.0
    assert np.max(np.abs((X - center) / design.scale)) <= np.sqrt(design.most_weights)


def test_a_search_from_a_part_of_many_rows_ends_where_it_does_without(monkeypatch):
    X, duration, happened, entry, weight = draw(22, n=4000)
    duration = entry + np.ceil(50 * np.exp(-1.5 * (X[:, 1] - 3)))
    more = {"entry": entry, "weight": weight, "stratum": np.arange(4000) % 2}
    plain = fit_cox(X, duration, happened, **more)
    monkeypatch.setattr(fit_module, "LARGE", 1000)
    quick = fit_cox(X, duration, happened, **more)
    close(quick, plain)
    assert quick.n_iter < plain.n_iter
    only_late = np.where(np.arange(4000) % 16 == 0, 0.0, X[:, 0])  # does not vary in the part
    X = np.column_stack([only_late, X[:, 1:]])
    assert np.isfinite(fit_cox(X, duration, happened).coef).all()


def test_an_offset_is_a_column_with_coefficient_1():
    X, duration, happened, *_ = draw(23, n=300)
    whole = fit_cox(X, duration, happened)
    rest = fit_cox(X[:, 1:], duration, happened, offset=X[:, 0] * whole.coef[0])
    np.testing.assert_allclose(rest.coef, whole.coef[1:], rtol=1e-6)
    assert rest.loglik == pytest.approx(whole.loglik, abs=1e-9)


def test_a_search_from_the_end_takes_one_step():
    X, duration, happened, *_ = draw(24, n=300)
    whole = fit_cox(X, duration, happened)
    assert fit_cox(X, duration, happened, start=whole.coef).n_iter == 1


def test_each_row_a_cluster_of_its_own_or_by_label_gives_the_same_errors():
    X, duration, happened, *_ = draw(25, n=200)
    huber = fit_cox(X, duration, happened, cluster=np.arange(200))
    with_ghost = fit_cox(
        np.vstack([X, X[:1]]),
        np.append(duration, 1.0),
        np.append(happened, False),
        weight=np.append(np.ones(200), 0.0),
        cluster=np.append(np.arange(200), 0),
    )
    np.testing.assert_allclose(huber.covariance, with_ghost.covariance, rtol=1e-9)
