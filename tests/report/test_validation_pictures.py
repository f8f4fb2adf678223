"""Which figure a design has, and that a figure and its table show the same rows."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.report.blocks import Fold, Picture, Table
from hgrisk.report.validation_pictures import course_or_table, design_pictures
from hgrisk.report.voice import voice

EN = voice("en")


def pictures(tables, design, min_cell=10, lang="en", **changes):
    rows, pooled = tables["validation"].assign(**changes), tables["validation_pooled"]
    at = rows[(rows["design"] == design) & (rows["horizon_days"] == 365)]
    return design_pictures(design, at, pooled[pooled["horizon_days"] == 365], voice(lang), min_cell)


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_years_have_a_line_of_the_main_metric_and_one_of_the_ratio(validation_tables, lang):
    main, ratio = pictures(validation_tables, "rolling", lang=lang)
    rows = validation_tables["validation"].query("design == 'rolling' and horizon_days == 365")
    for picture, metric in ((main, "uno_c"), (ratio, "observed_expected")):
        for row in rows[rows["metric"] == metric].to_dict("records"):
            value = voice(lang).num.interval(row["estimate"], row["lower"], row["upper"])
            assert f"{row['part']} {value}" in picture.wide.alt
        assert picture.narrow.alt == picture.wide.alt


def test_regions_have_a_figure_per_model_with_what_a_new_region_may_bring(validation_tables):
    first, second = pictures(validation_tables, "regions")
    assert isinstance(first, Picture)
    assert isinstance(second, Fold)
    pooled = validation_tables["validation_pooled"].query(
        "metric == 'uno_c' and horizon_days == 365 and not difference"
    )
    for picture, model in ((first, "prior_count"), (second.blocks[0], "cox")):
        row = pooled[pooled["model"] == model].iloc[0]
        assert EN.num.bounds(row["prediction_lower"], row["prediction_upper"]) in picture.wide.svg
        assert EN.label("models", model) in picture.wide.title


def test_without_a_pooled_estimate_none_is_drawn_or_explained(validation_tables):
    tables = {**validation_tables, "validation_pooled": validation_tables["validation_pooled"].iloc[:0]}
    first, _ = pictures(tables, "regions")
    assert "new region" not in first.wide.svg
    assert first.text == EN.say("validation", "picture_plain")
    half = validation_tables["validation_pooled"].assign(prediction_upper=np.nan)
    first, _ = pictures({**validation_tables, "validation_pooled": half}, "regions")
    assert "new region" not in first.wide.svg


def test_unseen_households_have_a_dot_per_model(validation_tables):
    (picture,) = pictures(validation_tables, "folds")
    assert "of 2 models" in picture.wide.alt
    one = {**validation_tables, "validation": validation_tables["validation"].query("model == 'cox'")}
    (table,) = pictures(one, "folds")
    assert isinstance(table, Table)


@pytest.mark.parametrize("design", ["folds", "rolling", "regions"])
def test_parts_that_are_too_small_leave_a_table_with_hidden_scores(validation_tables, design):
    for block in pictures(validation_tables, design, n_test=9):
        assert isinstance(block, Table)
        assert {row[1].text for group in block.groups for row in group.rows} == {"hidden"}


def test_one_place_is_no_line():
    rows = pd.DataFrame({"model": ["a"], "metric": ["uno_c"], "horizon_days": [365], "at": [1.0], "estimate": [0.6]})
    table = Table("caption", (), ())
    assert course_or_table(rows, "networks", "text", table, EN) == (table,)
