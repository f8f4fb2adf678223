"""Rows sent down shallow trees that lie in arrays as heaps: their scores, and what weight passes each node.

Children of node k are 2k + 1 and 2k + 2. A node without a split has feature -1, and every row goes left there.
"""

from __future__ import annotations

from hgrisk.hazards.compiled import compiled

NO_SPLIT = -1


@compiled
def add_scores(bins, feature, cut_bin, missing_left, value, score):
    """Add the leaf that each row reaches in each tree to its score, in place, tree after tree.

    Parameters
    ----------
    bins : ndarray of uint8, shape (n, p)
        Rows; bin 0 is missing.
    feature : ndarray of int16, shape (n_trees, 2**D - 1)
        Feature of each node; -1 where it does not split.
    cut_bin : ndarray of uint8, same shape
        Bins up to this one go left.
    missing_left : ndarray of bool, same shape
        Whether a missing value goes left.
    value : ndarray, shape (n_trees, 2**D)
        Leaves.
    score : ndarray, shape (n,)
        Scores.
    """
    n_inner = feature.shape[1]
    for row in range(len(bins)):
        total = 0.0
        for tree in range(len(feature)):
            node = 0
            while node < n_inner:
                node = _child(bins, feature, cut_bin, missing_left, row, tree, node)
            total += value[tree, node - n_inner]
        score[row] += total


@compiled
def add_covers(bins, feature, cut_bin, missing_left, weight, cover):
    """Add the weight of each row to every node that it passes, in place.

    Parameters
    ----------
    bins, feature, cut_bin, missing_left
        As in `add_scores`.
    weight : ndarray, shape (n,)
        Weights of the rows.
    cover : ndarray, shape (n_trees, 2**(D+1) - 1)
        Covers of all nodes, leaves included.
    """
    n_inner = feature.shape[1]
    for tree in range(len(feature)):
        for row in range(len(bins)):
            node = 0
            cover[tree, 0] += weight[row]
            while node < n_inner:
                node = _child(bins, feature, cut_bin, missing_left, row, tree, node)
                cover[tree, node] += weight[row]


@compiled
def _child(bins, feature, cut_bin, missing_left, row, tree, node):
    column = feature[tree, node]
    if column == NO_SPLIT:
        return 2 * node + 1
    found = bins[row, column]
    goes_left = missing_left[tree, node] if found == 0 else found <= cut_bin[tree, node]
    return 2 * node + 1 if goes_left else 2 * node + 2
