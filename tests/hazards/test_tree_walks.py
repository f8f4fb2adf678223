"""Rows sent down trees in arrays: a slow walk by hand says the same."""

import numpy as np
import pytest

from hgrisk.hazards.tree_walks import NO_SPLIT, add_covers, add_scores

EXACT = 1e-12


def grown(seed, depth, n_trees=7, n_columns=3):
    """Trees with splits at random, some nodes without."""
    rng = np.random.default_rng(seed)
    shape = (n_trees, 2**depth - 1)
    feature = rng.integers(NO_SPLIT, n_columns, shape).astype(np.int16)
    cut, missing_left = rng.integers(0, 5, shape).astype(np.uint8), rng.random(shape) < 0.5
    return feature, cut, missing_left, rng.normal(size=(n_trees, 2**depth))


def path(row, feature, cut, missing_left):
    """Nodes that a row passes in one tree."""
    nodes = [0]
    while nodes[-1] < len(feature):
        node = nodes[-1]
        if feature[node] == NO_SPLIT:
            left = True
        elif row[feature[node]] == 0:
            left = missing_left[node]
        else:
            left = row[feature[node]] <= cut[node]
        nodes.append(2 * node + (1 if left else 2))
    return nodes


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_scores_and_covers_are_those_of_a_walk_by_hand(depth):
    feature, cut, missing_left, value = grown(depth, depth)
    rng = np.random.default_rng(9)
    bins, weight = rng.integers(0, 6, (50, 3)).astype(np.uint8), rng.random(50)
    score, cover = np.ones(50), np.zeros((7, 2 ** (depth + 1) - 1))
    add_scores(bins, feature, cut, missing_left, value, score)
    add_covers(bins, feature, cut, missing_left, weight, cover)
    slow_score, slow_cover = np.ones(50), np.zeros_like(cover)
    for i in range(50):
        for tree in range(7):
            nodes = path(bins[i], feature[tree], cut[tree], missing_left[tree])
            slow_score[i] += value[tree, nodes[-1] - feature.shape[1]]
            slow_cover[tree, nodes] += weight[i]
    np.testing.assert_allclose(score, slow_score, atol=EXACT)
    np.testing.assert_allclose(cover, slow_cover, atol=EXACT)
    np.testing.assert_allclose(cover[:, 0], weight.sum())
    np.testing.assert_allclose(cover[:, 1::2] + cover[:, 2::2], cover[:, : feature.shape[1]], atol=EXACT)
