"""The findings in words, which follow from estimates and intervals and stay true when nothing can be told apart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from hgrisk.evaluation.evaluate import EVERYONE
from hgrisk.figures.ladder import CHANCE, STEPS, ladder_at
from hgrisk.figures.readings import readings_at
from hgrisk.figures.verdict import change_verdict
from hgrisk.report.content import ReportContent
from hgrisk.report.voice import Voice
from hgrisk.words import DAYS_PER_MONTH

Record = Mapping[Any, Any]
YEAR = 365
TOO_GOOD = 0.80


def main_horizon(table: pd.DataFrame) -> float:
    """Return the horizon nearest to a year.

    Parameters
    ----------
    table : DataFrame
        With a column ``horizon_days``.

    Returns
    -------
    float
        Days; NaN if there is none.
    """
    horizons = sorted(float(days) for days in table["horizon_days"].dropna().unique())
    return min(horizons, key=lambda days: abs(days - YEAR), default=math.nan)


def main_metric(table: pd.DataFrame) -> str:
    """Return ``uno_c`` where the table has it, else its first metric.

    Parameters
    ----------
    table : DataFrame
        With a column ``metric``; not empty.

    Returns
    -------
    str
        The metric.
    """
    return "uno_c" if (table["metric"] == "uno_c").any() else str(table["metric"].iloc[0])


def headline(content: ReportContent, voice: Voice) -> tuple[str, ...]:
    """Say what was found.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.

    Returns
    -------
    tuple of str
        Sentences. A change is only called a rise or a fall if its interval leaves out zero.
    """
    start = (voice.say("headline", "apparent"),) if content.apparent else ()
    found = _ladder_sentences(content.ladder, voice) or _score_sentences(content.scores, voice)
    return (*start, *_incidence_sentence(content.incidence, voice), *found)


def suspiciously_good(content: ReportContent) -> float:
    """Return the highest C or AUC if it is above what published tools reach, else NaN.

    Parameters
    ----------
    content : ReportContent
        The content.

    Returns
    -------
    float
        The value, or NaN.
    """
    scores = content.scores[content.scores["group"] == EVERYONE]
    values = [float(v) for t in (content.ladder, scores) for v in t.loc[t["metric"].isin(list(CHANCE)), "estimate"]]
    highest = max((value for value in values if math.isfinite(value)), default=math.nan)
    return highest if highest > TOO_GOOD else math.nan


def _incidence_sentence(table: pd.DataFrame, voice: Voice) -> tuple[str, ...]:
    known = [reading for reading in readings_at(table, (6, 12)) if reading.known]
    if not known:
        return ()
    reading = known[-1]
    value = voice.num.percent_interval(reading.incidence, reading.lower, reading.upper)
    return (voice.say("headline", "incidence", value=value, horizon=voice.horizon(reading.months * DAYS_PER_MONTH)),)


def _ladder_sentences(ladder: pd.DataFrame, voice: Voice) -> tuple[str, ...]:
    if ladder.empty:
        return ()
    metric, horizon = main_metric(ladder), main_horizon(ladder)
    rows = ladder_at(ladder, metric, horizon).to_dict("records")
    steps = {row["step"]: row for row in rows}
    said = {"metric": voice.label("metrics", metric), "horizon": voice.horizon(horizon)}
    sentences = []
    for key, step in (("count", STEPS[1]), ("all", STEPS[4]), ("without", STEPS[5])):
        row = steps.get(step)
        if row is not None and math.isfinite(row["estimate"]):
            how = _how(key, row, steps, metric)
            sentences.append(voice.say("headline", f"{key}_{how}", **said, **_numbers(row, metric, voice)))
    return tuple(sentences)


def _how(key: str, row: Record, steps: Mapping[str, Record], metric: str) -> str:
    if metric not in CHANCE:
        return "unknown"
    if key == "count":
        return change_verdict(row["lower"] - CHANCE[metric], row["upper"] - CHANCE[metric])
    before = STEPS[STEPS.index(row["step"]) - 1]
    return change_verdict(row["gain_lower"], row["gain_upper"]) if before in steps else "unknown"


def _numbers(row: Record, metric: str, voice: Voice) -> dict[str, str]:
    return {
        "value": voice.num.interval(row["estimate"], row["lower"], row["upper"]),
        "change": voice.num.change(row["gain"], row["gain_lower"], row["gain_upper"]),
        "chance": voice.num.number(CHANCE.get(metric, math.nan), 1),
    }


def _score_sentences(scores: pd.DataFrame, voice: Voice) -> tuple[str, ...]:
    everyone = scores[(scores["group"] == EVERYONE) & scores["estimate"].notna()]
    if everyone.empty:
        return (voice.say("headline", "no_scores"),)
    metric, horizon = main_metric(everyone), main_horizon(everyone)
    rows = everyone[everyone["metric"] == metric]
    rows = rows[rows["horizon_days"] == horizon] if (rows["horizon_days"] == horizon).any() else rows
    ordered = rows.sort_values("estimate", kind="stable").to_dict("records")
    said = {"metric": voice.label("metrics", metric), "horizon": voice.horizon(ordered[0]["horizon_days"])}
    low, high = ({"model": voice.label("models", r["model"]), **_value(r, voice)} for r in (ordered[0], ordered[-1]))
    if len(ordered) == 1:
        return (voice.say("headline", "one_model", **said, **low),)
    ends = {"low": low["value"], "low_model": low["model"], "high": high["value"], "high_model": high["model"]}
    return (voice.say("headline", "many_models", **said, **ends, n=voice.num.count(len(ordered))),)


def _value(row: Record, voice: Voice) -> dict[str, str]:
    return {"value": voice.num.interval(row["estimate"], row["lower"], row["upper"])}
