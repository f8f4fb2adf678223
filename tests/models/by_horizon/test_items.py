"""Items of a card: levels with enough rows, words for them, and what a new value counts as."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import DataError
from hgrisk.models.by_horizon.items import learn_item, words_of


def item_of(values, n_bins=4, min_rows=5, name="it"):
    return learn_item(pd.Series(values, name=name), n_bins, min_rows)


def test_a_count_with_many_zeros_keeps_zero_by_itself():
    item = item_of([0] * 50 + [1] * 20 + [2] * 10 + [3] * 6 + [9] * 4)
    assert item.kind == "count"
    assert item.cuts == [1.0, 2.0, 3.0]
    assert words_of(item) == ["0", "1", "2", "3 or more", "not known"]
    assert item.levels_of(pd.Series([0, 2, 3, 40, None], name="it")).tolist() == [0, 2, 3, 3, 0]


def test_numbers_have_levels_of_about_as_many_rows_and_cuts_of_three_digits():
    values = np.random.default_rng(0).normal(size=1000)
    item = item_of(values)
    assert item.kind == "number"
    np.testing.assert_allclose(np.bincount(item.levels_of(pd.Series(values))), 250, atol=5)
    assert all(cut == float(f"{cut:.3g}") for cut in item.cuts)
    low, mid, high = (f"{cut:g}" for cut in item.cuts)
    assert words_of(item)[:-1] == [f"below {low}", f"{low} to below {mid}", f"{mid} to below {high}", f"{high} or more"]


def test_missing_values_are_a_level_where_there_are_enough():
    many, few = [1.5, 2.5, 3.5, 4.5] * 10 + [None] * 5, [1.5, 2.5, 3.5, 4.5] * 10 + [None] * 4
    assert item_of(many).has_missing
    assert item_of(many).levels_of(pd.Series([None, 1.0])).tolist() == [item_of(many).n_levels - 1, 0]
    assert not item_of(few).has_missing
    assert item_of(few).levels_of(pd.Series([None, 1.0])).tolist() == [item_of(few).fallback, 0]


def test_yes_and_no():
    item = item_of([True] * 10 + [False] * 20)
    assert item.kind == "yes or no"
    assert words_of(item) == ["no", "yes", "not known"]
    assert item.levels_of(pd.Series([False, True, None], dtype=object)).tolist() == [0, 1, 0]


def test_rare_texts_are_pooled_and_forgotten():
    item = item_of(["north"] * 20 + ["south"] * 9 + ["a", "b", "c", "d"] + [None] * 3)
    assert item.names == ["north", "south", "any other"]
    found = item.levels_of(pd.Series(["south", "a", None, "never seen", "north"]))
    assert found.tolist() == [1, 2, 2, 2, 0]
    few = item_of(["north"] * 20 + ["south"] * 9 + ["a", "b"])
    assert few.names == ["north", "south"]
    assert few.levels_of(pd.Series(["a", "south"])).tolist() == [0, 1]
    known = item_of(["north"] * 20 + [None] * 9)
    assert known.names == ["north", "not known"]


def test_what_has_no_two_levels_is_no_item():
    assert item_of([1] * 30) is None
    assert item_of([1] * 30 + [2] * 4) is None
    assert item_of(["a"] * 30 + ["b"] * 4) is None
    assert item_of([None] * 30) is None


@pytest.mark.parametrize("values", [[0, 1, 2, 3] * 9, [0.5, 1.5, None] * 9, ["a", "b", "c"] * 9])
def test_a_coding_tells_all_levels_apart_and_steps_up(values):
    item = item_of(values)
    assert item.coding.shape == (item.n_levels, item.n_levels - 1)
    assert np.linalg.matrix_rank(np.column_stack([np.ones(item.n_levels), item.coding])) == item.n_levels
    if item.kind == "count":
        np.testing.assert_array_equal(item.coding.sum(axis=1), np.arange(item.n_levels))


def test_another_kind_of_column_is_refused():
    number, text = item_of([0, 1, 2, 3] * 9), item_of(["a", "b"] * 9)
    with pytest.raises(DataError, match="Column 'it' holds numbers"):
        number.levels_of(pd.Series(["a"], name="it"))
    with pytest.raises(DataError, match="Column 'it' holds text"):
        text.levels_of(pd.Series([1.0], name="it"))
    with pytest.raises(DataError, match="Column 'it' is finite or missing"):
        number.levels_of(pd.Series([np.inf], name="it"))
