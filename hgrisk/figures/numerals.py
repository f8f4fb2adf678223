"""Numbers as a reader of one language writes them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from hgrisk.words import load_words, number_marks

MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Numerals:
    """How one language writes numbers.

    Attributes
    ----------
    lang : str
        ``"en"`` or ``"nl"``, whose marks stand before decimals and between thousands.
    between : str
        The word between two bounds.
    undefined : str
        What stands where a number is missing.
    """

    lang: str
    between: str
    undefined: str

    def number(self, value: float, digits: int = 3) -> str:
        """Write a number with a fixed number of decimals."""
        if _missing(value):
            return self.undefined
        rounded = round(float(value), digits) + 0.0
        text = number_marks(f"{abs(rounded):,.{digits}f}", self.lang)
        return MINUS + text if rounded < 0 else text

    def signed(self, value: float, digits: int = 3) -> str:
        """Write a change, its sign always shown unless it rounds to zero."""
        text = self.number(value, digits)
        return text if _missing(value) or round(float(value), digits) <= 0 else f"+{text}"

    def count(self, value: float) -> str:
        """Write a count with marks between thousands."""
        return self.number(value, 0)

    def percent(self, share: float, digits: int = 1) -> str:
        """Write a share between 0 and 1 as a percentage."""
        return self.undefined if _missing(share) else f"{self.number(100 * float(share), digits)}%"

    def interval(self, estimate: float, lower: float, upper: float, digits: int = 3) -> str:
        """Write an estimate with its interval, as ``0.624 (0.601 to 0.647)``."""
        return self._with_bounds(self.number(estimate, digits), lower, upper, digits)

    def change(self, estimate: float, lower: float, upper: float, digits: int = 3) -> str:
        """Write a change with its interval, as ``+0.018 (0.010 to 0.026)``."""
        return self._with_bounds(self.signed(estimate, digits), lower, upper, digits)

    def percent_interval(self, share: float, lower: float, upper: float, digits: int = 1) -> str:
        """Write a share with its interval, as ``28.5% (27.9 to 29.1)``."""
        return self._with_bounds(self.percent(share, digits), 100 * lower, 100 * upper, digits)

    def bounds(self, lower: float, upper: float, digits: int = 3) -> str:
        """Write an interval alone, or nothing where it is missing or has no width."""
        if _missing(lower) or _missing(upper) or math.isclose(lower, upper, rel_tol=1e-12, abs_tol=1e-12):
            return ""
        return f"{self.number(lower, digits)} {self.between} {self.number(upper, digits)}"

    def _with_bounds(self, text: str, lower: float, upper: float, digits: int) -> str:
        bounds = self.bounds(lower, upper, digits)
        return f"{text} ({bounds})" if bounds and text != self.undefined else text


@cache
def numerals(lang: str) -> Numerals:
    """Return how a language writes numbers.

    Parameters
    ----------
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    Numerals
        The writer of numbers.

    Examples
    --------
    >>> numerals("en").interval(0.6241, 0.601, 0.647)
    '0.624 (0.601 to 0.647)'
    >>> numerals("nl").count(12345)
    '12.345'
    """
    return Numerals(lang, **load_words(lang, "hgrisk.figures")["numerals"])


def decimals_for(values: Iterable[float], digits: int = 3) -> int:
    """Return how many decimals give the largest of some numbers a number of digits that mean something.

    Parameters
    ----------
    values : iterable of float
        Numbers that stand below each other; missing ones are passed over.
    digits : int
        Digits of the largest, its leading zeros aside.

    Returns
    -------
    int
        From 0 to 6; 3 where there is no number but 0.

    Examples
    --------
    >>> decimals_for([0.0221, 0.0009]), decimals_for([-12.5, 3.0]), decimals_for([])
    (4, 1, 3)
    """
    largest = max((abs(float(value)) for value in values if not _missing(value)), default=0.0)
    return min(max(digits - 1 - math.floor(math.log10(largest)), 0), 6) if largest > 0 else 3


def _missing(value: float) -> bool:
    return value is None or not math.isfinite(float(value))
