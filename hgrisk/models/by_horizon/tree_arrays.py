"""Shallow boosted trees as plain arrays: grown by LightGBM, kept and walked by ourselves."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.hazards.tree_walks import NO_SPLIT, add_covers, add_scores
from hgrisk.models.by_horizon.binned_classifier import HorizonRows
from hgrisk.models.by_horizon.feature_bins import Bins

NO_CUT = 255


@dataclass(frozen=True, eq=False)
class TreeArrays:
    """Trees of depth at most D, each laid out as a heap: children of node k are 2k + 1 and 2k + 2.

    A node that does not split sends every row left; below it all leaves hold the same.

    Attributes
    ----------
    feature : ndarray of int16, shape (n_trees, 2**D - 1)
        Column of each node; -1 where it does not split.
    cut_bin : ndarray of uint8, shape (n_trees, 2**D - 1)
        Bins up to this one go left.
    missing_left : ndarray of bool, shape (n_trees, 2**D - 1)
        Whether a missing value, bin 0, goes left.
    value : ndarray, shape (n_trees, 2**D)
        What each leaf adds to the score.
    cover : ndarray, shape (n_trees, 2**(D+1) - 1)
        Weight of the training rows that pass each node, leaves included.
    """

    feature: NDArray[np.int16]
    cut_bin: Bins
    missing_left: NDArray[np.bool_]
    value: Floats
    cover: Floats

    def scores(self, bins: Bins) -> Floats:
        """Return the sum of the trees for each row, shape (n,), of bins of shape (n, p)."""
        score = np.zeros(len(bins))
        add_scores(np.ascontiguousarray(bins), self.feature, self.cut_bin, self.missing_left, self.value, score)
        return score

    def fewest_rows(self, bins: Bins) -> int:
        """Return how many of the rows the leaf with the fewest holds; all of them where there is no tree."""
        counts = np.zeros((len(self.feature), 2 * self.value.shape[1] - 1))
        walk = (self.feature, self.cut_bin, self.missing_left)
        add_covers(np.ascontiguousarray(bins), *walk, np.ones(len(bins)), counts)
        return int(np.min(counts[counts > 0], initial=len(bins)))

    def covered_by(self, bins: Bins, weight: Floats) -> TreeArrays:
        """Return the trees with covers of given rows.

        A missing value in a column that had none among these rows is sent where more of them went: the library
        would take it as 0.
        """
        cover = np.zeros((len(self.feature), 2 * self.value.shape[1] - 1))
        add_covers(np.ascontiguousarray(bins), self.feature, self.cut_bin, self.missing_left, weight, cover)
        never_missing = (bins != 0).all(axis=0)
        nowhere = np.where(self.feature == NO_SPLIT, False, never_missing[self.feature])
        larger_left = cover[:, 1::2] >= cover[:, 2::2]
        missing_left = np.where(nowhere, larger_left, self.missing_left)
        return TreeArrays(self.feature, self.cut_bin, missing_left, self.value, cover)

    def stored(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, as a model keeps them: ``TreeArrays(**stored)`` has them back."""
        return dict(asdict(self))


@dataclass(frozen=True)
class Growth:
    """How trees grow.

    Attributes
    ----------
    depth : int
        Most splits from root to leaf, 1 to 4.
    rate : float
        What is taken of each tree.
    min_leaf : int
        Fewest rows in a leaf.
    direction : tuple of int
        1 where the score may only rise with the column, else 0.
    seed : int
        Seed of the library.
    """

    depth: int
    rate: float
    min_leaf: int
    direction: tuple[int, ...]
    seed: int


def grow(rows: HorizonRows, growth: Growth, n_rounds: int) -> TreeArrays:
    """Return trees grown on all rows, from their log odds on.

    Parameters
    ----------
    rows : HorizonRows
        Rows.
    growth : Growth
        How trees grow.
    n_rounds : int
        Trees; fewer where nothing is left to split.

    Returns
    -------
    TreeArrays
        With covers by the weights of the rows; every leaf holds as many rows as wanted.
    """
    bins, asked = rows.bins.astype(np.uint8), growth
    while True:
        dumped = _train(rows, asked, n_rounds)[0].dump_model()["tree_info"] if n_rounds else []
        trees = arrays_of(dumped, growth.depth)
        fewest = trees.fewest_rows(bins)
        if fewest >= growth.min_leaf:
            return trees.covered_by(bins, rows.weight)
        # the library guesses the rows of a leaf from weights: ask it for more, until each leaf holds enough
        asked = replace(asked, min_leaf=math.ceil(asked.min_leaf * min(growth.min_leaf / fewest, 1.5)))


def rounds_wanted(rows: HorizonRows, growth: Growth, most: int, left_out: NDArray[np.bool_], patience: int) -> int:
    """Return how many trees predict the rows left out best.

    Parameters
    ----------
    rows : HorizonRows
        Rows.
    growth : Growth
        How trees grow.
    most : int
        Most trees.
    left_out : ndarray of bool, shape (n,)
        Rows to judge on.
    patience : int
        Trees without a better weighted log loss after which to stop.

    Returns
    -------
    int
        0 where no tree does better than none.
    """
    if most == 0:
        return 0
    weight, label = rows.rounded_weight[left_out], rows.label[left_out]
    odds = rows.log_odds(~left_out)
    none = weight @ (np.logaddexp(0.0, odds) - label * odds) / weight.sum()
    return int(np.argmin([none, *_train(rows, growth, most, left_out, patience)[1]]))


def arrays_of(dumped: list[dict[str, Any]], depth: int) -> TreeArrays:
    """Lay dumped trees of the library out in heaps; trees without a split are left out.

    Parameters
    ----------
    dumped : list of dict
        ``tree_info`` of a LightGBM model that was grown on bins, NaN where missing.
    depth : int
        Most splits from root to leaf.

    Returns
    -------
    TreeArrays
        Covers are 0.
    """
    trees = [tree["tree_structure"] for tree in dumped if "split_feature" in tree["tree_structure"]]
    shape = (len(trees), 2**depth - 1)
    feature = np.full(shape, NO_SPLIT, dtype=np.int16)
    cut_bin, missing_left = np.full(shape, NO_CUT, dtype=np.uint8), np.ones(shape, dtype=bool)
    value = np.zeros((len(trees), 2**depth))
    for place, tree in enumerate(trees):
        waiting = [(0, tree)]
        while waiting:
            node, found = waiting.pop()
            is_split = "split_feature" in found
            if node >= shape[1]:
                value[place, node - shape[1]] = found["leaf_value"]
                continue
            if is_split:
                feature[place, node] = found["split_feature"]
                cut_bin[place, node] = int(min(found["threshold"], NO_CUT))  # between two bins, or beyond all
                missing_left[place, node] = found["default_left"]
            waiting += [
                (2 * node + 1, found["left_child"] if is_split else found),
                (2 * node + 2, found["right_child"] if is_split else found),
            ]
    return TreeArrays(feature, cut_bin, missing_left, value, np.zeros((len(trees), 2 ** (depth + 1) - 1)))


def library_columns(bins: NDArray[np.unsignedinteger]) -> Floats:
    """Return bins as the libraries take them: numbers, NaN where missing."""
    return np.where(bins == 0, np.nan, bins.astype(np.float64))


def _train(
    rows: HorizonRows, growth: Growth, n_rounds: int, left_out: NDArray[np.bool_] | None = None, patience: int = 0
) -> tuple[Any, list[float]]:
    """Return the library's model of the rows not left out, and its log loss on those left out after each tree."""
    import lightgbm  # noqa: PLC0415  # slow to load

    learned = np.ones(len(rows.label), dtype=bool) if left_out is None else ~left_out
    odds, columns, weight = rows.log_odds(learned), library_columns(rows.bins), rows.rounded_weight
    settings = _library_settings(growth)

    def part(chosen: NDArray[np.bool_], like: Any = None) -> Any:
        start = np.full(int(chosen.sum()), odds)
        more = {"weight": weight[chosen], "init_score": start, "reference": like, "params": settings}
        return lightgbm.Dataset(columns[chosen], rows.label[chosen], **more)

    data = part(learned)
    losses: dict[str, dict[str, list[float]]] = {}
    if left_out is None:
        return lightgbm.train(settings, data, n_rounds), []
    callbacks: list[Any] = [lightgbm.early_stopping(patience, verbose=False), lightgbm.record_evaluation(losses)]
    judged = part(left_out, data)
    booster = lightgbm.train(settings, data, n_rounds, [judged], ["left_out"], callbacks=callbacks)
    return booster, losses["left_out"]["binary_logloss"]


def _library_settings(growth: Growth) -> dict[str, Any]:
    return {
        "objective": "binary",
        "max_depth": growth.depth,
        "num_leaves": 2**growth.depth,
        "learning_rate": growth.rate,
        "min_data_in_leaf": growth.min_leaf,
        "max_bin": 255,
        "min_data_in_bin": 1,  # bins are ours
        "feature_pre_filter": False,
        "boost_from_average": False,
        "seed": growth.seed,
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    } | ({"monotone_constraints": list(growth.direction)} if any(growth.direction) else {})
