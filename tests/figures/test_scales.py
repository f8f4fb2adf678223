import numpy as np
import pandas as pd

from hgrisk.figures.numerals import numerals
from hgrisk.figures.scales import linear_scale, ratio_scale


def rows(*values):
    return pd.DataFrame({"estimate": values, "lower": values, "upper": values})


def test_a_linear_axis_holds_every_value_and_the_reference():
    scale = linear_scale(rows(0.61, 0.66), "C", numerals("en"), reference=0.5)
    assert scale.low <= 0.5
    assert scale.high >= 0.66
    assert len(scale.ticks) == len(scale.names) >= 3
    assert len(set(scale.names)) == len(scale.names)


def test_an_axis_of_nothing_is_still_an_axis():
    scale = linear_scale(rows(np.nan), "C", numerals("nl"))
    assert (scale.low, scale.high) == (0.0, 1.0)


def test_a_ratio_axis_is_around_one_and_bounded():
    narrow, broad = (
        ratio_scale(rows(0.9, 1.1), "HR", numerals("en")),
        ratio_scale(rows(1e-9, 1e9), "HR", numerals("en")),
    )
    assert narrow.low < 1 < narrow.high
    assert (broad.low, broad.high) == (0.05, 20.0)
    assert len(broad.ticks) <= 8
    assert narrow.log
