"""Every rule of the preparation, by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.preparation import FeaturePreparer


def prepared(column, new=None, **settings):
    frame = pd.DataFrame({"x": column})
    preparer = FeaturePreparer(**settings).fit(frame)
    return preparer, preparer.transform(frame if new is None else pd.DataFrame({"x": new}))


def test_missing_numbers_become_the_training_median_and_a_flag():
    preparer, out = prepared([1.0, None, 3.0, 4.0], new=[None, 3.5])
    assert list(out) == ["x", "x__missing"]
    assert out["x"].tolist() == [3.0, 3.5]
    assert out["x__missing"].tolist() == [1.0, 0.0]
    learned = {"median": 3.0, "low": 1.0, "high": 4.0, "log1p": False, "flag": True}
    assert preparer.numeric_ == {"x": learned}


def test_a_number_out_of_range_becomes_the_nearest_and_is_counted():
    preparer, out = prepared([1.0, 2.0, 6.0], new=[-3.0, 900.0, 5.0])
    assert out["x"].tolist() == [1.0, 6.0, 5.0]
    counted = preparer.unfamiliar(pd.DataFrame({"x": [-3.0, 900.0, 5.0]}))
    assert counted.to_dict("records") == [{"feature": "x", "kind": "outside the range", "n_rows": 2}]


@pytest.mark.parametrize(
    ("n_rows", "n_others", "kept"), [(1000, 19, False), (1000, 20, True), (100, 1, False), (99, 1, True)]
)
def test_a_column_that_tells_a_few_rows_apart_is_dropped_by_name(n_rows, n_others, kept):
    frame = pd.DataFrame({"x": np.arange(n_rows) < n_others, "y": np.arange(n_rows)})
    preparer = FeaturePreparer().fit(frame)
    assert ("x" in preparer.get_feature_names_out()) == kept
    assert preparer.dropped_ == ({} if kept else {"x": "the same in all but a few rows"})


def test_a_number_missing_only_later_becomes_the_median_and_is_counted():
    preparer, out = prepared([1.0, 2.0, 6.0], new=[None, 6.0])
    assert out.to_dict("list") == {"x": [2.0, 6.0]}
    counted = preparer.unfamiliar(pd.DataFrame({"x": [None, 6.0, None]}))
    assert counted.to_dict("records") == [{"feature": "x", "kind": "missing", "n_rows": 2}]


def test_a_flagged_missing_number_is_not_unfamiliar():
    preparer, _ = prepared([1.0, None, 6.0])
    assert preparer.unfamiliar(pd.DataFrame({"x": [None, 6.0]})).empty


def test_skewed_never_negative_columns_are_logged():
    counts = [0] * 20 + [1] * 10 + [2, 3, 40]
    preparer, out = prepared(counts)
    assert preparer.numeric_["x"]["log1p"]
    np.testing.assert_allclose(out["x"], np.log1p(counts))
    assert not prepared(counts, log1p="none")[0].numeric_["x"]["log1p"]


@pytest.mark.parametrize("column", [[0] * 30 + [1], [-1] + [0] * 30 + [1, 40], list(range(30))])
def test_flags_negative_and_even_columns_are_not_logged(column):
    assert not prepared(column)[0].numeric_["x"]["log1p"]


def test_a_negative_value_in_a_logged_column_is_refused():
    with pytest.raises(DataError, match="Column 'x' is 0 or more, as in training, but found -2: correct the value"):
        prepared([0] * 30 + [1, 2, 50], new=[-2, 1])


LEVELS = ["a"] * 30 + ["b"] * 25 + ["c"] * 3 + ["d"] * 2


@pytest.mark.parametrize("kind", ["object", "string", "category"])
def test_levels_get_columns_but_the_reference_and_the_rare_are_pooled(kind):
    train = pd.Series(LEVELS, dtype=kind)
    preparer, out = prepared(train, new=pd.Series(["a", "b", "c", "zz", None], dtype=kind))
    assert preparer.reference_ == {"x": "a"}
    assert "c" not in str(vars(preparer)["levels_"])  # a rare text can be about one person: it is not kept
    assert out.to_dict("list") == {"x=b": [0, 1, 0, 0, 0], "x=other": [0, 0, 1, 1, 1]}


def test_unseen_levels_are_the_reference_where_nothing_is_pooled_and_are_counted():
    preparer, out = prepared(LEVELS[:55], new=["zz", None, "b", "a"])
    assert out.to_dict("list") == {"x=b": [0, 0, 1, 0]}
    counted = preparer.unfamiliar(pd.DataFrame({"x": ["zz", None, "b", "a"]}))
    assert counted.to_dict("records") == [{"feature": "x", "kind": "unseen level", "n_rows": 2}]


def test_missing_is_a_level_of_its_own_and_pooled_when_rare():
    _, out = prepared(LEVELS[:55] + [None] * 22, new=[None, "b", "a"])
    assert out.to_dict("list") == {"x=b": [0, 1, 0], "x=missing": [1, 0, 0]}
    _, out = prepared(LEVELS[:55] + [None] * 2, new=[None, "b", "a"])
    assert out.to_dict("list") == {"x=b": [0, 1, 0], "x=other": [1, 0, 0]}


def test_a_level_named_other_takes_in_the_rare_ones():
    _, out = prepared(["a"] * 30 + ["other"] * 25 + ["c"] * 3, new=["c", "other", "a"])
    assert out.to_dict("list") == {"x=other": [1, 1, 0]}
    preparer, out = prepared(["other"] * 30 + ["a"] * 25 + ["c"] * 3, new=["c", "other", "a"])
    assert preparer.reference_ == {"x": "other"}
    assert out.to_dict("list") == {"x=a": [0, 0, 1]}


def test_a_column_of_rare_texts_is_dropped_and_none_of_them_is_kept():
    texts = [f"note on household {i}" for i in range(60)]
    preparer, out = prepared(texts, new=["note on household 0", None, "new"])
    assert preparer.dropped_ == {"x": "no level in 20 rows"}
    assert out.shape == (3, 0)
    assert "household" not in str(vars(preparer))


def test_minus_zero_is_zero():
    frame = pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": [-0.0, 1.0, 2.0]})
    assert FeaturePreparer().fit(frame).dropped_ == {"b": "same as a"}


def test_ties_for_the_reference_go_by_alphabet():
    assert prepared(["b", "a", "b", "a"], min_level_count=1)[0].reference_ == {"x": "a"}


def test_dropped_columns_are_named_with_the_reason():
    frame = pd.DataFrame(
        {
            "a": [0, 1, 2, np.nan],
            "flat": 3,
            "copy": [0, 1, 2, np.nan],
            "empty": np.nan,
            "nothing": None,
            "one_level": "x",
            "level": ["p", "q", "p", "p"],
        }
    )
    preparer = FeaturePreparer(min_level_count=1).fit(frame)
    assert preparer.dropped_ == {
        "flat": "constant",
        "copy": "same as a",
        "copy__missing": "same as a__missing",
        "empty": "wholly missing",
        "nothing": "wholly missing",
        "one_level": "constant",
    }
    assert preparer.get_feature_names_out().tolist() == ["a", "a__missing", "level=q"]
    everything = frame.assign(empty=1.0, nothing="text")  # known later, but nothing was learned about them
    pd.testing.assert_frame_equal(preparer.transform(everything), preparer.transform(frame))


def test_columns_of_many_kinds_are_numbers():
    frame = pd.DataFrame(
        {
            "bool": [True, False, True],
            "nullable_bool": pd.array([True, None, False], dtype="boolean"),
            "nullable_int": pd.array([1, None, 7], dtype="Int64"),
            "object_int": pd.Series([5, None, 9], dtype=object),
            "object_bool": pd.Series([True, True, None], dtype=object),
            "int8": np.array([1, 2, 4], dtype=np.int8),
        }
    )
    out = FeaturePreparer().fit_transform(frame)
    assert (out.dtypes == np.float64).all()
    assert out["nullable_int"].tolist() == [1, 4, 7]
    assert out["object_int"].tolist() == [5, 7, 9]
    assert "object_bool" not in out
    assert out["object_bool__missing"].tolist() == [0, 0, 1]


KINDS = "Column 'x' holds numbers or text, but found"


@pytest.mark.parametrize(
    ("train", "new", "text"),
    [
        ([1.0, 2.0], ["a", "b"], "Column 'x' holds numbers, but found dtype object: convert it as in training."),
        (["a", "b"], [1.0, 2.0], "Column 'x' holds text, but found dtype float64: convert it as in training."),
        ([1.0, np.inf], None, "Column 'x' is finite or missing, but found an infinite value: mark it as missing."),
        (pd.to_datetime(["2020-01-01", "2020-01-02"]), None, f"{KINDS} dtype datetime64[ns]: give days, such as"),
        ([1 + 2j, 3j], None, f"{KINDS} dtype complex128: convert it."),
    ],
)
def test_other_kinds_and_changed_kinds_are_refused(train, new, text):
    with pytest.raises(DataError) as caught:
        prepared(train, new=new, min_level_count=1)
    assert text in str(caught.value)


@pytest.mark.parametrize("column", [["a", "b"], [1, 2]])
def test_a_wholly_missing_column_later_is_not_a_changed_kind(column):
    assert len(prepared(column, new=[None, None], min_level_count=1)[1]) == 2


def test_changed_columns_are_refused():
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 5]})
    preparer = FeaturePreparer().fit(frame)
    with pytest.raises(FitError, match="Features keep the order of fit, but found 'b' moved"):
        preparer.transform(frame[["b", "a"]])
    with pytest.raises(FitError, match="Features have the columns of fit, but found missing 'a' and extra 'c'"):
        preparer.transform(frame.rename(columns={"a": "c"}))


def test_two_prepared_columns_of_one_name_are_refused():
    frame = pd.DataFrame({"x": [1.0, None, 4.0], "x__missing": [1, 2, 3]})
    with pytest.raises(DataError, match="names of their own, but found 'x__missing' twice: rename 'x__missing'"):
        FeaturePreparer().fit(frame)


@pytest.mark.parametrize("settings", [{"log1p": "yes"}, {"min_level_count": 0}])
def test_unknown_settings_are_refused(settings):
    with pytest.raises(ConfigError, match=next(iter(settings))):
        prepared([1, 2], **settings)


def test_no_rows_at_fit_are_refused_and_no_rows_later_give_none():
    with pytest.raises(DataError, match="at least one row, but found none"):
        prepared(np.array([]))
    assert prepared([1, 2, 3], new=np.array([]))[1].shape == (0, 1)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.one_of(st.none(), st.floats(-1e6, 1e6)), st.sampled_from(["a", "b", "c", None])),
        min_size=1,
        max_size=40,
    ),
    st.randoms(use_true_random=False),
)
def test_output_is_finite_and_row_order_and_extra_rows_do_not_matter(rows, random):
    frame = pd.DataFrame(rows, columns=["number", "level"]).astype({"number": float, "level": object})
    preparer = FeaturePreparer(min_level_count=3).fit(frame)
    out = preparer.transform(frame)
    assert np.isfinite(out.to_numpy()).all()
    assert list(out) == preparer.get_feature_names_out().tolist()
    order = list(range(len(frame)))
    random.shuffle(order)
    again = clone(preparer).fit(frame.iloc[order])
    pd.testing.assert_frame_equal(again.transform(frame), out)
    pd.testing.assert_frame_equal(preparer.transform(frame.iloc[order]), out.iloc[order])


WORDING = "refused as it should be, in our words"
NOT_FOR_US = {
    "check_complex_data": WORDING,
    "check_estimator_sparse_array": WORDING,
    "check_estimator_sparse_matrix": WORDING,
    "check_estimator_sparse_tag": WORDING,
    "check_estimators_empty_data_messages": WORDING,
    "check_fit2d_predict1d": WORDING,
    "check_n_features_in_after_fitting": WORDING,
    "check_dtype_object": "text comes in DataFrames",
    "check_transformer_preserve_dtypes": "a DataFrame has no single dtype",
}


@parametrize_with_checks([FeaturePreparer()], expected_failed_checks=lambda _: NOT_FOR_US)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_every_prepared_column_has_the_raw_one_it_comes_from():
    X = pd.DataFrame({"count": [0, 1, None, 2] * 10, "a=b": ["x", "y", "x", "z"] * 10, "idle": 1.0})
    preparer = FeaturePreparer(min_level_count=1).fit(X)
    assert preparer.source_of_ == {
        "count": "count", "count__missing": "count", "a=b=y": "a=b", "a=b=z": "a=b",
    }  # fmt: skip
    assert list(preparer.source_of_) == preparer.get_feature_names_out().tolist()


def test_settling_fills_and_spreads_nothing():
    X = pd.DataFrame(
        {
            "count": [0.0, np.nan, 2.0, 5.0] * 10,
            "flag": [True, False, None, True] * 10,
            "place": (["town"] * 3 + ["land"]) * 9 + [None, "lone", "town", "land"],
            "unique": [f"u{i}" for i in range(40)],
            "empty": [None] * 40,
        }
    )
    preparer = FeaturePreparer(min_level_count=5).fit(X)
    settled = preparer.settle(X)
    assert list(settled) == ["count", "flag", "place"]
    np.testing.assert_array_equal(settled["count"], X["count"])
    np.testing.assert_array_equal(settled["flag"], [1.0, 0.0, np.nan, 1.0] * 10)
    assert settled["place"].cat.categories.tolist() == ["town", "land", "other"]
    assert settled["place"].tolist() == [*(["town"] * 3 + ["land"]) * 9, "other", "other", "town", "land"]
    new = preparer.settle(X.assign(place="elsewhere", count=-1e9))  # no level is unknown, no value is clipped
    assert set(new["place"]) == {"other"}
    assert set(new["count"]) == {-1e9}
    spread = preparer.transform(X)
    for level in ("land", "other"):
        np.testing.assert_array_equal(settled["place"] == level, spread[f"place={level}"] == 1)
    with pytest.raises(DataError, match="Column 'count' holds numbers"):
        preparer.settle(X.assign(count="many"))


def test_an_unseen_level_settles_as_the_reference_where_none_was_pooled():
    X = pd.DataFrame({"place": ["town"] * 6 + ["land"] * 5})
    preparer = FeaturePreparer(min_level_count=5).fit(X)
    assert preparer.settle(X.assign(place=None))["place"].tolist() == ["town"] * 11
