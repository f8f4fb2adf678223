"""What was chosen among candidates, and by which rule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from hgrisk.report.blocks import Bullets, Cell, Head, Paragraph, RowGroup, Section, Table
from hgrisk.report.content import ReportContent
from hgrisk.report.voice import Voice
from hgrisk.selection.one_se import best_and_simplest


def choice(content: ReportContent, voice: Voice) -> Section | None:
    """Make the section on choices among candidates.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.

    Returns
    -------
    Section or None
        The rule in words for each model, and a table of the candidates; None without a choice.
    """
    table = content.further.get("selection")
    if table is None or table.empty:
        return None
    models = [(str(model), rows) for model, rows in table.groupby("model", sort=False)]
    rules = tuple(_rule(model, rows, voice) for model, rows in models)
    groups = tuple(
        RowGroup(
            voice.label("models", model),
            tuple(_row(row, voice) for row in rows.to_dict("records")),
            "" if _higher(rows) is None else voice.say("choice", "higher" if _higher(rows) else "lower"),
        )
        for model, rows in models
    )
    heads = (
        Head(voice.say("choice", "candidate")),
        Head(voice.say("choice", "mean"), numeric=True),
        Head(voice.say("choice", "mark")),
    )
    note = voice.say("choice", "undefined") if table["mean"].isna().any() else ""
    shown = Table(voice.say("choice", "caption"), heads, groups, note)
    text = Paragraph(voice.say("choice", "text"))
    return Section("choice", voice.say("choice", "title"), (Bullets(rules), text, shown))


def _rule(model: str, rows: pd.DataFrame, voice: Voice) -> str:
    """Say what was chosen and why, as far as the numbers of the table tell."""
    chosen, best = (voice.label("models", _marked(rows, column)) for column in ("is_chosen", "is_best"))
    return voice.say("choice", _rule_key(rows), model=voice.label("models", model), chosen=chosen, best=best)


def _rule_key(rows: pd.DataFrame) -> str:
    higher, mean = _higher(rows), rows["mean"].to_numpy(dtype=float)
    se = rows["se_difference" if "se_difference" in rows else "se"].to_numpy(dtype=float)
    if higher is None:
        return "rule_none"
    best, simplest = best_and_simplest(-mean if higher else mean, se)
    chosen = int(np.flatnonzero(rows["is_chosen"].to_numpy(dtype=bool))[0])
    if chosen == best == simplest:
        return "rule_both" if chosen else "rule_first"
    return "rule_simplest" if chosen == simplest else "rule_best" if chosen == best else "rule_none"


def _higher(rows: pd.DataFrame) -> bool | None:
    """Tell from the best candidate whether a high mean is good; None where the candidates do not differ."""
    mean, best = rows["mean"], rows.loc[rows["is_best"].astype(bool), "mean"].max()
    if not mean.max() > mean.min():
        return None
    return bool(best == mean.max())


def _marked(rows: pd.DataFrame, column: str) -> str:
    return str(rows.loc[rows[column].astype(bool), "candidate"].iloc[0])


def _row(row: Mapping[Any, Any], voice: Voice) -> tuple[Cell, ...]:
    marks = [voice.say("choice", key) for key in ("best", "chosen") if row[f"is_{key}"]]
    known = math.isfinite(row["mean"])
    mean = voice.num.number(row["mean"])
    interval = f"({voice.num.number(row['se'])})" if known and math.isfinite(row["se"]) else ""
    return (
        Cell(voice.label("models", row["candidate"])),
        Cell(mean, interval, role="" if known else "quiet"),
        Cell(", ".join(marks)),
    )
