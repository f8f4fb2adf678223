"""Models beside the one they have to beat: words follow from intervals, and numbers are those of the table."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.report.blocks import Bullets
from hgrisk.report.comparison import comparison, comparison_headline
from hgrisk.report.render import render_report
from hgrisk.report.voice import voice

EN = voice("en")
COLUMNS = ["model", "against", "metric", "horizon_days", "difference", "lower", "upper"]


def differences(*rows):
    """Make a table at 365 days, each row a model, a metric, a difference and its bounds."""
    return pd.DataFrame(
        [(model, "prior_count", metric, 365, *change) for model, metric, *change in rows], columns=COLUMNS
    )


def made(content, table, lang="en"):
    return comparison(dataclasses.replace(content, further={"comparison": table}), voice(lang))


@pytest.mark.parametrize(
    ("metric", "change", "said"),
    [
        ("uno_c", (0.02, 0.01, 0.03), "ranks better (C +0.020 (0.010 to 0.030))"),
        ("auc", (-0.02, -0.03, -0.01), "ranks worse (AUC"),
        ("uno_c", (0.02, -0.01, 0.03), "its ranking cannot be told apart (C"),
        ("uno_c", (0.02, np.nan, np.nan), "of its ranking there is no interval (C"),
        ("brier", (-0.02, -0.03, -0.01), "its risks are more accurate (Brier score"),
        ("brier", (0.02, 0.01, 0.03), "its risks are less accurate (Brier score"),
        ("brier", (0.02, -0.01, 0.03), "the accuracy of its risks cannot be told apart (Brier score"),
        ("calibration_slope", (0.2, 0.1, 0.3), "Cox regression: see the differences below."),
    ],
)
def test_words_follow_from_the_interval_and_from_which_side_is_good(content, metric, change, said):
    section = made(content, differences(("cox", metric, *change)))
    (sentence,) = section.blocks[-2].items
    assert sentence.startswith("Cox regression: ")
    assert said in sentence


@given(st.floats(-0.2, 0.2), st.floats(0.0, 0.1))
def test_numbers_are_those_of_the_table(content, difference, half):
    rows = differences(("cox", "uno_c", difference, difference - half, difference + half))
    (row,) = made(content, rows).blocks[-1].blocks[0].groups[0].rows
    assert row[1].text == EN.num.signed(difference)
    bounds = EN.num.bounds(difference - half, difference + half)
    assert row[1].interval == (f"({bounds})" if bounds else "")


def test_without_another_model_there_is_no_section(content):
    assert comparison(content, EN) is None
    assert made(content, differences().iloc[:0]) is None


def test_the_page_says_it_in_both_languages_and_escapes_names(content):
    table = differences(("<b>", "uno_c", 0.02, 0.01, 0.03))
    page = dataclasses.replace(content, further={"comparison": table})
    assert "What each model adds to counting" in render_report(page)
    dutch = render_report(page, "nl")
    assert "ordent beter" in dutch
    assert "<b>:" not in dutch
    assert "&lt;b&gt;:" in dutch


def test_every_horizon_is_told_and_tabled(content):
    rows = differences(("cox", "uno_c", 0.02, 0.01, 0.03))
    both = pd.concat([rows, rows.assign(horizon_days=183, difference=-0.02, lower=-0.03, upper=-0.01)])
    blocks = made(content, both).blocks
    said = [item for block in blocks if isinstance(block, Bullets) for item in block.items]
    assert [("worse" in one, "better" in one) for one in said] == [(True, False), (False, True)]
    assert [table.caption for table in blocks[-1].blocks] == [
        "Differences from Count of earlier reports at 6 months",
        "Differences from Count of earlier reports at 12 months",
    ]


def test_the_headline_counts_models_that_rank_better_or_worse(content):
    better, worse, unclear = (0.02, 0.01, 0.03), (-0.02, -0.03, -0.01), (0.0, -0.01, 0.01)
    table = differences(
        *((name, "uno_c", *how) for name, how in zip("abcd", (better, better, worse, unclear), strict=True))
    )
    (said,) = comparison_headline(dataclasses.replace(content, further={"comparison": table}), EN)
    assert said == (
        "Of 4 other models, 2 rank better than Count of earlier reports at 12 months, and 1 worse; of the rest it "
        "cannot be told."
    )
    assert comparison_headline(content, EN) == ()
    only = differences(("cox", "calibration_slope", *better))
    assert comparison_headline(dataclasses.replace(content, further={"comparison": only}), EN) == ()
