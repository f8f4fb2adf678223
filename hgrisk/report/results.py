"""What was found: the ladder, calibration, hazard ratios."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from hgrisk.figures.calibration import calibration_limit, draw_calibration
from hgrisk.figures.canvas import Size
from hgrisk.figures.coefficients import draw_coefficients, hazard_ratios
from hgrisk.figures.drawing import Drawing
from hgrisk.figures.ladder import draw_ladder, ladder_at
from hgrisk.report.blocks import Block, Cell, Head, Panels, Paragraph, Picture, RowGroup, Section, Table
from hgrisk.report.content import ReportContent
from hgrisk.report.headline import main_horizon, main_metric
from hgrisk.report.voice import Voice, capital


def ladder(content: ReportContent, voice: Voice) -> Section:
    """Make the section on the ladder of earlier violence.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.

    Returns
    -------
    Section
        One figure, at the horizon nearest to a year, and every number of the ladder in its table.
    """
    title, rows = voice.say("ladder", "title"), content.ladder
    if rows.empty:
        return _absent("ladder", title, voice)
    metric, days = main_metric(rows), main_horizon(rows)
    labels = {**voice.labels("steps"), **voice.labels("metrics")}

    def draw(size: Size) -> Drawing:
        return draw_ladder(rows, horizon_days=days, metric=metric, labels=labels, lang=voice.lang, size=size)

    picture = Picture(draw("narrow"), draw("wide"), voice.say("ladder", "picture"), _ladder_table(rows, voice))
    return Section("ladder", title, (Paragraph(voice.say("ladder", "text")), *_apparent(content, voice), picture))


def calibration(content: ReportContent, voice: Voice, min_cell: int) -> Section:
    """Make the section on calibration.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.
    min_cell : int
        Smaller groups are not shown.

    Returns
    -------
    Section
        One panel per model, all with the same axes.
    """
    title = voice.say("calibration", "title")
    if not content.calibration:
        return _absent("calibration", title, voice)
    limit = calibration_limit(*(table[table["n"] >= min_cell] for table in content.calibration.values()))
    pictures = tuple(_calibration_picture(model, content, limit, voice, min_cell) for model in content.calibration)
    text = " ".join(voice.say("calibration", key) for key in ("text", "bars" if content.predicted else "no_bars"))
    if content.calibration_horizon_days is not None:
        text += " " + voice.say("calibration", "at", horizon=voice.horizon(content.calibration_horizon_days))
    return Section("calibration", title, (Paragraph(text), *_apparent(content, voice), Panels(pictures)))


def coefficients(content: ReportContent, voice: Voice) -> Section:
    """Make the section on hazard ratios.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.

    Returns
    -------
    Section
        One figure per model that has coefficients, with all of them in its table.
    """
    title, table = voice.say("coefficients", "title"), content.coefficients
    if table is None or table["coef"].notna().sum() == 0:
        return Section("coefficients", title, (Paragraph(voice.say("coefficients", "empty")),))
    blocks: list[Block] = [Paragraph(voice.say("coefficients", "text"))]
    sentences = feature_sentences(content.features, voice)
    labels = {name: feature_label(name, sentences, voice) for name in table["feature"]}
    for model in table.loc[table["coef"].notna(), "model"].unique():
        name = voice.label("models", model)
        wide, narrow = (
            draw_coefficients(table, model=model, name=name, labels=labels, lang=voice.lang, size=size)
            for size in ("wide", "narrow")
        )
        shown = _ratio_table(hazard_ratios(table, model, None), name, labels, voice)
        blocks.append(Picture(narrow, wide, voice.say("coefficients", "picture"), shown))
    return Section("coefficients", title, tuple(blocks))


def feature_sentences(features: pd.DataFrame, voice: Voice) -> dict[str, str]:
    """Return what each feature says, in the language, with a capital.

    Parameters
    ----------
    features : DataFrame
        Columns ``name`` and ``sentence_en`` or ``sentence_nl``.
    voice : Voice
        The language.

    Returns
    -------
    dict
        Name to sentence, without a full stop.
    """
    pairs = zip(features["name"], features[f"sentence_{voice.lang}"].fillna(""), strict=True)
    return {name: capital(text).rstrip(".") or name for name, text in pairs}


def feature_label(name: str, sentences: Mapping[str, str], voice: Voice) -> str:
    """Name a column of the design: a feature, its logarithm, a level of it, or its being missing.

    Parameters
    ----------
    name : str
        ``feature``, ``feature=level``, ``feature__missing`` or ``log1p(feature)``.
    sentences : Mapping
        What each feature says.
    voice : Voice
        The language.

    Returns
    -------
    str
        Words, or the name itself.
    """
    if name in sentences:
        return sentences[name]
    if name in voice.labels("columns"):
        return voice.label("columns", name)
    inner = name.removeprefix("log1p(").removesuffix(")")
    if inner != name and inner in sentences:
        return voice.say("coefficients", "log", label=sentences[inner])
    feature, equals, level = name.partition("=")
    if equals and feature in sentences:
        return voice.say("coefficients", "level", label=sentences[feature], level=level)
    feature, missing, _ = name.partition("__missing")
    if missing and feature in sentences:
        return voice.say("coefficients", "missing", label=sentences[feature])
    return name


def _absent(anchor: str, title: str, voice: Voice) -> Section:
    return Section(anchor, title, (Paragraph(voice.say("page", "not_available")),))


def _apparent(content: ReportContent, voice: Voice) -> tuple[Paragraph, ...]:
    return (Paragraph(voice.say("scores", "apparent"), "warned"),) if content.apparent else ()


def _ladder_table(rows: pd.DataFrame, voice: Voice) -> Table:
    horizons = sorted(rows["horizon_days"].unique())
    heads = (Head(voice.say("ladder", "step")), *(Head(voice.horizon(days), numeric=True) for days in horizons))
    groups = []
    for metric, part in rows.groupby("metric", sort=False):
        by_horizon = {
            days: {row["step"]: row for row in ladder_at(part, str(metric), days).to_dict("records")}
            for days in sorted(part["horizon_days"].unique())
        }
        steps = dict.fromkeys(step for found in by_horizon.values() for step in found)
        lines = tuple(
            (
                Cell(voice.label("steps", step)),
                *(_ladder_cell(by_horizon.get(days, {}).get(step), voice) for days in horizons),
            )
            for step in steps
        )
        groups.append(RowGroup(voice.label("metrics", metric), lines, voice.hint(metric)))
    return Table(voice.say("ladder", "caption"), heads, tuple(groups), voice.say("ladder", "note"))


def _ladder_cell(row: Mapping[Any, Any] | None, voice: Voice) -> Cell:
    if row is None:
        return Cell("")
    cell = voice.estimate(row["estimate"], row["lower"], row["upper"])
    if not math.isfinite(row["gain"]):
        return cell
    change = voice.num.change(row["gain"], row["gain_lower"], row["gain_upper"])
    sign, opened, bounds = change.partition(" (")
    return replace(cell, small=sign + opened + bounds.replace(" ", "\N{NO-BREAK SPACE}"))


def _calibration_picture(model: str, content: ReportContent, limit: float, voice: Voice, min_cell: int) -> Picture:
    table, name = content.calibration[model], voice.label("models", model)
    bars = content.predicted.get(model)
    drawing = draw_calibration(
        table, name=name, histogram=bars, limit=limit, min_cell=min_cell, lang=voice.lang, size="narrow"
    )
    heads = (Head(voice.say("calibration", "group")), *(_numeric(voice, key) for key in ("n", "predicted", "observed")))
    rows = []
    for row in table.to_dict("records"):
        shown = row["n"] >= min_cell
        hidden = Cell(voice.say("audit", "hidden"), role="quiet")
        predicted = Cell(voice.num.percent(row["predicted"])) if shown else hidden
        observed = voice.estimate_share(row["observed"], row["lower"], row["upper"]) if shown else hidden
        rows.append((Cell(str(row["group"])), Cell(voice.small_count(row["n"], min_cell)), predicted, observed))
    shown_table = Table(voice.say("calibration", "caption", name=name), heads, (RowGroup("", tuple(rows)),))
    return Picture(drawing, None, "", shown_table)


def _numeric(voice: Voice, key: str) -> Head:
    return Head(voice.say("calibration", key), numeric=True)


def _ratio_table(ratios: pd.DataFrame, name: str, labels: Mapping[str, str], voice: Voice) -> Table:
    heads = (
        Head(voice.say("coefficients", "feature")),
        Head(voice.say("coefficients", "ratio"), numeric=True),
        Head(voice.say("coefficients", "z"), numeric=True),
    )
    rows = tuple(
        (
            Cell(labels.get(row["feature"], row["feature"])),
            voice.estimate(row["estimate"], row["lower"], row["upper"], 2),
            Cell(voice.num.number(row["z"], 1) if math.isfinite(row["z"]) else voice.num.undefined),
        )
        for row in ratios.to_dict("records")
    )
    return Table(voice.say("coefficients", "caption", name=name), heads, (RowGroup("", rows),))
