import re

import numpy as np
import pytest

from hgrisk.errors import DataError
from hgrisk.figures.shapes import draw_shape, shape_scale


def test_the_words_name_the_lowest_and_the_highest(shape):
    drawing = draw_shape(shape, name="Earlier reports")
    assert drawing.title == "Earlier reports"
    assert drawing.alt == (
        "Earlier reports: what it adds to the score, for 4 values or ranges of values. "
        "Lowest at 0: \N{MINUS SIGN}0.210. Highest at 4 to 20: +0.340."
    )
    assert "Hoogste bij 4 to 20: +0,340." in draw_shape(shape, name="x", lang="nl").alt


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_categories_are_told_in_their_order_and_none_is_ranked(shape, lang):
    regions = shape.assign(label=["Zeeland", "Drenthe", "Twente", "Utrecht"], low=np.nan, high=np.nan)
    alt = draw_shape(regions, name="Region", lang=lang).alt
    assert [alt.index(f"{label}: ") for label in regions["label"]] == sorted(map(alt.index, regions["label"]))
    assert not {"Lowest", "Highest", "Laagste", "Hoogste"} & set(alt.split())


def test_one_axis_holds_every_shape_and_zero(shape):
    scale = shape_scale(shape)
    assert scale.low <= -0.25
    assert scale.high >= 0.40
    assert scale.reference == 0.0
    above = shape_scale(shape.assign(mean=0.3, lower=0.2, upper=0.4))
    assert above.low == 0.0


def test_a_shape_is_drawn_on_the_axis_that_is_given(shape):
    scale = shape_scale(shape.assign(upper=7.5))
    assert ">8<" in draw_shape(shape, name="x", scale=scale).svg
    assert ">8<" not in draw_shape(shape, name="x").svg


def test_ranges_have_an_axis_of_values_and_what_has_none_stands_beside(shape):
    svg = draw_shape(shape, name="x", unit="reports").svg
    texts = re.findall(r">([^<>\s][^<>]*)</text>", svg)
    assert {"0", "5", "10", "15", "20", "reports", "not", "recorded", "Adds to the score"} <= set(texts)
    assert "4 to 20" not in texts


def test_whole_numbers_have_whole_ticks(shape):
    svg = draw_shape(shape.head(2).assign(high=[0.0, 1.0], mean=9.0, lower=9.0, upper=9.0), name="x").svg
    assert ">1</text>" in svg
    assert "0.5" not in svg


def test_a_share_has_ticks_between_its_ends(shape):
    svg = draw_shape(shape.assign(low=[0.0, 0.5, 1.0, np.nan], high=[0.0, 0.9, 1.0, np.nan]), name="x").svg
    assert ">0.6<" in svg


def test_categories_are_rows_in_the_order_of_the_table(shape):
    names = ["police", "a very long name of a category that is wrapped", "school", "not recorded"]
    svg = draw_shape(shape.assign(label=names, low=np.nan, high=np.nan), name="x").svg
    texts = [text for text in re.findall(r">([^<>\s][^<>]*)</text>", svg) if text[0].isalpha()]
    assert texts[0] == "police"
    assert texts[1:-3] == ["a very long name of", "a category that is", "wrapped"]
    assert texts[-3:] == ["school", "not recorded", "Adds to the score"]


def test_a_name_is_text_and_never_a_tag(shape):
    drawing = draw_shape(shape.assign(label="<script>", low=np.nan, high=np.nan), name="<b>x")
    assert "<script" not in drawing.svg
    assert "<b>" not in drawing.svg


def test_a_shape_without_rows_is_refused(shape):
    with pytest.raises(DataError) as caught:
        draw_shape(shape.iloc[:0], name="Age")
    assert str(caught.value) == "A shape in a figure has a row, but found none: leave out 'Age'."
    with pytest.raises(DataError, match="add mean"):
        draw_shape(shape.drop(columns="mean"), name="Age")
