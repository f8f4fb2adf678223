"""The fairness audit: errors and flags by group, what unequal reporting would change, what features give away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from hgrisk.audit.sentences import group_sentences
from hgrisk.evaluation.evaluate import EVERYONE
from hgrisk.report.blocks import Block, Bullets, Cell, Fold, Head, Paragraph, RowGroup, Section, Table
from hgrisk.report.content import ReportContent
from hgrisk.report.giveaways import giveaways
from hgrisk.report.levels import level_words
from hgrisk.report.measures import NUMBERS, measure_cell, measure_label
from hgrisk.report.small_cells import keep_back, other_line
from hgrisk.report.unequal_reporting import unequal_reporting
from hgrisk.report.voice import Voice

PARTS = (("calibration_intercept", "calibration_slope"), ("sensitivity", "false_positive_rate", "flag_rate"))
"""Measures that stand in one table, as many as fit on a sheet of A4."""


def fairness(content: ReportContent, voice: Voice, min_cell: int) -> Section | None:
    """Make the section on the audit.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.
    min_cell : int
        Groups with fewer landmarks are withheld, beside those that the audit withholds.

    Returns
    -------
    Section or None
        Groups by name, never by rank; None without an audit.
    """
    blocks = [
        *_groups(content.further.get("audit_groups"), voice, min_cell),
        *unequal_reporting(content.further.get("audit_label_bias"), voice, min_cell),
        *giveaways(content, voice, min_cell),
    ]
    return Section("fairness", voice.say("fairness", "title"), tuple(blocks)) if blocks else None


def _groups(table: pd.DataFrame | None, voice: Voice, min_cell: int) -> tuple[Block, ...]:
    if table is None or table.empty:
        return ()
    first = table[table["model"] == table["model"].iloc[0]]
    capacity = first.loc[(first["attribute"] == EVERYONE) & (first["measure"] == "flag_rate"), "estimate"]
    said = group_sentences(first, float(capacity.iloc[0]), voice.lang)
    folds = tuple(
        Fold(
            voice.say("fairness", "fold", model=voice.label("models", model)),
            tuple(_group_table(rows, part, voice.label("models", model), voice, min_cell) for part in PARTS),
        )
        for model, rows in _kept(table, min_cell).groupby("model", sort=False)
    )
    text = voice.say("fairness", "text", horizon=voice.horizon(float(first["horizon_days"].iloc[0])))
    return (Paragraph(text), Bullets(said), *folds)


def _kept(table: pd.DataFrame, min_cell: int) -> pd.DataFrame:
    """Return the table without what would tell a small group of an attribute."""
    parts = []
    for (model, attribute), part in table.groupby(["model", "attribute"], sort=False):
        every = table.loc[(table["model"] == model) & (table["attribute"] == EVERYONE), "n"]
        totals = {"n": float(every.iloc[0])} if len(every) and attribute != EVERYONE else {}
        parts.append(keep_back(part, "group", min_cell, totals=totals))
    return pd.concat(parts)


def _group_table(rows: pd.DataFrame, measures: tuple[str, ...], name: str, voice: Voice, min_cell: int) -> Table:
    heads = (
        Head(voice.say("audit", "group")),
        *(Head(measure_label(measure, voice), numeric=True) for measure in measures),
    )
    every = rows[rows["attribute"] == EVERYONE]
    others = rows[rows["attribute"] != EVERYONE]
    groups = [RowGroup("", (_group_row(voice.say("fairness", "everyone"), every, measures, voice, min_cell),))]
    for attribute, part in others.groupby("attribute", sort=False):
        lines = tuple(
            _group_row(level_words(str(group), voice), found, measures, voice, min_cell)
            for group, found in part[~part["rare"]].groupby("group", sort=True)
        )
        n_rare = part.loc[part["rare"], "group"].nunique()
        rare = other_line(n_rare, len(measures), ("fairness", "withheld"), voice)
        groups.append(RowGroup(voice.label("audits", attribute), lines + rare))
    about_risks = "calibration_slope" in measures
    key, note = ("caption_risks", "note_risks") if about_risks else ("caption_flags", "note_flags")
    note = " ".join(voice.say("fairness", each) for each in (note, "note_difference"))
    return Table(voice.say("fairness", key, model=name), heads, tuple(groups), note, role="steady")


def _group_row(
    name: str, rows: pd.DataFrame, measures: tuple[str, ...], voice: Voice, min_cell: int
) -> tuple[Cell, ...]:
    """Write one group; what is withheld stays so."""
    first = rows.iloc[0]
    withheld = Cell(voice.say("fairness", "withheld"), role="quiet")
    known = not pd.isna(first["n"])
    head = Cell(name, small=voice.say("fairness", "n", n=voice.small_count(first["n"], min_cell)) if known else "")
    if not first["shown"] or not first["n"] >= min_cell:
        return (head, *(withheld for _ in measures))
    by_measure = {row["measure"]: row for row in rows.to_dict("records")}
    return (head, *(_measured(by_measure.get(measure), voice) for measure in measures))


def _measured(row: Mapping[Any, Any] | None, voice: Voice) -> Cell:
    """Write an estimate, and below it the difference from the others."""
    if row is None:
        return Cell("", role="quiet")
    cell = measure_cell(row, voice)
    if pd.isna(row["difference"]):
        return cell
    times, digits = (1, 2) if row["measure"] in NUMBERS else (100, 1)
    gap, lower, upper = (times * row[column] for column in ("difference", "difference_lower", "difference_upper"))
    sign, opened, bounds = voice.num.change(gap, lower, upper, digits).partition(" (")
    return replace(cell, small=sign + opened + bounds.replace(" ", "\N{NO-BREAK SPACE}"))
