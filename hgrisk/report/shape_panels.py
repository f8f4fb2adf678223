"""Shapes of features as small panels."""

from __future__ import annotations

import math
from itertools import compress
from operator import not_

import pandas as pd

from hgrisk.explain.shapes import ANY, OR_MORE, UP_TO
from hgrisk.figures.canvas import Size
from hgrisk.figures.drawing import Drawing
from hgrisk.figures.numerals import decimals_for
from hgrisk.figures.rows import Scale
from hgrisk.figures.shapes import draw_shape, shape_scale
from hgrisk.report.blocks import Block, Cell, Head, Panels, Paragraph, Picture, RowGroup, Table
from hgrisk.report.levels import level_words, range_words
from hgrisk.report.terms import Terms
from hgrisk.report.voice import Voice

YES_OR_NO, BOTH = "0/1", "no or yes"
MOST_ROWS = 10
"""Features with more categories get a figure of their own, since panels side by side are about as high."""


def shape_panels(shapes: pd.DataFrame, terms: Terms, min_cell: int) -> tuple[Block, ...]:
    """Draw the shapes of a model, all on one scale.

    Parameters
    ----------
    shapes : DataFrame
        ``feature``, ``own_share``, ``label``, ``low``, ``high``, ``n``, ``mean``, ``lower``, ``upper``.
    terms : Terms
        Names and units of features.
    min_cell : int
        Values with fewer landmarks are not drawn, and hidden in the table.

    Returns
    -------
    tuple of Block
        How to read them, and the panels; nothing where no value has landmarks enough.
    """
    large = shapes[shapes["n"] >= min_cell]
    if large.empty:
        return ()
    scale = shape_scale(large, terms.voice.lang)
    said = [_said(part, terms) for name, part in shapes.groupby("feature", sort=False) if name in set(large["feature"])]
    high = [part["low"].isna().all() and len(part) > MOST_ROWS for part in said]
    panels = tuple(_picture(part, scale, terms, min_cell) for part in compress(said, map(not_, high)))
    alone = tuple(_picture(part, scale, terms, min_cell, alone=True) for part in compress(said, high))
    heading = Paragraph(terms.voice.say("explanation", "shapes"), "heading")
    text = Paragraph(terms.voice.say("explanation", "shapes_text"))
    return (heading, text, *((Panels(panels),) if panels else ()), *alone)


def _said(part: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    """Put the labels of a shape in words; yes and no are categories."""
    if terms.units.get(part["feature"].iloc[0]) == YES_OR_NO:
        both = dict.fromkeys(("0 to 1", OR_MORE.format("0"), UP_TO.format("1"), ANY), BOTH)
        yes_or_no = part["label"].astype(str).map({"0": "no", "1": "yes"} | both).where(part["low"].notna())
        part = part.assign(label=yes_or_no.fillna(part["label"]), low=part["low"].where(yes_or_no.isna()))
    labels = [
        level_words(str(row["label"]), terms.voice)
        if math.isnan(row["low"]) or _is_open(str(row["label"]))
        else range_words(row["low"], row["high"], terms.voice)
        for row in part.to_dict("records")
    ]
    return part.assign(label=labels)


def _is_open(label: str) -> bool:
    return label == ANY or label.startswith(UP_TO.format("")) or label.endswith(OR_MORE.format(""))


def _picture(said: pd.DataFrame, scale: Scale, terms: Terms, min_cell: int, *, alone: bool = False) -> Picture:
    voice, feature = terms.voice, said["feature"].iloc[0]
    name, unit = terms.feature(feature), voice.label("units", terms.units.get(feature, ""))
    shown = said[said["n"] >= min_cell]

    def draw(size: Size) -> Drawing:
        return draw_shape(shown, name=name, unit=unit, scale=scale, lang=voice.lang, size=size)

    heads = (
        Head(voice.say("explanation", "value")),
        Head(voice.say("explanation", "n"), numeric=True),
        Head(voice.say("explanation", "adds"), numeric=True),
    )
    digits, rows = decimals_for(said["mean"]), []
    for row in said.to_dict("records"):
        bounds = voice.num.bounds(row["lower"], row["upper"], digits)
        adds = Cell(voice.num.signed(row["mean"], digits), f"({bounds})" if bounds else "")
        if row["n"] < min_cell:
            adds = Cell(voice.say("audit", "hidden"), role="quiet")
        rows.append((Cell(row["label"]), Cell(voice.small_count(row["n"], min_cell)), adds))
    caption, note = voice.say("explanation", "shape_caption", label=name), _own_share(said, voice)
    table = Table(caption, heads, (RowGroup("", tuple(rows)),), note)
    return Picture(draw("narrow"), draw("wide") if alone else None, "", table)


def _own_share(said: pd.DataFrame, voice: Voice) -> str:
    share = float(said["own_share"].iloc[0])
    if math.isnan(share):
        return ""
    written = voice.num.percent(share, 0)
    key = "own_share_all" if written == voice.num.percent(1, 0) else "own_share"
    return voice.say("explanation", key, share=written)
