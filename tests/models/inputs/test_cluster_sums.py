"""Sums by network: loops as a reference, copies that tell nothing more, the level of the test, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.errors import DataError
from hgrisk.models.inputs.cluster_sums import (
    cluster_codes,
    clustered_square,
    kish_number,
    sum_by_cluster,
    sums_differ,
)

EXACT = 1e-12


def test_codes_name_clusters_and_without_labels_each_row():
    assert cluster_codes(np.array(["b", "a", "b"]), 3).tolist() == [0, 1, 0]
    assert cluster_codes(None, 3).tolist() == [0, 1, 2]


def test_sums_and_their_square_are_those_of_a_loop():
    rng = np.random.default_rng(1)
    values, labels = rng.normal(size=(50, 3)), rng.integers(0, 7, 50)
    rows = np.array([sum(values[i] for i in range(50) if labels[i] == name) for name in dict.fromkeys(labels)])
    np.testing.assert_allclose(sum_by_cluster(values, cluster_codes(labels, 50)), rows, atol=EXACT)
    expected = sum(np.outer(row, row) for row in rows) * 7 / 6
    np.testing.assert_allclose(clustered_square(values, labels), expected, atol=EXACT)
    np.testing.assert_allclose(clustered_square(values, None), values.T @ values, atol=EXACT)
    np.testing.assert_allclose(clustered_square(values, np.arange(50)), values.T @ values * 50 / 49, atol=EXACT)
    with pytest.raises(DataError, match="Cluster-robust errors need at least 2 clusters, but found 1: leave cluster"):
        clustered_square(values, np.zeros(50))


@given(st.lists(st.tuples(st.floats(0.01, 100.0), st.integers(0, 5)), min_size=1, max_size=40), st.floats(0.1, 10.0))
def test_kish_counts_clusters_from_one_to_all_whatever_the_unit_and_copies_are_weights(rows, unit):
    weight, code = np.array([size for size, _ in rows]), np.array([name for _, name in rows])
    number = kish_number(weight, code)
    assert 1.0 - 1e-9 <= number <= len(np.unique(code)) + 1e-9
    assert kish_number(unit * weight, code) == pytest.approx(number)
    assert kish_number(np.repeat(weight / 3, 3), np.repeat(code, 3)) == pytest.approx(number)
    assert kish_number(np.full(len(code), unit), np.arange(len(code))) == pytest.approx(len(code))


def rejected(size, spread, level=0.05, n=200, draws=600):
    """Return how often null sums of two scores are told from 0; rows of a cluster share part of their score."""
    found = 0
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        shared = np.repeat(rng.normal(size=(n, 2)), size, axis=0)
        weight = np.exp(rng.normal(0.0, spread, n * size))
        scores = weight[:, None] * (shared + 0.5 * rng.normal(size=(n * size, 2)))
        found += sums_differ(scores, weight, np.arange(n * size) // size, level)
    return found / draws


@pytest.mark.parametrize(("size", "spread"), [(1, 0.0), (4, 0.0), (1, 0.8)])
def test_the_level_is_kept_with_recurring_households_and_uneven_weights(size, spread):
    assert rejected(size, spread) == pytest.approx(0.05, abs=0.03)


def test_what_differs_is_found_and_copies_find_no_more():
    rng = np.random.default_rng(2)
    scores, weight = rng.normal(0.25, 1.0, size=(60, 1)), np.ones(60)
    p_value = next(
        level for level in np.linspace(0.0001, 1, 10_000) if sums_differ(scores, weight, np.arange(60), level)
    )
    many, ones = np.repeat(scores, 30, axis=0), np.ones(1800)
    for level in (p_value - 0.0002, p_value + 0.0002):
        assert sums_differ(many, ones, np.repeat(np.arange(60), 30), level) == (level > p_value)
    assert sums_differ(many, ones, np.arange(1800), 1e-6)
    assert sums_differ(scores + 1.0, weight, np.arange(60), 1e-6)


def test_too_few_clusters_say_nothing():
    scores = np.full((6, 2), 5.0)
    assert not sums_differ(scores, np.ones(6), np.repeat([0, 1], 3), 0.99)
