"""Pairs of features that work together in a model, as a table."""

from __future__ import annotations

import pandas as pd

from hgrisk.figures.numerals import decimals_for
from hgrisk.report.blocks import Block, Cell, Head, Paragraph, RowGroup, Table
from hgrisk.report.terms import Terms

MOST = 15


def interactions(table: pd.DataFrame, name: str, terms: Terms) -> tuple[Block, ...]:
    """Tabulate the strongest pairs of a model.

    Parameters
    ----------
    table : DataFrame
        ``feature_a``, ``feature_b``, ``strength``, ``share``, ``kind`` and, where known, ``lower`` and ``upper``; the
        strongest first. See :class:`hgrisk.explain.interactions.Interactions`.
    name : str
        The model, as printed.
    terms : Terms
        Names of features.

    Returns
    -------
    tuple of Block
        What the numbers are, which depends on how they were found, and the table.
    """
    voice, joint = terms.voice, table["kind"].iloc[0] == "joint term"
    shown, digits = table.head(MOST), decimals_for(table["strength"])
    heads = (
        Head(voice.say("explanation", "pair")),
        Head(voice.say("explanation", "strength"), numeric=True),
        Head(voice.say("explanation", "share_joint" if joint else "share_squared"), numeric=True),
    )
    rows = tuple(
        (
            Cell(terms.pair(row["feature_a"], row["feature_b"])),
            voice.estimate(row["strength"], row.get("lower", float("nan")), row.get("upper", float("nan")), digits),
            Cell(voice.num.percent(row["share"])),
        )
        for row in shown.to_dict("records")
    )
    note = voice.say("explanation", "more_pairs", n=voice.num.count(len(table) - MOST)) if len(table) > MOST else ""
    caption = voice.say("explanation", "pair_caption", name=name)
    return (
        Paragraph(voice.say("explanation", "pairs"), "heading"),
        Paragraph(voice.say("explanation", "joint" if joint else "squared")),
        Table(caption, heads, (RowGroup("", rows),), note),
    )
