import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import DataError
from hgrisk.figures.calibration import calibration_limit, draw_calibration


def test_alt_text_counts_the_groups_off_the_diagonal(calibration):
    alt = draw_calibration(calibration, name="Cox").alt
    assert "in 3 groups" in alt  # the group of 4 is left out
    assert "In 2 of 3 groups the interval contains the predicted risk; in 1 more was observed" in alt
    assert "20.0% was predicted and 23.3% observed" in alt


def test_groups_too_small_to_show_are_not_drawn(calibration):
    hidden = draw_calibration(calibration, name="Cox", limit=0.5)
    shown = draw_calibration(calibration, name="Cox", limit=0.5, min_cell=1)
    assert hidden.svg.count("<use") < shown.svg.count("<use")
    assert draw_calibration(calibration, name="Cox", min_cell=1000).title == "Cox: no group is large enough to show"


def test_undefined_groups_are_left_out(calibration):
    table = calibration.assign(observed=[0.1, np.nan, 0.3, 0.3])
    assert "in 2 groups" in draw_calibration(table, name="Cox").alt


def test_a_histogram_is_drawn_below_and_small_bars_left_out(calibration):
    bars = pd.DataFrame({"left": [0.0, 0.1], "right": [0.1, 0.2], "n": [50, 3]})
    with_bars = draw_calibration(calibration, name="Cox", histogram=bars)
    assert "Number of landmarks by predicted risk" in with_bars.svg
    assert with_bars.svg != draw_calibration(calibration, name="Cox", histogram=bars, min_cell=2).svg


@pytest.mark.parametrize(
    ("top", "limit"), [(0.33, 0.4), (0.4, 0.4), (0.5, 0.5), (0.51, 0.6), (0.83, 1.0), (1.0, 1.0), (np.nan, 0.3)]
)
def test_the_axis_ends_at_a_tick(top, limit):
    table = pd.DataFrame({"predicted": [0.2], "observed": [0.25], "upper": [top]})
    assert calibration_limit(table) == pytest.approx(limit)


def test_a_histogram_without_bounds_is_refused(calibration):
    with pytest.raises(DataError, match="The table 'histogram' has the columns left, right, n"):
        draw_calibration(calibration, name="Cox", histogram=pd.DataFrame({"n": [1]}))
