"""One metric along a line, per model: over the years, or with more and more households to learn from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from hgrisk.errors import DataError
from hgrisk.figures.canvas import (
    DASHES,
    GREY,
    GRID,
    OKABE_ITO,
    RULE,
    SHEETS,
    Sheet,
    Size,
    add_axes,
    house_style,
    new_figure,
    to_svg,
)
from hgrisk.figures.drawing import Drawing
from hgrisk.figures.numerals import Numerals, numerals
from hgrisk.figures.regions import REFERENCE
from hgrisk.figures.rows import Scale, wrapped
from hgrisk.figures.scales import linear_scale
from hgrisk.figures.tables import require_columns
from hgrisk.figures.words import horizon_words
from hgrisk.words import load_words

COLUMNS = ("model", "at", "estimate", "lower", "upper")
MARKS = ("o", "s", "^", "D", "v", "P", "X")
TOP, ASIDE = 30, 7
Along = Literal["years", "networks"]


@dataclass(frozen=True)
class _Line:
    name: str
    rows: pd.DataFrame
    ink: str
    dash: Any
    mark: str
    aside: float


@dataclass(frozen=True)
class _Setting:
    sheet: Sheet
    left: float
    width: float
    height: float
    words: Mapping[str, str]
    num: Numerals
    along: Along


def draw_course(
    table: pd.DataFrame,
    *,
    metric: str,
    horizon_days: float,
    along: Along,
    labels: Mapping[str, str] | None = None,
    lang: str = "en",
    size: Size = "wide",
) -> Drawing:
    """Draw one metric of every model along years or numbers of training networks, dots with intervals on a line.

    Parameters
    ----------
    table : DataFrame
        Columns ``model``, ``at`` (a year, or a number of networks), ``estimate``, ``lower``, ``upper``. Of several rows
        of a model at one place each has its dot, and the line goes through their mean.
    metric : str
        The metric, which decides what value is marked.
    horizon_days : float
        The horizon in days.
    along : {"years", "networks"}
        What ``at`` is.
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
        If a column is missing, or no estimate is defined.
    """
    require_columns(table, COLUMNS, "course")
    defined = table[table["estimate"].notna()].sort_values(["at"], kind="stable")
    if defined.empty:
        raise DataError("A line has an estimate that is defined", f"none of {len(table)}", "leave the figure out")
    names, setting = labels or {}, _setting(along, size, lang)
    said = {"metric": names.get(metric, metric), "horizon": horizon_words(horizon_days, lang)}
    lines = _lines(defined, names)
    alt = " ".join([setting.words[f"alt_{along}"].format(**said, n=len(lines)), *_alt(lines, setting)])
    with house_style():
        reference = REFERENCE.get(metric, math.nan)
        scale = linear_scale(defined, setting.words["axis"].format(**said), setting.num, reference=reference)
        step = setting.sheet.font * 1.5
        keys = [wrapped(line.name, setting.sheet.width - 44, setting.sheet.small) for line in lines]
        total = setting.height + 2.4 * step + step * sum(map(len, keys))
        figure = new_figure(setting.sheet, total)
        axes = add_axes(figure, setting.left, TOP, setting.width, setting.height - TOP)
        page = add_axes(figure, 0, 0, setting.sheet.width, total)
        page.set(xlim=(0, setting.sheet.width), ylim=(total, 0))
        _frame(axes, defined["at"].to_numpy(dtype=float), scale, setting)
        for line in lines:
            _draw(axes, line)
        _key(page, lines, keys, setting)
        return Drawing(to_svg(figure, alt), alt, setting.words[f"title_{along}"].format(**said))


def _lines(defined: pd.DataFrame, names: Mapping[str, str]) -> list[_Line]:
    models = [str(model) for model in dict.fromkeys(defined["model"])]
    return [
        _Line(
            names.get(model, model),
            defined[defined["model"] == model],
            OKABE_ITO[number % len(OKABE_ITO)],
            DASHES[number % len(DASHES)],
            MARKS[number % len(MARKS)],
            ASIDE * (number - (len(models) - 1) / 2),
        )
        for number, model in enumerate(models)
    ]


def _setting(along: Along, size: Size, lang: str) -> _Setting:
    left, right, height = (58, 24, 300) if size == "wide" else (46, 14, 250)
    sheet, words = SHEETS[size], load_words(lang, "hgrisk.figures")["course"]
    return _Setting(sheet, left, sheet.width - left - right, height, words, numerals(lang), along)


def _frame(axes: Axes, places: np.ndarray, scale: Scale, setting: _Setting) -> None:
    low, high = (places.min() - 0.5, places.max() + 0.5) if setting.along == "years" else (0.0, 1.06 * places.max())
    axes.set(xlim=(low, high), ylim=(scale.low, scale.high))
    axes.set_xticks([])
    axes.set_yticks([])
    style: dict[str, Any] = {"textcoords": "offset points", "color": GREY, "fontsize": setting.sheet.small}
    for tick, name in zip(scale.ticks, scale.names, strict=True):
        axes.hlines(tick, low, high, color=GRID, lw=1, zorder=1, clip_on=False)
        axes.annotate(name, (low, tick), (-8, 0), ha="right", va="center", **style)
    axes.hlines(scale.low, low, high, color=RULE, lw=1, zorder=1, clip_on=False)
    if math.isfinite(scale.reference):
        axes.hlines(scale.reference, low, high, color=RULE, lw=1.6, zorder=2)
    axes.annotate(scale.title, (low, scale.high), (8 - setting.left, 17), va="center", **style)
    ticks = np.asarray(MaxNLocator(nbins=9 if setting.sheet.width > 500 else 5, integer=True).tick_values(low, high))
    for tick in ticks[(ticks >= low) & (ticks <= high)]:
        name = f"{tick:.0f}" if setting.along == "years" else setting.num.count(float(tick))
        axes.annotate(
            name, (float(tick), scale.low), (0, -13), ha="center", va="center", annotation_clip=False, **style
        )


def _draw(axes: Axes, line: _Line) -> None:
    """Draw a line and its dots, a little aside so that those of other models stay in sight."""
    shift = axes.transData.inverted().transform([(0.0, 0.0), (line.aside, 0.0)])
    aside = float(shift[1, 0] - shift[0, 0])
    means = line.rows.groupby("at")["estimate"].mean()
    axes.plot(means.index.to_numpy(dtype=float) + aside, means, color=line.ink, lw=1.6, ls=line.dash, zorder=3)
    for row in line.rows.to_dict("records"):
        x = float(row["at"]) + aside
        if math.isfinite(row["lower"]) and math.isfinite(row["upper"]):
            axes.vlines(x, row["lower"], row["upper"], color=line.ink, lw=1.6, zorder=4)
        axes.plot([x], [row["estimate"]], line.mark, ms=7, color=line.ink, mec="white", mew=1, clip_on=False, zorder=5)


def _key(page: Axes, lines: list[_Line], keys: list[list[str]], setting: _Setting) -> None:
    """Name the axis and the lines, below the picture."""
    small, step = setting.sheet.small, setting.sheet.font * 1.5
    y = setting.height + 13 + step
    page.text(setting.left, y, setting.words[f"axis_{setting.along}"], fontsize=small, va="center", color=GREY)
    start = setting.left if setting.sheet.width > 500 else 0
    for line, texts in zip(lines, keys, strict=True):
        y += step
        page.plot([start, start + 30], [y, y], color=line.ink, lw=1.6, ls=line.dash)
        page.plot([start + 15], [y], line.mark, ms=7, color=line.ink, mec="white", mew=1)
        for number, text in enumerate(texts):
            y += step * (number > 0)
            page.text(start + 38, y, text, fontsize=small, va="center")


def _alt(lines: list[_Line], setting: _Setting) -> list[str]:
    said = []
    for line in lines:
        values = [
            f"{row['at']:.0f} {setting.num.interval(row['estimate'], row['lower'], row['upper'])}"
            for row in line.rows.to_dict("records")
        ]
        said.append(setting.words["alt_line"].format(name=line.name, values="; ".join(values)))
    return said
