"""hgrisk: bins, tables and look-ups, all of it timed."""

from __future__ import annotations

import numpy as np

from hgrisk.hazards.tree_tables import tree_contributions

NAME = "hgrisk"
PACKAGE = "hgrisk"


def load(folder):
    with np.load(folder / "trees.npz") as trees:
        return dict(trees)


def explain(trees, X):
    trees = dict(trees)
    threshold = trees.pop("threshold")
    bins, cut = np.zeros(X.shape, np.uint8, order="F"), np.zeros(threshold.shape, np.uint8)
    for j in range(X.shape[1]):
        mine = trees["feature"] == j
        edges = np.unique(threshold[mine])
        bins[:, j] = np.where(np.isnan(X[:, j]), 0, np.searchsorted(edges, X[:, j]) + 1)
        cut[mine] = np.searchsorted(edges, threshold[mine]) + 1
    return tree_contributions(bins, cut_bin=cut, **trees)
