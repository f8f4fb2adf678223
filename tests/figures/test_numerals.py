import math

import pytest

from hgrisk.figures.numerals import decimals_for, numerals

MINUS = "\N{MINUS SIGN}"
en, nl = numerals("en"), numerals("nl")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (en.number(0.6666), "0.667"),
        (nl.number(0.6666), "0,667"),
        (en.number(-0.0001), "0.000"),
        (en.number(math.nan), "not defined"),
        (nl.number(math.inf), "niet bepaald"),
        (en.signed(0.01), "+0.010"),
        (en.signed(-0.01), f"{MINUS}0.010"),
        (en.signed(0.0001), "0.000"),
        (en.count(1234567), "1,234,567"),
        (nl.count(1234567), "1.234.567"),
        (en.percent(0.285), "28.5%"),
        (nl.percent(0.285), "28,5%"),
        (en.percent(math.nan), "not defined"),
        (en.interval(0.624, 0.601, 0.647), "0.624 (0.601 to 0.647)"),
        (nl.interval(0.624, 0.601, 0.647), "0,624 (0,601 tot 0,647)"),
        (en.interval(0.5, math.nan, math.nan), "0.500"),
        (en.interval(0.5, 0.5, 0.5), "0.500"),
        (en.interval(math.nan, 0.1, 0.2), "not defined"),
        (en.change(-0.05, -0.07, -0.03), f"{MINUS}0.050 ({MINUS}0.070 to {MINUS}0.030)"),
        (en.percent_interval(0.285, 0.279, 0.291), "28.5% (27.9 to 29.1)"),
    ],
)
def test_numbers_are_written_as_readers_write_them(written, expected):
    assert written == expected


@pytest.mark.parametrize(
    ("values", "digits", "decimals"),
    [
        ([0.287, 0.01], 3, 3),
        ([0.0221, -0.0009], 3, 4),
        ([-0.0999], 2, 3),
        ([12.5], 3, 1),
        ([1234.0, 0.1], 3, 0),
        ([1e-12], 3, 6),
        ([0.0, math.nan], 3, 3),
    ],
)
def test_the_largest_gets_its_digits(values, digits, decimals):
    assert decimals_for(values, digits) == decimals
