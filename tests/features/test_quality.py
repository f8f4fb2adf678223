"""Idle features are named, whatever they are made of, and left out unless somebody needs them."""

import time
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.features.quality import idle_notes, quality_of, without_idle
from hgrisk.features.spec import FeatureSpec
from hgrisk.features.table import FeatureTable

NAN = np.nan
MANY = 10_000
"""Rows that are looked at in more than one go."""


def problems(**columns):
    table = quality_of(pd.DataFrame(columns))
    assert table.columns.tolist() == ["feature", "problem", "of"]
    return {row["feature"]: (row["problem"], row["of"]) for row in table.to_dict("records")}


def test_a_feature_that_tells_something_has_no_problem():
    assert problems(a=[0.0, 1.0], b=[1.0, 0.0], c=["x", "y"], d=[True, NAN], e=[NAN, 5.0]) == {}


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ([NAN, NAN], "wholly missing"),
        ([None, None], "wholly missing"),
        ([3.0, 3.0], "constant"),
        ([0.0, -0.0], "constant"),
        ([np.inf, np.inf], "constant"),
        ([-np.inf, -np.inf], "constant"),
        (["x", "x"], "constant"),
        ([True, True], "constant"),
        ([3.0, NAN], None),
        (["x", None], None),
        ([True, False], None),
    ],
)
def test_missing_and_constant_are_told_apart_and_a_gap_is_a_value(values, problem):
    expected = {} if problem is None else {"a": (problem, "")}
    assert problems(a=values, b=[1.5, 2.5]) == expected


def test_copies_have_the_same_values_and_the_same_gaps():
    found = problems(
        a=[0.0, 1.0, NAN],
        b=[-0.0, 1.0, NAN],
        c=[0.0, NAN, 1.0],
        d=["x", "y", None],
        e=["y", "x", None],
        f=["x", "y", None],
        g=[0.0, 1.0, 0.0],
        h=[False, True, False],
        i=np.array([0, 1, 0]),
    )
    assert found == {name: ("same as", of) for name, of in {"b": "a", "f": "d", "h": "g", "i": "g"}.items()}


def test_every_kind_of_nan_is_one_gap():
    odd = np.array([0x7FC00001, 0x3F800000], dtype=np.uint32).view(np.float32)
    plain = np.array([NAN, 1.0], dtype=np.float32)
    assert np.isnan(odd[0])
    assert problems(a=plain, b=odd) == {"b": ("same as", "a")}


def test_one_row_among_many_tells_columns_apart():
    base = np.random.default_rng(3).random(MANY).astype(np.float32)
    changed = {
        f"row_{row}": np.where(np.arange(MANY) == row, 9, base).astype(np.float32) for row in (0, 5000, MANY - 1)
    }
    flat = {f"flat_{row}": np.where(np.arange(MANY) == row, 9, 1).astype(np.float32) for row in (0, MANY - 1)}
    gap = {"gap": np.where(np.arange(MANY) == MANY - 1, NAN, 1)}
    assert problems(base=base, **changed, **flat, **gap, copy=base.copy()) == {"copy": ("same as", "base")}


def test_how_the_table_lies_in_memory_makes_no_difference():
    values = np.random.default_rng(4).integers(0, 2, (MANY, 6)).astype(np.float32)
    values[:, 4] = values[:, 1]
    for order in "CF":
        X = pd.DataFrame(np.asarray(values, order=order), columns=list("abcdef"), copy=False)
        assert quality_of(X)["feature"].tolist() == ["e"]


def test_the_first_of_copies_is_the_one_that_is_asked_for():
    X = pd.DataFrame({"a": [1, 2], "b": [1, 2], "c": [1, 2]})
    assert quality_of(X)["of"].tolist() == ["a", "a"]
    found = quality_of(X, first=("b",))
    assert found[["feature", "of"]].to_numpy().tolist() == [["a", "b"], ["c", "b"]]


def test_a_copy_of_its_own_family_is_named_before_another():
    X = pd.DataFrame({"a": [1, 2], "b": [1, 2], "c": [1, 2], "d": [1, 2]})
    found = quality_of(X, family={"a": "one", "b": "two", "c": "two", "d": "one"})
    assert found[["feature", "of"]].to_numpy().tolist() == [["b", "a"], ["c", "b"], ["d", "a"]]


values = st.sampled_from([0.0, -0.0, 1.0, NAN])


@given(st.lists(st.lists(values, min_size=3, max_size=3), min_size=1, max_size=6))
def test_columns_are_named_as_a_comparison_of_pairs_would(columns):
    X = pd.DataFrame({f"x{place}": column for place, column in enumerate(columns)})
    idle = set()
    for name in X:
        gaps = X[name].isna()
        if gaps.all() or (not gaps.any() and X[name].nunique() == 1):
            idle.add(name)
    for left, right in combinations([name for name in X if name not in idle], 2):
        if ((X[left] == X[right]) | (X[left].isna() & X[right].isna())).all():
            idle.add(right)
    assert set(quality_of(X)["feature"]) == idle


def test_a_table_of_texts_alone_or_of_nothing_is_fine():
    assert problems(a=["x", "y"], b=["x", "y"]) == {"b": ("same as", "a")}
    assert quality_of(pd.DataFrame(index=[1, 2])).empty


def test_a_hundred_columns_of_many_rows_take_a_moment():
    X = pd.DataFrame(np.random.default_rng(0).random((200_000, 100), dtype=np.float32))
    began = time.process_time()
    assert quality_of(X).empty
    assert time.process_time() - began < 5


COLUMNS = {
    "told": ("one", [1.0, 2.0]),
    "empty": ("one", [NAN, NAN]),
    "flat": ("two", [7.0, 7.0]),
    "near": ("one", [1.0, 2.0]),
    "far": ("two", [1.0, 2.0]),
    "far_copy": ("two", [1.0, 2.0]),
}


@pytest.fixture
def table():
    specs = tuple(FeatureSpec(name, family, "", "", "") for name, (family, _) in COLUMNS.items())
    return FeatureTable(pd.DataFrame({name: values for name, (_, values) in COLUMNS.items()}), specs)


def test_idle_features_are_left_out_and_copies_in_another_family_stay(table):
    left, idle = without_idle(table)
    assert left.X.columns.tolist() == [spec.name for spec in left.catalogue] == ["told", "far"]
    assert idle.to_dict("records") == [
        {"feature": "empty", "problem": "wholly missing", "of": "", "family": "one", "dropped": True},
        {"feature": "flat", "problem": "constant", "of": "", "family": "two", "dropped": True},
        {"feature": "near", "problem": "same as", "of": "told", "family": "one", "dropped": True},
        {"feature": "far", "problem": "same as", "of": "told", "family": "two", "dropped": False},
        {"feature": "far_copy", "problem": "same as", "of": "far", "family": "two", "dropped": True},
    ]
    assert table.X.shape == (2, 6)


def test_what_is_named_stays_and_its_copies_go(table):
    left, idle = without_idle(table, keep=("flat", "near", "no such feature"))
    assert left.X.columns.tolist() == ["flat", "near", "far"]
    assert idle.set_index("feature")["of"].to_dict() == {
        "told": "near", "empty": "", "flat": "", "far": "near", "far_copy": "far",
    }  # fmt: skip
    assert idle.set_index("feature")["dropped"].to_dict() == {
        "told": True, "empty": True, "flat": False, "far": False, "far_copy": True,
    }  # fmt: skip


def test_a_table_without_idle_features_is_left_as_it_is(table):
    left, idle = without_idle(FeatureTable(table.X[["told"]], table.catalogue[:1]))
    assert left.X.columns.tolist() == ["told"]
    assert idle.empty
    assert idle_notes(idle) == []


def test_the_notes_count_what_went_and_what_stayed(table):
    gone, stayed = idle_notes(without_idle(table)[1])
    assert gone == (
        "4 feature(s) were left out before training, since they tell nothing more: 1 wholly missing, 1 constant, 2 the "
        "same as another. The report names them."
    )
    assert stayed == (
        "1 feature(s) tell nothing more and stay, since a model names them, or may be given them without the other: "
        "1 the same as another."
    )
