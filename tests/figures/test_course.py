"""Lines over years or networks: a dot for every estimate that is defined, each model told apart without colour."""

import re

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import DataError
from hgrisk.figures.course import draw_course


@pytest.fixture
def table():
    rows = [
        (model, year, value, value - 0.02, value + 0.02)
        for model, start in (("cox", 0.61), ("<prior>", 0.58))
        for year, value in ((2021, start), (2019, start - 0.01), (2020, start + 0.01))
    ]
    return pd.DataFrame(rows, columns=["model", "at", "estimate", "lower", "upper"])


def draw(table, **how):
    return draw_course(table, **{"metric": "uno_c", "horizon_days": 365, "along": "years", **how})


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("lang", ["en", "nl"])
def test_every_year_is_named_and_every_value_said_in_its_order(table, lang, size):
    drawing = draw(table, lang=lang, size=size)
    assert re.findall(r">(20\d\d)<", drawing.svg) == ["2019", "2020", "2021"]
    numbers = re.findall(r"20\d\d (\d[.,]\d{3}) \(", drawing.alt)
    assert [float(number.replace(",", ".")) for number in numbers] == [0.60, 0.62, 0.61, 0.57, 0.59, 0.58]


def test_networks_are_counted_from_zero_with_marks(table):
    drawing = draw(table.assign(at=table["at"] * 10 - 20_000), along="networks", labels={"uno_c": "C"})
    assert ">0<" in drawing.svg
    assert ">210<" not in drawing.svg
    assert "C at 12 months, with more and more households" in drawing.title
    many = draw(table.assign(at=table["at"]), along="networks")
    assert ">2,000<" in many.svg


def test_names_are_escaped(table):
    drawing = draw(table)
    assert "<prior>" not in drawing.svg
    assert "<prior>: 2019" in drawing.alt


def test_models_differ_in_dash_and_mark(table):
    one, two = draw(table[table["model"] == "cox"]).svg, draw(table).svg
    assert "stroke-dasharray" not in one
    assert two.count("stroke-dasharray") == 2  # the line, and its sample in the key


def test_a_line_goes_through_the_mean_of_the_draws_of_a_place(table):
    twice = pd.concat([table, table.assign(estimate=table["estimate"] + 0.01)])
    mean = table.assign(estimate=table["estimate"] + 0.005)
    held = {"lower": 0.5, "upper": 0.7}  # the same axis
    lines = [
        re.findall(r'<path d="(M [^"]+)"[^>]*stroke-width: 1\.6', draw(t.assign(**held)).svg) for t in (twice, mean)
    ]
    longest = [max(found, key=len) for found in lines]
    assert longest[0] == longest[1]


def test_an_undefined_estimate_is_left_out(table):
    drawing = draw(table.assign(estimate=table["estimate"].where(table["at"] != 2020)))
    assert "2020" not in drawing.alt


def test_without_a_defined_estimate_it_is_refused(table):
    with pytest.raises(DataError, match="A line has an estimate that is defined, but found none of 6: leave"):
        draw(table.assign(estimate=np.nan))


def test_a_missing_column_is_refused(table):
    with pytest.raises(DataError, match="add at"):
        draw(table.drop(columns="at"))
