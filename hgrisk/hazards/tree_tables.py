"""Exact contributions of features to the score of shallow trees, looked up in tables.

A tree is cut at its root into two halves. What the leaves of a half give to each feature depends only on the answers
at the root and at the nodes of that half: at most ``2**8`` patterns in a tree of depth 4. All of them are computed
once; a row then costs a comparison per node and a look-up per feature of each half. Rows go through in blocks, columns
apart, so that comparisons run side by side and a table stays in the nearest cache.

A tree of depth D lies in an array as a heap: children of node k are 2k + 1 and 2k + 2. A node without a split has
feature -1, and every row goes left there; so a leaf higher up is the leftmost one below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hgrisk.errors import DataError
from hgrisk.hazards.threads import PROCESSORS, side_by_side
from hgrisk.hazards.tree_patterns import BLOCK, MAX_DEPTH, add_contributions, fill_tables

Floats = NDArray[np.float64]
Bins = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class TreeTables:
    """Tables from which contributions are looked up; a few megabytes for hundreds of trees, so made when needed.

    Attributes
    ----------
    base : float
        Mean score by the covers of the trees: the score without any feature.
    feature : ndarray of int16, shape (n_trees, 2**D - 1)
        Feature of each node.
    shift, cut : ndarray of uint8, shape (n_trees, 2**D - 1)
        A row goes left where ``bin - shift <= cut``; the missing bin 0 wraps round to 255.
    which : ndarray of int16, shape (n_trees, 2, 2**(D-1))
        Features of each half, then -1.
    table : ndarray, shape (n_trees, 2, 2**(D-1), 2**2**(D-1))
        What each of these gets, by pattern of answers: bit 0 is the root, 1 is left.
    """

    base: float
    feature: NDArray[np.int16]
    shift: Bins
    cut: Bins
    which: NDArray[np.int16]
    table: Floats

    @classmethod
    def build(
        cls, feature: NDArray[np.int16], cut_bin: Bins, missing_left: NDArray[np.bool_], value: Floats, cover: Floats
    ) -> TreeTables:
        """Compute the tables of trees, given as for :func:`tree_contributions`."""
        feature = np.ascontiguousarray(feature, dtype=np.int16)
        value, cover = (np.ascontiguousarray(each, dtype=np.float64) for each in (value, cover))
        n_nodes = _check_trees(feature, cut_bin, missing_left, value, cover)
        n_bits = (n_nodes + 1) // 2
        which = np.full((len(feature), 2, n_bits), -1, dtype=np.int16)
        table = np.zeros((len(feature), 2, n_bits, 1 << n_bits))
        base = fill_tables(feature, value, cover, which, table)
        shift = np.where(missing_left, 0, 1).astype(np.uint8)
        return cls(float(base), feature, shift, (cut_bin - shift).astype(np.uint8), which, table)

    def contributions(self, bins: Bins) -> Floats:
        """Look up what each feature contributes to each row.

        Parameters
        ----------
        bins : ndarray of uint8, shape (n, p)
            Bins of the rows; 0 is missing.

        Returns
        -------
        ndarray, shape (n, p)
            Contributions.

        Raises
        ------
        DataError
            If the bins are of another type, or have fewer columns than the trees know.
        """
        if bins.dtype != np.uint8 or bins.ndim != 2:
            raise DataError(
                "Bins are a table of uint8", f"{bins.dtype}, {bins.ndim} dimensions", "bin the values first"
            )
        if int(self.feature.max(initial=-1)) >= bins.shape[1]:
            found = f"{bins.shape[1]} columns, and feature {int(self.feature.max())} in the trees"
            raise DataError("Every feature of the trees has a column of bins", found, "pass the columns of the fit")
        bins = np.ascontiguousarray(bins)
        out = np.zeros(bins.shape)
        n_blocks = -(-len(bins) // BLOCK)
        edges = np.unique(np.linspace(0, n_blocks, min(4 * PROCESSORS, max(n_blocks, 1)) + 1).astype(int)) * BLOCK
        parts = [(int(a), int(min(b, len(bins)))) for a, b in pairwise(edges)]
        if parts:
            side_by_side(partial(self._add_rows, bins, out), parts)
        return out

    def _add_rows(self, bins: Bins, out: Floats, rows: tuple[int, int]) -> None:
        add_contributions(bins, out, rows[0], rows[1], self.feature, self.shift, self.cut, self.which, self.table)


def tree_contributions(
    bins: Bins,
    feature: NDArray[np.int16],
    cut_bin: Bins,
    missing_left: NDArray[np.bool_],
    value: Floats,
    cover: Floats,
) -> tuple[Floats, float]:
    """Return the exact path-dependent Shapley values of a sum of trees of depth 4 or less.

    Parameters
    ----------
    bins : ndarray of uint8, shape (n, p)
        Bins of the rows; 0 is missing.
    feature : ndarray of int16, shape (n_trees, 2**D - 1)
        Feature of each node, in heap order; -1 where the node does not split, and every row goes left.
    cut_bin : ndarray of uint8, shape (n_trees, 2**D - 1)
        A bin up to the cut goes left.
    missing_left : ndarray of bool, shape (n_trees, 2**D - 1)
        Whether bin 0 goes left.
    value : ndarray, shape (n_trees, 2**D)
        Score of each leaf.
    cover : ndarray, shape (n_trees, 2**(D+1) - 1)
        Training weight in each node and leaf.

    Returns
    -------
    values : ndarray, shape (n, p)
        Contributions; a feature that no tree uses gets exactly 0.
    base : float
        The mean score by the covers; ``base + values.sum(axis=1)`` is the sum of the trees.

    Raises
    ------
    DataError
        If shapes do not fit together, trees are deeper than 4, covers are negative or no row could go left somewhere.

    Notes
    -----
    Path-dependent: where a feature is held back, the row goes both ways, by the covers. Credit among correlated
    features therefore follows the splits of the trees; it describes the model, not the world. Below a split that no
    training weight reached, both ways count alike. Lundberg, Erion et al. (2020), doi:10.1038/s42256-019-0138-9;
    Shapley (1953), doi:10.1515/9781400881970-018. Memory grows with the rows and their columns.

    Examples
    --------
    >>> bins = np.array([[1], [2], [0]], dtype=np.uint8)
    >>> tree = dict(feature=np.array([[0]], np.int16), cut_bin=np.array([[1]], np.uint8),
    ...             missing_left=np.array([[False]]), value=np.array([[-1.0, 1.0]]), cover=np.array([[4.0, 3.0, 1.0]]))
    >>> values, base = tree_contributions(bins, **tree)
    >>> values.ravel().tolist(), base
    ([-0.5, 1.5, 1.5], -0.5)
    """
    tables = TreeTables.build(feature, cut_bin, missing_left, value, cover)
    return tables.contributions(bins), tables.base


def _check_trees(
    feature: NDArray[np.int16], cut_bin: Bins, missing_left: NDArray[np.bool_], value: Floats, cover: Floats
) -> int:
    n_trees, n_nodes = int(feature.shape[0]), int(feature.shape[1])
    depth = (n_nodes + 1).bit_length() - 1
    if n_nodes != 2**depth - 1 or not 1 <= depth <= MAX_DEPTH:
        cure = f"grow trees with max_depth {MAX_DEPTH} or less"
        raise DataError("Trees have 1, 3, 7 or 15 nodes", f"{n_nodes}", cure)
    shapes = {"cut_bin": cut_bin.shape, "missing_left": missing_left.shape, "value": value.shape, "cover": cover.shape}
    wanted = {"cut_bin": n_nodes, "missing_left": n_nodes, "value": n_nodes + 1, "cover": 2 * n_nodes + 1}
    for name, width in wanted.items():
        if shapes[name] != (n_trees, width):
            raise DataError(
                f"Trees of {n_nodes} nodes have {width} of {name}", f"shape {shapes[name]}", "pass whole trees"
            )
    if not np.all(np.isfinite(value)) or not np.all(cover >= 0):
        raise DataError("Leaves are finite, and covers 0 or more", "others", "pass the weights of the training rows")
    if np.any((feature >= 0) & (cut_bin == 0) & ~missing_left):
        raise DataError("Some row can go left at each split", "cut 0 with missing right", "leave this split out")
    return n_nodes
