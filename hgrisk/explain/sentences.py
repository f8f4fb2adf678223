"""What decided about the score of one case, in sentences with the actual values."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hgrisk.errors import DataError
from hgrisk.explain.contributions import Explanation
from hgrisk.explain.families import parts_of
from hgrisk.explain.values import say_value
from hgrisk.explain.words import number, percent
from hgrisk.features.spec import FeatureSpec
from hgrisk.words import load_words, period_words

LEAST_TERM = 0.005
"""A term below would be written as 0.00."""


def sentences(explanation: Explanation, row: int, lang: str, n: int = 5) -> tuple[str, ...]:
    """Say what decided about the score of one case, the largest terms first.

    Parameters
    ----------
    explanation : Explanation
        Scores taken apart.
    row : int
        Place of the case, from 0.
    lang : str
        ``"en"`` or ``"nl"``.
    n : int
        Terms that get a sentence of their own, at most.

    Returns
    -------
    tuple of str
        Where the score starts, a sentence for each of the largest terms, one for all others together, the score with
        its unit and the risk, and what these sentences do not mean. They identify a household: show them to who asked,
        and keep them nowhere else.

    Raises
    ------
    DataError
        If there is no such row, or fewer than one sentence is asked for.
    ConfigError
        If the language is not known.

    Notes
    -----
    A term says how the model comes to its score, and is no effect.
    """
    if not 0 <= row < len(explanation.frame):
        raise DataError(f"Cases have places 0 to {len(explanation.frame) - 1}", f"{row}", "give one of these")
    if n < 1:
        raise DataError("An explanation has at least one sentence", f"n={n}", "give n=1 or more")
    words, terms = load_words(lang, "hgrisk.explain"), explanation.terms
    values = terms.values[row]
    order = np.argsort(-np.abs(values), kind="stable")
    told = [k for k in order[:n] if abs(values[k]) >= LEAST_TERM]
    known = {spec.name: spec for spec in explanation.catalogue}
    case = explanation.frame.iloc[row]
    rest = float(np.delete(values, told).sum())
    return (
        words["term"]["base"].format(base=number(explanation.base, lang, signed=True)),
        *(_sentence(terms.names[k], float(values[k]), known, case, lang) for k in told),
        *([words["term"]["rest"].format(amount=number(rest, lang, signed=True))] if len(told) < len(values) else []),
        _total(explanation, row, lang),
        *([words["caution"]["adjusted"]] if explanation.adjusted[row] else []),
        words["caution"]["meaning"],
        words["caution"]["low"],
    )


def _total(explanation: Explanation, row: int, lang: str) -> str:
    words, scale = load_words(lang, "hgrisk.explain"), explanation.terms.scale
    text: str = words["term"]["total"].format(
        score=number(float(explanation.score[row]), lang, signed=scale != "points"),
        unit=words["unit"][scale],
        period=period_words(explanation.at_days, words["period"]),
        risk=percent(float(explanation.risk[row]), lang),
    )
    return text


def _sentence(name: str, value: float, known: dict[str, FeatureSpec], case: pd.Series, lang: str) -> str:
    words = load_words(lang, "hgrisk.explain")
    parts = [known[part] for part in parts_of(name, known)]
    what = say_value(parts[0], case, lang)
    for part in parts[1:]:
        what = words["value"]["together"].format(first=what, second=say_value(part, case, lang))
    if any(part.process for part in parts):
        what = words["term"]["process"].format(what=what)
    text: str = words["term"]["higher" if value > 0 else "lower"].format(
        what=what[:1].upper() + what[1:], amount=number(value, lang, signed=True)
    )
    return text
