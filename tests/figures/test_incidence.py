import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import DataError
from hgrisk.figures.incidence import draw_incidence
from hgrisk.figures.readings import incidence_at_months, readings_at


def test_readings_start_at_zero_and_never_fall(incidence):
    table = incidence_at_months(incidence)
    assert table.loc[0, "incidence"] == 0
    assert table["incidence"].is_monotonic_increasing
    assert table["at_risk"].is_monotonic_decreasing


def test_a_reading_is_the_last_step_at_or_before_the_month(incidence):
    reading = readings_at(incidence, (12,))[0]
    before = incidence[incidence["time_days"] <= 365.25].iloc[-1]
    assert reading.incidence == before["incidence"]
    assert (reading.lower, reading.upper) == (before["lower"], before["upper"])


def test_readings_ignore_the_order_of_rows(incidence):
    shuffled = incidence.sample(frac=1, random_state=0)
    pd.testing.assert_frame_equal(incidence_at_months(shuffled), incidence_at_months(incidence))


def test_nothing_is_read_beyond_the_table(incidence):
    short = incidence[incidence["time_days"] < 400]
    known = [reading.known for reading in readings_at(short, (0, 12, 18))]
    assert known == [True, True, False]
    assert "18 months" not in draw_incidence(short).alt
    assert "no data" in draw_incidence(short).svg


def test_alt_text_and_title_say_what_the_table_says(incidence):
    drawing = draw_incidence(incidence)
    stay = 1 - readings_at(incidence, (12,))[0].incidence
    assert f"{100 * stay:.1f}%" in drawing.title
    assert f"After 12 months: {100 * stay:.1f}%" in drawing.alt


def test_small_numbers_at_risk_are_not_shown(incidence):
    few = incidence.assign(at_risk=np.linspace(30, 3, len(incidence)).round())
    svg = draw_incidence(few).svg
    assert "&lt;10<" in svg
    assert "&lt;10<" not in draw_incidence(few, min_cell=2).svg


def test_several_curves_are_named_and_differ_without_colour(incidence):
    both = pd.concat([incidence.assign(group="police"), incidence.assign(group="other", incidence=incidence["lower"])])
    drawing = draw_incidence(both, by="group", labels={"other": "someone else"})
    assert "someone else" in drawing.svg
    assert "police, after 12 months" in drawing.alt
    assert "stroke-dasharray" in drawing.svg


def test_a_missing_column_is_named(incidence):
    with pytest.raises(DataError, match=r"The table 'incidence' has the columns .* add lower"):
        draw_incidence(incidence.drop(columns="lower"))
