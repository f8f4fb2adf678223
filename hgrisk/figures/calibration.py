"""Predicted risk against what was observed, group by group."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from hgrisk.figures.canvas import BLUE, GREY, GRID, RULE, SHEETS, Sheet, Size, add_axes, house_style, new_figure, to_svg
from hgrisk.figures.drawing import Drawing
from hgrisk.figures.numerals import Numerals, numerals
from hgrisk.figures.tables import require_columns
from hgrisk.words import load_words

COLUMNS = ("group", "n", "predicted", "observed", "lower", "upper")
HISTOGRAM_COLUMNS = ("left", "right", "n")
SIDE = {"wide": 420, "narrow": 296}
RUG = 44


def calibration_limit(*tables: pd.DataFrame) -> float:
    """Return the end of an axis that holds every group of every table, so that panels compare.

    Parameters
    ----------
    *tables : DataFrame
        Calibration tables.

    Returns
    -------
    float
        A multiple of 0.1, above 0.5 one of 0.2, at most 1.

    Examples
    --------
    >>> table = pd.DataFrame({"predicted": [0.2], "observed": [0.25], "upper": [0.33]})
    >>> calibration_limit(table)
    0.4
    """
    columns = ["predicted", "observed", "upper"]
    highest = [np.nanmax(t[columns].to_numpy(dtype=float), initial=0.1) for t in tables]
    top = float(max(highest, default=1.0))
    step = 0.1 if top <= 0.5 else 0.2
    return min(1.0, round(step * math.ceil(round(top / step, 6)), 1))


def draw_calibration(
    table: pd.DataFrame,
    *,
    name: str,
    histogram: pd.DataFrame | None = None,
    limit: float | None = None,
    min_cell: int = 10,
    lang: str = "en",
    size: Size = "narrow",
) -> Drawing:
    """Draw observed shares against predicted risks, with intervals and the diagonal.

    Parameters
    ----------
    table : DataFrame
        Columns ``group``, ``n``, ``predicted``, ``observed``, ``lower``, ``upper``.
    name : str
        The model, as printed.
    histogram : DataFrame, optional
        Columns ``left``, ``right``, ``n``: how many landmarks have a predicted risk between the two.
    limit : float, optional
        End of both axes; by default what the table needs.
    min_cell : int
        Smaller groups and bars are left out.
    lang : str
        ``"en"`` or ``"nl"``.
    size : {"wide", "narrow"}
        The sheet.

    Returns
    -------
    Drawing
        The picture.
    """
    require_columns(table, COLUMNS, "calibration")
    if histogram is not None:
        require_columns(histogram, HISTOGRAM_COLUMNS, "histogram")
    shown = table[(table["n"] >= min_cell) & table["predicted"].notna() & table["observed"].notna()]
    end = calibration_limit(shown) if limit is None else limit
    words, num = load_words(lang, "hgrisk.figures")["calibration"], numerals(lang)
    alt, title = _words(shown, name, words, num)
    sheet, side = SHEETS[size], SIDE[size]
    height = side + 58 + (RUG + 34 if histogram is not None else 0)
    with house_style():
        figure = new_figure(sheet, height)
        axes = add_axes(figure, 46, 10, side, side)
        _frame(axes, end, words, num, sheet)
        _draw_groups(axes, shown)
        if histogram is not None:
            rug = add_axes(figure, 46, side + 58 + 24, side, RUG)
            _draw_histogram(rug, histogram[histogram["n"] >= min_cell], end, words["rug"], sheet)
        return Drawing(to_svg(figure, alt), alt, title)


def _frame(axes: Axes, end: float, words: Mapping[str, str], num: Numerals, sheet: Sheet) -> None:
    axes.set(xlim=(0, end), ylim=(0, end))
    step = 0.1 if end <= 0.5 else 0.2
    ticks = np.arange(0, end + 1e-9, step)
    axes.hlines(ticks, 0, end, color=GRID, lw=1, zorder=1, clip_on=False)
    axes.vlines(ticks, 0, end, color=GRID, lw=1, zorder=1, clip_on=False)
    axes.plot([0, end], [0, end], color=RULE, lw=1.2, ls=(0, (4, 3)), zorder=2)
    axes.annotate(words["ideal"], (end, 0), (-6, 12), textcoords="offset points", ha="right", va="center", color=GREY,
                  fontsize=sheet.small)  # fmt: skip
    for tick in ticks:
        text = num.percent(float(tick), 0)
        axes.annotate(text, (tick, 0), (0, -13), textcoords="offset points", ha="center", va="center", color=GREY,
                      fontsize=sheet.small)  # fmt: skip
        if tick > 0:
            axes.annotate(text, (0, tick), (-8, 0), textcoords="offset points", ha="right", va="center", color=GREY,
                          fontsize=sheet.small)  # fmt: skip
    axes.annotate(words["axis_x"], (end / 2, 0), (0, -32), textcoords="offset points", ha="center", va="center",
                  color=GREY, fontsize=sheet.small)  # fmt: skip
    axes.annotate(words["axis_y"], (0, end), (6, -8), textcoords="offset points", va="top", color=GREY,
                  fontsize=sheet.small)  # fmt: skip


def _draw_groups(axes: Axes, shown: pd.DataFrame) -> None:
    axes.vlines(shown["predicted"], shown["lower"], shown["upper"], color=BLUE, lw=2.2, zorder=3)
    axes.plot(
        shown["predicted"], shown["observed"], "o", ms=7.5, color=BLUE, mec="white", mew=1.2, zorder=4, clip_on=False
    )


def _draw_histogram(axes: Axes, bars: pd.DataFrame, end: float, title: str, sheet: Sheet) -> None:
    axes.set(xlim=(0, end), ylim=(0, max(float(bars["n"].max()), 1.0) if len(bars) else 1.0))
    axes.bar(bars["left"], bars["n"], bars["right"] - bars["left"], align="edge", color=RULE, edgecolor="white", lw=0.8)
    axes.hlines(0, 0, end, color=RULE, lw=1, clip_on=False)
    axes.annotate(title, (0, axes.get_ylim()[1]), (0, 10), textcoords="offset points", va="center", color=GREY,
                  fontsize=sheet.small)  # fmt: skip


def _words(shown: pd.DataFrame, name: str, words: Mapping[str, str], num: Numerals) -> tuple[str, str]:
    n = len(shown)
    if n == 0:
        title = words["title_empty"].format(name=name)
        return title, title
    weight = shown["n"].to_numpy(dtype=float)
    predicted, observed = (float(np.average(shown[column], weights=weight)) for column in ("predicted", "observed"))
    means = {"predicted": num.percent(predicted), "observed": num.percent(observed)}
    above = int((shown["lower"] > shown["predicted"]).sum())
    below = int((shown["upper"] < shown["predicted"]).sum())
    cover = words["alt_cover"].format(inside=n - above - below, n=n, above=above, below=below)
    alt = " ".join([words["alt_start"].format(name=name, n=n), words["alt_mean"].format(**means), cover])
    return alt, words["title"].format(name=name, **means)
