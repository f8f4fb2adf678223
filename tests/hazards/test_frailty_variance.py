"""The variance of a frailty: its best value, its interval, the test of none, and the boundary at 0."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import chi2

from hgrisk.errors import FitError
from hgrisk.hazards.fit import CoxRows, pose_rows
from hgrisk.hazards.frailty import FrailtyProblem, Groups, fit_at
from hgrisk.hazards.frailty_variance import _bracket, profile_variance, without_frailty
from hgrisk.hazards.newton import maximise


def draw(seed, variance, n_groups=60):
    rng = np.random.default_rng(seed)
    code = np.repeat(np.arange(n_groups), 3)
    X = rng.normal(size=(len(code), 1))
    frailty = rng.gamma(1 / variance, variance, n_groups)[code] if variance else np.ones(len(code))
    end = np.ceil(rng.exponential(20 / frailty / np.exp(0.5 * X[:, 0])))
    rows = CoxRows(X, np.minimum(end, 40.0), end <= 40)
    n_events = np.bincount(code[rows.happened], minlength=n_groups)
    problem = FrailtyProblem(pose_rows(rows), Groups(code, np.ones(n_groups), n_events))
    return problem, maximise(problem.cox, ["x"])


def loglik(problem, optimum, variance):
    return fit_at(problem, variance, optimum.coef, np.zeros(len(problem.groups.weight))).loglik


def test_no_other_variance_has_a_larger_likelihood_and_the_ends_have_what_they_should():
    problem, optimum = draw(1, 0.8)
    profile = profile_variance(problem, optimum)
    assert 0 < profile.lower < profile.variance < profile.upper < np.inf
    best = loglik(problem, optimum, profile.variance)
    assert profile.fitted.loglik == pytest.approx(best, abs=1e-8)
    for other in (0.9, 0.999, 1.001, 1.1):
        assert loglik(problem, optimum, other * profile.variance) < best
    for end in (profile.lower, profile.upper):
        assert 2 * (best - loglik(problem, optimum, end)) == pytest.approx(chi2.ppf(0.95, 1), abs=2e-3)
    ratio = 2 * (best - optimum.point.loglik)
    assert profile.p_value == pytest.approx(chi2.sf(ratio, 1) / 2)
    narrower = profile_variance(problem, optimum, level=0.5)
    assert profile.lower < narrower.lower < narrower.upper < profile.upper


def test_where_frailties_add_nothing_the_variance_is_0_and_the_interval_begins_there():
    found = [profile_variance(*draw(seed, 0.0)) for seed in range(8)]
    at_0 = [profile for profile in found if profile.variance == 0.0]
    assert 2 <= len(at_0) <= 7
    for profile in at_0:
        assert profile.lower == 0.0 < profile.upper < 1
        assert profile.p_value == 1.0
        assert profile.fitted.loglik == profile.loglik_without
    for profile in found:
        assert (profile.lower == 0.0) == (profile.p_value > 0.025)


def test_the_slope_at_0_is_the_limit_of_small_variances():
    problem, optimum = draw(2, 0.3)
    small = fit_at(problem, 1e-5, optimum.coef, np.zeros(60))
    assert without_frailty(problem, optimum).slope == pytest.approx(small.slope, rel=1e-3)
    assert small.loglik == pytest.approx(optimum.point.loglik, abs=1e-3)


def test_a_likelihood_that_rises_without_end_is_refused():
    code = np.repeat(np.arange(200), 2)
    happened = np.repeat(np.arange(200) == 0, 2)
    duration = np.where(happened, np.arange(1.0, 401.0), 500.0)
    rows = CoxRows(np.random.default_rng(1).normal(size=(400, 1)), duration, happened)
    n_events = np.bincount(code[happened], minlength=200)
    problem = FrailtyProblem(pose_rows(rows, penalty=1.0), Groups(code, np.ones(200), n_events))
    with pytest.raises(FitError, match="A frailty has a finite variance, but found a likelihood that still rises at"):
        profile_variance(problem, maximise(problem.cox, ["x"]))


def found(slope, loglik):
    without = SimpleNamespace(slope=slope(0.0), loglik=loglik(0.0))
    return _bracket(SimpleNamespace(without=without, slope=slope, loglik=loglik))


def test_a_likelihood_that_falls_at_0_and_rises_again_is_followed():
    # it falls up to 0.05, rises up to the other turn, and falls from there
    for turn in (0.4, 0.8, 3.0):
        rise = np.polynomial.Polynomial.fromroots([0.05, turn]) * -1.0
        low, high = found(rise, rise.integ())
        assert low < turn < high
        assert rise(low) > 0 >= rise(high)


def test_a_likelihood_that_only_falls_ends_at_0():
    assert found(lambda _: -1.0, lambda variance: -variance) == (0.0, 0.0)
    assert found(lambda _: -1.0, lambda variance: variance) == (0.0, 0.0)  # no slope to be believed
