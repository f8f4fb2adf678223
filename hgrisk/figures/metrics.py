"""One metric over models, horizon by horizon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hgrisk.errors import DataError
from hgrisk.figures.canvas import SHEETS, Size, house_style, to_svg
from hgrisk.figures.drawing import Drawing
from hgrisk.figures.numerals import Numerals, numerals
from hgrisk.figures.rows import Row, draw_rows
from hgrisk.figures.scales import linear_scale
from hgrisk.figures.tables import require_columns
from hgrisk.figures.words import horizon_words
from hgrisk.words import load_words

COLUMNS = ("model", "metric", "horizon_days", "group", "estimate", "lower", "upper")


def draw_metric(
    table: pd.DataFrame,
    *,
    metric: str,
    group: str = "all",
    horizons: Sequence[float] | None = None,
    labels: Mapping[str, str] | None = None,
    lang: str = "en",
    size: Size = "wide",
) -> Drawing:
    """Draw one metric of every model as dots with intervals, one block per horizon.

    Parameters
    ----------
    table : DataFrame
        Columns ``model``, ``metric``, ``horizon_days``, ``group``, ``estimate``, ``lower``, ``upper``.
    metric : str
        The metric.
    group : str
        The group of landmarks.
    horizons : sequence of float, optional
        The horizons to show, in days; by default all.
    labels : Mapping, optional
        Names to print for models and metrics.
    lang : str
        ``"en"`` or ``"nl"``.
    size : {"wide", "narrow"}
        The sheet.

    Returns
    -------
    Drawing
        The picture.

    Raises
    ------
    DataError
        If a column is missing or no row is left.
    """
    require_columns(table, COLUMNS, "scores")
    rows = table[(table["metric"] == metric) & (table["group"] == group) & table["horizon_days"].notna()]
    if horizons is not None:
        rows = rows[rows["horizon_days"].isin(list(horizons))]
    if rows.empty:
        have = ", ".join(sorted(map(str, table["metric"].unique()))) or "no metrics"
        raise DataError("A metric in the figure has scores", have, f"ask for one of these, not {metric} of {group}")
    words, num, names = load_words(lang, "hgrisk.figures")["metrics"], numerals(lang), labels or {}
    name = names.get(metric, metric)
    blocks = _blocks(rows, num, names, lang)
    said = [
        words["alt_row"].format(horizon=horizon, name=row.label, value=row.value)
        for horizon, block in blocks
        for row in block
    ]
    alt = " ".join([words["alt_start"].format(metric=name, n=rows["model"].nunique()), *said])
    single = len(blocks) == 1
    title = words["title_one" if single else "title"].format(metric=name, horizon=blocks[0][0])
    drawn = blocks[0][1] if single else [row for horizon, block in blocks for row in (Row(label=horizon), *block)]
    with house_style():
        figure = draw_rows(drawn, linear_scale(rows, title if single else name, num), SHEETS[size])
        return Drawing(to_svg(figure, alt), alt, title)


def _blocks(rows: pd.DataFrame, num: Numerals, names: Mapping[str, str], lang: str) -> list[tuple[str, list[Row]]]:
    return [
        (horizon_words(float(str(horizon)), lang), [_row(record, num, names) for record in block.to_dict("records")])
        for horizon, block in rows.groupby("horizon_days", sort=True)
    ]


def _row(record: Mapping[Any, Any], num: Numerals, names: Mapping[str, str]) -> Row:
    model = str(record["model"])
    estimate, lower, upper = record["estimate"], record["lower"], record["upper"]
    return Row(names.get(model, model), num.interval(estimate, lower, upper), estimate, lower, upper)
