"""The likelihood by stacked predictors, and splines of log time: derivatives, chunks, shapes."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import FitError
from hgrisk.models.likelihood import stacked
from hgrisk.models.likelihood.families import Cure, LogTime
from hgrisk.models.likelihood.family_curves import pose_stacked
from hgrisk.models.likelihood.laws import EXTREME_VALUE, LOGISTIC
from hgrisk.models.likelihood.linear_columns import learn_columns
from hgrisk.models.likelihood.log_splines import LogSpline, rotated, shares, spline_through
from hgrisk.models.likelihood.rows import TimedRows
from hgrisk.models.likelihood.spline_likelihood import SplineParts, SplineTimes, pose_spline

N_ROWS = 700
BY_DIFFERENCES = 1e-6


@pytest.fixture(params=["family", "cure", "spline"])
def posed(request):
    rng = np.random.default_rng(3)
    columns = learn_columns(
        pd.DataFrame(rng.normal(2, 3, (N_ROWS, 2)), columns=["a", "b"]), np.ones(N_ROWS), penalised=False
    )
    stop, happened = rng.uniform(5, 900, N_ROWS), rng.random(N_ROWS) < 0.6
    entry = np.where(rng.random(N_ROWS) < 0.5, 0.0, 0.3 * stop)
    weight = rng.uniform(0.5, 2, N_ROWS)
    if request.param == "spline":
        log_events = np.log(stop[happened])
        baseline, varying = (spline_through(log_events, df, weight[happened]) for df in (3, 2))
        parts = SplineParts(LOGISTIC, baseline, varying, columns, columns.only(["b"]), 5.0)
        return pose_spline(parts, SplineTimes(stop, happened, entry), weight=weight, ridge=2.0, log_rate=-6.0)
    weibull = LogTime(EXTREME_VALUE, hazard_form=True)
    blocks, family = [columns, columns.only(["b"])], weibull
    if request.param == "cure":
        blocks, family = [columns, *blocks], Cure(weibull)
    n_parameters = sum(len(block.names) + 1 for block in blocks)
    start = np.zeros(n_parameters)
    start[-5] = -6.0
    rows = TimedRows(family, stop, happened, entry)
    return pose_stacked(rows, blocks, ["p"] * n_parameters, weight=weight, ridge=2.0, starts=[start])


def test_gradient_and_information_equal_differences(posed):
    objective, rng = posed.objective, np.random.default_rng(1)
    at = posed.starts[0] + 0.02 * rng.normal(size=len(posed.starts[0]))
    gradient, information = objective.derivatives(at)
    for place in range(len(at)):
        step = np.zeros(len(at))
        step[place] = 1e-5
        slope = (objective.value(at + step) - objective.value(at - step)) / 2e-5
        assert gradient[place] == pytest.approx(slope, rel=BY_DIFFERENCES, abs=1e-4)
        bend = (objective.derivatives(at + step)[0] - objective.derivatives(at - step)[0]) / 2e-5
        np.testing.assert_allclose(-information[place], bend, rtol=BY_DIFFERENCES, atol=1e-4)
    np.testing.assert_allclose(information, information.T, rtol=1e-9)


def test_scores_add_up_to_the_gradient_without_the_penalty(posed):
    at = posed.starts[0] + 0.01
    total = np.sum([scores.sum(axis=0) for _, scores in posed.objective.scores(at)], axis=0)
    np.testing.assert_allclose(total - posed.ridge * at, posed.objective.derivatives(at)[0], rtol=1e-9, atol=1e-8)


def test_small_chunks_change_nothing(posed, monkeypatch):
    at = posed.starts[0] + 0.01
    value, (gradient, information) = posed.objective.value(at), posed.objective.derivatives(at)
    monkeypatch.setattr(stacked, "CHUNK_VALUES", 1)
    assert posed.objective.value(at) == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(posed.objective.derivatives(at)[0], gradient, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(posed.objective.derivatives(at)[1], information, rtol=1e-9, atol=1e-9)
    assert posed.objective.reach(at) == pytest.approx(max(posed.objective.reach(at), 0.0))


def test_splines_are_linear_beyond_the_outer_knots_and_smooth_within():
    spline = LogSpline(np.array([1.0, 2.0, 3.5, 5.0]))
    assert spline.df == 3
    for low, high in ((-3.0, 1.0), (5.0, 9.0)):
        x = np.linspace(low, high, 7)
        np.testing.assert_allclose(np.diff(spline.basis(x), n=2, axis=0), 0.0, atol=1e-9)
    x = np.linspace(0.0, 6.0, 50)
    by_differences = (spline.basis(x + 1e-6) - spline.basis(x - 1e-6)) / 2e-6
    np.testing.assert_allclose(spline.slopes(x), by_differences, atol=1e-6)
    assert spline.basis(np.zeros((2, 5))).shape == (2, 5, 3)


def test_turned_functions_are_uncorrelated_at_the_events():
    x = np.random.default_rng(2).normal(5, 1, 400)
    turned = rotated(spline_through(x, 4, np.ones(400)), x)
    np.testing.assert_allclose(turned.basis(x).mean(axis=0), 0.0, atol=1e-9)
    np.testing.assert_allclose(turned.basis(x).T @ turned.basis(x) / 400, np.eye(4), atol=1e-8)


def test_knots_are_shares_of_the_events_and_lie_apart():
    x = np.arange(1.0, 10.0)
    assert spline_through(x, 2, np.ones(9)).knots.tolist() == [1, 5, 9]
    twice = np.repeat(x, np.arange(1, 10))
    expected = spline_through(twice, 3, np.ones(len(twice))).knots
    np.testing.assert_array_equal(spline_through(x, 3, np.arange(1.0, 10.0)).knots, expected)
    assert shares(x, np.array([0.5]), np.ones(9)) == [5]
    with pytest.raises(FitError, match="the same day for two of 4 knots"):
        spline_through(np.array([1.0, 1.0, 1.0, 2.0]), 3, np.ones(4))
