"""The bootstrap of household networks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.errors import DataError
from hgrisk.evaluation.bootstrap import cluster_codes, cluster_weights, percentile_interval

clusters = st.lists(st.integers(0, 5), min_size=2, max_size=30).filter(lambda keys: len(set(keys)) > 1)


@given(clusters, st.integers(0, 100))
def test_networks_are_drawn_whole_and_in_the_right_number(keys, seed):
    weights = cluster_weights(keys, 10, seed)
    assert weights.shape == (11, len(keys))
    assert weights.dtype == np.uint16
    assert np.all(weights[0] == 1)
    names, first, codes = np.unique(keys, return_index=True, return_inverse=True)
    np.testing.assert_array_equal(weights, weights[:, first][:, codes])
    assert np.all(weights[1:, first].sum(axis=1) == len(names))


def test_a_network_of_one_row_each_sums_to_n_and_counts_like_a_multinomial():
    weights = cluster_weights(np.arange(400), 500, seed=0)[1:]
    assert np.all(weights.sum(axis=1) == 400)
    assert weights.mean() == 1.0
    assert weights.var() == pytest.approx(1 - 1 / 400, abs=0.02)
    # every network has the same chance (the standard error of a mean is .045), in every draw
    np.testing.assert_allclose(weights.mean(axis=0), 1.0, atol=0.25)
    assert weights.var(axis=1).min() > 0.5


@given(clusters, st.randoms(use_true_random=False))
def test_the_draws_do_not_depend_on_the_order_of_the_rows(keys, random):
    order = list(range(len(keys)))
    random.shuffle(order)
    shuffled = cluster_weights(np.array(keys)[order], 5, seed=3)
    np.testing.assert_array_equal(shuffled, cluster_weights(keys, 5, seed=3)[:, order])


def test_draws_are_the_same_for_one_seed_and_differ_between_seeds():
    keys = np.arange(50)
    assert np.array_equal(cluster_weights(keys, 5, 1), cluster_weights(keys, 5, np.random.default_rng(1)))
    assert not np.array_equal(cluster_weights(keys, 5, 1), cluster_weights(keys, 5, 2))


def test_no_draws_give_the_estimate_only():
    assert cluster_weights(["a", "a"], 0, 1).tolist() == [[1, 1]]


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (["a", "a"], "A bootstrap resamples at least two household networks, but found 1: use more networks"),
        (["a", None], "Every row belongs to a household network, but found 1 missing keys: give such a row a key"),
        ([["a"], ["b"]], "Clusters are one key per row, but found shape (2, 1): pass the household network"),
    ],
)
def test_clusters_that_cannot_be_drawn_are_refused(keys, text):
    with pytest.raises(DataError) as caught:
        cluster_codes(keys)
    assert str(caught.value).startswith(text)


def test_the_interval_is_that_of_the_draws_without_the_estimate():
    replicates = np.concatenate(([1000.0], np.arange(101.0)))
    assert percentile_interval(replicates, 0.8) == pytest.approx((10.0, 90.0))


@pytest.mark.parametrize(
    ("estimate", "defined", "missing", "given_interval"),
    [(1.0, 20, 0, True), (1.0, 19, 0, False), (1.0, 90, 10, True), (1.0, 89, 11, False), (np.nan, 50, 0, False)],
)
def test_too_few_defined_draws_give_no_interval(estimate, defined, missing, given_interval):
    replicates = np.concatenate(([estimate], np.arange(defined), np.full(missing, np.nan)))
    assert np.isfinite(percentile_interval(replicates, 0.95)).all() == given_interval
