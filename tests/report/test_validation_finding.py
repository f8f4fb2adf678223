"""Findings: their numbers are those of the tables, and they leave out what is too small to count."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.report.validation_finding import findings
from hgrisk.report.voice import voice

COLUMNS = ["design", "part", "model", "metric", "horizon_days", "estimate", "lower", "upper", "n_test"]
POOLED = ["design", "model", "metric", "horizon_days", "prediction_lower", "prediction_upper", "difference"]
NO_POOL = pd.DataFrame(columns=POOLED)


def rolling(ratios, n_test=500):
    rows = [
        ("rolling", str(2015 + place), "cox", metric, 365, value, value - 0.1, value + 0.1, n_test)
        for place, ratio in enumerate(ratios)
        for metric, value in (("uno_c", 0.6), ("observed_expected", ratio))
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def said(rows, pooled=NO_POOL, lang="en"):
    return findings({"validation": rows, "validation_pooled": pooled}, voice(lang), 10)


@given(st.lists(st.floats(0.5, 2.0), min_size=2, max_size=8))
def test_the_range_over_the_years_is_that_of_the_ratios(ratios):
    (sentence,) = said(rolling(ratios))
    numbers = re.findall(r"\d\.\d\d", sentence)
    ends = [f"{round(bound, 2):.2f}" for bound in (min(ratios), max(ratios))]
    assert numbers == list(dict.fromkeys(ends))
    assert f"2015 to {2015 + len(ratios) - 1}" in sentence
    assert ("chance" in sentence) == (ends[0] != ends[1])


def test_years_that_are_small_or_undefined_play_no_role():
    rows = pd.concat([rolling([0.9, 1.1]), rolling([3.0], n_test=9).assign(part="2030"), rolling([np.nan])])
    (sentence,) = said(rows)
    assert "between 0.90 and 1.10" in sentence
    assert "2015 to 2016" in sentence
    assert said(rolling([1.0, 2.0], n_test=9)) == ()


def test_one_year_is_no_range_of_years():
    assert said(rolling([0.9])) == ("In 2015 the observed share at 12 months is 0.90 times the predicted one.",)
    two = pd.concat([rolling([0.9]), rolling([1.2]).assign(model="logistic")])
    assert said(two) == ("In 2015 the observed share at 12 months is between 0.90 and 1.20 times the predicted one.",)
    assert said(rolling([0.9, 0.9]), lang="nl") == (
        "In 2015 tot 2016 is het waargenomen aandeel na 12 maanden 0,90 maal het voorspelde.",
    )
    c = rolling([0.9])
    assert said(c[c["metric"] == "uno_c"]) == ("In 2015, C at 12 months is 0.600.",)


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_without_the_ratio_the_main_metric_is_told(lang):
    rows = rolling([0.9, 1.1])
    (sentence,) = said(rows[rows["metric"] == "uno_c"], lang=lang)
    assert voice(lang).num.number(0.6) in sentence


def test_a_new_region_is_told_by_its_prediction_interval_and_never_by_the_differences():
    rows = [
        ("regions", "cox", "observed_expected", 365, 0.8, 1.25, False),
        ("regions", "prior_count", "observed_expected", 365, 0.7, 1.2, False),
        ("regions", "weibull", "observed_expected", 365, np.nan, np.nan, False),
        ("regions", "cox", "observed_expected", 365, -3.0, 3.0, True),
        ("regions", "cox", "observed_expected", 183, 0.1, 9.0, False),
    ]
    (sentence,) = said(rolling([]), pd.DataFrame(rows, columns=POOLED))
    assert re.findall(r"\d\.\d\d", sentence) == ["0.70", "1.25"]


def test_unseen_households_are_told_with_their_intervals(validation_tables):
    rows = validation_tables["validation"]
    folds = rows[rows["design"] == "folds"]
    main = folds[(folds["metric"] == "uno_c") & (folds["horizon_days"] == 365)].sort_values("estimate")
    (many,) = said(folds)
    for row in main.to_dict("records"):
        assert voice("en").num.interval(row["estimate"], row["lower"], row["upper"]) in many
    (one,) = said(folds[folds["model"] == "cox"])
    assert "Cox regression gives C = " in one


@pytest.mark.parametrize(
    ("uppers", "end"),
    [
        ((0.61, 0.61), "C of the models at 12 months is 0.588 (0.560 to 0.610) for both."),
        ((0.61, 0.62), "C of the models at 12 months is 0.588 for both."),
        ((0.61, 0.61, 0.61), "C of the models at 12 months is 0.588 (0.560 to 0.610) for all."),
    ],
)
def test_models_that_do_equally_well_have_no_range(uppers, end):
    rows = [
        ("folds", "all", f"m{place}", "uno_c", 365, 0.588 + place / 1e6, 0.56, upper, 500)
        for place, upper in enumerate(uppers)
    ]
    (sentence,) = said(pd.DataFrame(rows, columns=COLUMNS))
    assert sentence == f"On household networks that they had not seen, {end}"


def test_nothing_known_is_nothing_said():
    assert said(rolling([])) == ()
