"""Numbers and windows in the words of explanations."""

from __future__ import annotations

from hgrisk.words import load_words, number_marks, period_words

MANY = 100
"""Numbers from here on are written whole."""


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

    return number_marks(text, lang)


def percent(share: float, lang: str) -> str:
    """Write a share between 0 and 1 as a percentage, as the report does.

    Parameters
    ----------
    share : float
        The share.
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    str
        The percentage, with one decimal at most.

    Raises
    ------
    ConfigError
        If the language is not known.

    Examples
    --------
    >>> percent(0.125, "nl"), percent(0.25, "en")
    ('12,5%', '25%')
    """
    text: str = load_words(lang, "hgrisk.explain")["value"]["percent"].format(
        value=number(round(100 * float(share), 1), lang)
    )
    return text


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

    Raises
    ------
    ConfigError
        If the language is not known.

    Examples
    --------
    >>> window_words(365, "en"), window_words(14, "nl")
    ('in the last 12 months', 'in de laatste 14 dagen')
    """
    return period_words(days, load_words(lang, "hgrisk.explain")["window"])
