"""What one feature adds to a score, by its value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from hgrisk.errors import DataError
from hgrisk.figures.canvas import BLUE, GREY, GRID, RULE, SHEETS, Sheet, Size, add_axes, house_style, new_figure, to_svg
from hgrisk.figures.drawing import Drawing
from hgrisk.figures.numerals import Numerals, decimals_for, numerals
from hgrisk.figures.rows import Scale, wrapped
from hgrisk.figures.scales import linear_scale
from hgrisk.figures.tables import require_columns
from hgrisk.words import load_words

COLUMNS = ("label", "low", "high", "n", "mean", "lower", "upper")
LEFT, TOP, HEIGHT, STRIP, LABELS = 50, 24, 170, 62, 138  # in CSS pixels
BAND = 0.18


def shape_scale(table: pd.DataFrame, lang: str = "en") -> Scale:
    """Choose one axis for all shapes of a model, so that they can be compared.

    Parameters
    ----------
    table : DataFrame
        Columns ``mean``, ``lower``, ``upper``.
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    Scale
        The axis, 0 on it.
    """
    title = load_words(lang, "hgrisk.figures")["shapes"]["axis"]
    return linear_scale(table.rename(columns={"mean": "estimate"}), title, numerals(lang), reference=0.0)


def draw_shape(
    table: pd.DataFrame,
    *,
    name: str,
    unit: str = "",
    scale: Scale | None = None,
    lang: str = "en",
    size: Size = "narrow",
) -> Drawing:
    """Draw what a feature adds to the score: ranges of values as steps, categories as rows.

    Parameters
    ----------
    table : DataFrame
        Columns ``label``, ``low``, ``high``, ``n``, ``mean``, ``lower``, ``upper``: see
        :class:`hgrisk.explain.shapes.ShapeFunction`. Rows without ``low`` are categories, or stand beside the values
        where others have one.
    name : str
        The feature, as printed.
    unit : str
        Unit of the values, as printed.
    scale : Scale, optional
        The axis of what is added, see :func:`shape_scale`.
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
        If a column is missing or there is no row.
    """
    require_columns(table, COLUMNS, "shape")
    if table.empty:
        raise DataError("A shape in a figure has a row", "none", f"leave out {name!r}")
    num, axis, sheet = numerals(lang), scale or shape_scale(table, lang), SHEETS[size]
    alt = _alt(table, name, load_words(lang, "hgrisk.figures")["shapes"], num)
    with house_style():
        if table["low"].notna().any():
            figure = _by_value(table, axis, unit, sheet, num)
        else:
            figure = _by_category(table, axis, sheet)
        return Drawing(to_svg(figure, alt), alt, name)


def _by_value(table: pd.DataFrame, scale: Scale, unit: str, sheet: Sheet, num: Numerals) -> Figure:
    """Draw ranges along an axis of values, and what has no value in a strip at the right."""
    ranges, beside = table[table["low"].notna()], table[table["low"].isna()]
    figure = new_figure(sheet, TOP + HEIGHT + (46 if unit else 30))
    width = sheet.width - LEFT - 12 - STRIP * len(beside)
    plot = add_axes(figure, LEFT, TOP, width, HEIGHT)
    low, high = float(ranges["low"].min()), float(ranges["high"].max())
    room = (high - low) * 0.03 or 0.5
    plot.set(xlim=(low - room, high + room), ylim=(scale.low, scale.high))
    _frame(plot, scale, sheet, (low - room, high + room))
    _draw_ranges(plot, ranges.sort_values("low"))
    whole = bool((ranges[["low", "high"]] % 1 == 0).all(axis=None))
    _value_axis(plot, (low, high), unit, sheet, num, whole=whole)
    for place, row in enumerate(beside.to_dict("records")):
        strip = add_axes(figure, LEFT + width + 6 + STRIP * place, TOP, STRIP, HEIGHT)
        strip.set(xlim=(0, 1), ylim=(scale.low, scale.high))
        strip.hlines(scale.ticks, 0, 1, color=GRID, lw=1, zorder=1)
        strip.hlines(0, 0, 1, color=RULE, lw=1.2, zorder=2)
        strip.vlines(0.5, row["lower"], row["upper"], color=BLUE, lw=2.2, zorder=3)
        strip.plot([0.5], [row["mean"]], "o", ms=7, mfc="white", mec=BLUE, mew=1.8, clip_on=False, zorder=4)
        for line, text in enumerate(wrapped(row["label"], STRIP, sheet.small)):
            _note(strip, text, (0.5, scale.low), (0, -14 - 14 * line), sheet.small)
    return figure


def _frame(plot: Axes, scale: Scale, sheet: Sheet, ends: tuple[float, float]) -> None:
    plot.hlines(scale.ticks, *ends, color=GRID, lw=1, zorder=1)
    plot.hlines(0, *ends, color=RULE, lw=1.2, zorder=2)
    for tick, text in zip(scale.ticks, scale.names, strict=True):
        _note(plot, text, (ends[0], tick), (-6, 0), sheet.small, ha="right")
    _note(plot, scale.title, (ends[0], scale.high), (-LEFT + 2, 15), sheet.small, ha="left")


def _draw_ranges(plot: Axes, ranges: pd.DataFrame) -> None:
    """Draw each range over its width; a single value is a dot."""
    middle = (ranges["low"] + ranges["high"]) / 2
    plot.plot(middle, ranges["mean"], color=BLUE, lw=1, alpha=0.6, zorder=3)
    for row in ranges.to_dict("records"):
        if row["low"] < row["high"]:
            plot.fill_between([row["low"], row["high"]], row["lower"], row["upper"], color=BLUE, alpha=BAND, lw=0)
            plot.hlines(row["mean"], row["low"], row["high"], color=BLUE, lw=2.6, zorder=4)
        else:
            plot.vlines(row["low"], row["lower"], row["upper"], color=BLUE, lw=2.2, zorder=3)
            plot.plot([row["low"]], [row["mean"]], "o", ms=7, color=BLUE, mec="white", mew=1.2, clip_on=False, zorder=5)


def _value_axis(plot: Axes, ends: tuple[float, float], unit: str, sheet: Sheet, num: Numerals, *, whole: bool) -> None:
    locator = MaxNLocator(nbins=5, steps=[1, 2, 5, 10], integer=whole)
    ticks = [float(tick) for tick in locator.tick_values(*ends) if ends[0] <= tick <= ends[1]] or [ends[0]]
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    bottom = plot.get_ylim()[0]
    for tick in ticks:
        _note(plot, num.number(tick, digits), (tick, bottom), (0, -14), sheet.small)
    if unit:
        _note(plot, unit, (sum(plot.get_xlim()) / 2, bottom), (0, -32), sheet.small)


def _by_category(table: pd.DataFrame, scale: Scale, sheet: Sheet) -> Figure:
    """Draw a row for each category, in the order of the table."""
    line = sheet.small * 1.25
    names = [wrapped(str(label), LABELS, sheet.small) for label in table["label"]]
    heights = [len(lines) * line + 9 for lines in names]
    bottom = sum(heights)
    figure = new_figure(sheet, bottom + 44)
    page = add_axes(figure, 0, 0, sheet.width, bottom + 44)
    page.set(xlim=(0, sheet.width), ylim=(bottom + 44, 0))
    plot = add_axes(figure, LABELS + 16, 0, sheet.width - LABELS - 36, bottom)
    plot.set(xlim=(scale.low, scale.high), ylim=(bottom, 0))
    plot.vlines(scale.ticks, 0, bottom, color=GRID, lw=1, zorder=1)
    plot.vlines(0, 0, bottom, color=RULE, lw=1.2, zorder=2)
    top = 0.0
    for row, lines, height in zip(table.to_dict("records"), names, heights, strict=True):
        middle = top + height / 2
        for number, text in enumerate(lines):
            y = middle + (number - (len(lines) - 1) / 2) * line
            page.text(0, y, text, fontsize=sheet.small, va="center")
        plot.hlines(middle, row["lower"], row["upper"], color=BLUE, lw=2.2, zorder=3)
        plot.plot([row["mean"]], [middle], "o", ms=7, color=BLUE, mec="white", mew=1.2, clip_on=False, zorder=4)
        top += height
    for tick, text in zip(scale.ticks, scale.names, strict=True):
        _note(plot, text, (tick, bottom), (0, -12), sheet.small)
    _note(plot, scale.title, ((scale.low + scale.high) / 2, bottom), (0, -30), sheet.small)
    return figure


def _note(
    axes: Axes, text: str, place: tuple[float, float], shift: tuple[float, float], font: float, *, ha: str = "center"
) -> None:
    axes.annotate(text, place, shift, textcoords="offset points", ha=ha, va="center", color=GREY, fontsize=font)


def _alt(table: pd.DataFrame, name: str, words: Mapping[str, str], num: Numerals) -> str:
    """Say where ranges of values are lowest and highest; categories stand in their order, since none is ranked."""
    digits = decimals_for(table["mean"])

    def said(key: str, row: Mapping[Any, Any]) -> str:
        return words[key].format(label=row["label"], value=num.signed(row["mean"], digits))

    start = words["alt_start"].format(name=name, n=len(table))
    if table["low"].isna().all():
        return " ".join([start, *(said("alt_row", row) for row in table.to_dict("records"))])
    rows = sorted(table.to_dict("records"), key=lambda row: float(row["mean"]))
    return " ".join([start, said("alt_lowest", rows[0]), said("alt_highest", rows[-1])])
