"""Partial dependence against the slow way, with missing values and text, in one call or many."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hgrisk.explain import partial_dependence as module
from hgrisk.explain.partial_dependence import partial_dependence
from tests.explain.made_up import NAMES, MadeUpModel, draw_cases

CASES = draw_cases(37)
SETS = [(name,) for name in NAMES] + [NAMES[:2], NAMES[1:3], (NAMES[3], NAMES[0])]


def the_slow_way(score, cases, names):
    """Case by case: write its values into a copy of all cases."""
    means = []
    for row in range(len(cases)):
        copy = cases.copy()
        for name in names:
            copy[name] = cases[name].iloc[row]
        means.append(score(copy).mean())
    return np.array(means) - np.mean(means)


@pytest.mark.parametrize("rows_at_once", [1, 100, 50_000])
def test_it_is_that_of_the_slow_way(monkeypatch, rows_at_once):
    monkeypatch.setattr(module, "ROWS_AT_ONCE", rows_at_once)
    score = MadeUpModel().predict
    for names, found in zip(SETS, partial_dependence(score, CASES, SETS), strict=True):
        np.testing.assert_allclose(found, the_slow_way(score, CASES, names), atol=1e-12)


def test_many_rows_go_in_one_call_and_equal_values_are_asked_once():
    calls = []

    def score(frame):
        calls.append(len(frame))
        return frame["a"]

    cases = pd.DataFrame({"a": [1.0, 2.0] * 50, "b": [0.0] * 100, "c": ["x", None] * 50})
    partial_dependence(score, cases, [("a",), ("b",), ("a", "c")])
    assert calls == [(2 + 1 + 2) * 100]


def test_columns_keep_their_type_and_cases_are_left_as_they_are():
    cases = pd.DataFrame({"a": pd.Categorical(["x", "y", None]), "b": [True, False, True], "c": [1, 2, 3]})
    before = cases.copy()

    def score(frame):
        assert frame.dtypes.equals(before.dtypes)
        return frame["a"].cat.codes + frame["b"] * frame["c"]

    found = partial_dependence(score, cases, [("a",), ("a", "b")])[0]
    np.testing.assert_allclose(found, [0.0, 1.0, -1.0])
    pd.testing.assert_frame_equal(cases, before)


def test_no_sets_give_nothing():
    assert partial_dependence(MadeUpModel().predict, CASES, []) == []
