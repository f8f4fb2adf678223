"""Choices: the numbers of the table, and the rule as far as they tell it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.report.choice import choice
from hgrisk.report.render import render_report
from hgrisk.report.voice import voice
from hgrisk.selection.one_se import best_and_simplest

EN = voice("en")


def selection(mean, se=0.02, *, higher=False, rule="one_se"):
    """Make the table as a choice does; see `hgrisk.selection.candidates.choose`."""
    mean = np.asarray(mean, dtype=float)
    best, simplest = best_and_simplest(-mean if higher else mean, np.full(len(mean), se))
    place = np.arange(len(mean))
    names = [f"c{number}" for number in place]
    chosen = {"one_se": simplest, "best": best}[rule]
    columns = {
        "model": "net",
        "candidate": names,
        "mean": mean,
        "se": 10 * se,
        "se_difference": se,
        "is_best": place == best,
    }
    return pd.DataFrame({**columns, "is_chosen": place == chosen})


def made(content, table, lang="en"):
    return choice(type(content)(**{**vars(content), "further": {"selection": table}}), voice(lang))


def test_without_a_choice_there_is_no_section(content):
    assert choice(content, EN) is None
    assert made(content, selection([0.2]).iloc[:0]) is None


@pytest.mark.parametrize(
    ("mean", "how", "said"),
    [
        (
            [0.21, 0.20, 0.25],
            {},
            "c0 was chosen, the simplest candidate whose difference from the best, c1, is within one standard",
        ),
        (
            [0.21, 0.20, 0.25],
            {"rule": "best"},
            "c1 was chosen, as it has the best mean; a simpler one differs from it by no more than",
        ),
        (
            [0.30, 0.20, 0.25],
            {},
            "c1 was chosen; it has the best mean, and no simpler candidate differs from it by less",
        ),
        ([0.70, 0.71, 0.60], {"higher": True}, "c0 was chosen, the simplest candidate whose difference from the best"),
        ([0.70, 0.75, 0.60], {"higher": True}, "c1 was chosen; it has the best mean"),
        ([0.20, 0.30], {}, "c0 was chosen; it has the best mean, and is the simplest."),
        ([0.20], {}, "c0 was chosen."),
    ],
)
def test_the_rule_is_told_from_the_numbers(content, mean, how, said):
    section = made(content, selection(mean, **how))
    assert said in section.blocks[0].items[0]
    side = "higher" if how.get("higher") else "lower"
    assert section.blocks[2].groups[0].small == (f"{side} is better" if len(mean) > 1 else "")


@given(st.lists(st.floats(0.05, 0.4), min_size=2, max_size=6), st.booleans(), st.sampled_from(["one_se", "best"]))
def test_numbers_and_marks_are_those_of_the_table(content, mean, higher, rule):
    table = selection(mean, higher=higher, rule=rule)
    section = made(content, table)
    rows = section.blocks[2].groups[0].rows
    assert [row[1].text for row in rows] == [EN.num.number(value) for value in mean]
    assert {row[1].interval for row in rows} == {"(0.200)"}
    for column, mark in (("is_best", "best"), ("is_chosen", "chosen")):
        assert [mark in row[2].text for row in rows] == table[column].tolist()
    chosen = table.loc[table["is_chosen"], "candidate"].iloc[0]
    assert f"{chosen} was chosen" in section.blocks[0].items[0]


def test_a_candidate_that_failed_has_no_mean_and_a_note(content):
    section = made(content, selection([np.nan, 0.2, 0.3]))
    assert section.blocks[2].groups[0].rows[0][1].text == "not defined"
    assert section.blocks[2].note
    assert not made(content, selection([0.1, 0.2, 0.3])).blocks[2].note


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_names_are_escaped_on_the_page(light_with, lang):
    table = selection([0.2, 0.3]).assign(model="<script>net</script>")
    html = render_report(light_with(further={"selection": table}), lang)
    assert "<script" not in html
    assert "&lt;script&gt;net" in html
    assert voice(lang).say("choice", "title") in html
