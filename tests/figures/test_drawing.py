"""What holds for every drawing."""

import re
import subprocess
import sys
from xml.dom import minidom

import matplotlib as mpl
import pytest

from hgrisk.figures.calibration import draw_calibration
from hgrisk.figures.drawing import Drawing
from hgrisk.figures.metrics import draw_metric


def parse(svg):
    return minidom.parseString(svg).documentElement  # noqa: S318  our own drawing


def test_every_drawing_is_well_formed_svg_with_a_role_and_alt_text(drawn):
    for drawing in drawn:
        root = parse(drawing.svg)
        assert root.tagName == "svg"
        assert root.getAttribute("role") == "img"
        assert root.getAttribute("aria-label") == drawing.alt
        assert len(drawing.alt) > 60
        assert drawing.title


def test_the_same_input_gives_the_same_bytes(drawings, drawn):
    assert [draw() for draw in drawings] == drawn


def test_the_readers_own_matplotlib_settings_neither_matter_nor_change(drawings, drawn):
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9, "svg.hashsalt": "mine", "axes.facecolor": "red"}):
        assert [draw() for draw in drawings[::4]] == drawn[::4]
        assert mpl.rcParams["font.size"] == 30
        assert mpl.rcParams["svg.hashsalt"] == "mine"


def test_ids_differ_between_drawings_and_every_reference_is_met(drawn):
    ids = [name for drawing in drawn for name in re.findall(r' id="([^"]+)"', drawing.svg)]
    assert ids
    assert len(ids) == len(set(ids))
    for svg in (drawing.svg for drawing in drawn):
        references = set(re.findall(r'href="#([^"]+)"', svg)) | set(re.findall(r"url\(#([^)]+)\)", svg))
        assert references == set(re.findall(r' id="([^"]+)"', svg))


def test_nothing_comes_from_outside_and_nothing_carries_a_date(drawn):
    for drawing in drawn:
        svg = drawing.svg.replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert "http" not in svg
        assert "<metadata" not in svg
        assert "<style" not in svg
        assert not re.search(r"\b20\d\d-\d\d-\d\d", svg)


def test_names_are_escaped_in_text_and_in_alt_text(scores, calibration):
    nasty = '<script>"&'
    for drawing in (
        draw_metric(scores, metric="uno_c", labels={"cox": nasty}),
        draw_calibration(calibration, name=nasty),
    ):
        assert "<script" not in drawing.svg
        assert nasty in parse(drawing.svg).getAttribute("aria-label")


def test_dollar_signs_are_not_read_as_mathematics(scores):
    assert "$x$" in draw_metric(scores, metric="uno_c", labels={"cox": "$x$"}).svg


def test_a_drawing_shows_itself_in_a_notebook():
    assert Drawing("<svg/>", "alt", "title")._repr_svg_() == "<svg/>"


@pytest.mark.parametrize("room", ["figures.incidence", "figures.metrics", "report.render"])
def test_import_leaves_pyplot_alone(room):
    code = f"import sys, hgrisk.{room}; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
