"""The words of explanations, one file per language, and numbers as that language writes them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from hgrisk.errors import ConfigError

LANGUAGES = ("en", "nl")
DAYS_PER_MONTH = 365.25 / 12
MANY = 100
"""Numbers from here on are written whole."""


@cache
def load_words(lang: str) -> Mapping[str, Any]:
    """Read the words of one language.

    Parameters
    ----------
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    Mapping
        Words by section and key.

    Raises
    ------
    ConfigError
        If the language is not known.

    Examples
    --------
    >>> load_words("nl")["answers"]["yes"]
    'ja'
    """
    if lang not in LANGUAGES:
        raise ConfigError("A language is one of en, nl", repr(lang), "give lang='en' or lang='nl'")
    return tomllib.loads(resources.files(__package__).joinpath(f"words_{lang}.toml").read_text(encoding="utf-8"))


def number(value: float, lang: str, signed: bool = False) -> str:
    """Write a number: whole where it is, else with few digits.

    Parameters
    ----------
    value : float
        The number.
    lang : str
        ``"en"`` or ``"nl"``.
    signed : bool
        Whether to write a plus, and always two decimals.

    Returns
    -------
    str
        The number.

    Examples
    --------
    >>> number(3.0, "en"), number(2.25, "nl"), number(123.4, "en"), number(-0.4, "nl", signed=True)
    ('3', '2,25', '123', '-0,40')
    """
    if signed:
        text = f"{round(value, 2) + 0.0:+.2f}"  # no minus before 0.00
    else:
        text = f"{value:.0f}" if abs(value) >= MANY or float(value).is_integer() else f"{value:.2f}".rstrip("0")
        text = text.removesuffix(".")

    return text.replace(".", ",") if lang == "nl" else text


def window_words(days: float, lang: str) -> str:
    """Name a window that ends at the landmark, in months where it is a whole number of them.

    Parameters
    ----------
    days : float
        Its length.
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    str
        Words such as ``"in the last 12 months"``.

    Examples
    --------
    >>> window_words(365, "en"), window_words(14, "nl")
    ('in the last 12 months', 'in de laatste 14 dagen')
    """
    words: Mapping[str, str] = load_words(lang)["window"]
    months = round(days / DAYS_PER_MONTH)
    if months < 1 or abs(months * DAYS_PER_MONTH - days) > 2:
        return words["days"].format(n=f"{days:g}")
    return words["one_month"] if months == 1 else words["months"].format(n=months)
