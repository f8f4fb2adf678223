"""A gamma frailty at one variance: against the EM algorithm, an integral, and plain linear algebra."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import gamma

import hgrisk.hazards.frailty as module
from hgrisk.errors import FitError
from hgrisk.hazards.fit import CoxRows, fit_cox, pose_rows
from hgrisk.hazards.frailty import (
    FrailtyProblem,
    Groups,
    conjugate_gradients,
    covariance_of,
    fit_at,
    of_unknown_variance,
)
from hgrisk.hazards.steps import expected_events


def draw(seed=1, n_groups=30, *, variance=0.8, ties=True):
    rng = np.random.default_rng(seed)
    code = rng.integers(0, n_groups, 5 * n_groups)
    code[:n_groups] = np.arange(n_groups)
    n = len(code)
    X = rng.normal(size=(n, 2))
    frailty = rng.gamma(1 / variance, variance, n_groups)[code]
    entry = np.where(rng.random(n) < 0.5, 0.0, rng.integers(0, 5, n))
    end = entry + rng.exponential(10 / frailty / np.exp(X @ [0.5, -0.3]))
    duration = np.minimum(np.ceil(end) if ties else end, entry + 30)
    return CoxRows(X, duration, end < entry + 30, entry), code


def problem_of(rows, code, *, efron=True, penalty=0.0, weight=None):
    n_groups = code.max() + 1
    weight = np.ones(n_groups) if weight is None else weight
    rows = CoxRows(rows.X, rows.duration, rows.happened, rows.entry, weight[code])
    n_events = np.bincount(code[rows.happened], minlength=n_groups)
    return FrailtyProblem(pose_rows(rows, penalty, efron=efron), Groups(code, weight, n_events))


def fit(problem, variance):
    return fit_at(problem, variance, np.zeros(2), np.zeros(len(problem.groups.weight)))


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("penalty", [0.0, 0.1])
def test_it_ends_where_the_em_algorithm_ends(ties, penalty):
    rows, code = draw()
    variance = 0.6
    problem = problem_of(rows, code, efron=ties == "efron", penalty=penalty)
    mine = fit(problem, variance)
    groups, frailty = problem.groups, np.ones(30)
    for _ in range(150):
        offset = np.log(frailty)[code]
        step = fit_cox(replace(rows, offset=offset), ties=ties, penalty=penalty)
        point = problem.at(step.coef * problem.cox.design.scale, np.log(frailty))
        exposure = groups.add_up(expected_events(problem.cox.weighted.sets, point)) / frailty
        frailty = (groups.n_events + 1 / variance) / (exposure + 1 / variance)
    np.testing.assert_allclose(mine.coef / problem.cox.design.scale, step.coef, atol=1e-5)
    np.testing.assert_allclose(np.exp(mine.log_frailty), frailty, atol=1e-5)
    assert np.exp(mine.log_frailty).mean() == pytest.approx(1.0, abs=1e-6)


def test_its_likelihood_is_the_one_with_frailties_integrated_out():
    rows, code = draw(2, ties=False)
    problem = problem_of(rows, code, efron=False)
    for variance in (0.2, 1.3):
        mine = fit(problem, variance)
        risk = np.exp((rows.X - problem.cox.design.center) @ (mine.coef / problem.cox.design.scale))
        sets = problem.cox.weighted.sets
        jumps = mine.point.once[:, 0] * np.exp(-mine.point.shift)
        reached = np.cumsum(jumps)
        exposure = problem.groups.add_up(risk * (reached[sets.stop] - reached[sets.start]))
        density = gamma(1 / variance, scale=variance)
        total = np.log(jumps[sets.stop] * risk)[rows.happened].sum()
        for d, size in zip(problem.groups.n_events, exposure, strict=True):
            total += np.log(
                quad(lambda z, d=d, size=size, density=density: z**d * np.exp(-z * size) * density.pdf(z), 0, np.inf)[0]
            )
        assert mine.loglik == pytest.approx(total + rows.happened.sum(), abs=1e-6)


def test_the_slope_is_that_of_the_likelihood():
    rows, code = draw(3)
    problem = problem_of(rows, code, weight=np.random.default_rng(3).integers(1, 4, 30).astype(float))
    for variance in (0.05, 0.7, 3.0):
        above, below = fit(problem, variance + 1e-4), fit(problem, variance - 1e-4)
        assert fit(problem, variance).slope == pytest.approx((above.loglik - below.loglik) / 2e-4, rel=1e-4, abs=1e-4)


def test_the_covariance_is_the_block_of_the_inverse_information():
    rows, code = draw(4)
    problem = problem_of(rows, code, penalty=0.01)
    mine = fit(problem, 0.5)
    expected = expected_events(problem.cox.weighted.sets, mine.point)
    curvature = problem.curvature(mine.point, expected, mine.log_frailty, 0.5)
    whole = np.array([curvature.times(column) for column in np.eye(32)])
    np.testing.assert_allclose(whole, whole.T, atol=1e-10)
    scale = problem.cox.design.scale
    inverse = np.linalg.inv(whole)[30:, 30:] / np.outer(scale, scale)
    np.testing.assert_allclose(covariance_of(problem, mine, 0.5), inverse, rtol=1e-7)


def test_an_unknown_variance_adds_how_far_coefficients_move_with_it():
    rows, code = draw(3)
    problem = problem_of(rows, code, weight=np.random.default_rng(3).integers(1, 4, 30).astype(float))
    above, below = fit(problem, 0.3 + 1e-3), fit(problem, 0.3 - 1e-3)
    moved = (above.coef - below.coef) / 2e-3 / problem.cox.design.scale
    information = (below.slope - above.slope) / 2e-3
    found = of_unknown_variance(problem, fit(problem, 0.3), 0.3)
    np.testing.assert_allclose(found, np.outer(moved, moved) / information, rtol=1e-3)
    np.testing.assert_array_equal(of_unknown_variance(problem, above, 0.0), 0.0)
    unbounded = of_unknown_variance(problem_of(rows, code), fit(problem_of(rows, code), 0.9), 0.9)
    np.testing.assert_array_equal(unbounded, 0.0)  # the likelihood bends upwards there: it is no maximum


def test_the_information_is_the_slope_of_the_gradient():
    rows, code = draw(5)
    problem = problem_of(rows, code, penalty=0.01, weight=np.arange(1.0, 31.0))
    rng = np.random.default_rng(5)
    coef, log_frailty, direction = rng.normal(size=2), rng.normal(size=30) / 3, rng.normal(size=32)

    def gradient(step):
        moved, shifted = coef + step * direction[30:], log_frailty + step * direction[:30]
        expected = expected_events(problem.cox.weighted.sets, problem.at(moved, shifted))
        return problem.gradient(expected, moved, shifted, 0.4)

    point = problem.at(coef, log_frailty)
    curvature = problem.curvature(point, expected_events(problem.cox.weighted.sets, point), log_frailty, 0.4)
    slope = (gradient(-1e-5) - gradient(1e-5)) / 2e-5
    np.testing.assert_allclose(curvature.times(direction), slope, rtol=1e-5, atol=1e-6)
    solved = curvature.solve(curvature.times(direction), 1e-12)
    np.testing.assert_allclose(solved, direction, atol=1e-8)


def test_whole_numbers_as_columns_give_what_floats_give():
    rows, code = draw(6)
    X = np.round(rows.X * 3).astype(np.int8)
    some = [CoxRows(kind, rows.duration, rows.happened, rows.entry) for kind in (X, X.astype(float))]
    first, second = (fit(problem_of(these, code), 0.5) for these in some)
    np.testing.assert_allclose(first.coef, second.coef, rtol=1e-8)


def test_a_weight_of_two_is_a_group_twice():
    rows, code = draw(7)
    weight = np.random.default_rng(7).integers(1, 3, 30).astype(float)
    once = fit(problem_of(rows, code, efron=False, weight=weight), 0.5)
    twice = np.concatenate((np.arange(len(code)), np.flatnonzero(weight[code] == 2)))
    again = np.concatenate((code, code[weight[code] == 2] + 30))
    again = np.unique(again, return_inverse=True)[1]
    more = CoxRows(rows.X[twice], rows.duration[twice], rows.happened[twice], rows.entry[twice])
    both = fit(problem_of(more, again, efron=False), 0.5)
    scales = [problem_of(rows, code, weight=weight).cox.design.scale, problem_of(more, again).cox.design.scale]
    np.testing.assert_allclose(both.coef / scales[1], once.coef / scales[0], atol=1e-6)
    assert both.loglik == pytest.approx(once.loglik, abs=1e-6)


def test_conjugate_gradients_solve_a_small_system():
    rng = np.random.default_rng(8)
    root = rng.normal(size=(6, 6))
    matrix, right = root @ root.T + np.eye(6), rng.normal(size=6)
    found = conjugate_gradients(lambda v: matrix @ v, lambda v: v / np.diag(matrix), right, 1e-12)
    np.testing.assert_allclose(found, np.linalg.solve(matrix, right), rtol=1e-9)
    np.testing.assert_array_equal(conjugate_gradients(lambda v: v, lambda v: v, np.zeros(3), 1e-3), 0.0)


def test_a_search_without_end_is_said(monkeypatch):
    monkeypatch.setattr(module, "MAX_ITERATIONS", 1)
    rows, code = draw(9)
    with pytest.raises(FitError, match="The search for frailties ends, but found 1 steps without"):
        fit(problem_of(rows, code), 0.5)
