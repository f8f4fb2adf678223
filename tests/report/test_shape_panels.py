import numpy as np
import pandas as pd
import pytest

from hgrisk.report.blocks import Panels, Picture
from hgrisk.report.shape_panels import MOST_ROWS, shape_panels
from hgrisk.report.terms import terms_of
from hgrisk.report.voice import voice

NAN = np.nan
SHAPES = pd.DataFrame(
    [
        ("max_severity", 0.934, "1", 1.0, 1.0, 300, -0.1, -0.2, 0.0),
        ("max_severity", 0.934, "1.5 to 4.25", 1.5, 4.25, 200, 0.05, 0.0, 0.1),
        ("max_severity", 0.934, "missing", NAN, NAN, 25, 0.01, 0.01, 0.01),
        ("index_source", NAN, "police", NAN, NAN, 400, 0.2, 0.2, 0.2),
        ("index_source", NAN, "health_care", NAN, NAN, 7, -0.777, -0.888, -0.666),
    ],
    columns=["feature", "own_share", "label", "low", "high", "n", "mean", "lower", "upper"],
)


def pictures(content, lang="en", shapes=SHAPES, min_cell=10):
    blocks = shape_panels(shapes, terms_of(content, voice(lang)), min_cell)
    return [picture for block in blocks if isinstance(block, Panels) for picture in block.pictures]


def rows(picture):
    return [[cell.text for cell in row] for row in picture.table.groups[0].rows]


def test_numbers_are_those_of_the_frame(content):
    severity, source = pictures(content)
    assert severity.narrow.title == "Highest severity so far"
    minus = "\N{MINUS SIGN}"
    assert rows(severity) == [["1", "300", f"{minus}0.100"], ["1.5 to 4.25", "200", "+0.050"],
                              ["not recorded", "25", "+0.010"]]  # fmt: skip
    assert severity.table.groups[0].rows[0][2].interval == f"({minus}0.200 to 0.000)"
    assert severity.table.note.startswith("The value itself tells 93% of the differences")
    assert severity.table.note.endswith("the rest depends on other features.")
    assert source.table.note == ""


@pytest.mark.parametrize(("lang", "start"), [("en", "The value itself tells"), ("nl", "De waarde zelf verklaart")])
def test_a_value_that_tells_all_leaves_no_rest(content, lang, start):
    whole, most = (pictures(content, lang, SHAPES.head(3).assign(own_share=share))[0] for share in (0.996, 0.994))
    assert whole.table.note.startswith(f"{start} 100%")
    assert ";" not in whole.table.note
    assert "99%" in most.table.note
    assert ";" in most.table.note


def test_levels_are_said_in_the_language_in_picture_and_table(content):
    severity, _ = pictures(content, "nl")
    assert [row[0] for row in rows(severity)] == ["1", "1,5 tot en met 4,25", "niet vastgelegd"]
    assert "Hoogste bij 1,5 tot en met 4,25" in severity.narrow.alt


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ["up to 1.5", "88.7 or more", "any number"]), ("nl", ["tot en met 1,5", "88,7 of meer", "elk getal"])],
)
def test_open_ranges_are_said_as_open(content, lang, words):
    labels = ["up to 1.5", "88.7 or more", "any number"]
    shapes = SHAPES.head(3).assign(label=labels, low=[1.0, 88.7, 1.0], high=[1.5, 95.0, 95.0])
    (severity,) = pictures(content, lang, shapes)
    assert [row[0] for row in rows(severity)] == words
    assert "95" not in str(rows(severity))


@pytest.mark.parametrize("label", ["0 or more", "up to 1", "0 to 1", "any number"])
def test_yes_and_no_in_one_range_are_no_or_yes(content, label):
    features = content.features.assign(unit=content.features["unit"].replace("score", "0/1"))
    both = SHAPES.head(1).assign(label=label, low=0.0, high=0.0)
    (picture,) = pictures(type("Content", (), {"features": features}), "en", both)
    assert [row[0] for row in rows(picture)] == ["no or yes"]


def test_small_cells_are_hidden_and_not_drawn(content):
    _, source = pictures(content)
    assert rows(source)[1] == ["health care", "<10", "hidden"]
    assert "health" not in source.narrow.svg
    assert "777" not in source.narrow.svg
    assert "health" in pictures(content, min_cell=5)[1].narrow.svg
    assert shape_panels(SHAPES, terms_of(content, voice("en")), 500) == ()
    assert len(pictures(content, min_cell=350)) == 1


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ["no", "yes", "not recorded"]), ("nl", ["nee", "ja", "niet vastgelegd"])]
)
def test_zero_or_one_is_no_or_yes(content, lang, words):
    features = content.features.assign(unit=content.features["unit"].replace("score", "0/1"))
    yes_or_no = SHAPES.head(3).assign(label=["0", "1", "missing"], low=[0.0, 1.0, NAN], high=[0.0, 1.0, NAN])
    (picture,) = pictures(type("Content", (), {"features": features}), lang, yes_or_no)
    assert [row[0] for row in rows(picture)] == words
    assert f">{words[1]}</text>" in picture.narrow.svg


def test_all_shapes_of_a_model_have_one_scale(content):
    severity, source = pictures(content, min_cell=1)
    for picture in (severity, source):
        assert ">\N{MINUS SIGN}1.0</text>" in picture.narrow.svg


def test_many_categories_get_a_figure_of_their_own(content):
    many = pd.concat([SHAPES.tail(2).head(1)] * (MOST_ROWS + 1)).assign(label=[f"k{i}" for i in range(MOST_ROWS + 1)])
    blocks = shape_panels(pd.concat([SHAPES.head(3), many]), terms_of(content, voice("en")), 10)
    (alone,) = [block for block in blocks if isinstance(block, Picture)]
    assert alone.wide is not None
    assert len(rows(alone)) == MOST_ROWS + 1
    (panels,) = [block for block in blocks if isinstance(block, Panels)]
    assert len(panels.pictures) == 1
    assert not any(isinstance(block, Panels) for block in shape_panels(many, terms_of(content, voice("en")), 10))
