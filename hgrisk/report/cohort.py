"""Who is in the study, and the curve of time to a re-report."""

from __future__ import annotations

import math

import pandas as pd

from hgrisk.figures.incidence import draw_incidence
from hgrisk.figures.readings import readings_at
from hgrisk.report.accounts import broken_steps
from hgrisk.report.blocks import Alert, Block, Cell, Facts, Head, Paragraph, Picture, RowGroup, Section, Table
from hgrisk.report.content import ReportContent
from hgrisk.report.small_cells import SMALLEST, small_counts_in
from hgrisk.report.voice import Voice, capital
from hgrisk.words import DAYS_PER_MONTH

TABLE_MONTHS = (1, 3, 6, 9, 12, 18, 24)


def cohort(content: ReportContent, voice: Voice, min_cell: int = SMALLEST) -> Section:
    """Make the section on the cohort.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.
    min_cell : int
        Competing events of a kind that are fewer are told as such.

    Returns
    -------
    Section
        Outcome, split and attrition.

    Notes
    -----
    The attrition is told in full, steps that remove one or two landmarks too: it counts filters of the data, no
    attribute of a case, and what is left before and after a step tells what it removed.
    """
    blocks: list[Block] = []
    for facts, about in ((content.outcome_facts, "outcome"), (content.split_facts, "split")):
        if facts:
            told = {key: voice.fact(key, value) for key, value in facts.items()}
            if "competing_events" in told:
                told["competing_events"] = small_counts_in(told["competing_events"], voice, min_cell)
            pairs = tuple((voice.fact_name(key), value) for key, value in told.items())
            blocks += [Paragraph(voice.say("cohort", about), "heading"), Facts(pairs)]
    broken = broken_steps(content.attrition)
    blocks.append(_attrition_table(content.attrition, voice, adds_up=not broken))
    for step in broken:
        said = {"before": step.before, "removed": step.removed, "remaining": step.remaining}
        counts = {key: voice.num.count(value) for key, value in said.items()}
        blocks.append(Alert(voice.say("cohort", "attrition"), voice.say("cohort", "off", step=step.step, **counts)))
    return Section("cohort", voice.say("cohort", "title"), tuple(blocks))


def time_to_rereport(content: ReportContent, voice: Voice, min_cell: int) -> Section:
    """Make the section on time to a re-report.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.
    min_cell : int
        Numbers at risk below this are not shown.

    Returns
    -------
    Section
        The curve and its table.
    """
    title = voice.say("time", "title")
    if content.incidence.empty:
        return Section("time", title, (Paragraph(voice.say("time", "empty")),))
    wide, narrow = (
        draw_incidence(content.incidence, min_cell=min_cell, lang=voice.lang, size=size) for size in ("wide", "narrow")
    )
    table = _incidence_table(content.incidence, voice, min_cell)
    picture = Picture(narrow, wide, voice.say("time", "caution"), table)
    return Section("time", title, (Paragraph(voice.say("time", "text")), picture))


def _attrition_table(attrition: pd.DataFrame, voice: Voice, *, adds_up: bool) -> Table:
    heads = tuple(Head(voice.say("cohort", key), key != "step") for key in ("step", "remaining", "removed"))
    rows = tuple(
        (
            Cell(capital(voice.phrase("attrition", row["step"])), small=voice.phrase("attrition", row["reason"] or "")),
            Cell(voice.num.count(row["remaining"])),
            Cell(voice.num.count(row["removed"])),
        )
        for row in attrition.to_dict("records")
    )
    note = voice.say("cohort", "adds_up") if adds_up else ""
    return Table(voice.say("cohort", "attrition"), heads, (RowGroup("", rows),), note)


def _incidence_table(incidence: pd.DataFrame, voice: Voice, min_cell: int) -> Table:
    heads = (
        Head(voice.say("time", "months")),
        Head(voice.say("time", "share"), numeric=True),
        Head(voice.say("time", "at_risk"), numeric=True),
    )
    rows = []
    for reading in readings_at(incidence, TABLE_MONTHS):
        share = voice.estimate_share(reading.incidence, reading.lower, reading.upper)
        at_risk = (
            voice.small_count(reading.at_risk, min_cell) if math.isfinite(reading.at_risk) else voice.num.undefined
        )
        rows.append((Cell(voice.horizon(reading.months * DAYS_PER_MONTH)), share, Cell(at_risk)))
    return Table(voice.say("time", "caption"), heads, (RowGroup("", tuple(rows)),))
