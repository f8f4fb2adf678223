"""The words of a horizon."""

from __future__ import annotations

from hgrisk.words import load_words, period_words


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

    Raises
    ------
    ConfigError
        If the language is not known.

    Examples
    --------
    >>> horizon_words(365, "en"), horizon_words(730, "nl"), horizon_words(10, "en")
    ('12 months', '24 maanden', '10 days')
    """
    return period_words(days, load_words(lang, "hgrisk.figures")["time"])
