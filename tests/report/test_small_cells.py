"""Small groups on the page: no subtraction tells one, in any section that prints a total."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.evaluation.small_cells import hidden_cells
from hgrisk.report.checklist_facts import outcome_facts
from hgrisk.report.cohort import cohort
from hgrisk.report.data import quality
from hgrisk.report.scores import audit
from hgrisk.report.small_cells import keep_back, other_groups
from hgrisk.report.validation import validation
from hgrisk.report.voice import voice

EN = voice("en")
SIZES = {"a": (7, 1), "b": (40, 12), "c": (300, 4), "d": (500, 90), "e": (600, 120)}


def scores(sizes):
    rows = [("all", sum(n for n, _ in sizes.values()), sum(events for _, events in sizes.values()))]
    rows += [(f"region={name}", *counts) for name, counts in sizes.items()]
    table = pd.DataFrame(rows, columns=["group", "n", "n_events"])
    return table.assign(model="cox", metric="auc", horizon_days=365.0, estimate=0.6, lower=0.5, upper=0.7)


def lines(light_with, sizes):
    section = audit(light_with(scores=scores(sizes)), EN, 10)
    (group,) = section.blocks[1].blocks[0].groups
    return {row[0].text: [cell.text for cell in row[1:]] for row in group.rows}


def test_scores_by_group_keep_back_what_would_tell_a_small_group(light_with):
    """Of 1,447 landmarks and 227 re-reports a has 7 and 1, and c has 4: not to be had from what is printed."""
    assert lines(light_with, SIZES) == {
        "b": ["hidden"] * 3,
        "c": ["300", "<10", "0.600"],
        "d": ["500", "90", "0.600"],
        "e": ["600", "120", "0.600"],
        "other (1 group)": ["hidden"] * 3,
    }


def test_re_reports_are_kept_back_apart_from_landmarks(light_with):
    sizes = {"b": (40, 12), "c": (300, 4), "d": (500, 90)}
    assert lines(light_with, sizes) == {
        "b": ["40", "hidden", "0.600"],
        "c": ["300", "<10", "0.600"],
        "d": ["500", "90", "0.600"],
    }


def test_rows_of_no_group_are_a_small_group_too(light_with):
    """Of everyone 4 landmarks and 3 re-reports are of no group that is shown."""
    table = scores({"b": (40, 12), "d": (500, 90)})
    table.loc[0, ["n", "n_events"]] = [544, 105]
    (group,) = audit(light_with(scores=table), EN, 10).blocks[1].blocks[0].groups
    assert [[cell.text for cell in row[1:3]] for row in group.rows] == [["hidden", "hidden"], ["500", "90"]]


def test_groups_that_are_large_are_all_shown(light_with):
    assert "hidden" not in str(lines(light_with, {"b": (40, 12), "d": (500, 90)}))


@pytest.mark.parametrize(
    ("beyond", "told"),
    [
        (0, "hidden landmarks"),
        (8, "200 landmarks, hidden re-reports"),
        (40, "200 landmarks, 100 re-reports"),
    ],
)
def test_regions_are_kept_back_with_the_total_of_the_folds(light_with, beyond, told):
    """A region of 7, one that is left out, and the total of the folds: 200 is hidden where 7 would be told."""
    sizes = {"all folds": 457 + beyond, "Zeeland": 250, "IJmond": 200, "Urk": 7}
    table = pd.DataFrame({"part": sizes.keys(), "n_test": sizes.values()})
    table = table.assign(
        design=np.where(table["part"] == "all folds", "folds", "regions"), n_events=table["n_test"] // 2, model="cox"
    ).assign(metric="uno_c", horizon_days=365, estimate=0.6, lower=0.5, upper=0.7, n_train=900)
    section = validation(light_with(further={"validation": table}), EN, 10)
    pictures = [block for block in section.blocks if hasattr(block, "table")]
    rows = {row[0].text: row for group in pictures[-1].table.groups for row in group.rows}
    assert rows["IJmond"][0].small == told
    assert (rows["IJmond"][1].text == "hidden") == (told == "hidden landmarks")
    assert rows["Urk"][0].small == "<10 landmarks"


@given(sizes=st.lists(st.integers(0, 60), min_size=1, max_size=6), beyond=st.integers(0, 20))
def test_counts_are_emptied_exactly_where_the_rule_hides_them(sizes, beyond):
    rows = pd.DataFrame({"g": [f"g{place}" for place in range(len(sizes))], "n": sizes}).sample(frac=1, random_state=1)
    kept = keep_back(rows, "g", 10, totals={"n": sum(sizes) + beyond}).sort_values("g")
    hidden = hidden_cells(sizes, 10, total=sum(sizes) + beyond)
    small = np.array(sizes) < 10
    assert kept["n"].isna().tolist() == (hidden & ~small).tolist()
    assert kept["n"].dropna().tolist() == [n for n, gone in zip(sizes, hidden & ~small, strict=True) if not gone]
    assert kept["rare"].tolist() == small.tolist()


def test_few_competing_events_are_told_as_few(light_with):
    facts = {**light_with().outcome_facts, "competing_events": "death 19, left the region 3, moved to 8 places"}
    content = light_with(outcome_facts=facts)
    told = "death 19, left the region <10, moved to 8 places"
    assert told in str(cohort(content, EN))
    assert told in str(outcome_facts(content, EN)["competing"])
    assert "left the region 3," in str(cohort(content, EN, 3))


def test_a_reason_of_few_rows_is_not_told_by_the_account_less_the_others(light_with):
    """The account sets 1,088 rows in quarantine: two reasons of 1,010 and 70 leave 8 for the third."""
    rows = [("events", "quarantined", reason, n) for reason, n in (("b", 70), ("a", 8), ("c", 1010))]
    rows.append(("events", "excluded", "advice", 3301))
    reasons = pd.DataFrame(rows, columns=["source", "status", "reason", "rows"])
    table = quality(light_with(quarantine_reasons=reasons), EN).blocks[1]
    told = [(row[0].text, row[1].text) for row in table.groups[0].rows]
    assert told == [("b", "hidden"), ("a", "<10"), ("c", "1,010"), ("advice", "3,301")]
    unknown = reasons.assign(source="elsewhere")
    table = quality(light_with(quarantine_reasons=unknown), EN).blocks[1]
    assert [row[1].text for row in table.groups[0].rows] == ["hidden", "<10", "1,010", "3,301"]


def test_a_number_that_is_not_known_is_of_a_group_without_a_name():
    rows = pd.DataFrame({"g": ["a", "b", "c"], "n": pd.array([None, 300, 40], dtype="Int64")})
    assert keep_back(rows, "g", 10)["rare"].tolist() == [True, False, False]
    assert other_groups(2, voice("nl")).text == "overige (2 groepen)"
