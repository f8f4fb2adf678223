"""Scores of the models: for everyone, and by group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from hgrisk.evaluation.evaluate import EVERYONE
from hgrisk.figures.metrics import draw_metric
from hgrisk.report.blocks import Block, Cell, Fold, Head, Paragraph, Picture, RowGroup, Section, Table
from hgrisk.report.content import ReportContent
from hgrisk.report.headline import main_horizon, main_metric
from hgrisk.report.small_cells import keep_back, other_line
from hgrisk.report.voice import Voice

MAIN = ("uno_c", "auc", "brier", "calibration_slope", "observed_expected")
"""Metrics that stand on the page; where a run has more, they wait in a fold."""
METRICS_PER_TABLE = 3  # what fits beside counts on a sheet of A4
Record = Mapping[Any, Any]


def scores(content: ReportContent, voice: Voice) -> Section:
    """Make the section on scores for all landmarks.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.

    Returns
    -------
    Section
        A figure of the main metric and a table of every metric, models by horizon.
    """
    title = voice.say("scores", "title")
    everyone = content.scores[content.scores["group"] == EVERYONE]
    if everyone.empty:
        return Section("scores", title, (Paragraph(voice.say("scores", "empty")),))
    blocks: list[Block] = [Paragraph(voice.say("scores", "text"))]
    if content.apparent:
        blocks.append(Paragraph(voice.say("scores", "apparent"), "warned"))
    return Section("scores", title, (*blocks, *_picture(everyone, voice), *_tables(everyone, voice)))


def _tables(everyone: pd.DataFrame, voice: Voice) -> Iterator[Block]:
    """Yield a table of the main metrics, and a fold with the others where there are many."""
    main = everyone["metric"].isin(MAIN)
    if not main.any() or everyone["metric"].nunique() <= len(MAIN):
        yield score_table(everyone, voice.say("scores", "caption"), voice)
        return
    yield score_table(everyone[main], voice.say("scores", "caption"), voice)
    if not main.all():
        rest = score_table(everyone[~main], voice.say("scores", "caption_rest"), voice)
        yield Fold(
            voice.say("scores", "fold_rest", n=voice.num.count(everyone.loc[~main, "metric"].nunique())), (rest,)
        )


def audit(content: ReportContent, voice: Voice, min_cell: int) -> Section | None:
    """Make the section on scores by group, at the horizon nearest to a year.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.
    min_cell : int
        Groups with fewer landmarks have their scores hidden.

    Returns
    -------
    Section or None
        One fold per model; None without groups.
    """
    groups = content.scores[(content.scores["group"] != EVERYONE) & content.scores["horizon_days"].notna()]
    if groups.empty:
        return None
    days = main_horizon(groups)
    others = groups["horizon_days"].nunique() > 1
    at = voice.say("audit", "horizon" if others else "horizon_only", horizon=voice.horizon(days))
    at_main = content.scores[content.scores["horizon_days"] == days]
    folds = tuple(
        Fold(
            voice.say("audit", "fold", model=voice.label("models", model)),
            _audit_tables(_kept(rows, min_cell), model, voice, min_cell),
        )
        for model, rows in at_main.groupby("model", sort=False)
        if (rows["group"] != EVERYONE).any()
    )
    text = " ".join([voice.say("audit", "text"), at])
    hidden = Paragraph(voice.say("page", "hidden_note", n=min_cell), "note")
    return Section("audit", voice.say("audit", "title"), (Paragraph(text), *folds, hidden))


def _picture(everyone: pd.DataFrame, voice: Voice) -> tuple[Picture, ...]:
    metric, days = main_metric(everyone), main_horizon(everyone)
    rows = everyone[(everyone["metric"] == metric) & (everyone["horizon_days"] == days)]
    if len(rows) < 2:
        return ()
    labels = {**voice.labels("models"), **voice.labels("metrics")}
    wide, narrow = (
        draw_metric(rows, metric=metric, horizons=[days], labels=labels, lang=voice.lang, size=size)
        for size in ("wide", "narrow")
    )
    caption = voice.say("scores", "picture_table", metric=voice.label("metrics", metric))
    return (Picture(narrow, wide, voice.say("scores", "picture"), score_table(rows, caption, voice)),)


def score_table(everyone: pd.DataFrame, caption: str, voice: Voice) -> Table:
    """Make the table of every metric, models by horizon.

    Parameters
    ----------
    everyone : DataFrame
        Scores of one group: ``model``, ``metric``, ``horizon_days``, ``estimate``, ``lower``, ``upper``, ``n``,
        ``n_events``.
    caption : str
        What the table shows.
    voice : Voice
        The language.

    Returns
    -------
    Table
        A group of rows per metric.
    """
    horizons = sorted(everyone["horizon_days"].dropna().unique())
    together = [float("nan")] if everyone["horizon_days"].isna().any() else []
    heads = tuple(
        Head(voice.horizon(days), numeric=True, small=_size(_at(everyone, days), voice))
        for days in [*horizons, *together]
    )
    groups = tuple(
        RowGroup(
            voice.label("metrics", metric),
            tuple(
                _score_row(model, part, [*horizons, *together], voice)
                for model, part in rows.groupby("model", sort=False)
            ),
            voice.hint(metric),
        )
        for metric, rows in everyone.groupby("metric", sort=False)
    )
    return Table(caption, (Head(voice.say("scores", "model")), *heads), groups)


def _score_row(model: Any, rows: pd.DataFrame, horizons: Sequence[float], voice: Voice) -> tuple[Cell, ...]:
    cells = [Cell(voice.label("models", model))]
    for days in horizons:
        found = _at(rows, days).to_dict("records")
        if found:
            cells.append(voice.estimate(found[0]["estimate"], found[0]["lower"], found[0]["upper"]))
        else:
            cells.append(Cell("", role="quiet"))
    return tuple(cells)


def _at(rows: pd.DataFrame, days: float) -> pd.DataFrame:
    return rows[rows["horizon_days"] == days] if days == days else rows[rows["horizon_days"].isna()]  # noqa: PLR0124


def _size(rows: pd.DataFrame, voice: Voice) -> str:
    """Say how many rows a column rests on, if all its scores rest on the same."""
    if len(rows.drop_duplicates(["n", "n_events"])) != 1:
        return ""
    n, events = (voice.num.count(rows[column].iloc[0]) for column in ("n", "n_events"))
    return voice.say("scores", "size", n=n, events=events)


def _kept(rows: pd.DataFrame, min_cell: int) -> pd.DataFrame:
    """Return the rows of groups of one model, by column and value, without what would tell a small group."""
    every, groups = rows[rows["group"] == EVERYONE], rows[rows["group"] != EVERYONE]
    totals = {column: float(every[column].iloc[0]) for column in ("n", "n_events") if len(every)}
    names = groups["group"].str.partition("=")
    split = groups.assign(column=names[0], value=names[2])
    return pd.concat(
        keep_back(part, "value", min_cell, n_events="n_events", totals=totals)
        for _, part in split.groupby("column", sort=True)
    )


def _audit_tables(rows: pd.DataFrame, model: Any, voice: Voice, min_cell: int) -> tuple[Table, ...]:
    parts = in_tables(rows["metric"].unique())
    name = voice.label("models", model)
    captions = [
        voice.say("audit", "caption_part" if len(parts) > 1 else "caption", model=name, part=number)
        for number in range(1, len(parts) + 1)
    ]
    return tuple(
        _audit_table(rows, part, caption, voice, min_cell) for part, caption in zip(parts, captions, strict=True)
    )


def in_tables(metrics: Iterable[str]) -> list[list[str]]:
    """Divide metrics over tables that are narrow enough to print.

    Parameters
    ----------
    metrics : iterable of str
        The metrics.

    Returns
    -------
    list of list of str
        Those of each table, in their order.

    Examples
    --------
    >>> in_tables(["auc", "brier", "ici", "e50"])
    [['auc', 'brier', 'ici'], ['e50']]
    """
    each = list(metrics)
    return [each[start : start + METRICS_PER_TABLE] for start in range(0, len(each), METRICS_PER_TABLE)]


def _audit_table(rows: pd.DataFrame, metrics: Sequence[str], caption: str, voice: Voice, min_cell: int) -> Table:
    heads = (
        Head(voice.say("audit", "group")),
        Head(voice.say("audit", "n"), numeric=True),
        Head(voice.say("audit", "events"), numeric=True),
        *(Head(voice.label("metrics", metric), numeric=True) for metric in metrics),
    )
    groups = []
    for column, part in rows.groupby("column", sort=True):
        lines = tuple(
            _audit_row(str(value) or str(column), found, metrics, voice, min_cell)
            for value, found in part[~part["rare"]].groupby("value", sort=True)
        )
        rare = other_line(part.loc[part["rare"], "value"].nunique(), len(heads) - 1, ("audit", "hidden"), voice)
        groups.append(RowGroup(voice.label("audits", column), lines + rare))
    return Table(caption, heads, tuple(groups))


def _audit_row(name: str, rows: pd.DataFrame, metrics: Sequence[str], voice: Voice, min_cell: int) -> tuple[Cell, ...]:
    first = rows.iloc[0]
    small = not first["n"] >= min_cell
    hidden = Cell(voice.say("audit", "hidden"), role="quiet")
    events = hidden if small else Cell(voice.small_count(first["n_events"], min_cell))
    by_metric: dict[str, Record] = {row["metric"]: row for row in rows.to_dict("records")}
    cells = [Cell(voice.label("values", name)), Cell(voice.small_count(first["n"], min_cell)), events]
    for metric in metrics:
        row = by_metric.get(metric)
        if small:
            cells.append(hidden)
        elif row is None:
            cells.append(Cell("", role="quiet"))
        else:
            cells.append(voice.estimate(row["estimate"], row["lower"], row["upper"]))
    return tuple(cells)
