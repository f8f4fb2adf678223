"""Contributions of trees: from the definition, they add up, and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from hgrisk.errors import DataError
from hgrisk.hazards.threads import PROCESSORS
from hgrisk.hazards.tree_patterns import BLOCK
from hgrisk.hazards.tree_tables import TreeTables, tree_contributions
from tests.hazards.small_trees import draw_trees, score, shapley, trees_and_bins

DEFINITION = 1e-10
ADDITIVITY = 1e-6


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@pytest.mark.parametrize("p", [1, 2, 6])
def test_values_are_those_of_the_definition(depth, p):
    rng = np.random.default_rng(100 * depth + p)
    trees, bins = draw_trees(rng, 3, depth, p), rng.integers(0, 6, (8, p)).astype(np.uint8)
    values, base = tree_contributions(bins, **trees)
    wanted, wanted_base = shapley(trees, bins)
    np.testing.assert_allclose(values, wanted, rtol=0, atol=DEFINITION)
    assert base == pytest.approx(wanted_base, abs=DEFINITION)


@given(trees_and_bins())
@settings(max_examples=60, deadline=None)
def test_contributions_add_up_to_the_score(case):
    trees, bins = case
    values, base = tree_contributions(bins, **trees)
    np.testing.assert_allclose(base + values.sum(axis=1), score(trees, bins), rtol=0, atol=ADDITIVITY)


@given(trees_and_bins())
@settings(max_examples=40, deadline=None)
def test_a_feature_of_no_tree_gets_exactly_nothing(case):
    trees, bins = case
    values, _ = tree_contributions(bins, **trees)
    unused = [j for j in range(bins.shape[1]) if j not in trees["feature"]]
    assert not values[:, unused].any()


def test_trees_without_a_split_are_all_base():
    trees = draw_trees(np.random.default_rng(1), 2, 3, 4)
    trees["feature"][:] = -1
    values, base = tree_contributions(np.ones((5, 4), np.uint8), **trees)
    assert not values.any()
    assert base == pytest.approx(trees["value"][:, 0].sum())


def test_blocks_and_threads_give_each_row_the_values_it_has_alone():
    rng = np.random.default_rng(2)
    n = 2 * PROCESSORS * BLOCK + 17
    bins = rng.integers(0, 6, (n, 5)).astype(np.uint8)
    tables = TreeTables.build(**draw_trees(rng, 4, 4, 5))
    together = tables.contributions(bins)
    places = [0, BLOCK - 1, BLOCK, n - 1]
    alone = np.vstack([tables.contributions(bins[[i]]) for i in places])
    np.testing.assert_array_equal(together[places], alone)
    np.testing.assert_array_equal(tables.contributions(np.asfortranarray(bins)), together)
    assert tables.contributions(bins[:0]).shape == (0, 5)


def test_the_largest_bins_and_cuts_do_not_wrap_round():
    """Bin 255 goes right of cut 254, whichever way missing values go; the missing bin goes its own way."""
    bins = np.array([[0], [1], [254], [255]], np.uint8)
    for cut in (1, 254, 255):
        for missing_left in (False, True):
            trees = {
                "feature": np.array([[0]], np.int16), "cut_bin": np.array([[cut]], np.uint8),
                "missing_left": np.array([[missing_left]]), "value": np.array([[-1.0, 1.0]]),
                "cover": np.array([[2.0, 1.0, 1.0]]),
            }  # fmt: skip
            values, base = tree_contributions(bins, **trees)
            np.testing.assert_allclose(base + values[:, 0], score(trees, bins))


def test_a_split_that_no_training_weight_reached_counts_both_ways_alike():
    trees = {
        "feature": np.array([[0]], np.int16), "cut_bin": np.array([[1]], np.uint8),
        "missing_left": np.array([[True]]), "value": np.array([[-1.0, 3.0]]), "cover": np.zeros((1, 3)),
    }  # fmt: skip
    values, base = tree_contributions(np.array([[1]], np.uint8), **trees)
    assert (base, values[0, 0]) == (1.0, -2.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t | {"feature": np.zeros((2, 31), np.int16)}, "max_depth 4 or less"),
        (lambda t: t | {"feature": np.zeros((2, 4), np.int16)}, "1, 3, 7 or 15 nodes"),
        (lambda t: t | {"value": t["value"][:, 1:]}, "4 of value"),
        (lambda t: t | {"cover": -t["cover"]}, "covers 0 or more"),
        (lambda t: t | {"cover": t["cover"] * np.nan}, "covers 0 or more"),
        (lambda t: t | {"value": t["value"] * np.inf}, "Leaves are finite"),
        (lambda t: t | {"cut_bin": 0 * t["cut_bin"], "missing_left": t["missing_left"] & False}, "go left"),
        (lambda t: t | {"feature": t["feature"] * 0 + 9}, "has a column of bins"),
    ],
)
def test_trees_that_do_not_fit_are_refused(change, message):
    trees = draw_trees(np.random.default_rng(3), 2, 2, 3)
    trees["feature"][:, 0] = 0
    with pytest.raises(DataError, match=message):
        tree_contributions(np.ones((2, 3), np.uint8), **change(trees))


def test_values_that_are_not_binned_are_refused():
    trees = draw_trees(np.random.default_rng(3), 2, 2, 3)
    with pytest.raises(DataError, match="uint8"):
        tree_contributions(np.ones((2, 3)), **trees)
