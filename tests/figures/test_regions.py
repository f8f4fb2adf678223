"""A forest of regions: every region in the order given, and below them what a new region may bring."""

import re

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import DataError
from hgrisk.figures.regions import draw_regions

POOLED = {"estimate": 0.6, "lower": 0.58, "upper": 0.62, "prediction_lower": 0.51, "prediction_upper": 0.69}


@pytest.fixture
def table():
    estimate = np.array([0.61, 0.55, np.nan])
    names = ["Zeeland", "Ameland", "<Urk>"]
    return pd.DataFrame({"part": names, "estimate": estimate, "lower": estimate - 0.05, "upper": estimate + 0.05})


def draw(table, **how):
    return draw_regions(table, **{"metric": "uno_c", "horizon_days": 365, "name": "Cox", **how})


@pytest.mark.parametrize(("lang", "expected"), [("en", "0.510 to 0.690"), ("nl", "0,510 tot 0,690")])
@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_regions_stand_in_the_order_given_and_the_pooled_rows_last(table, lang, expected, size):
    drawing = draw(table, pooled=POOLED, lang=lang, size=size)
    places = [drawing.svg.index(text) for text in (">Zeeland<", ">Ameland<", "&lt;Urk&gt;<", f">{expected}<")]
    assert places == sorted(places)
    assert drawing.alt.index("Zeeland") < drawing.alt.index("Ameland") < drawing.alt.index(expected)
    assert "Cox" in drawing.title


def test_every_number_is_in_print_and_in_words(table):
    drawing = draw(table)
    for text in ("0.610 (0.560 to 0.660)", "0.550 (0.500 to 0.600)", "not defined"):
        assert text in drawing.svg
        assert text in drawing.alt
    assert "new region" not in drawing.svg


def test_a_prediction_interval_has_a_line_and_no_dot(table):
    with_pool, without = (draw(table, **how).svg for how in ({"pooled": POOLED}, {}))
    dots = [len(re.findall(r"<use ", svg)) for svg in (with_pool, without)]
    assert dots[0] == dots[1] + 1  # that of the mean


def test_models_share_the_axis_of_their_span(table):
    other = table.assign(estimate=0.9, lower=0.85, upper=0.95)
    ticks = [set(re.findall(r">(0\.\d)<", draw(rows, span=pd.concat([table, other])).svg)) for rows in (table, other)]
    assert ticks[0] == ticks[1]
    assert "0.9" in ticks[0]


def test_an_empty_table_is_refused(table):
    with pytest.raises(DataError, match="A figure of regions has a region, but found no rows: leave the figure out"):
        draw(table.iloc[:0])


def test_half_a_pooled_estimate_is_refused(table):
    with pytest.raises(DataError, match="two intervals, but found no prediction_lower: give all five numbers or none"):
        draw(table, pooled={key: POOLED[key] for key in ("estimate", "lower", "upper")})


def test_a_missing_column_is_refused(table):
    with pytest.raises(DataError, match="add lower"):
        draw(table.drop(columns="lower"))
