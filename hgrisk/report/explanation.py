"""What moves the scores of each model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from hgrisk.figures.importance import Kind, draw_importance
from hgrisk.figures.numerals import decimals_for
from hgrisk.report.blocks import Alert, Block, Cell, Fold, Head, Paragraph, Picture, RowGroup, Section, Table
from hgrisk.report.content import ReportContent
from hgrisk.report.interactions import interactions
from hgrisk.report.shape_panels import shape_panels
from hgrisk.report.stability import stability
from hgrisk.report.terms import Terms, terms_of
from hgrisk.report.voice import Voice

TABLES = ("importance", "importance_families", "shapes", "interactions", "stability", "stability_fits")
_KEYS = {"feature": ("feature_picture", "feature_caption"), "family": ("family_picture", "family_caption")}


def explanation(content: ReportContent, voice: Voice, min_cell: int) -> Section | None:
    """Make the section on what moves the scores; nothing in it is about a case.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.
    min_cell : int
        Values with fewer landmarks are not shown.

    Returns
    -------
    Section or None
        Importance, shapes, interactions and stability, a fold per model if there are more; None without any of them.
    """
    tables = {name: table for name in TABLES if len(table := content.further.get(name, pd.DataFrame()))}
    if not tables:
        return None
    terms = terms_of(content, voice)
    by_model = {
        voice.label("models", model): _only(tables, model)
        for model in dict.fromkeys(model for table in tables.values() for model in table["model"])
    }
    made = {name: _of_model(own, name, terms, min_cell) for name, own in by_model.items()}
    text = Paragraph(voice.say("explanation", "text"))
    caution = Alert(voice.say("explanation", "caution_title"), voice.say("explanation", "caution"))
    cases = Paragraph(voice.say("explanation", "cases"))
    folds = (
        Fold(voice.say("explanation", "fold", model=name), inner, is_open=not place)
        for place, (name, inner) in enumerate(made.items())
    )
    blocks = folds if len(made) > 1 else next(iter(made.values()))
    return Section("explanation", voice.say("explanation", "title"), (text, caution, cases, *blocks))


def _only(tables: Mapping[str, pd.DataFrame], model: Any) -> dict[str, pd.DataFrame]:
    parts = {name: table[table["model"] == model] for name, table in tables.items()}
    return {name: part for name, part in parts.items() if len(part)}


def _of_model(tables: Mapping[str, pd.DataFrame], name: str, terms: Terms, min_cell: int) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if "importance" in tables:
        blocks += _importance(tables["importance"], "feature", name, terms)
    if "importance_families" in tables and len(tables.get("importance", ())) != 1:  # of one feature it says the same
        blocks += _importance(tables["importance_families"], "family", name, terms)
    if "shapes" in tables:
        blocks += shape_panels(tables["shapes"], terms, min_cell)
    if "interactions" in tables:
        blocks += interactions(tables["interactions"], name, terms)
    ranked = tables.get("importance", tables.get("stability"))
    if ranked is not None and ranked["feature"].nunique() == 1:  # one feature has no order that could change
        return tuple(blocks)
    return (*blocks, *stability(tables.get("stability"), tables.get("stability_fits"), name, terms))


def _importance(table: pd.DataFrame, kind: Kind, name: str, terms: Terms) -> tuple[Block, ...]:
    """Draw what moves the score, with every row above 0 in the table of the figure."""
    moving = table[table["mean_abs"] > 0]
    if moving.empty:
        return (Paragraph(terms.voice.say("explanation", "nothing", name=name)),) if kind == "feature" else ()
    named = terms.feature if kind == "feature" else terms.family
    labels = {each: named(each) for each in moving[kind]}
    wide, narrow = (
        draw_importance(moving, name=name, kind=kind, labels=labels, lang=terms.voice.lang, size=size)
        for size in ("wide", "narrow")
    )
    return (Picture(narrow, wide, terms.voice.say("explanation", _KEYS[kind][0]), _table(table, kind, name, terms)),)


def _table(table: pd.DataFrame, kind: Kind, name: str, terms: Terms) -> Table:
    voice, moving = terms.voice, table[table["mean_abs"] > 0]
    heads = (Head(voice.say("explanation", kind)), Head(voice.say("explanation", "size"), numeric=True))
    digits = decimals_for(moving["mean_abs"])
    rows = tuple(
        (
            Cell(terms.feature(row["feature"]), small=terms.family(row["family"]))
            if kind == "feature"
            else Cell(terms.family(row["family"])),
            voice.estimate(row["mean_abs"], row["lower"], row["upper"], digits),
        )
        for row in moving.to_dict("records")
    )
    still = len(table) - len(moving)
    note = voice.say("explanation", "still", n=voice.num.count(still)) if still else ""
    return Table(voice.say("explanation", _KEYS[kind][1], name=name), heads, (RowGroup("", rows),), note)
