"""Cluster-robust variances of curves, against numerical derivatives by each weight and against Greenwood."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.hazards.clustered_curves import EndedRows, clustered_variance
from hgrisk.hazards.placing import place_rows
from hgrisk.hazards.product_limit import curves, incidence_variance
from hgrisk.hazards.tables import event_table

EXACT = 1e-12
NUMERICAL = 1e-8
STEP = 1e-5
ROWS = st.lists(
    st.tuples(st.integers(1, 15), st.integers(-1, 1), st.integers(0, 1), st.integers(0, 5)), min_size=2, max_size=50
)


def fitted(duration, cause, entry, group, weight):
    places = place_rows(duration, cause >= 0, entry, group, n_groups=2)
    return places, event_table(places, cause, weight, n_causes=2, late=entry > 0)


@pytest.mark.parametrize(
    ("removing", "counting"), [([0, 1], [0]), ([0, 1], [0, 1]), ([1], [0]), ([], [0])],
    ids=["incidence", "survival", "mean count", "hazard"],
)  # fmt: skip
def test_variance_is_the_sum_of_squared_derivatives_by_cluster(removing, counting):
    rng = np.random.default_rng(1)
    n, n_clusters = 70, 15
    duration = rng.integers(2, 30, n) * 1.0
    cause, group = rng.integers(-1, 2, n), rng.integers(0, 2, n)
    entry = np.floor(duration * rng.random(n)) * (rng.random(n) < 0.4)
    weight, cluster = rng.uniform(0.5, 2, n), rng.integers(0, n_clusters, n)
    places, table = fitted(duration, cause, entry, group, weight)
    of = curves(table, removing, counting)
    rows = EndedRows(weight, np.isin(cause, removing), np.isin(cause, counting))
    changes = np.zeros((n_clusters, len(of.reached)))
    for row in range(n):
        moved = []
        for sign in (1, -1):
            other = weight.copy()
            other[row] += sign * STEP
            moved.append(curves(fitted(duration, cause, entry, group, other)[1], removing, counting).reached)
        changes[cluster[row]] += weight[row] * (moved[0] - moved[1]) / (2 * STEP)
    variance = clustered_variance(places, of, rows, cluster)
    assert variance.max() > 1e-3
    np.testing.assert_allclose(variance, (changes**2).sum(axis=0), atol=NUMERICAL)


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_with_a_cluster_for_each_row_it_is_the_variance_of_the_counts(rows):
    duration, cause, group, _ = (np.array(column) for column in zip(*rows, strict=True))
    places, table = fitted(duration * 1.0, cause, np.zeros(len(cause)), group, np.ones(len(cause)))
    of = curves(table, [0, 1], [0])
    variance = clustered_variance(
        places, of, EndedRows(np.ones(len(cause)), cause >= 0, cause == 0), np.arange(len(cause))
    )
    np.testing.assert_allclose(variance, incidence_variance(of), atol=EXACT)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(2, 14))
def test_splitting_rows_within_a_cluster_changes_nothing(rows, day):
    duration, cause, group, cluster = (np.array(column) for column in zip(*rows, strict=True))
    cluster = cluster * 2 + group
    weight = np.ones(len(cause))
    places, table = fitted(duration * 1.0, cause, np.zeros(len(cause)), group, weight)
    of = curves(table, [1], [0])
    whole = clustered_variance(places, of, EndedRows(weight, cause == 1, cause == 0), cluster)
    cut = duration > day
    stop = np.concatenate([np.minimum(duration, day), duration[cut]]) * 1.0
    ends = np.concatenate([np.where(cut, -1, cause), cause[cut]])
    entry = np.concatenate([np.zeros(len(cause)), np.full(cut.sum(), day)])
    both = (np.concatenate([code, code[cut]]) for code in (group, cluster))
    group_split, cluster_split = both
    places, table = fitted(stop, ends, entry, group_split, np.ones(len(ends)))
    split = curves(table, [1], [0])
    np.testing.assert_allclose(split.reached, of.reached, atol=EXACT)
    parts = clustered_variance(places, split, EndedRows(np.ones(len(ends)), ends == 1, ends == 0), cluster_split)
    np.testing.assert_allclose(parts, whole, atol=EXACT)
