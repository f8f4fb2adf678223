"""Folds of networks: never split, even, repeatable."""

import numpy as np
import pytest

from hgrisk.errors import ConfigError
from hgrisk.models.inputs.network_folds import network_folds


def test_a_cluster_is_never_split_and_folds_repeat_with_their_seed():
    clusters = np.random.default_rng(1).integers(0, 40, 200).astype(str)
    fold = network_folds(clusters, 5, seed=0)
    assert all(len(np.unique(fold[clusters == name])) == 1 for name in np.unique(clusters))
    np.testing.assert_array_equal(fold, network_folds(clusters, 5, seed=0))
    assert (fold != network_folds(clusters, 5, seed=1)).any()


def test_folds_hold_as_many_clusters_each_and_follow_the_rows():
    clusters = np.arange(23)
    fold = network_folds(clusters, 4, seed=3)
    assert sorted(np.bincount(fold).tolist()) == [5, 6, 6, 6]
    order = np.random.default_rng(0).permutation(23)
    np.testing.assert_array_equal(network_folds(clusters[order], 4, seed=3), fold[order])


def test_too_few_clusters_or_folds_are_refused():
    with pytest.raises(ConfigError, match="found 2 clusters for 3 folds: use fewer folds"):
        network_folds([1, 1, 2], 3, seed=0)
    with pytest.raises(ConfigError, match="found 2 clusters for 1 folds: set the penalty"):
        network_folds([1, 2], 1, seed=0, cure="set the penalty")
