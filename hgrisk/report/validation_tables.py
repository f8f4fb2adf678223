"""Tables of validation beside the parts of a design: pooled regions, optimism, learning, and what was left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from hgrisk.report.blocks import Block, Cell, Fold, Head, Paragraph, RowGroup, Table
from hgrisk.report.omissions import reason_words
from hgrisk.report.small_cells import other_groups
from hgrisk.report.validation_parts import change_cell, in_order
from hgrisk.report.voice import Voice, capital

Record = Mapping[Any, Any]
COUNTS: Mapping[str, str] = MappingProxyType(
    {"learning_networks": "n_train_networks", "learning_landmarks": "n_train", "learning_events": "n_train_events"}
)


def pooled_fold(pooled: pd.DataFrame, days: float, against: str, voice: Voice) -> tuple[Fold, ...]:
    """Fold away the pooled regions at one horizon: mean, where a new region is to be expected, heterogeneity.

    Parameters
    ----------
    pooled : DataFrame
        ``validation_pooled``.
    days : float
        The horizon.
    against : str
        Name of the model that differences are with; empty where that is not known.
    voice : Voice
        The language.

    Returns
    -------
    tuple of Fold
        One with a table of measures, and one of differences where there are; none without rows.
    """
    at = pooled[pooled["horizon_days"] == days]
    if at.empty:
        return ()
    different = at["difference"].astype(bool)
    blocks: list[Block] = [Paragraph(voice.say("validation", "pooled_text"))]
    if not different.all():
        blocks.append(_pooled_table(at[~different], voice.say("validation", "pooled_caption"), voice))
    if different.any():
        named = {"against": voice.label("models", against)}
        for model, rows in at[different].groupby("model", sort=False):
            caption = voice.say("validation", "pooled_differences", **named, model=voice.label("models", model))
            blocks.append(_pooled_differences(rows, caption, voice))
    return (Fold(voice.say("validation", "pooled_fold", horizon=voice.horizon(days)), tuple(blocks)),)


def optimism_table(optimism: pd.DataFrame, days: float, voice: Voice) -> Table:
    """Make the table of apparent and corrected performance at one horizon.

    Parameters
    ----------
    optimism : DataFrame
        ``validation_optimism``.
    days : float
        The horizon.
    voice : Voice
        The language.

    Returns
    -------
    Table
        Models under each metric.
    """
    heads = [Head(voice.say("scores", "model"))]
    keys = ("optimism_apparent", "optimism_optimism", "optimism_corrected", "optimism_draws")
    heads += [Head(voice.say("validation", key), numeric=True) for key in keys]
    groups = []
    for metric, part in optimism[optimism["horizon_days"] == days].groupby("metric", sort=False):
        lines = tuple(_optimism_row(row, voice) for row in part.to_dict("records"))
        groups.append(RowGroup(voice.label("metrics", metric), lines, voice.hint(metric)))
    caption = voice.say("validation", "optimism_caption", horizon=voice.horizon(days))
    return Table(caption, tuple(heads), tuple(groups))


def learning_table(rows: pd.DataFrame, caption: str, voice: Voice, min_cell: int) -> Table:
    """Make the table of a learning curve: one metric at one horizon.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``validation_learning``.
    caption : str
        What the table shows.
    voice : Voice
        The language.
    min_cell : int
        Counts below this are shown as such.

    Returns
    -------
    Table
        Shares of the training networks under each model.
    """
    heads = [Head(voice.say("validation", key), numeric=True) for key in COUNTS]
    groups = []
    for model, part in rows.groupby("model", sort=False):
        lines = tuple(
            (
                Cell(voice.num.percent(row["share"], 0)),
                *(Cell(voice.small_count(row[column], min_cell)) for column in COUNTS.values()),
                voice.estimate(row["estimate"], row["lower"], row["upper"]),
            )
            for row in part.sort_values(["share", "draw"], kind="stable").to_dict("records")
        )
        groups.append(RowGroup(voice.label("models", model), lines))
    first, last = Head(voice.say("validation", "learning_share")), Head(voice.say("validation", "value"), numeric=True)
    return Table(caption, (first, *heads, last), tuple(groups), voice.say("validation", "learning_note"))


def omitted_fold(omitted: pd.DataFrame, named: Collection[object], voice: Voice) -> Fold:
    """Fold away what could not be judged, with the reasons, horizons of one part and reason together.

    Parameters
    ----------
    omitted : DataFrame
        ``validation_omitted``; not empty.
    named : collection
        Regions that are large enough to be named; the others are told by their number, as years and folds need not be.
    voice : Voice
        The language.

    Returns
    -------
    Fold
        A table by design.
    """
    told = omitted.assign(why=[reason_words(str(reason), voice) for reason in omitted["reason"]])
    region = told["design"] == "regions"
    told["unnamed"] = region & ~told["part"].isin(list(named))
    groups = []
    for design, of_design in told.groupby("design", sort=False):
        lines = [
            (Cell(voice.label("parts", part)), Cell(_listed(rows["horizon_days"], voice)), Cell(str(why)))
            for (part, why), rows in in_order(of_design[~of_design["unnamed"]]).groupby(["part", "why"], sort=False)
        ]
        lines += [
            (other_groups(rows["part"].nunique(), voice), Cell(_listed(rows["horizon_days"], voice)), Cell(str(why)))
            for why, rows in of_design[of_design["unnamed"]].groupby("why", sort=True)
        ]
        groups.append(RowGroup(capital(voice.label("designs", design)), tuple(lines)))
    heads = tuple(Head(voice.say("validation", key)) for key in ("omitted_part", "omitted_at", "omitted_why"))
    table = Table(voice.say("validation", "omitted_caption"), heads, tuple(groups))
    return Fold(voice.say("validation", "omitted_fold"), (table,))


def _pooled_table(rows: pd.DataFrame, caption: str, voice: Voice) -> Table:
    groups = tuple(
        RowGroup(
            voice.label("metrics", metric),
            tuple(_pooled_row("models", row["model"], row, voice) for row in part.to_dict("records")),
            voice.hint(metric),
        )
        for metric, part in rows.groupby("metric", sort=False)
    )
    return Table(caption, _pooled_heads("scores", "model", voice), groups, voice.say("validation", "pooled_note"))


def _pooled_differences(rows: pd.DataFrame, caption: str, voice: Voice) -> Table:
    lines = tuple(_pooled_row("metrics", row["metric"], row, voice) for row in rows.to_dict("records"))
    return Table(caption, _pooled_heads("validation", "measure", voice), (RowGroup("", lines),))


def _pooled_heads(section: str, key: str, voice: Voice) -> tuple[Head, ...]:
    keys = ("pooled_n", "pooled_mean", "pooled_expected")
    numbers = [*(voice.say("validation", each) for each in keys), "τ²", "I²"]
    return (Head(voice.say(section, key)), *(Head(text, numeric=True) for text in numbers))


def _pooled_row(kind: str, name: str, row: Record, voice: Voice) -> tuple[Cell, ...]:
    bounds = voice.num.bounds(row["prediction_lower"], row["prediction_upper"])
    bounds = bounds.replace(" ", "\N{NO-BREAK SPACE}")
    mean = row["estimate"], row["lower"], row["upper"]
    return (
        Cell(voice.label(kind, name)),
        Cell(voice.num.count(row["n_parts"])),
        change_cell(*mean, voice) if row["difference"] else voice.estimate(*mean),
        Cell(bounds or voice.num.undefined, role="" if bounds else "quiet"),
        Cell(voice.num.number(row["tau2"])),
        Cell(voice.num.percent(row["i2"] / 100, 0)),
    )


def _optimism_row(row: Record, voice: Voice) -> tuple[Cell, ...]:
    failed = (
        voice.say("validation", "optimism_failed", n=voice.num.count(row["n_failed"])) if row["n_failed"] > 0 else ""
    )
    return (
        Cell(voice.label("models", row["model"])),
        Cell(voice.num.number(row["apparent"])),
        Cell(voice.num.signed(row["optimism"])),
        voice.estimate(row["corrected"], row["lower"], row["upper"]),
        Cell(voice.num.count(row["n_draws"]), small=failed),
    )


def _listed(horizons: Iterable[float], voice: Voice) -> str:
    return ", ".join(voice.horizon(float(days)) for days in sorted(set(horizons)))
