"""Logistic recalibration against scipy's optimiser and at its edges."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq, minimize
from scipy.special import expit, log_expit

from hgrisk.evaluation import _recalibration
from hgrisk.evaluation._recalibration import intercepts, recalibration, slopes
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

AGAINST_SCIPY = 1e-5
EXACT = 1e-9


@pytest.fixture
def model(cohort):
    weights = np.random.default_rng(0).integers(0, 3, (6, 300)).astype(np.uint16)
    weights[0] = 1
    return recalibration(cohort.sample(cohort.truth**1.5), 365, weights)


def scipy_intercept(model, draw):
    w = model.weight * model.copies[draw]
    return brentq(lambda a: np.sum(w * (model.happened - expit(a + model.logit))), -30, 30, xtol=1e-12)


def scipy_slope(model, draw):
    w = model.weight * model.copies[draw]
    sign = 2 * model.happened - 1

    def loss(b):
        return -np.sum(w * log_expit(sign * (b[0] + b[1] * model.logit)))

    return minimize(loss, [0.0, 1.0], method="BFGS", options={"gtol": 1e-8}).x[1]


@pytest.mark.parametrize("compiled", [True, False])
def test_every_draw_equals_scipy(model, compiled, monkeypatch):
    if not compiled:
        monkeypatch.setattr(_recalibration, "score_sums", _recalibration._score_sums)
    for draw, (intercept, slope) in enumerate(zip(intercepts(model), slopes(model), strict=True)):
        assert intercept == pytest.approx(scipy_intercept(model, draw), abs=EXACT)
        assert slope == pytest.approx(scipy_slope(model, draw), abs=AGAINST_SCIPY)


def of(event, risk, weights=None):
    days = np.where(np.array(event) == 1, 100, 600)
    y = Surv.from_arrays(event, days)
    n = len(event)
    weights = np.ones((1, n)) if weights is None else np.array(weights, dtype=float)
    return recalibration(Sample.build(y, y, np.array(risk)[:, None], [365]), 365, weights)


def test_one_draw_without_a_solution_does_not_spoil_the_others():
    event, risk = [1, 0, 1, 0, 1, 0], [0.9, 0.1, 0.2, 0.8, 0.7, 0.3]
    none, every, separated, constant = [0, 1, 0, 1, 0, 1], [1, 0, 1, 0, 1, 0], [1, 1, 0, 0, 1, 1], [1, 0, 0, 1, 0, 0]
    weights = [[1] * 6, none, separated, [2] * 6, every]
    model = of(event, risk, weights)
    np.testing.assert_array_equal(np.isnan(slopes(model)), [False, True, True, False, True])
    np.testing.assert_array_equal(np.isnan(intercepts(model)), [False, True, False, False, True])
    assert slopes(model)[0] == pytest.approx(slopes(model)[3], abs=EXACT)
    # in the last draw both rows have the same risk
    same = of(event, [0.9, 0.1, 0.2, 0.9, 0.7, 0.3], [[1] * 6, constant])
    np.testing.assert_array_equal(np.isnan(slopes(same)), [False, True])


def test_a_constant_risk_has_no_slope_but_an_intercept():
    model = of([1, 0, 0, 0], [0.5] * 4)
    assert np.isnan(slopes(model)).all()
    assert intercepts(model)[0] == pytest.approx(np.log(1 / 3), abs=EXACT)


def test_an_intercept_is_found_where_plain_newton_steps_overshoot():
    # risks near 0 and near 1 leave almost no curvature at the start
    for n_low in (2, 10, 18):
        risk = [0.0] * n_low + [1.0] * (20 - n_low)
        for event in ([1] * 18 + [0] * 2, [0] * 17 + [1] * 3):
            model = of(event, risk)
            assert intercepts(model)[0] == pytest.approx(scipy_intercept(model, 0), abs=1e-6)


@pytest.mark.parametrize(("at", "outlier"), [(0.56, 9.9), (0.2, 12.0), (-0.3, -13.0)])
def test_a_slope_is_found_where_plain_newton_steps_overshoot(at, outlier):
    # one re-report among many, and one household far out
    logit = np.array([*np.linspace(-1, 1, 38), outlier, at])
    model = of([0] * 39 + [1], expit(logit))
    assert slopes(model)[0] == pytest.approx(scipy_slope(model, 0), abs=1e-4)


def test_censored_rows_do_not_enter():
    y = Surv.from_arrays([1, 0, 0, 1, 0], [100, 200, 600, 300, 700])
    risk = np.array([0.4, 0.9, 0.2, 0.3, 0.6])[:, None]
    model = recalibration(Sample.build(y, y, risk, [365]), 365, np.ones((1, 5)))
    assert model.happened.tolist() == [1, 0, 1, 0]
    np.testing.assert_allclose(np.exp(model.logit) / (1 + np.exp(model.logit)), [0.4, 0.2, 0.3, 0.6])
