"""Trees as arrays: the library's own raw score, covers that give the mean score, missing values that are never 0."""

import numpy as np
import pytest

from hgrisk.models.by_horizon import tree_arrays
from hgrisk.models.by_horizon.tree_arrays import Growth, TreeArrays, arrays_of, grow, library_columns, rounds_wanted
from tests.models.by_horizon.horizon_rows import rows_of

EXACT = 1e-12


def growth(depth=3, min_leaf=1, direction=(0, 0, 0, 0)):
    return Growth(depth, 0.1, min_leaf, direction, 0)


def both(rows, how, n_rounds=30):
    """The library's model and our arrays of it."""
    return tree_arrays._train(rows, how, n_rounds)[0], grow(rows, how, n_rounds)


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_scores_are_the_raw_scores_of_the_library(depth):
    rows, new = rows_of(), rows_of(400, seed=1)
    booster, trees = both(rows, growth(depth))
    assert trees.feature.shape == (30, 2**depth - 1)
    for bins in (rows.bins, new.bins):
        ours = trees.scores(bins.astype(np.uint8))
        np.testing.assert_allclose(ours, booster.predict(library_columns(bins), raw_score=True), atol=EXACT)
    assert np.ptp(ours) > 1


@pytest.mark.parametrize("depth", [2, 4])
def test_the_mean_of_the_trees_by_covers_is_the_weighted_mean_score(depth):
    rows = rows_of()
    trees = grow(rows, growth(depth), 30)
    leaves = trees.cover[:, -trees.value.shape[1] :]
    by_covers = (trees.value * leaves).sum(axis=1) / trees.cover[:, 0]
    scores = trees.scores(rows.bins.astype(np.uint8))
    assert by_covers.sum() == pytest.approx(rows.weight @ scores / rows.weight.sum(), abs=EXACT)
    np.testing.assert_allclose(trees.cover[:, 0], rows.weight.sum())


def test_leaves_hold_enough_rows():
    rows = rows_of()
    trees, bins = grow(rows, growth(4, min_leaf=50), 20), rows.bins.astype(np.uint8)
    counted = trees.covered_by(bins, np.ones(len(rows.label)))
    assert counted.cover[counted.cover > 0].min() == trees.fewest_rows(bins) >= 50
    booster = tree_arrays._train(rows, growth(4, min_leaf=50), 20)[0]
    assert arrays_of(booster.dump_model()["tree_info"], 4).fewest_rows(bins) < 50  # the library guesses


def test_a_missing_value_that_training_never_saw_goes_with_the_larger_side_and_is_no_zero():
    rows = rows_of()
    booster, trees = both(rows, growth(3))
    split = trees.feature == 0
    larger = trees.cover[:, 1:-1:2][:, : trees.feature.shape[1]] >= trees.cover[:, 2::2]
    np.testing.assert_array_equal(trees.missing_left[split], larger[split])
    assert larger[split].any()
    assert not larger[split].all()  # as 0 it would go left everywhere
    bins = rows.bins[:200].copy()
    bins[:, 0] = 0
    as_zero = booster.predict(library_columns(np.where(bins == 0, 0, bins)), raw_score=True)
    assert np.abs(trees.scores(bins.astype(np.uint8)) - as_zero).max() > 0.1


def test_missing_values_alone_may_be_split_off():
    rows = rows_of()
    informative = rows.bins[:, 1] == 0
    rows.bins[:, :] = np.where(informative[:, None], (1, 0, 1, 1), (1, 1, 1, 1))  # nothing else varies
    booster, trees = both(rows, growth(1), 5)
    ours = trees.scores(rows.bins.astype(np.uint8))
    np.testing.assert_allclose(ours, booster.predict(library_columns(rows.bins), raw_score=True), atol=EXACT)
    assert len(trees.feature) == 5
    assert len(np.unique(ours)) == 2


def test_without_a_split_there_are_no_trees():
    trees = grow(rows_of(60), growth(min_leaf=50), 10)
    assert trees.feature.shape == (0, 7)
    np.testing.assert_array_equal(trees.scores(rows_of(5).bins.astype(np.uint8)), 0.0)
    assert grow(rows_of(60), growth(), 0).value.shape == (0, 8)


def test_a_leaf_high_up_is_the_same_in_all_leaves_below_it():
    leaf = {"leaf_value": 0.25}
    deep = {"split_feature": 1, "threshold": 1e300, "default_left": False, "left_child": leaf, "right_child": leaf}
    root = {"split_feature": 0, "threshold": 2.5, "default_left": True, "left_child": {"leaf_value": -1.0}}
    trees = arrays_of([{"tree_structure": root | {"right_child": deep}}, {"tree_structure": leaf}], 3)
    np.testing.assert_array_equal(trees.feature, [[0, -1, 1, -1, -1, -1, -1]])
    np.testing.assert_array_equal(trees.cut_bin, [[2, 255, 255, 255, 255, 255, 255]])
    np.testing.assert_array_equal(trees.missing_left[0], [True, True, False, True, True, True, True])
    np.testing.assert_array_equal(trees.value, [[-1.0] * 4 + [0.25] * 4])


def test_the_arrays_are_stored_by_name_in_small_types():
    stored = grow(rows_of(), growth(), 5).stored()
    kinds = {name: array.dtype.name for name, array in stored.items()}
    assert kinds == {
        "feature": "int16", "cut_bin": "uint8", "missing_left": "bool", "value": "float64", "cover": "float64",
    }  # fmt: skip
    again = TreeArrays(**stored)
    bins = rows_of(50).bins.astype(np.uint8)
    np.testing.assert_array_equal(again.scores(bins), grow(rows_of(), growth(), 5).scores(bins))


def test_one_and_two_threads_grow_the_same_trees(monkeypatch):
    rows = rows_of()
    one = grow(rows, growth(4), 20).stored()
    settings = tree_arrays._library_settings
    assert settings(growth())["num_threads"] == 1
    monkeypatch.setattr(tree_arrays, "_library_settings", lambda how: settings(how) | {"num_threads": 2})
    two = grow(rows, growth(4), 20).stored()
    assert all(one[name].tobytes() == two[name].tobytes() for name in one)


def test_the_number_of_trees_is_the_one_that_predicts_those_left_out_best():
    rows = rows_of()
    left_out = np.arange(len(rows.label)) % 5 == 0
    how = growth(2)
    wanted = rounds_wanted(rows, how, 200, left_out, 10)
    booster, losses = tree_arrays._train(rows, how, 200, left_out, 10)
    assert 5 < wanted < 200
    assert len(losses) == wanted + 10
    assert min(losses) == losses[wanted - 1]
    weight, label = rows.rounded_weight[left_out], rows.label[left_out]
    columns, odds = library_columns(rows.bins[left_out]), rows.log_odds(~left_out)
    for n_trees in (wanted - 3, wanted):
        logit = odds + booster.predict(columns, raw_score=True, num_iteration=n_trees)
        loss = weight @ (np.logaddexp(0, logit) - label * logit) / weight.sum()
        assert loss == pytest.approx(losses[n_trees - 1], abs=1e-6)
    assert rounds_wanted(rows, how, 0, left_out, 10) == 0


def test_noise_wants_no_tree():
    rows = rows_of(400)
    rows.label[:] = np.random.default_rng(3).random(400) < 0.5
    left_out = np.arange(400) % 2 == 0
    wanted = [
        rounds_wanted(rows, growth(4, 5), 50, left_out, 10)
        for rows.label[:] in np.random.default_rng(3).random((6, 400)) < 0.5
    ]
    assert 0 in wanted
