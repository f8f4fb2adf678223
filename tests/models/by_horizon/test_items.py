"""Items of a card: levels with enough rows, words for them, and what a new value counts as."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.errors import DataError
from hgrisk.models.by_horizon.items import Item, learn_item, words_of


def item_of(values, n_bins=4, min_rows=5, name="it"):
    return learn_item(pd.Series(values, name=name), n_bins, min_rows)


def test_a_count_with_many_zeros_keeps_zero_by_itself():
    item = item_of([0] * 50 + [1] * 20 + [2] * 10 + [3] * 6 + [9] * 4)
    assert item.kind == "count"
    assert item.cuts == [1.0, 2.0, 3.0]
    assert words_of(item) == ["0", "1", "2", "3 or more", "not known"]
    assert item.levels_of(pd.Series([0, 2, 3, 40, None], name="it")).tolist() == [0, 2, 3, 3, 0]


def test_numbers_have_levels_of_as_many_rows():
    values = np.random.default_rng(0).normal(size=1000)
    item = item_of(values)
    assert item.kind == "number"
    assert np.bincount(item.levels_of(pd.Series(values))).tolist() == [250] * 4
    low, mid, high = (f"{cut:g}" for cut in item.cuts)
    assert words_of(item)[:-1] == [f"below {low}", f"{low} to below {mid}", f"{mid} to below {high}", f"{high} or more"]


@given(
    ranks=st.lists(st.integers(0, 40), min_size=30, max_size=80),
    shift=st.sampled_from([0.0, 0.37, 51.5, 2010.3, -1e4, 1e6]),
    spread=st.sampled_from([1e-6, 0.01, 0.37, 3.3, 1e5]),
)
def test_cuts_part_rows_as_if_they_were_ranks(ranks, shift, spread):
    """Ranks are whole numbers, which are cut as they are; rounding may not move a row, nor take a level away."""
    ranks = np.unique(ranks, return_inverse=True)[1]
    values = pd.Series(shift + spread * (ranks + 0.137), name="it")
    whole, item = item_of(ranks), learn_item(values, 4, 5)
    assert (whole is None) == (item is None)
    if item is not None:
        np.testing.assert_array_equal(item.levels_of(values), whole.levels_of(pd.Series(ranks)))
        assert [float(word.removesuffix(" or more")) for word in words_of(item)[-2:-1]] == item.cuts[-1:]


def test_a_cut_has_as_few_digits_as_part_the_rows():
    assert item_of([10000.2] * 6 + [10003.9] * 6).cuts == [10002.0]
    assert item_of([51.52] * 6 + [51.58] * 6).cuts == [51.55]
    assert words_of(item_of([51.52] * 6 + [51.58] * 6)) == ["below 51.55", "51.55 or more", "not known"]


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


@pytest.mark.parametrize("kind", ["yes or no", "count", "number"])
def test_levels_that_were_merged_into_one_are_known(kind):
    assert words_of(Item("it", kind, [], [], 0, has_missing=True)) == ["known", "not known"]


def test_rare_texts_are_pooled_and_forgotten():
    item = item_of(["north"] * 40 + ["south"] * 29 + ["a", "b", "c", "d"] + [None] * 3)
    assert item.names == ["north", "south", "any other"]
    found = item.levels_of(pd.Series(["south", "a", None, "never seen", "north"]))
    assert found.tolist() == [1, 2, 2, 2, 0]
    few = item_of(["north"] * 40 + ["south"] * 29 + ["a", "b"])
    assert few.names == ["north", "south"]
    assert few.levels_of(pd.Series(["a", "south"])).tolist() == [0, 1]
    known = item_of(["north"] * 20 + [None] * 9)
    assert known.names == ["north", "not known"]


@pytest.mark.parametrize("min_rows", [1, 5, 20, 30])
@pytest.mark.parametrize("n", [1, 2, 9, 19, 20, 29, 30])
def test_a_text_in_few_rows_has_no_name_whatever_is_asked_for(n, min_rows):
    item = item_of(["north"] * 60 + ["south"] * 60 + ["Tuvaluan"] * n, min_rows=min_rows)
    named = n >= max(20, min_rows)
    assert ("Tuvaluan" in item.names) == named
    assert ("any other" in item.names) == (not named and n >= min_rows)


def test_what_has_no_two_levels_is_no_item():
    assert item_of([1] * 30) is None
    assert item_of([1] * 30 + [2] * 4) is None
    assert item_of(["a"] * 30 + ["b"] * 4) is None
    assert item_of([None] * 30) is None


@pytest.mark.parametrize("values", [[0, 1, 2, 3] * 9, [0.5, 1.5, None] * 9, ["a", "b", "c"] * 20])
def test_a_coding_tells_all_levels_apart_and_steps_up(values):
    item = item_of(values)
    assert item.coding.shape == (item.n_levels, item.n_levels - 1)
    assert np.linalg.matrix_rank(np.column_stack([np.ones(item.n_levels), item.coding])) == item.n_levels
    if item.kind == "count":
        np.testing.assert_array_equal(item.coding.sum(axis=1), np.arange(item.n_levels))


def test_another_kind_of_column_is_refused():
    number, text = item_of([0, 1, 2, 3] * 9), item_of(["a", "b"] * 20)
    with pytest.raises(DataError, match="Column 'it' holds numbers"):
        number.levels_of(pd.Series(["a"], name="it"))
    with pytest.raises(DataError, match="Column 'it' holds text"):
        text.levels_of(pd.Series([1.0], name="it"))
    with pytest.raises(DataError, match="Column 'it' is finite or missing"):
        number.levels_of(pd.Series([np.inf], name="it"))
