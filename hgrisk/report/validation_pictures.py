"""The figures of the validation designs, each with its table."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hgrisk.evaluation.evaluate import EVERYONE
from hgrisk.figures.canvas import Size
from hgrisk.figures.course import Along, draw_course
from hgrisk.figures.drawing import Drawing
from hgrisk.figures.metrics import draw_metric
from hgrisk.figures.regions import NO_POOL, POOLED, draw_regions
from hgrisk.report.blocks import Block, Fold, Picture, Table
from hgrisk.report.headline import main_metric
from hgrisk.report.scores import score_table
from hgrisk.report.validation_finding import RATIO
from hgrisk.report.validation_parts import in_order, part_table
from hgrisk.report.voice import Voice


def design_pictures(
    design: str, at: pd.DataFrame, pooled: pd.DataFrame, voice: Voice, min_cell: int
) -> tuple[Block, ...]:
    """Draw the main metric of a design, and over the years also the ratio of observed to expected.

    Parameters
    ----------
    design : str
        Its name.
    at : DataFrame
        Rows of ``validation`` of the design at one horizon; not empty.
    pooled : DataFrame
        Rows of ``validation_pooled`` of the design at that horizon; may be empty.
    voice : Voice
        The language.
    min_cell : int
        A part with fewer landmarks is not drawn, and hidden in the table.

    Returns
    -------
    tuple of Block
        Pictures, those of later models folded away; a table where there is too little to draw.
    """
    metric = main_metric(at)
    of_metric = at[at["metric"] == metric]
    if at["part"].nunique() == 1:
        return _models_picture(of_metric, voice, min_cell)
    if design == "rolling" and at["part"].astype(str).str.isdecimal().all():
        of_ratio = at[at["metric"] == RATIO]
        both = [of_metric, of_ratio] if metric != RATIO and len(of_ratio) else [of_metric]
        return tuple(block for rows in both for block in _years_picture(rows, voice, min_cell))
    return _parts_pictures(of_metric, pooled[pooled["metric"] == metric], voice, min_cell)


def course_or_table(shown: pd.DataFrame, along: Along, text: str, table: Table, voice: Voice) -> tuple[Block, ...]:
    """Draw a line for each model, or give the table alone where there is no line to draw.

    Parameters
    ----------
    shown : DataFrame
        Rows of one metric and horizon, with ``at``; see :func:`hgrisk.figures.course.draw_course`.
    along : {"years", "networks"}
        What ``at`` is.
    text : str
        How to read the picture.
    table : Table
        Its numbers.
    voice : Voice
        The language.

    Returns
    -------
    tuple of Block
        One picture, or one table.
    """
    if shown.loc[shown["estimate"].notna(), "at"].nunique() < 2:
        return (table,)
    metric, days = _metric_and_days(shown)

    def draw(size: Size) -> Drawing:
        return draw_course(
            shown, metric=metric, horizon_days=days, along=along, labels=_labels(voice), lang=voice.lang, size=size
        )

    return (Picture(draw("narrow"), draw("wide"), text, table),)


def _models_picture(rows: pd.DataFrame, voice: Voice, min_cell: int) -> tuple[Block, ...]:
    shown, (metric, days) = _shown(rows, min_cell).assign(group=EVERYONE), _metric_and_days(rows)
    if len(shown) < 2:
        return (_table_of(rows, voice, min_cell),)
    caption = voice.say("scores", "picture_table", metric=voice.label("metrics", metric))
    table = score_table(shown.rename(columns={"n_test": "n"}), caption, voice)

    def draw(size: Size) -> Drawing:
        return draw_metric(shown, metric=metric, horizons=[days], labels=_labels(voice), lang=voice.lang, size=size)

    return (Picture(draw("narrow"), draw("wide"), voice.say("validation", "picture_folds"), table),)


def _years_picture(rows: pd.DataFrame, voice: Voice, min_cell: int) -> tuple[Block, ...]:
    shown = _shown(rows, min_cell)
    text, table = voice.say("validation", "picture_rolling"), _table_of(rows, voice, min_cell)
    return course_or_table(shown.assign(at=shown["part"].astype(float)), "years", text, table, voice)


def _parts_pictures(rows: pd.DataFrame, pooled: pd.DataFrame, voice: Voice, min_cell: int) -> tuple[Block, ...]:
    """Draw a figure for each model, all with one axis: the first in sight, the others folded away."""
    shown = _shown(in_order(rows), min_cell)
    if shown.empty:
        return (_table_of(rows, voice, min_cell),)
    usable = ~pooled["difference"].astype(bool).to_numpy()
    usable &= np.isfinite(pooled[list(POOLED)].to_numpy(dtype=float)).all(axis=1)
    means = {row["model"]: {key: float(row[key]) for key in POOLED} for row in pooled[usable].to_dict("records")}
    first, *others = (
        (str(model), _parts_picture(rows[rows["model"] == model], shown, means.get(model, NO_POOL), voice, min_cell))
        for model in shown["model"].unique()
    )
    named = ((voice.say("validation", "other", model=voice.label("models", model)), each) for model, each in others)
    return (first[1], *(Fold(summary, (picture,)) for summary, picture in named))


def _parts_picture(
    rows: pd.DataFrame, span: pd.DataFrame, mean: Mapping[str, float], voice: Voice, min_cell: int
) -> Picture:
    metric, days = _metric_and_days(rows)
    name = voice.label("models", rows["model"].iloc[0])
    of_model = _shown(in_order(rows), min_cell)

    def draw(size: Size) -> Drawing:
        return draw_regions(
            of_model,
            metric=metric,
            horizon_days=days,
            name=name,
            pooled=mean,
            span=span,
            labels=_labels(voice),
            lang=voice.lang,
            size=size,
        )

    text = voice.say("validation", "picture_regions" if mean else "picture_plain")
    return Picture(draw("narrow"), draw("wide"), text, _table_of(rows, voice, min_cell))


def _metric_and_days(rows: pd.DataFrame) -> tuple[str, float]:
    return str(rows["metric"].iloc[0]), float(rows["horizon_days"].iloc[0])


def _shown(rows: pd.DataFrame, min_cell: int) -> pd.DataFrame:
    return rows[(rows["n_test"] >= min_cell) & rows["estimate"].notna()]


def _labels(voice: Voice) -> dict[str, str]:
    return {**voice.labels("parts"), **voice.labels("models"), **voice.labels("metrics")}


def _table_of(rows: pd.DataFrame, voice: Voice, min_cell: int) -> Table:
    metric, days = _metric_and_days(rows)
    said = {"metric": voice.label("metrics", metric), "horizon": voice.horizon(days)}
    return part_table(rows, voice.say("validation", "picture_caption", **said), voice, min_cell)
