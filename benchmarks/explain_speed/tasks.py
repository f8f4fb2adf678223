"""Trees and rows of each task: the library's own model, the same trees as arrays, and the rows.

Usage: python tasks.py TASK ROWS FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import lightgbm
import numpy as np

DEPTH = {"trees_depth_4": 4, "trees_depth_3": 3}
"""Tasks, and the depth of their trees."""
N_TREES = 200
COLUMNS = 30
MISSING_SHARE = 0.1
TRAINING_ROWS = 40_000
MIN_LEAF = 50


def draw(n, seed=6):
    """Return counts, days and continuous columns, a tenth missing, and whether an event came."""
    rng = np.random.default_rng(seed)
    kinds = (lambda: rng.poisson(1.5, n), lambda: rng.exponential(200, n).round(), lambda: rng.normal(size=n))
    X = np.column_stack([kinds[j % 3]() for j in range(COLUMNS)]).astype(float)
    X[rng.random(X.shape) < MISSING_SHARE] = np.nan
    known = np.nan_to_num(X)
    eta = 0.4 * known[:, 0] - 0.002 * known[:, 1] + 0.3 * known[:, 2] * known[:, 3] + 0.3 * np.isnan(X[:, 4]) - 0.5
    return X, rng.random(n) < 1 / (1 + np.exp(-eta))


def grow(task):
    X, y = draw(TRAINING_ROWS, seed=5)
    settings = {
        "objective": "binary", "max_depth": DEPTH[task], "num_leaves": 2 ** DEPTH[task], "learning_rate": 0.05,
        "max_bin": 63, "min_data_in_leaf": MIN_LEAF, "num_threads": 1, "verbose": -1, "seed": 1,
        "deterministic": True, "force_row_wise": True,
    }  # fmt: skip
    return lightgbm.train(settings, lightgbm.Dataset(X, y), N_TREES)


def arrays_of(booster, depth):
    """Return the trees as arrays in heap order; a leaf higher up is carried down to the left."""
    n_nodes, trees = 2**depth - 1, booster.dump_model()["tree_info"]
    shape = (len(trees), n_nodes)
    feature, threshold, left = np.full(shape, -1, np.int16), np.full(shape, np.inf), np.ones(shape, bool)
    cover, value = np.zeros((len(trees), 2 * n_nodes + 1)), np.zeros((len(trees), n_nodes + 1))

    def walk(tree, k, node):
        is_leaf = "split_feature" not in node
        cover[tree, k] = node["leaf_count"] if is_leaf else node["internal_count"]
        if k >= n_nodes:
            value[tree, k - n_nodes] = node["leaf_value"]
        elif is_leaf:
            walk(tree, 2 * k + 1, node)
        else:
            feature[tree, k], threshold[tree, k] = node["split_feature"], node["threshold"]
            left[tree, k] = node["default_left"] if node["missing_type"] == "NaN" else node["threshold"] >= 0
            walk(tree, 2 * k + 1, node["left_child"])
            walk(tree, 2 * k + 2, node["right_child"])

    for tree, grown in enumerate(trees):
        walk(tree, 0, grown["tree_structure"])
    return {"feature": feature, "threshold": threshold, "missing_left": left, "value": value, "cover": cover}


def main(task, n, folder):
    folder.mkdir(parents=True, exist_ok=True)
    booster = grow(task)
    booster.save_model(folder / "model.txt")
    np.savez(folder / "trees.npz", **arrays_of(booster, DEPTH[task]))
    np.save(folder / "X.npy", draw(n)[0])


if __name__ == "__main__":
    main(sys.argv[1], int(float(sys.argv[2])), Path(sys.argv[3]))
