"""Small trees, their score row by row, and their Shapley values from the definition: every subset of the features."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np
from hypothesis import strategies as st

EMPTY_SHARE = 0.35
"""Of the nodes that do not split."""


def draw_trees(rng, n_trees, depth, p, value=None):
    """Draw trees as arrays; covers add up from the leaves, and a node without a split sends all to the left."""
    n_nodes = 2**depth - 1
    feature = rng.integers(0, p, (n_trees, n_nodes)).astype(np.int16)
    feature[rng.random(feature.shape) < EMPTY_SHARE] = -1
    cut = rng.integers(1, 5, feature.shape).astype(np.uint8)
    missing_left = rng.random(feature.shape) < 0.5
    cover = np.zeros((n_trees, 2 * n_nodes + 1))
    cover[:, 0] = rng.uniform(50, 100, n_trees)
    for node in range(n_nodes):
        share = np.where(feature[:, node] < 0, 1.0, rng.uniform(0.1, 0.9, n_trees))
        cover[:, 2 * node + 1] = cover[:, node] * share
        cover[:, 2 * node + 2] = cover[:, node] * (1 - share)
    value = rng.normal(size=(n_trees, n_nodes + 1)) if value is None else np.full((n_trees, n_nodes + 1), value)
    return {"feature": feature, "cut_bin": cut, "missing_left": missing_left, "value": value, "cover": cover}


def expected(tree, row, known, node=0):
    """Mean of one tree where only some features of a row are known: both ways, by the covers, where one is not."""
    n_nodes = len(tree["feature"])
    if node >= n_nodes:
        return tree["value"][node - n_nodes]
    j = tree["feature"][node]
    left, right = 2 * node + 1, 2 * node + 2
    if j < 0:
        return expected(tree, row, known, left)
    if j in known:
        goes_left = tree["missing_left"][node] if row[j] == 0 else row[j] <= tree["cut_bin"][node]
        return expected(tree, row, known, left if goes_left else right)
    to_left, to_right = tree["cover"][left], tree["cover"][right]
    both = expected(tree, row, known, left) * to_left + expected(tree, row, known, right) * to_right
    return both / (to_left + to_right)


def score(trees, bins):
    """Return the sum of the trees, row by row."""
    everything = set(range(bins.shape[1]))
    return np.array([sum(expected(tree, row, everything) for tree in each(trees)) for row in bins])


def shapley(trees, bins):
    """Return Shapley values, shape (n, p), and the score without any feature, by their definition."""
    p = bins.shape[1]
    out = np.zeros(bins.shape)
    for i, row in enumerate(bins):
        worth = {
            subset: sum(expected(tree, row, set(subset)) for tree in each(trees))
            for size in range(p + 1)
            for subset in combinations(range(p), size)
        }
        for subset, without in worth.items():
            weight = factorial(len(subset)) * factorial(p - 1 - len(subset)) / factorial(p) if len(subset) < p else 0.0
            for j in set(range(p)) - set(subset):
                out[i, j] += weight * (worth[tuple(sorted((*subset, j)))] - without)
    base = sum(expected(tree, bins[0], set()) for tree in each(trees))
    return out, base


def each(trees):
    return [dict(zip(trees, parts, strict=True)) for parts in zip(*trees.values(), strict=True)]


@st.composite
def trees_and_bins(draw):
    """Trees of every depth, leaf-only ones too, and rows with missing bins."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    p = draw(st.integers(1, 6))
    trees = draw_trees(rng, draw(st.integers(1, 4)), draw(st.integers(1, 4)), p)
    if draw(st.booleans()):
        trees["feature"][0] = -1
    bins = rng.integers(0, 6, (draw(st.integers(1, 12)), p)).astype(np.uint8)
    return trees, bins
