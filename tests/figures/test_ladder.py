import numpy as np
import pytest

from hgrisk.errors import DataError
from hgrisk.figures.ladder import STEPS, draw_ladder, ladder_at


def test_steps_come_in_their_order_whatever_the_order_of_rows(ladder):
    shuffled = ladder.sample(frac=1, random_state=3)
    assert tuple(ladder_at(shuffled, "uno_c", 365)["step"]) == STEPS
    assert draw_ladder(shuffled, horizon_days=365) == draw_ladder(ladder, horizon_days=365)


def test_every_number_is_printed_and_said(ladder):
    drawing = draw_ladder(ladder, horizon_days=365)
    for value in ladder["estimate"]:
        assert f"{value:.3f} (" in drawing.svg
        assert f"{value:.3f} (" in drawing.alt
    assert "+0.120 (0.110 to 0.130)" in drawing.svg
    assert "\N{MINUS SIGN}0.080" in drawing.alt


@pytest.mark.parametrize(
    ("last", "half", "title"),
    [
        (0.59, 0.01, "Without earlier violence, uno_c falls from 0.670 to 0.590"),
        (0.70, 0.01, "Without earlier violence, uno_c rises from 0.670 to 0.700"),
        (0.665, 0.01, "Leaving out earlier violence makes no clear difference to uno_c"),
        (0.59, np.nan, "uno_c at 12 months, one step of knowledge at a time"),
    ],
)
def test_the_title_claims_no_more_than_the_interval(ladder_with, last, half, title):
    table = ladder_with((0.5, 0.62, 0.64, 0.65, 0.67, last), half)
    assert draw_ladder(table, horizon_days=365).title == title


def test_a_change_that_may_be_zero_is_said_to_be_so(ladder_with):
    table = ladder_with((0.5, 0.62, 0.625, 0.65, 0.67, 0.59), 0.01)
    assert "change from the step above +0.005 (\N{MINUS SIGN}0.005 to 0.015), not distinguishable from zero" in (
        draw_ladder(table, horizon_days=365).alt
    )


def test_a_ladder_without_its_last_step_is_drawn(ladder):
    drawing = draw_ladder(ladder.iloc[:-1], horizon_days=365, lang="nl")
    assert drawing.title == "uno_c na 12 maanden, met stap voor stap meer kennis"


def test_a_gain_against_another_step_is_refused(ladder):
    wrong = ladder.assign(gain=ladder["estimate"] - 0.5)
    with pytest.raises(DataError, match=r"minus the estimate of the step above, but found 0\.1400 for '\+ recency'"):
        draw_ladder(wrong, horizon_days=365)


def test_a_step_that_occurs_twice_is_refused(ladder):
    with pytest.raises(DataError, match="'base rate' twice: keep one model per ladder"):
        ladder_at(ladder.iloc[[0, 0, 1]], "uno_c", 365)


def test_another_horizon_is_refused_with_what_there_is(ladder):
    with pytest.raises(DataError, match="found uno_c at 365: ask for one of these, not uno_c at 100 days"):
        ladder_at(ladder, "uno_c", 100)
