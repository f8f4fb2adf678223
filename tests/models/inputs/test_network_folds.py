"""Folds of networks: never split, even, repeatable; names of rows that know neither order nor outcome."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.errors import ConfigError
from hgrisk.models.inputs.network_folds import network_folds, row_names
from hgrisk.surv import Surv


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


def patterns(n, seed):
    """Return rows of few features and outcomes, so that many are equal, and weights of two sizes."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"count": rng.integers(0, 3, n), "kind": rng.choice(["a", None], n)})
    return frame, Surv.from_arrays(rng.integers(0, 2, n), rng.choice([100, 400], n)), rng.choice([1.0, 2.5], n)


def sorted_rows(frame, outcome, weight, names):
    content = frame.assign(event=outcome["event"], days=outcome["duration_days"], weight=weight)
    return content.iloc[np.argsort(names)].reset_index(drop=True)


@given(st.integers(1, 60), st.integers(0, 1000))
def test_rows_have_names_of_their_own_whatever_their_order_and_the_unit_of_weights(n, seed):
    frame, outcome, weight = patterns(n, seed)
    names = row_names(frame, outcome, weight)
    assert sorted(names) == list(range(n))
    np.testing.assert_array_equal(row_names(frame, outcome, 3.7 * weight), names)
    mixed = np.random.default_rng(seed).permutation(n)
    again = frame.iloc[mixed], outcome[mixed], weight[mixed]
    pd.testing.assert_frame_equal(sorted_rows(*again, row_names(*again)), sorted_rows(frame, outcome, weight, names))


def test_the_outcome_defines_no_fold():
    n = 3000
    event = np.arange(n) % 5 == 0
    frame, outcome = pd.DataFrame({"count": np.zeros(n)}), Surv.from_arrays(event, np.where(event, 50, 400))
    fold = network_folds(row_names(frame, outcome), 5, seed=0)
    share = [event[fold == number].mean() for number in range(5)]
    np.testing.assert_allclose(share, 0.2, atol=0.05)
