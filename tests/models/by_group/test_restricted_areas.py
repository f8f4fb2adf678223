"""Areas under curves against sums of steps, and their influence against numerical derivatives."""

import numpy as np
import pytest

from hgrisk.curves import aalen_johansen
from hgrisk.hazards.clustered_curves import EndedRows
from hgrisk.hazards.placing import place_rows
from hgrisk.hazards.product_limit import curves
from hgrisk.hazards.tables import event_table
from hgrisk.models.by_group.restricted_areas import area_variance, clustered_covariance, lost_days

N, N_CLUSTERS = 60, 12
STEP = 1e-5


@pytest.fixture
def rows():
    rng = np.random.default_rng(3)
    duration = rng.integers(2, 30, N) * 1.0
    entry = np.floor(duration * rng.random(N)) * (rng.random(N) < 0.4)
    return duration, entry, rng.integers(-1, 2, N), rng.integers(0, 2, N), rng.integers(0, N_CLUSTERS, N)


def areas(rows, weight, counting, days=(0.0, 21.5), delayed=True):
    duration, entry, cause, group, _ = rows
    entry = entry if delayed else np.zeros(N)
    places = place_rows(duration, cause >= 0, entry, group, n_groups=2)
    of = curves(event_table(places, cause, weight, n_causes=2, late=entry > 0), [0, 1], counting)
    return places, of, lost_days(of, places.times, *days)


@pytest.mark.parametrize("days", [(0.0, 21.5), (0.0, 5.0), (4.0, 12.0), (0.0, 100.0)])
def test_the_area_is_the_sum_of_the_steps(rows, days):
    _, _, found = areas(rows, np.ones(N), [0], days, delayed=False)
    duration, _, cause, group, _ = rows
    grid = np.arange(days[0], days[1], 0.5) + 0.25
    for code in range(2):
        mine = group == code
        curve = aalen_johansen(duration[mine], cause[mine] + 1)
        assert found.lost[code] == pytest.approx(curve.at(grid).sum() * 0.5, rel=1e-12)


@pytest.mark.parametrize("counting", [[0], [0, 1]])
def test_the_covariance_is_made_of_derivatives_by_cluster(rows, counting):
    _, _, cause, group, cluster = rows
    weight = np.random.default_rng(4).uniform(0.5, 2, N)
    places, of, found = areas(rows, weight, counting)
    changes = np.zeros((N_CLUSTERS, 2))
    for row in range(N):
        up, down = weight.copy(), weight.copy()
        up[row], down[row] = weight[row] + STEP, weight[row] - STEP
        moved = areas(rows, up, counting)[2].lost - areas(rows, down, counting)[2].lost
        changes[cluster[row]] += weight[row] * moved / (2 * STEP)
    ended = EndedRows(weight, cause >= 0, np.isin(cause, counting))
    covariance = clustered_covariance(places, of, found, ended, (cluster, group))
    np.testing.assert_allclose(covariance, changes.T @ changes, rtol=1e-6)
    assert abs(covariance[0, 1]) > 1e-3


@pytest.mark.parametrize("counting", [[0], [0, 1]])
def test_a_cluster_for_each_row_gives_the_variance_of_the_counts(rows, counting):
    _, _, cause, group, _ = rows
    places, of, found = areas(rows, np.ones(N), counting, delayed=False)
    ended = EndedRows(np.ones(N), cause >= 0, np.isin(cause, counting))
    covariance = clustered_covariance(places, of, found, ended, (np.arange(N), group))
    np.testing.assert_allclose(covariance, np.diag(area_variance(of, found)), atol=1e-12)
