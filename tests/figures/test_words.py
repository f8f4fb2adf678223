import pytest

from hgrisk.figures.verdict import change_verdict
from hgrisk.figures.words import horizon_words


@pytest.mark.parametrize(
    ("days", "words"),
    [(30, "1 month"), (90, "3 months"), (183, "6 months"), (365, "12 months"), (548, "18 months"), (730, "24 months"),
     (45, "45 days"), (7, "7 days")],
)  # fmt: skip
def test_horizons_are_named_in_months_where_they_are_months(days, words):
    assert horizon_words(days, "en") == words


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [((0.01, 0.02), "up"), ((-0.02, -0.01), "down"), ((-0.01, 0.01), "unclear"), ((0.0, 0.02), "unclear"),
     ((float("nan"), 0.02), "unknown")],
)  # fmt: skip
def test_a_verdict_needs_an_interval_without_zero(bounds, verdict):
    assert change_verdict(*bounds) == verdict
