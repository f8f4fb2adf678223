"""The smooth calibration curve: true risks lie on it, intervals hold it, and its refusals."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.errors import DataError
from hgrisk.evaluation.bootstrap import cluster_weights
from hgrisk.evaluation.calibration import calibration_table
from hgrisk.evaluation.smooth_calibration import smooth_calibration_table

HORIZON = 365


def test_true_risks_lie_on_the_diagonal_and_near_the_groups(large_cohort):
    sample = large_cohort.sample()
    table = smooth_calibration_table(sample, HORIZON, n_points=20)
    np.testing.assert_allclose(table["observed"], table["predicted"], atol=0.03)
    groups = calibration_table(sample, HORIZON)
    at_groups = np.interp(groups["predicted"], table["predicted"], table["observed"])
    np.testing.assert_allclose(at_groups, groups["observed"], atol=0.02)


def test_points_are_even_between_the_outer_percentiles(cohort):
    table = smooth_calibration_table(cohort.sample(), HORIZON, n_points=11)
    ends = np.quantile(cohort.sample().risk_at(HORIZON), [0.01, 0.99])
    np.testing.assert_allclose(table["predicted"], np.linspace(*ends, 11), atol=1e-12)
    assert table[["lower", "upper"]].isna().all().all()


def test_intervals_surround_the_curve_and_widen_with_the_level(cohort):
    weights = cluster_weights(np.arange(300), 40, 1)
    narrow, wide = (
        smooth_calibration_table(cohort.sample(), HORIZON, weights, n_points=5, level=level) for level in (0.5, 0.95)
    )
    assert np.all((wide["lower"] < wide["observed"]) & (wide["observed"] < wide["upper"]))
    assert np.all(wide["upper"] - wide["lower"] > narrow["upper"] - narrow["lower"])


def test_one_risk_for_all_has_no_curve(cohort):
    table = smooth_calibration_table(cohort.sample(np.full_like(cohort.truth, 0.3)), HORIZON, n_points=3)
    assert table["observed"].isna().all()
    np.testing.assert_allclose(table["predicted"], 0.3)


def test_one_point_is_refused(cohort):
    with pytest.raises(DataError) as caught:
        smooth_calibration_table(cohort.sample(), HORIZON, n_points=1)
    assert str(caught.value) == "A curve has at least two points, but found 1: use 50."
