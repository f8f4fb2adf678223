"""The parts of a validation design in tables: one metric, every metric, and differences with the first model."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from hgrisk.report.blocks import Block, Cell, Fold, Head, Paragraph, RowGroup, Table
from hgrisk.report.scores import in_tables, score_table
from hgrisk.report.voice import Voice, capital

Record = Mapping[Any, Any]
OF_PART = ["design", "part", "horizon_days"]
PART_HEADS: Mapping[str, str] = MappingProxyType(
    {"folds": "part_folds", "rolling": "part_rolling", "regions": "part_regions"}
)
"""What the parts of a design are called."""


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with their parts in order of name, capitals aside, whatever their estimates.

    Parameters
    ----------
    rows : DataFrame
        With a column ``part``.

    Returns
    -------
    DataFrame
        The rows; those of one part stay in their order.
    """
    return rows.sort_values("part", kind="stable", key=lambda names: names.astype(str).str.casefold())


def part_table(rows: pd.DataFrame, caption: str, voice: Voice, min_cell: int) -> Table:
    """Make the table of one metric at one horizon, parts under each model.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``validation`` of one design, metric and horizon.
    caption : str
        What the table shows.
    voice : Voice
        The language.
    min_cell : int
        A part with fewer landmarks has its estimate hidden.

    Returns
    -------
    Table
        Part with its size, and the estimate.
    """
    groups = tuple(
        RowGroup(voice.label("models", model), _lines(of_model, [str(rows["metric"].iloc[0])], voice, min_cell))
        for model, of_model in _sized(rows).groupby("model", sort=False)
    )
    return Table(caption, _heads(rows, voice), groups)


def metric_folds(rows: pd.DataFrame, days: float, voice: Voice, min_cell: int) -> tuple[Fold, ...]:
    """Fold away every metric of a design: of one part at all horizons together, of more parts model by model.

    Parameters
    ----------
    rows : DataFrame
        Rows of ``validation`` of one design.
    days : float
        The horizon at which more parts are shown.
    voice : Voice
        The language.
    min_cell : int
        A part with fewer landmarks has its estimates hidden.

    Returns
    -------
    tuple of Fold
        One, or one for each model; none where a design of one part has too few landmarks.
    """
    design = capital(voice.label("designs", rows["design"].iloc[0]))
    if rows["part"].nunique() == 1:
        shown = _sized(rows)[rows["n_test"] >= min_cell]
        if shown.empty:
            return ()
        table = score_table(shown, voice.say("validation", "all_caption", design=design), voice)
        return (Fold(voice.say("validation", "all_fold", design=design), (table,)),)
    folds = []
    for model, of_model in _sized(rows[rows["horizon_days"] == days]).groupby("model", sort=False):
        said = {"model": voice.label("models", model), "horizon": voice.horizon(days)}
        tables = [
            _parts_by_metrics(
                of_model, metrics, voice.say("validation", "all_caption_of", **said, part=number), voice, min_cell
            )
            for number, metrics in enumerate(in_tables(of_model["metric"].unique()), start=1)
        ]
        folds.append(Fold(voice.say("validation", "all_fold_of", **said, design=design), tuple(tables)))
    return tuple(folds)


def difference_fold(
    differences: pd.DataFrame, rows: pd.DataFrame, days: float, voice: Voice, min_cell: int
) -> tuple[Fold, ...]:
    """Fold away the paired differences of a design with the first model, at one horizon.

    Parameters
    ----------
    differences : DataFrame
        Rows of ``validation_differences`` of one design.
    rows : DataFrame
        Rows of ``validation`` of the design, from which the sizes of the parts are taken.
    days : float
        The horizon.
    voice : Voice
        The language.
    min_cell : int
        A part with fewer landmarks, or of unknown size, has its differences hidden.

    Returns
    -------
    tuple of Fold
        One, or none without differences.
    """
    at = differences[differences["horizon_days"] == days]
    if at.empty:
        return ()
    against = voice.label("models", at["against"].iloc[0])
    sizes = _sized(rows).drop_duplicates(OF_PART)[[*OF_PART, "n", "n_events"]]
    sized = at.merge(sizes, on=OF_PART, how="left", validate="many_to_one")
    said = {"against": against, "horizon": voice.horizon(days)}
    design = capital(voice.label("designs", rows["design"].iloc[0]))
    blocks: list[Block] = [Paragraph(voice.say("validation", "differences_text", against=against))]
    single = rows["part"].nunique() == 1
    for model, of_model in sized.groupby("model", sort=False):
        named = {"model": voice.label("models", model), "against": against}
        if single:
            caption = voice.say("validation", "differences_caption", **named)
            blocks.append(_differences_by_metric(of_model, caption, voice, min_cell))
            continue
        for number, metrics in enumerate(in_tables(of_model["metric"].unique()), start=1):
            caption = voice.say("validation", "differences_caption_of", **named, part=number)
            blocks.append(_parts_by_metrics(of_model, metrics, caption, voice, min_cell))
    return (Fold(voice.say("validation", "differences_fold", **said, design=design), tuple(blocks)),)


def change_cell(difference: float, lower: float, upper: float, voice: Voice) -> Cell:
    """Make a cell of a difference with its sign and its interval.

    Parameters
    ----------
    difference, lower, upper : float
        The difference and its bounds; NaN where undefined.
    voice : Voice
        The language.

    Returns
    -------
    Cell
        The cell.
    """
    if not math.isfinite(difference):
        return Cell(voice.num.undefined, role="quiet")
    bounds = voice.num.bounds(lower, upper)
    return Cell(voice.num.signed(difference), f"({bounds})" if bounds else "")


def _sized(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.rename(columns={"n_test": "n"})


def _heads(rows: pd.DataFrame, voice: Voice, metrics: Iterable[str] = ()) -> tuple[Head, ...]:
    """Return what the parts are called, and the metrics; of one metric the caption tells the name."""
    part = Head(voice.say("validation", PART_HEADS.get(str(rows["design"].iloc[0]), "part_folds")))
    names = [voice.label("metrics", metric) for metric in metrics] or [voice.say("validation", "value")]
    return (part, *(Head(name, numeric=True) for name in names))


def _parts_by_metrics(rows: pd.DataFrame, metrics: list[str], caption: str, voice: Voice, min_cell: int) -> Table:
    lines = _lines(rows, metrics, voice, min_cell)
    return Table(caption, _heads(rows, voice, metrics), (RowGroup("", lines),))


def _lines(rows: pd.DataFrame, metrics: list[str], voice: Voice, min_cell: int) -> tuple[tuple[Cell, ...], ...]:
    """Return a row per part, in order of name: its size where there is room, then each metric, or each difference."""
    return tuple(
        (
            Cell(voice.label("parts", part), small=_size(each, voice, min_cell) if len(metrics) == 1 else ""),
            *_values(each, metrics, voice, min_cell),
        )
        for part, each in in_order(rows).groupby("part", sort=False)
    )


def _size(rows: pd.DataFrame, voice: Voice, min_cell: int) -> str:
    n, events = rows["n"].iloc[0], rows["n_events"].iloc[0]
    if not n >= min_cell:
        return voice.say("validation", "size", n=voice.small_count(n, min_cell))
    told = [voice.small_count(count, min_cell) for count in (n, events)]
    return voice.say("scores", "size", n=told[0], events=told[1])


def _values(rows: pd.DataFrame, metrics: list[str], voice: Voice, min_cell: int) -> list[Cell]:
    if not rows["n"].iloc[0] >= min_cell:
        return [Cell(voice.say("audit", "hidden"), role="quiet")] * len(metrics)
    by_metric = {row["metric"]: row for row in rows.to_dict("records")}
    return [_value(by_metric[metric], voice) if metric in by_metric else Cell("", role="quiet") for metric in metrics]


def _value(row: Record, voice: Voice) -> Cell:
    if "difference" in row:
        return change_cell(row["difference"], row["lower"], row["upper"], voice)
    return voice.estimate(row["estimate"], row["lower"], row["upper"])


def _differences_by_metric(rows: pd.DataFrame, caption: str, voice: Voice, min_cell: int) -> Table:
    hidden = Cell(voice.say("audit", "hidden"), role="quiet")
    lines = tuple(
        (Cell(voice.label("metrics", row["metric"])), hidden if row["n"] < min_cell else _value(row, voice))
        for row in rows.to_dict("records")
    )
    heads = (Head(voice.say("validation", "measure")), Head(voice.say("validation", "difference"), numeric=True))
    return Table(caption, heads, (RowGroup("", lines),))
