"""Levels of features, totals of cards and ranges of values, in the language of the reader."""

from __future__ import annotations

import re

from hgrisk.explain.words import number
from hgrisk.report.voice import Voice

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def level_words(label: str, voice: Voice) -> str:
    """Say a level: a range such as "2 to 5", a fixed word such as "not known", or the code of a category.

    Parameters
    ----------
    label : str
        The level, as a table holds it.
    voice : Voice
        The language.

    Returns
    -------
    str
        The range or the word in the language; a code without a text has its underscores turned into spaces.

    Examples
    --------
    >>> from hgrisk.report.voice import voice
    >>> [level_words(label, voice("nl")) for label in ("2 to below 4.5", "not known", "safe_enough")]
    ['2 tot 4,5', 'niet bekend', 'safe enough']
    """
    known = {**voice.labels("values"), **voice.labels("levels")}
    found = known.get(_NUMBER.sub("#", label))
    if found is None:
        return label.replace("_", " ")
    numbers = iter(_NUMBER.findall(label))
    return re.sub("#", lambda _: number(float(next(numbers)), voice.lang), found)


def range_words(low: float, high: float, voice: Voice) -> str:
    """Say a range of values, or the one value that it holds.

    Parameters
    ----------
    low, high : float
        Its ends.
    voice : Voice
        The language.

    Returns
    -------
    str
        The range, with few digits.

    Examples
    --------
    >>> from hgrisk.report.voice import voice
    >>> range_words(0.161537, 2.282, voice("en")), range_words(3.0, 3.0, voice("nl"))
    ('0.16 to 2.28', '3')
    """
    ends = [number(end, voice.lang) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else voice.label("levels", "# to #").replace("#", "{}").format(*ends)
