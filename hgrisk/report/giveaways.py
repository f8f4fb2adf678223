"""Which attributes can be told from the features, as tables."""

from __future__ import annotations

import pandas as pd

from hgrisk.report.blocks import Block, Cell, Fold, Head, Paragraph, RowGroup, Table
from hgrisk.report.content import ReportContent
from hgrisk.report.levels import level_words
from hgrisk.report.results import feature_label, feature_sentences
from hgrisk.report.voice import Voice
from hgrisk.words import load_words


def giveaways(content: ReportContent, voice: Voice, min_cell: int) -> tuple[Block, ...]:
    """Tabulate how well attributes that no model sees can be told from the features, and by which.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.
    min_cell : int
        Levels with fewer landmarks are withheld.

    Returns
    -------
    tuple of Block
        A heading, a caution, a table of attributes, and one of features in a fold; nothing without a test.
    """
    table = content.further.get("audit_proxy")
    if table is None or table.empty:
        return ()
    blocks: list[Block] = [
        Paragraph(voice.say("fairness", "proxy"), "heading"),
        Paragraph(voice.say("fairness", "proxy_text")),
        Paragraph(load_words(voice.lang, "hgrisk.audit")["proxy"]["caution"]),
        _level_table(table, voice, min_cell),
    ]
    features = content.further.get("audit_proxy_features")
    if features is not None and len(features):
        shown = _feature_table(features, content, voice)
        blocks.append(Fold(voice.say("fairness", "proxy_fold"), (shown,)))
    return tuple(blocks)


def _level_table(table: pd.DataFrame, voice: Voice, min_cell: int) -> Table:
    heads = (
        Head(voice.say("fairness", "level")),
        Head(voice.say("audit", "n"), numeric=True),
        Head(voice.say("fairness", "auc"), numeric=True),
    )
    withheld = Cell(voice.say("fairness", "withheld"), role="quiet")
    groups = []
    for attribute, rows in table.groupby("attribute", sort=False):
        lines = tuple(
            (
                Cell(level_words(str(row["level"]), voice)),
                Cell(voice.small_count(row["n"], min_cell)),
                voice.estimate(row["auc"], row["lower"], row["upper"], 2)
                if row["shown"] and row["n"] >= min_cell
                else withheld,
            )
            for row in rows.sort_values("level", kind="stable").to_dict("records")
        )
        groups.append(RowGroup(voice.label("audits", attribute), lines))
    return Table(voice.say("fairness", "proxy_caption"), heads, tuple(groups), voice.say("fairness", "proxy_note"))


def _feature_table(features: pd.DataFrame, content: ReportContent, voice: Voice) -> Table:
    sentences = feature_sentences(content.features, voice)
    heads = (
        Head(voice.say("fairness", "feature")),
        Head(voice.say("fairness", "weight"), numeric=True),
        Head(voice.say("fairness", "alone"), numeric=True),
    )
    groups = []
    for (attribute, level), rows in features.groupby(["attribute", "level"], sort=False):
        lines = tuple(
            (
                Cell(feature_label(row["feature"], sentences, voice)),
                Cell(voice.num.number(row["weight"], 2)),
                Cell(voice.num.number(row["auc_alone"], 2)),
            )
            for row in rows.to_dict("records")
        )
        head = voice.say(
            "fairness", "of", attribute=voice.label("audits", attribute), level=level_words(str(level), voice)
        )
        groups.append(RowGroup(head, lines))
    note = voice.say("fairness", "features_note")
    return Table(voice.say("fairness", "features_caption"), heads, tuple(groups), note)
