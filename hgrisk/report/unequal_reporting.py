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
from hgrisk.report.small_cells import other_groups
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
        Groups with fewer landmarks are withheld, and so are their others, from which they could be had; they are not
        named.

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
        sides = rows["group"].isin(["group", "others"])
        both = bool(rows.loc[sides, "shown"].all())  # a share of all flags is what the others leave
        told = rows.assign(shown=rows["shown"].where(~sides, other=both))
        named = bool((rows.loc[rows["group"] == "group", "n"].fillna(0) >= min_cell).all())
        group = level_words(str(level), voice) if named else other_groups(1, voice).text
        place = {"group": group, "attribute": voice.label("audits", attribute), "model": voice.label("models", model)}
        said = Bullets(label_bias_sentences(told, group, voice.lang))
        folds.append(Fold(voice.say("fairness", "bias_fold", **place), (said, _table(told, place, voice))))
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
