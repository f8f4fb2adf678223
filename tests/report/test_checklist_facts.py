"""Facts by topic, against the tables they are of."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from hgrisk.report.checklist_facts import data_facts, further_facts, judgement_facts, model_facts, outcome_facts
from hgrisk.report.voice import voice

EN = voice("en")


def test_facts_of_data_are_those_of_its_tables(content):
    facts = data_facts(content, EN)
    assert facts["attrition"] == {"first": "46,210", "last": "27,510", "filters": 4}
    assert facts["missing"] == {"features": 6, "share": "71"}
    assert facts["kinds"] == {"numbers": 8, "others": 2}
    assert facts["set_aside"]["dropped"] == 5
    assert facts["canary"] == {"changed": "0", "features": "10", "landmarks": "500"}
    for unwatched in ({}, {"n_features": 0, "n_changed": 0, "n_landmarks": 500}):
        assert data_facts(dataclasses.replace(content, canary=unwatched), EN)["canary"] is None


def test_without_features_nothing_is_said_of_missing_values(content):
    facts = data_facts(dataclasses.replace(content, features=content.features.iloc[:0]), EN)
    assert facts["missing"] is None
    assert facts["alike"] is None


def test_the_share_followed_by_a_re_report_is_that_of_the_landmarks(content):
    assert outcome_facts(content, EN)["imbalance"] == {"share": "34"}  # 9,371 of 27,510
    for facts in ({}, {"n_landmarks": 0, "n_events": 0}, {"n_landmarks": 10}):
        assert outcome_facts(dataclasses.replace(content, outcome_facts=facts), EN)["imbalance"] is None


def test_numbers_of_numpy_are_numbers(content):
    facts = {"n_landmarks": np.int64(200), "n_events": np.int64(50), "median_follow_up_days": np.float64(812.4)}
    found = outcome_facts(dataclasses.replace(content, outcome_facts=facts), EN)
    assert found["size"] == {"landmarks": "200", "events": "50"}
    assert found["follow_up"] == {"days": "812"}
    assert found["competing"] is None


def test_re_reports_per_coefficient_are_those_of_training_by_model(content):
    table = pd.concat([content.coefficients.iloc[:4], content.coefficients.iloc[:10].assign(model="other")])
    changed = dataclasses.replace(content, coefficients=table, split_facts={"n_train_events": 100})
    assert model_facts(changed, EN)["events_per_coefficient"] == {
        "events": "100",
        "ratios": "Cox regression 25.0, other 10.0",
    }
    assert model_facts(content, EN)["events_per_coefficient"] is None  # re-reports in training are not known
    assert model_facts(dataclasses.replace(changed, coefficients=None), EN)["coefficients"] is None


def test_measures_are_told_by_what_they_measure(content):
    scores = content.scores[content.scores["metric"].isin(["uno_c", "brier"])]
    more = scores.iloc[:2].assign(metric=["net_benefit@1%", "net_benefit@2.5%"], group="all")
    found = judgement_facts(dataclasses.replace(content, scores=pd.concat([scores, more])), EN)
    assert found["measures"] == {
        "discrimination": "C",
        "calibration": "none",
        "decision": "Net benefit at capacity",
    }
    assert found["slopes"] is None


def test_slopes_are_from_the_lowest_to_the_highest_of_everyone(content):
    slopes = content.scores[(content.scores["metric"] == "calibration_slope") & (content.scores["group"] == "all")]
    low, high = slopes["estimate"].min(), slopes["estimate"].max()
    assert judgement_facts(content, EN)["slopes"] == {"low": f"{low:.3f}", "high": f"{high:.3f}"}


def test_who_is_in_both_parts_is_told_where_there_are_two(content):
    facts = {"kind": "temporal", "share_of_test_in_known_networks": "14%"}
    both = dataclasses.replace(content, split_facts=facts)
    assert judgement_facts(both, EN)["networks"] == {"share": "14%"}
    apparent = judgement_facts(dataclasses.replace(both, apparent=True), EN)
    assert (apparent["networks"], apparent["split"], apparent["apparent"]) == (None, None, {})


@pytest.mark.parametrize("optimism", [[0.02, 0.01], [np.nan, 0.01]])
def test_optimism_is_that_of_the_first_metric(optimism):
    table = pd.DataFrame(
        {"metric": ["uno_c", "uno_c", "brier"], "optimism": [*optimism, -3.0], "n_draws": [20, 19, 18]}
    )
    found = further_facts({"validation_optimism": table}, EN)
    low, high = np.nanmin(optimism), np.nanmax(optimism)
    assert found["optimism"] == {"draws": "20", "metric": "C", "low": f"{low:.3f}", "high": f"{high:.3f}"}


def test_optimism_that_is_nowhere_defined_is_not_told():
    table = pd.DataFrame({"metric": ["uno_c"], "optimism": [np.nan], "n_draws": [20]})
    assert further_facts({"validation_optimism": table}, EN)["optimism"] is None


def test_designs_are_told_with_their_number_of_parts():
    table = pd.DataFrame({"design": ["regions", "folds", "regions"], "part": ["a", "a", "b"]})
    table = pd.concat([table, table])  # by metric and horizon
    found = further_facts({"validation": table}, EN)
    assert found["designs"] == {"designs": "region by region (2), cross-validation over household networks (1)"}
    assert (found["refitted"], found["audit"]) == ({}, None)
