"""Sentences in one place per language: TOML files beside the code that says them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from hgrisk.errors import ConfigError

LANGUAGES = ("en", "nl")
DAYS_PER_MONTH = 365.25 / 12


@cache
def load_words(lang: str, package: str = "hgrisk.figures", stem: str = "words") -> Mapping[str, Any]:
    """Read the sentences of one language.

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
        Sentences by section and key.

    Raises
    ------
    ConfigError
        If the language is not known.

    Examples
    --------
    >>> load_words("nl")["time"]["one_month"]
    '1 maand'
    """
    if lang not in LANGUAGES:
        raise ConfigError("A language is one of en, nl", repr(lang), "give lang='en' or lang='nl'")
    text = resources.files(package).joinpath(f"{stem}_{lang}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def horizon_words(days: float, lang: str) -> str:
    """Name a horizon in months where it is a whole number of them, else in days.

    Parameters
    ----------
    days : float
        The horizon in days.
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    str
        Words such as ``"12 months"``.

    Examples
    --------
    >>> horizon_words(365, "en"), horizon_words(730, "nl"), horizon_words(10, "en")
    ('12 months', '24 maanden', '10 days')
    """
    time: Mapping[str, str] = load_words(lang)["time"]
    months = round(days / DAYS_PER_MONTH)
    if months < 1 or abs(months * DAYS_PER_MONTH - days) > 2:
        return time["days"].format(n=f"{days:g}")
    return time["one_month"] if months == 1 else time["months"].format(n=months)
