"""The information times a direction, against differences of the gradient."""

import numpy as np
import pytest

from hgrisk.hazards.curvature import curvature_along
from hgrisk.hazards.fit import CoxRows, pose_rows
from hgrisk.hazards.steps import expected_events, likelihood_at


@pytest.mark.parametrize("efron", [True, False])
def test_it_is_the_slope_of_observed_less_expected_events(efron):
    rng = np.random.default_rng(1)
    n, small = 80, 1e-5
    entry = rng.integers(0, 4, n).astype(float)
    weight, stratum = rng.integers(1, 4, n).astype(float), rng.integers(0, 2, n)
    rows = CoxRows(np.empty((n, 0)), entry + rng.integers(1, 9, n), rng.random(n) < 0.7, entry, weight, stratum)
    weighted = pose_rows(rows, efron=efron).weighted
    predictor, direction = rng.normal(size=n), rng.normal(size=n)
    point = likelihood_at(weighted, predictor.copy())
    expected = expected_events(weighted.sets, point)
    above, below = (
        expected_events(weighted.sets, likelihood_at(weighted, predictor + sign * small * direction))
        for sign in (1, -1)
    )
    found = curvature_along(weighted.sets, point, expected, direction)
    np.testing.assert_allclose(found, (above - below) / 2 / small, rtol=1e-6, atol=1e-8)
    # a shift of all in a stratum changes nothing
    np.testing.assert_allclose(curvature_along(weighted.sets, point, expected, stratum + 1.0), 0.0, atol=1e-10)
