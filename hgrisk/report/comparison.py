"""Each model beside the one that it has to beat: what can be told, and the differences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from hgrisk.evaluation.capacity import without_capacity
from hgrisk.evaluation.registry import get_metric
from hgrisk.figures.verdict import change_verdict
from hgrisk.report.blocks import Block, Bullets, Cell, Fold, Head, Paragraph, RowGroup, Section, Table
from hgrisk.report.content import ReportContent
from hgrisk.report.headline import main_horizon
from hgrisk.report.validation_parts import change_cell
from hgrisk.report.voice import Voice

SAYS: Mapping[str, Mapping[str, str]] = {
    "ranking": {
        "better": "ranking_better",
        "worse": "ranking_worse",
        "unclear": "ranking_unclear",
        "unknown": "ranking_unknown",
    },
    "accuracy": {
        "better": "accuracy_better",
        "worse": "accuracy_worse",
        "unclear": "accuracy_unclear",
        "unknown": "accuracy_unknown",
    },
}
"""Key of the words, by what is compared and what can be told."""
RANKING = ("uno_c", "auc", "harrell_c")
"""Metrics of ranking, of which the first that the run has is told in words."""


def comparison(content: ReportContent, voice: Voice) -> Section | None:
    """Make the section on what each model adds to the one that it has to beat.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.

    Returns
    -------
    Section or None
        A sentence per model and horizon, and a fold with every difference; None with one model only.
    """
    table = content.further.get("comparison")
    if table is None or table.empty:
        return None
    against = voice.label("models", table["against"].iloc[0])
    blocks: list[Block] = [Paragraph(voice.say("comparison", "text", against=against))]
    if content.apparent:
        blocks.append(Paragraph(voice.say("scores", "apparent"), "warned"))
    tables = []
    for days, rows in table.groupby("horizon_days", sort=True):
        horizon = voice.horizon(float(str(days)))
        said = tuple(_sentence(str(model), part, voice) for model, part in rows.groupby("model", sort=False))
        blocks += [Paragraph(voice.say("comparison", "at", horizon=horizon)), Bullets(said)]
        tables.append(_table(rows, voice.say("comparison", "caption", against=against, horizon=horizon), voice))
    blocks.append(Fold(voice.say("comparison", "fold"), tuple(tables)))
    return Section("comparison", voice.say("comparison", "title"), tuple(blocks))


def comparison_headline(content: ReportContent, voice: Voice) -> tuple[str, ...]:
    """Say how many models rank better than the one they have to beat, at the horizon nearest to a year.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.

    Returns
    -------
    tuple of str
        One sentence; none where nothing is compared.
    """
    table = content.further.get("comparison")
    if table is None or table.empty:
        return ()
    days = main_horizon(table)
    at = table[table["horizon_days"] == days]
    metric = next((name for name in RANKING if (at["metric"] == name).any()), None)
    rows = at[at["metric"] == metric].to_dict("records")
    if not rows:
        return ()
    found = [_verdict(row) for row in rows]
    counts = {key: voice.num.count(sum(one == key for one in found)) for key in ("better", "worse")}
    said = {"against": voice.label("models", rows[0]["against"]), "horizon": voice.horizon(days), **counts}
    return (voice.say("comparison", "headline", n=voice.num.count(len(rows)), **said),)


def _sentence(model: str, rows: pd.DataFrame, voice: Voice) -> str:
    """Say of ranking and of accuracy whether the model is better, worse, or cannot be told from the other."""
    by_metric = {row["metric"]: row for row in rows.to_dict("records")}
    ranking = next((name for name in RANKING if name in by_metric), None)
    told = [(name, kind) for name, kind in ((ranking, "ranking"), ("brier", "accuracy")) if name in by_metric]
    parts = [
        voice.say(
            "comparison",
            SAYS[kind][_verdict(by_metric[name])],
            metric=voice.label("metrics", name),
            change=voice.num.change(*(by_metric[name][column] for column in ("difference", "lower", "upper"))),
        )
        for name, kind in told
    ]
    name = voice.label("models", model)
    return voice.say("comparison", "sentence", model=name, parts="; ".join(parts) or voice.say("comparison", "none"))


def _verdict(row: Mapping[Any, Any]) -> str:
    found = change_verdict(row["lower"], row["upper"])
    if found in {"unclear", "unknown"}:
        return found
    higher_is_better = get_metric(without_capacity(row["metric"])).direction == "higher"
    return "better" if (found == "up") == higher_is_better else "worse"


def _table(rows: pd.DataFrame, caption: str, voice: Voice) -> Table:
    groups = tuple(
        RowGroup(
            voice.label("metrics", metric),
            tuple(_row(row, voice) for row in part.to_dict("records")),
            voice.hint(metric),
        )
        for metric, part in rows.groupby("metric", sort=False)
    )
    heads = (Head(voice.say("scores", "model")), Head(voice.say("comparison", "difference"), numeric=True))
    return Table(caption, heads, groups)


def _row(row: Mapping[Any, Any], voice: Voice) -> tuple[Cell, ...]:
    change = change_cell(row["difference"], row["lower"], row["upper"], voice)
    return (Cell(voice.label("models", row["model"])), change)
