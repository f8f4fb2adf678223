"""Shapes: means by value, no small groups, and what comes from interactions."""

from __future__ import annotations

import re

import numpy as np
import pytest

from hgrisk.errors import DataError
from hgrisk.explain.shapes import MIN_CASES, MISSING, OTHER, shape
from hgrisk.models.score_terms import ScoreTerms
from tests.explain.made_up import BASE, MadeUpModel, draw_cases

CASES = draw_cases(600)


class Together(MadeUpModel):
    """The joint term counts with the reports, as it would in a tree."""

    def score_terms(self, X, at_days):
        terms = super().score_terms(X, at_days)
        values = terms.values[:, :4].copy()
        values[:, 0] += terms.values[:, 4]
        return ScoreTerms(terms.names[:4], values, BASE, terms.score, "logit")


def test_a_count_has_a_point_per_value():
    found = shape(MadeUpModel(), CASES, "prior_reports_365d", 365)
    few = found.table.iloc[:3]
    assert few["label"].tolist() == ["0", "1", "2"]
    np.testing.assert_allclose(few["mean"], [0, 0.3, 0.6])
    assert found.table["n"].sum() == 600
    assert (found.table["n"] >= MIN_CASES).all()


def test_ranges_hold_each_case_once_and_missing_values_are_a_point():
    found = shape(MadeUpModel(), CASES, "days_since_last_report", 365, n_points=5).table
    assert found["label"].iloc[-1] == MISSING
    assert found["mean"].iloc[-1] == pytest.approx(-0.25)
    assert found["n"].sum() == 600
    ranges = found.iloc[:-1]
    assert len(ranges) == 5
    assert (ranges["low"].to_numpy()[1:] > ranges["high"].to_numpy()[:-1]).all()
    assert ranges["mean"].is_monotonic_decreasing
    for place, row in enumerate(ranges.itertuples()):
        low, high = -np.inf if place == 0 else row.low, np.inf if place == 4 else row.high
        inside = CASES["days_since_last_report"].between(low, high)
        assert row.n == inside.sum()
        assert row.mean == pytest.approx((1 - CASES["days_since_last_report"][inside] / 100).mean())
        assert row.lower < row.mean < row.upper


def test_no_label_and_no_end_is_the_value_of_fewer_than_twenty_cases():
    """One case of 987.6 and one of -50 are in their ranges, which are open and end at the 20th value from the edge."""
    values = np.concatenate([[987.6, -50.0], np.linspace(1, 100, 598)])
    found = shape(MadeUpModel(), CASES.assign(days_since_last_report=values), "days_since_last_report", 365, n_points=5)
    first, *_, last = found.table.itertuples()
    assert first.label == f"up to {first.high:g}"
    assert last.label == f"{last.low:g} or more"
    assert (first.low, last.high) == (np.sort(values)[19], np.sort(values)[-20])
    assert found.table["n"].sum() == 600
    assert not re.search("987|-50", found.table.to_string())


def test_an_end_that_twenty_cases_share_is_told():
    values = np.repeat([0.0, 1.0, 2.0, 7.0], [300, 250, 30, 20])
    found = shape(MadeUpModel(), CASES.assign(prior_reports_365d=values), "prior_reports_365d", 365).table
    assert found["label"].tolist() == ["0", "1", "2", "7"]
    rarer = np.repeat([0.0, 1.0, 2.0, 7.0], [300, 250, 31, 19])
    found = shape(MadeUpModel(), CASES.assign(prior_reports_365d=rarer), "prior_reports_365d", 365).table
    assert found["label"].tolist() == ["0", "1", "2 or more"]
    assert found["high"].tolist() == [0, 1, 2]


@pytest.mark.parametrize(("n", "low", "high"), [(30, 10.0, 19.0), (25, 5.0, 19.0), (45, 19.0, 25.0)])
def test_one_range_of_all_cases_is_any_number(n, low, high):
    cases = CASES.head(n).assign(days_since_last_report=np.arange(n, dtype=float))
    found = shape(MadeUpModel(), cases, "days_since_last_report", 365, n_points=1).table
    assert found["label"].tolist() == ["any number"]
    assert found[["low", "high", "n"]].iloc[0].tolist() == [low, high, n]


def test_rare_categories_go_together_and_tiny_groups_are_left_out():
    cases = CASES.assign(index_source=["police"] * 570 + ["a"] * 15 + ["b"] * 15)
    found = shape(MadeUpModel(), cases, "index_source", 365).table
    assert dict(zip(found["label"], found["n"], strict=True)) == {"police": 570, OTHER: 30}
    cases.iloc[-5:, cases.columns.get_loc("index_source")] = None
    assert MISSING not in shape(MadeUpModel(), cases, "index_source", 365).table["label"].tolist()


def test_what_the_own_value_leaves_over_comes_from_interactions():
    assert shape(MadeUpModel(), CASES, "prior_reports_365d", 365, n_points=600, min_cases=1).own_share == pytest.approx(
        1
    )
    assert shape(Together(), CASES, "prior_reports_365d", 365, n_points=600, min_cases=1).own_share < 0.95
    assert np.isnan(shape(MadeUpModel(coef=0), CASES, "prior_reports_365d", 365).own_share)


def test_other_inputs_are_refused():
    with pytest.raises(DataError, match="'unknown'"):
        shape(MadeUpModel(), CASES, "unknown", 365)
    with pytest.raises(DataError, match="n_points=0"):
        shape(MadeUpModel(), CASES, "handover_days", 365, n_points=0)


def test_no_cases_have_no_points():
    assert shape(MadeUpModel(), CASES.iloc[:0], "handover_days", 365).table.empty


def test_printing_says_what_it_is_of():
    found = shape(MadeUpModel(), CASES, "index_source", 365)
    assert repr(found) == "Shape of index_source: 3 points, 600 cases"
    assert repr(shape(MadeUpModel(), CASES, "index_source", 365, min_cases=601)).endswith("0 points, 0 cases")
