"""What-if: of the work of organisations only, within what was seen, and with its warning."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from hgrisk.errors import ConfigError, DataError
from hgrisk.explain.what_if import what_if
from hgrisk.features.spec import FeatureSpec
from tests.explain.made_up import BASE, CATALOGUE, MadeUpModel, draw_cases, three_cases


def ask(changes, row=0, lang="en", catalogue=CATALOGUE):
    return what_if(MadeUpModel(), three_cases(), 365, catalogue, row=row, changes=changes, lang=lang)


def test_a_process_feature_changes_and_all_else_stays():
    cases = three_cases()
    found = what_if(MadeUpModel(), cases, 365, CATALOGUE, row=0, changes={"handover_days": 10})
    assert found.risk == pytest.approx(expit(BASE + 2.39))
    assert found.changed_risk == pytest.approx(expit(BASE + 2.39 + 0.25 + 0.15))
    assert found.changes.to_dict("list") == {"feature": ["handover_days"], "value": [5.0], "changed": [10]}
    pd.testing.assert_frame_equal(cases, three_cases())


@pytest.mark.parametrize(("lang", "start"), [("en", "This is no effect."), ("nl", "Dit is geen effect.")])
def test_the_warning_is_always_there(lang, start):
    assert ask({"handover_days": 6}, lang=lang).warning.startswith(start)


def test_a_case_without_value_can_be_given_one():
    assert ask({"handover_days": 6}, row=1).changed_risk > ask({"handover_days": 6}, row=1).risk


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"prior_reports_365d": 0}, "not the household"),
        ({"index_source": "police"}, "not the household"),
        ({"unknown": 1}, "'unknown'"),
        ({}, "changes something"),
        ({"handover_days": 4.9}, "lies in 5 to 10"),
        ({"handover_days": 11}, "lies in 5 to 10"),
        ({"handover_days": float("nan")}, "lies in 5 to 10"),
        ({"handover_days": "soon"}, "is a number, but found 'soon'"),
        ({"handover_days": 5}, "another value than the case has, but found handover_days=5, as it is: give another"),
    ],
)
def test_other_changes_are_refused(changes, message):
    with pytest.raises(DataError, match=message):
        ask(changes)


def test_a_category_takes_a_value_that_cases_have():
    catalogue = [*CATALOGUE[:3], FeatureSpec("index_source", "care_chain", "", "", "", kind="category", process=True)]
    found = ask({"index_source": "school"}, catalogue=catalogue)
    assert found.changed_risk == pytest.approx(expit(BASE + 1.89))
    with pytest.raises(DataError, match="'radar': give one of those; none is of 20 cases or more"):
        ask({"index_source": "radar"}, catalogue=catalogue)
    with pytest.raises(DataError, match="index_source='police', as it is"):
        ask({"index_source": "police"}, catalogue=catalogue)


def test_categories_that_few_cases_have_are_not_named():
    catalogue = [*CATALOGUE[:3], FeatureSpec("index_source", "care_chain", "", "", "", kind="category", process=True)]
    cases = draw_cases(100).assign(index_source=["school"] * 20 + ["police"] * 61 + ["doctor"] * 19)
    with pytest.raises(DataError, match=r"'radar': give one of police, school\.$"):
        what_if(MadeUpModel(), cases, 365, catalogue, row=0, changes={"index_source": "radar"})


def test_a_value_is_the_same_in_the_precision_of_the_column():
    cases = three_cases().astype({"handover_days": "float32"})
    cases.loc["a", "handover_days"] = 5.1
    with pytest.raises(DataError, match=r"handover_days=.*5\.1.*, as it is"):
        what_if(MadeUpModel(), cases, 365, CATALOGUE, row=0, changes={"handover_days": np.float64(5.1)})


def test_other_rows_and_languages_are_refused():
    with pytest.raises(DataError, match="places 0 to 2"):
        ask({"handover_days": 6}, row=3)
    with pytest.raises(ConfigError, match="en, nl"):
        ask({"handover_days": 6}, lang="fr")


def test_printing_says_both_risks_and_the_warning():
    found = ask({"handover_days": 10})
    assert repr(found) == f"Risk by 365 days: 80.1%; with another handover_days: 85.7%\n{found.warning}"
