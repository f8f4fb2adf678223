"""Words for a reader, in English or Dutch: TOML files beside the code that says them, and how a language writes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from hgrisk.errors import ConfigError

LANGUAGES = ("en", "nl")
DAYS_PER_MONTH = 365.25 / 12
NEAR_DAYS = 2
"""A period this near to a whole number of months is said in months."""

_DUTCH_MARKS = str.maketrans(".,", ",.")


@cache
def load_words(lang: str, package: str, stem: str = "words") -> Mapping[str, Any]:
    """Read the words of one language.

    Parameters
    ----------
    lang : str
        ``"en"`` or ``"nl"``.
    package : str
        The package the file lies in.
    stem : str
        The file name before ``_en.toml``.

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
    >>> load_words("nl", "hgrisk.explain")["answers"]["yes"]
    'ja'
    """
    if lang not in LANGUAGES:
        raise ConfigError("A language is one of en, nl", repr(lang), "give lang='en' or lang='nl'")
    return tomllib.loads(resources.files(package).joinpath(f"{stem}_{lang}.toml").read_text(encoding="utf-8"))


def period_words(days: float, forms: Mapping[str, str]) -> str:
    """Name a period in months where it is a whole number of them, else in days.

    Parameters
    ----------
    days : float
        Its length.
    forms : Mapping of str to str
        ``one_month``, and ``months`` and ``days`` with a place for ``{n}``.

    Returns
    -------
    str
        The form that fits, filled in.

    Examples
    --------
    >>> forms = {"one_month": "a month", "months": "{n} months", "days": "{n} days"}
    >>> [period_words(days, forms) for days in (30, 365, 14)]
    ['a month', '12 months', '14 days']
    """
    months = round(days / DAYS_PER_MONTH)
    if months < 1 or abs(months * DAYS_PER_MONTH - days) > NEAR_DAYS:
        return forms["days"].format(n=f"{days:g}")
    return forms["one_month"] if months == 1 else forms["months"].format(n=months)


def number_marks(text: str, lang: str) -> str:
    """Give a number the decimal and thousands marks of a language.

    Parameters
    ----------
    text : str
        The number as Python writes it.
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    str
        The number; in Dutch commas and points change places.

    Examples
    --------
    >>> number_marks("1,234.5", "nl"), number_marks("1,234.5", "en")
    ('1.234,5', '1,234.5')
    """
    return text.translate(_DUTCH_MARKS) if lang == "nl" else text
