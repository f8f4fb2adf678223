"""A feature and its value, said in words: "3 earlier reports in the last 12 months, the last 41 days ago"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from hgrisk.explain.words import number, percent, window_words
from hgrisk.features.spec import FeatureSpec
from hgrisk.words import load_words

_COUNT = re.compile(r"(?P<stem>.+)_(?:(?P<days>\d+)d|ever)")

_SAYS_ALL = re.compile(r"days_since_.+")
"""Features without a value where there was no such event: that says more than that days since it have no value."""
_NONE = re.compile(r"no (?!such)(?!.*, or ).+")
"""What an empty value means, where it has one meaning and can be read by itself."""

Words = Mapping[str, Any]


def say_value(spec: FeatureSpec, row: pd.Series, lang: str) -> str:
    """Say a feature with the value that it has in a row.

    Parameters
    ----------
    spec : FeatureSpec
        The feature.
    row : Series
        Features of one case, by name; other features may tell more, such as how long ago the last was.
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    str
        Words without a full stop.

    Examples
    --------
    >>> spec = FeatureSpec("prior_reports_365d", "prior_violence", "count", "incidents reported", "gemelde incidenten")
    >>> say_value(spec, pd.Series({"prior_reports_365d": 3.0, "days_since_last_report": 41.0}), "en")
    '3 earlier reports in the last 12 months, the last 41 days ago'
    """
    words, value = load_words(lang, "hgrisk.explain"), row[spec.name]
    sentence = spec.sentence_nl if lang == "nl" else spec.sentence_en
    if pd.isna(value):
        meaning = spec.missing_nl if lang == "nl" else spec.missing
        if meaning and _SAYS_ALL.fullmatch(spec.name) and _NONE.fullmatch(spec.missing):
            return meaning
        text: str = words["value"]["missing"].format(sentence=sentence, missing=meaning or words["value"]["unknown"])
        return text
    told = _count(spec, float(value), row, lang) if spec.kind == "number" else ""
    told = told or (_days(spec, float(value), lang) if spec.kind == "number" else "")
    return told or words["value"]["counted"].format(sentence=sentence, value=_plain(spec, value, lang))


def _plain(spec: FeatureSpec, value: Any, lang: str) -> str:
    words = load_words(lang, "hgrisk.explain")
    if spec.kind == "category":
        return str(value).replace("_", " ")
    if spec.unit == "0/1" and float(value) in (0.0, 1.0):
        answer: str = words["answers"]["yes" if value else "no"]
        return answer
    if spec.unit == "share":
        return percent(float(value), lang)
    return number(float(value), lang)


def _count(spec: FeatureSpec, value: float, row: pd.Series, lang: str) -> str:
    """Tell a count in full, where the words know what is counted."""
    words, found = load_words(lang, "hgrisk.explain"), _COUNT.fullmatch(spec.name)
    forms: Words = words["counts"].get(found["stem"], {}) if found else {}
    if not found or not forms or not value.is_integer() or value < 0:
        return ""
    window = window_words(float(found["days"]), lang) if found["days"] else words["window"]["ever"]
    form = forms["none" if value == 0 else "one" if value == 1 else "many"]
    text: str = form.format(n=number(value, lang), window=window)
    return text + (_last(forms["last"], row, words, lang) if value > 1 else "")


def _last(name: str, row: pd.Series, words: Words, lang: str) -> str:
    days = row.get(name)
    if days is None or pd.isna(days):
        return ""
    key = {0: "last_today", 1: "last_one"}.get(int(days), "last")
    text: str = words["value"][key].format(n=number(float(days), lang))
    return text


def _days(spec: FeatureSpec, value: float, lang: str) -> str:
    forms: Words = load_words(lang, "hgrisk.explain")["days"].get(spec.name, {})
    key = {0.0: "today", 1.0: "one"}.get(value, "many")
    return forms[key].format(n=number(value, lang)) if forms else ""
