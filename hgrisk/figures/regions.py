"""One metric over regions, with their pooled estimate where there is one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from hgrisk.errors import DataError
from hgrisk.figures.canvas import SHEETS, VERMILLION, Size, house_style, to_svg
from hgrisk.figures.drawing import Drawing
from hgrisk.figures.ladder import CHANCE
from hgrisk.figures.numerals import Numerals, numerals
from hgrisk.figures.rows import Row, draw_rows
from hgrisk.figures.scales import linear_scale
from hgrisk.figures.tables import require_columns
from hgrisk.figures.words import horizon_words
from hgrisk.words import load_words

COLUMNS = ("part", "estimate", "lower", "upper")
POOLED = ("estimate", "lower", "upper", "prediction_lower", "prediction_upper")
NO_POOL: Mapping[str, float] = MappingProxyType({})
REFERENCE: Mapping[str, float] = MappingProxyType(
    {**CHANCE, "antolini_c": 0.5, "incident_auc": 0.5, "observed_expected": 1.0, "calibration_slope": 1.0}
)
"""The value that a figure marks: chance, or risks that are right in size."""


def draw_regions(
    table: pd.DataFrame,
    *,
    metric: str,
    horizon_days: float,
    name: str,
    pooled: Mapping[str, float] = NO_POOL,
    span: pd.DataFrame | None = None,
    labels: Mapping[str, str] | None = None,
    lang: str = "en",
    size: Size = "wide",
) -> Drawing:
    """Draw one metric of one model in every region as dots with intervals, in the order of the table.

    Parameters
    ----------
    table : DataFrame
        Columns ``part``, ``estimate``, ``lower``, ``upper``; one row or more.
    metric : str
        The metric, which decides what value is marked.
    horizon_days : float
        The horizon in days.
    name : str
        Name of the model.
    pooled : Mapping, optional
        ``estimate``, ``lower``, ``upper``, ``prediction_lower`` and ``prediction_upper``: the mean over the regions and
        where a new region is to be expected, drawn below them.
    span : DataFrame, optional
        Rows that the axis must hold too, so that the figures of several models have the same axis.
    labels : Mapping, optional
        Names to print for regions and metrics.
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
        If a column is missing, no row is left, or a pooled estimate lacks one of its numbers.
    """
    require_columns(table, COLUMNS, "regions")
    lacking = [key for key in POOLED if key not in pooled] if pooled else []
    if lacking:
        raise DataError("A pooled estimate has two intervals", f"no {lacking[0]}", "give all five numbers or none")
    if table.empty:
        raise DataError("A figure of regions has a region", "no rows", "leave the figure out")
    words, num, names = load_words(lang, "hgrisk.figures")["regions"], numerals(lang), labels or {}
    said = {"metric": names.get(metric, metric), "horizon": horizon_words(horizon_days, lang), "name": name}
    rows = [_row(record, num, names) for record in table.to_dict("records")]
    below = _pooled_rows(pooled, words, num) if pooled else []
    alt_rows = [words["alt_row"].format(region=row.label, value=row.value) for row in [*rows, *below]]
    alt = " ".join([words["alt_start"].format(**said, n=len(rows)), *alt_rows])
    with house_style():
        held = pd.concat([frame[list(COLUMNS)] for frame in (table, span, _spanned(pooled)) if frame is not None])
        reference = REFERENCE.get(metric, math.nan)
        scale = linear_scale(held, words["axis"].format(**said), num, reference=reference)
        figure = draw_rows([*rows, *below], scale, SHEETS[size])
        return Drawing(to_svg(figure, alt), alt, words["title"].format(**said))


def _row(record: Mapping[Any, Any], num: Numerals, names: Mapping[str, str]) -> Row:
    part, bounds = str(record["part"]), (record["estimate"], record["lower"], record["upper"])
    return Row(names.get(part, part), num.interval(*bounds), *bounds)


def _pooled_rows(pooled: Mapping[str, float], words: Mapping[str, str], num: Numerals) -> list[Row]:
    """Return the mean with its interval, and the interval of a new region, which has no dot of its own."""
    mean, lower, upper, low, high = (float(pooled[key]) for key in POOLED)
    style: dict[str, Any] = {"ink": VERMILLION, "hollow": True}
    expected = num.bounds(low, high) or num.undefined
    return [
        Row(words["mean"], num.interval(mean, lower, upper), mean, lower, upper, **style),
        Row(words["expected"], expected, math.nan, low, high, **style),
    ]


def _spanned(pooled: Mapping[str, float]) -> pd.DataFrame | None:
    if not pooled:
        return None
    mean, lower, upper, *ends = (float(pooled[key]) for key in POOLED)
    return pd.DataFrame([("", mean, lower, upper), ("", mean, *ends)], columns=list(COLUMNS))
