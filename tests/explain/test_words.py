"""Numbers and windows as explanations say them."""

from __future__ import annotations

import pytest

from hgrisk.explain.words import number, window_words


@pytest.mark.parametrize(
    ("value", "english"), [(0.0, "0"), (0.1, "0.1"), (-2.0, "-2"), (1.999, "2"), (99.99, "99.99"), (1234.5, "1234")]
)
def test_numbers(value, english):
    assert number(value, "en") == english
    assert number(value, "nl") == english.replace(".", ",")


def test_an_amount_of_nothing_has_no_minus():
    assert (number(-0.001, "en", signed=True), number(-0.006, "nl", signed=True)) == ("+0.00", "-0,01")


@pytest.mark.parametrize(
    ("days", "english"), [(30, "in the last month"), (90, "in the last 3 months"), (45, "in the last 45 days")]
)
def test_windows(days, english):
    assert window_words(days, "en") == english
