"""The checklists of a publication, filled beforehand from the run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from hgrisk.report.blocks import Cell, Fold, Head, Paragraph, RowGroup, Section, Table
from hgrisk.report.content import ReportContent
from hgrisk.report.probast import probast_table
from hgrisk.report.tripod import tripod_table
from hgrisk.report.voice import Voice


def reporting(content: ReportContent, voice: Voice) -> Section:
    """Make the section with the tables of TRIPOD+AI and PROBAST+AI.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.

    Returns
    -------
    Section
        Both tables, folded away; every run says something of some item.
    """
    tripod, probast = tripod_table(content, voice.lang), probast_table(content, voice.lang, content.further)
    items = (RowGroup("", tuple(_row(row, "topic") for row in tripod.to_dict("records"))),)
    questions = tuple(
        RowGroup(f"{part} · {domain}", tuple(_row(row, "question") for row in rows.to_dict("records")))
        for (part, domain), rows in probast.groupby(["part", "domain"], sort=False)
    )
    return Section(
        "reporting",
        voice.say("reporting", "title"),
        (
            Paragraph(voice.say("reporting", "text")),
            Fold(_summary("tripod", tripod, voice), (_table("tripod_caption", items, voice),)),
            Fold(_summary("probast", probast, voice), (_table("probast_caption", questions, voice),)),
        ),
    )


def _summary(key: str, table: pd.DataFrame, voice: Voice) -> str:
    known = int(table["from_the_run"].sum())
    return voice.say("reporting", key, n=voice.num.count(len(table)), known=voice.num.count(known))


def _table(caption: str, groups: tuple[RowGroup, ...], voice: Voice) -> Table:
    heads = tuple(Head(voice.say("reporting", key)) for key in ("topic", "entry"))
    return Table(voice.say("reporting", caption), heads, groups)


def _row(row: Mapping[Any, Any], asked: str) -> tuple[Cell, ...]:
    role = "verbose" if row["from_the_run"] else "quiet"
    return Cell(f"{row['item']}. {row[asked]}"), Cell(row["entry"], role=role)
