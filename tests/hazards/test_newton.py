"""A search that rests on borrowed information ends where Newton's own steps end, or goes back to them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.errors import FitError
from hgrisk.hazards import newton, sums
from hgrisk.hazards.fit import CoxRows, pose_rows
from hgrisk.hazards.newton import maximise
from tests.hazards.cox_rows import draw

SAME_POINT = 1e-8  # in standard errors
SAME_INFORMATION = 1e-7
SAME_LOGLIK = 1e-11
NAMES = ["a", "b", "c"]


def problem_of(seed, n=400, **given):
    X, duration, happened, entry, weight = draw(seed, n=n)
    return pose_rows(CoxRows(X, duration, happened, entry, weight), **given)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.1]), st.booleans(), st.floats(0.7, 1.5))
def test_borrowed_information_leads_to_the_same_optimum(seed, penalty, look_round, factor):
    problem = problem_of(seed, penalty=penalty)
    plain = maximise(problem, NAMES)
    wrong = plain.information * factor + 0.05 * np.trace(plain.information) * np.eye(3)
    found = maximise(problem, NAMES, plain.coef + 0.01, look_round=look_round, borrowed=wrong)
    away = (found.coef - plain.coef) * np.sqrt(np.diag(plain.information))
    np.testing.assert_allclose(away, 0.0, atol=SAME_POINT if look_round else 1e-4)
    if look_round:
        np.testing.assert_allclose(found.information, plain.information, rtol=SAME_INFORMATION, atol=1e-6)
        assert found.point.loglik == pytest.approx(plain.point.loglik, rel=SAME_LOGLIK)


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_information_that_is_far_off_is_given_up(factor):
    problem = problem_of(3)
    plain = maximise(problem, NAMES)
    found = maximise(problem, NAMES, plain.coef + 0.5, borrowed=plain.information * factor)
    np.testing.assert_allclose(found.coef, plain.coef, rtol=1e-8)


def test_a_good_information_saves_looks_at_the_columns(monkeypatch):
    problem, looks = problem_of(4, n=3000), []
    plain = maximise(problem, NAMES)
    own = newton.derivatives
    monkeypatch.setattr(newton, "derivatives", lambda *given: looks.append(1) or own(*given))
    maximise(problem, NAMES, plain.coef + 0.01)
    n_plain = len(looks)
    looks.clear()
    maximise(problem, NAMES, plain.coef + 0.01, borrowed=plain.information)
    assert len(looks) < n_plain
    looks.clear()
    maximise(problem, NAMES, plain.coef + 1e-4, borrowed=plain.information, look_round=False)
    assert len(looks) == 1  # whether every column tells something, which a borrowed information does not know
    looks.clear()
    penalised = problem_of(4, n=3000, penalty=0.1)
    end = maximise(penalised, NAMES)
    looks.clear()
    maximise(penalised, NAMES, end.coef + 1e-4, borrowed=end.information, look_round=False)
    assert len(looks) == 0


def test_a_likelihood_without_end_is_refused_whatever_was_borrowed():
    rng = np.random.default_rng(0)
    x, days = np.repeat([0.0, 1.0], 50), rng.integers(1, 100, 100).astype(float)
    problem = pose_rows(CoxRows(x[:, None], days, (x == 0) & (days < 90)))
    for size in (0.1, 1.0, 10.0):
        for look_round in (True, False):
            with pytest.raises(FitError, match="events perfectly ordered by 'x'"):
                maximise(problem, ["x"], np.zeros(1), borrowed=np.array([[size]]), look_round=look_round)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_the_gradient_alone_is_that_of_the_derivatives(seed):
    problem = problem_of(seed, n=80)
    point = problem.at(np.array([0.2, -0.1, 0.05]))
    np.testing.assert_allclose(problem.gradient(point), problem.derivatives(point)[0], atol=1e-9)


def test_looks_are_dearer_where_slots_are_gone_through_block_by_block(monkeypatch):
    few = problem_of(1, n=50)
    monkeypatch.setattr(sums, "LARGEST_TABLE", 1)
    monkeypatch.setattr(sums, "BLOCK_SLOTS", 4)
    assert problem_of(1, n=50).steps_a_look > few.steps_a_look


def test_a_start_that_is_less_likely_than_0_is_given_up():
    problem = problem_of(5)
    from_zero = maximise(problem, NAMES)
    at_zero = problem.at(np.zeros(3)).loglik
    far = np.array([4.0, -4.0, 4.0])
    assert problem.at(far).loglik < at_zero
    given_up = maximise(problem, NAMES, far, at_zero=at_zero)
    np.testing.assert_array_equal(given_up.coef, from_zero.coef)
    assert given_up.n_iter == from_zero.n_iter
