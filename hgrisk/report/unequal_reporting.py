"""What would follow if the violence of one group were reported more often, as tables."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hgrisk.audit.label_bias import MEASURES, SCENARIOS
from hgrisk.audit.sentences import label_bias_sentences
from hgrisk.figures.tables import require_columns
from hgrisk.report.blocks import Block, Bullets, Cell, Fold, Head, Paragraph, RowGroup, Table
from hgrisk.report.levels import level_words
from hgrisk.report.measures import measure_cell, measure_label
from hgrisk.report.voice import Voice
from hgrisk.words import load_words


def unequal_reporting(table: pd.DataFrame | None, voice: Voice, min_cell: int) -> tuple[Block, ...]:
    """Tabulate a supposed difference in reporting, a fold for each model and group.

    Parameters
    ----------
    table : DataFrame, optional
        The table "audit_label_bias" of a run, see :class:`hgrisk.audit.label_bias.LabelBias`.
    voice : Voice
        The language.
    min_cell : int
        Groups with fewer landmarks are withheld.

    Returns
    -------
    tuple of Block
        A heading, a text, and folds; nothing without the table.

    Raises
    ------
    DataError
        If the table has no factor.
    """
    if table is None or table.empty:
        return ()
    require_columns(table, ("factor",), "audit_label_bias")
    folds = []
    large = table.assign(shown=table["shown"].astype(bool) & (table["n"].fillna(0) >= min_cell))
    for (attribute, level, model), rows in large.groupby(["attribute", "level", "model"], sort=False):
        group = level_words(str(level), voice)
        place = {"group": group, "attribute": voice.label("audits", attribute), "model": voice.label("models", model)}
        said = Bullets(label_bias_sentences(rows, group, voice.lang))
        folds.append(Fold(voice.say("fairness", "bias_fold", **place), (said, _table(rows, place, voice))))
    heading = Paragraph(voice.say("fairness", "bias"), "heading")
    return (heading, Paragraph(voice.say("fairness", "bias_text")), *folds)


def _table(rows: pd.DataFrame, place: Mapping[str, str], voice: Voice) -> Table:
    scenarios = load_words(voice.lang, "hgrisk.audit")["scenarios"]
    heads = (
        Head(voice.say("fairness", "measure")),
        *(Head(scenarios[scenario], numeric=True) for scenario in SCENARIOS),
    )
    names = {
        "group": place["group"],
        "others": voice.say("fairness", "others"),
        "all": voice.say("fairness", "everyone"),
    }
    parts = {side: rows[rows["group"] == side] for side in names}
    every = bool(rows["shown"].all())  # else the size of one side is that of everyone without the other
    groups = tuple(
        RowGroup(
            names[side],
            _lines(part, voice, shown=bool(part["shown"].all())),
            voice.say("fairness", "size", n=voice.num.count(part["n"].iloc[0])) if every else "",
        )
        for side, part in parts.items()
        if len(part)
    )
    return Table(voice.say("fairness", "bias_caption", **place), heads, groups, role="steady")


def _lines(part: pd.DataFrame, voice: Voice, *, shown: bool) -> tuple[tuple[Cell, ...], ...]:
    found = {(row["measure"], row["scenario"]): row for row in part.to_dict("records")}
    withheld = Cell(voice.say("fairness", "withheld"), role="quiet")
    return tuple(
        (
            Cell(measure_label(measure, voice)),
            *(measure_cell(found[measure, scenario], voice) if shown else withheld for scenario in SCENARIOS),
        )
        for measure in MEASURES
        if (measure, SCENARIOS[0]) in found
    )
