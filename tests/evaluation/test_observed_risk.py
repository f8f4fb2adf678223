"""The curve of observed on predicted risk: its spline, its repeats, and where it is not defined."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.evaluation._observed_risk import clog_log, observed_risks, spline
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-9
HORIZON = 365
KNOTS = np.array([-2.0, -1.0, 1.5])


def only(sample, copies=None):
    copies = np.ones((1, len(sample)), dtype=int) if copies is None else copies
    ((_, curve),) = observed_risks(sample, HORIZON, copies)
    return curve


def test_the_spline_is_straight_outside_its_knots_and_smooth_inside():
    x = np.linspace(-5, 5, 2001)
    columns = spline(x, KNOTS)
    np.testing.assert_array_equal(columns[:, 0], x)
    second = np.diff(columns[:, 1], 2) / 0.005**2
    middle = x[1:-1]
    np.testing.assert_allclose(second[(middle < -2.01) | (middle > 1.51)], 0, atol=1e-6)
    assert np.max(np.abs(np.diff(second))) < 0.02  # no jump in the second derivative at a knot
    assert np.max(second) == pytest.approx(6 * 1.0 / 3.5**2, abs=0.01)  # at the middle knot


def test_the_observed_risk_rises_with_a_true_risk_and_undoes_a_distortion(large_cohort):
    points = np.linspace(0.1, 0.6, 6)
    curve = only(large_cohort.sample())
    np.testing.assert_allclose(curve.at(points), points, atol=0.02)
    squared = only(large_cohort.sample(large_cohort.truth**2))
    np.testing.assert_allclose(squared.at(points**2), points, atol=0.02)


def test_copies_are_repeated_rows(cohort):
    copies = np.random.default_rng(1).integers(0, 3, (1, 300))
    sample = cohort.sample()
    repeated = only(sample.take(np.repeat(np.arange(300), copies[0])))
    curve = only(sample, copies)
    np.testing.assert_allclose(curve.knots, repeated.knots, atol=EXACT)
    np.testing.assert_allclose(curve.coef, repeated.coef, atol=EXACT)


def test_a_constant_risk_no_event_no_row_and_a_perfect_order_have_no_curve(cohort):
    assert only(cohort.sample(np.full_like(cohort.truth, 0.3))) is None
    assert only(cohort.sample(), np.zeros((1, 300), dtype=int)) is None
    risk = np.linspace(0.1, 0.9, 120)[::-1, None]
    never = Surv.from_arrays([0] * 120, np.arange(400, 520))
    assert only(Sample.build(never, never, risk, [HORIZON])) is None
    in_order = Surv.from_arrays([1] * 119 + [0], np.arange(120) * 10 + 100)
    assert only(Sample.build(in_order, in_order, risk, [HORIZON])) is None


def test_risks_of_0_and_1_stay_finite():
    assert np.all(np.isfinite(clog_log(np.array([0.0, 1.0]))))
    assert clog_log(np.array([1 - np.exp(-1.0)]))[0] == pytest.approx(0.0, abs=1e-12)
