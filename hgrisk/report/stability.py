"""Whether a model leans on the same features after other training, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from hgrisk.figures.numerals import decimals_for
from hgrisk.report.blocks import Block, Cell, Fold, Head, Paragraph, RowGroup, Table
from hgrisk.report.omissions import reason_words
from hgrisk.report.terms import Terms
from hgrisk.report.voice import Voice

MOST = 20


def stability(features: pd.DataFrame | None, fits: pd.DataFrame | None, name: str, terms: Terms) -> tuple[Block, ...]:
    """Tabulate how the importance of a model varies over refits, and how far each agrees with the others.

    Parameters
    ----------
    features : DataFrame, optional
        ``by``, ``feature``, ``family``, ``mean_abs``, ``lower``, ``upper``, ``mean_rank``, ``top_share``; the most
        important first.
    fits : DataFrame, optional
        ``by``, ``fit``, ``rank_correlation``, and ``reason`` where there was no fit.
    name : str
        The model, as printed.
    terms : Terms
        Names of features.

    Returns
    -------
    tuple of Block
        How to read them, a table of features in a fold, and a table of refits; nothing without either.
    """
    if features is None and fits is None:
        return ()
    voice = terms.voice
    blocks: list[Block] = [
        Paragraph(voice.say("explanation", "stability"), "heading"),
        Paragraph(voice.say("explanation", "stability_text")),
    ]
    if features is not None:
        table = _feature_table(features, name, terms)
        blocks.append(Fold(voice.say("explanation", "stability_fold"), (table,)))
    if fits is not None:
        blocks.append(Fold(voice.say("explanation", "fits_fold"), (_fit_table(fits, name, voice),)))
    return tuple(blocks)


def _feature_table(features: pd.DataFrame, name: str, terms: Terms) -> Table:
    voice = terms.voice
    heads = (
        Head(voice.say("explanation", "feature")),
        Head(voice.say("explanation", "top_share"), numeric=True),
        Head(voice.say("explanation", "rank"), numeric=True),
        Head(voice.say("explanation", "size"), numeric=True),
    )
    digits = decimals_for(features["mean_abs"])
    groups = []
    for by, rows in features.groupby("by", sort=False):
        lines = tuple(
            (
                Cell(terms.feature(row["feature"]), small=terms.family(row["family"])),
                Cell(voice.num.percent(row["top_share"], 0)),
                Cell(voice.num.number(row["mean_rank"], 1)),
                voice.estimate(row["mean_abs"], row["lower"], row["upper"], digits),
            )
            for row in rows.head(MOST).to_dict("records")
        )
        more = len(rows) - MOST
        small = voice.say("explanation", "more_features", n=voice.num.count(more)) if more > 0 else ""
        groups.append(RowGroup(voice.label("refits", by), lines, small))
    note = voice.say("explanation", "stability_note")
    return Table(voice.say("explanation", "stability_caption", name=name), heads, tuple(groups), note)


def _fit_table(fits: pd.DataFrame, name: str, voice: Voice) -> Table:
    heads = (Head(voice.say("explanation", "fit")), Head(voice.say("explanation", "agreement"), numeric=True))
    groups = tuple(
        RowGroup(voice.label("refits", by), tuple(_fit_row(row, voice) for row in rows.to_dict("records")))
        for by, rows in fits.groupby("by", sort=False)
    )
    note = voice.say("explanation", "fits_note")
    return Table(voice.say("explanation", "fits_caption", name=name), heads, groups, note)


def _fit_row(row: Mapping[Any, Any], voice: Voice) -> tuple[Cell, ...]:
    """Say how far a refit agrees, or why there is none."""
    name, reason = Cell(str(row["fit"])), row["reason"]
    if isinstance(reason, str) and reason:  # a column without any is read back as numbers
        return name, Cell(voice.say("explanation", "omitted"), small=reason_words(reason, voice), role="quiet")
    agreement = voice.num.number(row["rank_correlation"], 2)
    return name, Cell(agreement, role="quiet" if agreement == voice.num.undefined else "")
