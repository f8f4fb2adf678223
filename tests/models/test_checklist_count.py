"""ChecklistCount: how many items are a yes."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import ConfigError, FitError
from hgrisk.models.checklist_count import ChecklistCount
from hgrisk.models.report_count import ReportCount

EXACT = 1e-12
ITEMS = {"prior_reports_ever": 2, "children_present": 1, "age_youngest_child": 12}


@pytest.fixture(scope="module")
def model(features, outcome):
    return ChecklistCount(items=ITEMS).fit(features, outcome)


def test_the_total_is_the_number_of_yes_and_a_box_left_empty_is_no(model, features):
    yes = [(features[name] >= level).fillna(False).to_numpy() for name, level in ITEMS.items()]
    np.testing.assert_array_equal(model.predict_total(features), np.sum(yes, axis=0))
    np.testing.assert_allclose(model.missing_share_, [0, 0, features["age_youngest_child"].isna().mean()], atol=EXACT)
    empty = features.iloc[:1].assign(age_youngest_child=np.nan, prior_reports_ever=0, children_present=False)
    assert model.predict_total(empty).tolist() == [0]


def test_it_predicts_as_the_count_of_a_column_with_the_total(model, features, outcome):
    total = pd.DataFrame({"total": model.predict_total(features)})
    same = ReportCount(count_feature="total").fit(total, outcome)
    pd.testing.assert_frame_equal(same.risk_by_total_, model.risk_by_total_)
    np.testing.assert_array_equal(same.predict(total), model.predict(features))


def test_terms_are_items(model, features):
    terms = model.score_terms(features, 365)
    assert terms.names == tuple(ITEMS)
    assert terms.largest_gap() < EXACT
    np.testing.assert_allclose(np.ptp(terms.values, axis=0), 1.0, atol=EXACT)
    np.testing.assert_allclose(terms.values.mean(axis=0), 0.0, atol=1e-9)


def test_a_list_of_items_asks_for_one_or_more(features, outcome):
    listed = ChecklistCount(items=["prior_reports_ever", "children_present"]).fit(features, outcome)
    expected = (features["prior_reports_ever"] >= 1).astype(int) + features["children_present"]
    np.testing.assert_array_equal(listed.predict_total(features), expected)


def test_wrong_items_are_refused(features, outcome):
    for items, rule in (
        ("children_present", "Items are a list of columns, but found 'children_present'"),
        ([], "A checklist has 1 to 13 items, each once, but found 0"),
        ([f"x{i}" for i in range(14)], "A checklist has 1 to 13 items, each once, but found 14"),
        (["a", "a"], "each once, but found 2 with 1 names"),
        ({"children_present": 0}, "An item is a yes from a number above 0 on, but found 0 for 'children_present'"),
    ):
        with pytest.raises(ConfigError, match=rule):
            ChecklistCount(items=items).fit(features, outcome)
    with pytest.raises(FitError, match="This model needs the feature 'absent'"):
        ChecklistCount(items=["absent"]).fit(features, outcome)
