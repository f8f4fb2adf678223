"""Which attributes can be told from the features, as tables."""

from __future__ import annotations

import pandas as pd

from hgrisk.report.blocks import Block, Cell, Fold, Head, Paragraph, RowGroup, Table
from hgrisk.report.content import ReportContent
from hgrisk.report.levels import level_words
from hgrisk.report.results import feature_label, feature_sentences
from hgrisk.report.small_cells import other_line
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
        Levels with fewer landmarks are withheld, and not named.

    Returns
    -------
    tuple of Block
        A heading, a caution, a table of attributes, and one of features in a fold; nothing without a test.
    """
    table = content.further.get("audit_proxy")
    if table is None or table.empty:
        return ()
    rare = _rare(table, min_cell)
    blocks: list[Block] = [
        Paragraph(voice.say("fairness", "proxy"), "heading"),
        Paragraph(voice.say("fairness", "proxy_text")),
        Paragraph(load_words(voice.lang, "hgrisk.audit")["proxy"]["caution"]),
        _level_table(table.assign(rare=rare), voice),
    ]
    features = content.further.get("audit_proxy_features")
    if features is not None:
        unnamed = pd.MultiIndex.from_frame(table.loc[rare, ["attribute", "level"]])
        features = features[~pd.MultiIndex.from_frame(features[["attribute", "level"]]).isin(unnamed)]
    if features is not None and len(features):
        shown = _feature_table(features, content, voice)
        blocks.append(Fold(voice.say("fairness", "proxy_fold"), (shown,)))
    return tuple(blocks)


def _rare(table: pd.DataFrame, min_cell: int) -> pd.Series[bool]:
    """Return which levels have fewer rows than ``min_cell``, or are withheld without their number."""
    own = table["n_level"].astype("Float64") if "n_level" in table else table["n"].where(table["shown"])
    return ~((own.fillna(0) >= min_cell) & (table["n"] >= min_cell)).astype(bool)


def _level_table(table: pd.DataFrame, voice: Voice) -> Table:
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
                Cell(voice.num.count(row["n"])),
                voice.estimate(row["auc"], row["lower"], row["upper"], 2) if row["shown"] else withheld,
            )
            for row in rows[~rows["rare"]].sort_values("level", kind="stable").to_dict("records")
        )
        rare = other_line(int(rows["rare"].sum()), 2, ("fairness", "withheld"), voice)
        groups.append(RowGroup(voice.label("audits", attribute), lines + rare))
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
