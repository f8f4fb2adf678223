"""The share of landmarks that stay without a re-report, over time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

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
from hgrisk.figures.readings import COLUMNS, MONTHS, Reading, readings_at
from hgrisk.figures.tables import require_columns
from hgrisk.figures.words import horizon_words
from hgrisk.words import DAYS_PER_MONTH, load_words

TOP = 26


@dataclass(frozen=True)
class _Curve:
    name: str
    table: pd.DataFrame
    readings: tuple[Reading, ...]
    ink: str
    dash: Any


@dataclass(frozen=True)
class _Setting:
    """Where things go and how they are written."""

    sheet: Sheet
    left: float
    width: float
    height: float
    words: Mapping[str, str]
    num: Numerals
    lang: str
    min_cell: int


def draw_incidence(
    table: pd.DataFrame,
    *,
    by: str | None = None,
    months: tuple[int, ...] = MONTHS,
    labels: Mapping[str, str] | None = None,
    min_cell: int = 10,
    lang: str = "en",
    size: Size = "wide",
) -> Drawing:
    """Draw one minus the cumulative incidence as a step curve with its band.

    Parameters
    ----------
    table : DataFrame
        Columns ``time_days``, ``at_risk``, ``n_events``, ``incidence``, ``lower``, ``upper``, and ``by`` if given.
    by : str, optional
        A column whose values each get a curve.
    months : tuple of int
        Months to read off, the last of them the end of the axis.
    labels : Mapping, optional
        Names to print for the values of ``by``.
    min_cell : int
        Numbers at risk below this are printed as ``<10``.
    lang : str
        ``"en"`` or ``"nl"``.
    size : {"wide", "narrow"}
        The sheet.

    Returns
    -------
    Drawing
        The picture.
    """
    require_columns(table, (*COLUMNS, *([by] if by else [])), "incidence")
    curves = _curves(table, by, months, labels or {})
    setting = _setting(len(curves), size, lang, min_cell)
    alt = _alt(curves, setting)
    foot = setting.sheet.font * 1.5 * (3 if by is None else 2 + 2 * len(curves))
    with house_style():
        figure = new_figure(setting.sheet, setting.height + foot + 34)
        axes = add_axes(figure, setting.left, TOP, setting.width, setting.height - TOP)
        page = add_axes(figure, 0, 0, setting.sheet.width, setting.height + foot + 34)
        page.set(xlim=(0, setting.sheet.width), ylim=(setting.height + foot + 34, 0))
        _frame(axes, months, setting)
        for curve in curves:
            _draw_curve(axes, curve, months[-1])
        if by is None:
            _mark_readings(axes, curves[0], setting)
        else:
            _name_curves(axes, curves, setting, months[-1])
        _print_below(page, curves, months, setting)
        return Drawing(to_svg(figure, alt), alt, _title(curves, setting))


def _curves(table: pd.DataFrame, by: str | None, months: tuple[int, ...], labels: Mapping[str, str]) -> list[_Curve]:
    parts = [("", table)] if by is None else [(str(name), part) for name, part in table.groupby(by, sort=False)]
    return [
        _Curve(
            labels.get(name, name),
            part.sort_values("time_days", kind="stable"),
            readings_at(part, months),
            OKABE_ITO[number % len(OKABE_ITO)],
            DASHES[number % len(DASHES)],
        )
        for number, (name, part) in enumerate(parts)
    ]


def _setting(n_curves: int, size: Size, lang: str, min_cell: int) -> _Setting:
    left, right, height = (58, 190, 310) if size == "wide" else (46, 70, 250)
    if n_curves == 1:
        right = 24
    width = SHEETS[size].width - left - right
    words = load_words(lang, "hgrisk.figures")["incidence"]
    return _Setting(SHEETS[size], left, width, height, words, numerals(lang), lang, min_cell)


def _frame(axes: Axes, months: tuple[int, ...], setting: _Setting) -> None:
    axes.set(xlim=(0, months[-1]), ylim=(0, 1.0))
    style: dict[str, Any] = {"textcoords": "offset points", "color": GREY, "fontsize": setting.sheet.small}
    for share in (0, 0.25, 0.5, 0.75, 1):
        axes.hlines(share, 0, months[-1], color=RULE if share == 0 else GRID, lw=1, zorder=1, clip_on=False)
        axes.annotate(setting.num.percent(share, 0), (0, share), (-8, 0), ha="right", va="center", **style)
    axes.annotate(setting.words["axis_y"], (0, 1), (8 - setting.left, 14), va="center", **style)


def _draw_curve(axes: Axes, curve: _Curve, end: float) -> None:
    table = curve.table[curve.table["time_days"] <= end * DAYS_PER_MONTH]
    month = np.concatenate(([0.0], table["time_days"].to_numpy(dtype=float) / DAYS_PER_MONTH))
    lines = {name: np.concatenate(([1.0], 1.0 - table[name].to_numpy(dtype=float))) for name in COLUMNS[3:]}
    if curve.readings[-1].known:
        month = np.append(month, end)
        lines = {name: np.append(line, line[-1]) for name, line in lines.items()}
    axes.fill_between(month, lines["lower"], lines["upper"], step="post", color=curve.ink, alpha=0.22, lw=0, zorder=2)
    axes.step(month, lines["incidence"], where="post", color=curve.ink, lw=2, ls=curve.dash, zorder=3)


def _mark_readings(axes: Axes, curve: _Curve, setting: _Setting) -> None:
    for reading in _later(curve):
        stay = 1 - reading.incidence
        axes.plot([reading.months], [stay], "o", ms=6.5, color=curve.ink, mec="white", mew=1.2, clip_on=False, zorder=4)
        axes.annotate(
            setting.num.percent(stay),
            (reading.months, 1 - reading.upper),
            (0, -15),
            textcoords="offset points",
            ha="center",
            va="center",
            weight="bold",
            fontsize=setting.sheet.font,
        )


def _name_curves(axes: Axes, curves: list[_Curve], setting: _Setting, end: float) -> None:
    ends = [(curve, 1 - _later(curve)[-1].incidence) for curve in curves if _later(curve)]
    step = setting.sheet.font * 1.3 / (setting.height - TOP)
    floor = math.inf
    named = setting.sheet.width > 500
    for curve, stay in sorted(ends, key=lambda item: -item[1]):
        floor = min(stay, floor - step)
        sample = [end + pixels * end / setting.width for pixels in (6, 26 if named else 14)]
        axes.plot(sample, [floor, floor], color=curve.ink, lw=2, ls=curve.dash, clip_on=False)
        axes.annotate(
            f"{setting.num.percent(stay)} {curve.name}" if named else setting.num.percent(stay),
            (sample[1], floor),
            (5, 0),
            textcoords="offset points",
            va="center",
            fontsize=setting.sheet.small,
            annotation_clip=False,
        )


def _print_below(page: Axes, curves: list[_Curve], months: tuple[int, ...], setting: _Setting) -> None:
    small, line, start = setting.sheet.small, setting.sheet.font * 1.5, setting.left - 20
    places = [setting.left + month * setting.width / months[-1] for month in months]
    y = setting.height + 13
    for place, month in zip(places, months, strict=True):
        page.text(place, y, f"{month}", fontsize=small, ha="center", va="center", color=GREY)
    page.text(setting.left - 4, y + line, setting.words["axis_x"], fontsize=small, va="center", color=GREY)
    y += 2 * line + 10
    page.text(start, y, setting.words["at_risk"], fontsize=small, va="center", weight="bold")
    for curve in curves:
        if curve.name:
            y += line
            page.plot([start, start + 26], [y, y], color=curve.ink, lw=2, ls=curve.dash)
            page.text(start + 32, y, curve.name, fontsize=small, va="center")
        y += line
        for place, reading in zip(places, curve.readings, strict=True):
            page.text(place, y, _at_risk(reading, setting), fontsize=small, ha="center", va="center")


def _at_risk(reading: Reading, setting: _Setting) -> str:
    if not math.isfinite(reading.at_risk):
        return setting.words["unknown"]
    return f"<{setting.min_cell}" if reading.at_risk < setting.min_cell else setting.num.count(reading.at_risk)


def _later(curve: _Curve) -> list[Reading]:
    return [reading for reading in curve.readings if reading.known and reading.months > 0]


def _title(curves: list[_Curve], setting: _Setting) -> str:
    known = _later(curves[0])
    if len(curves) > 1 or not known:
        return setting.words["title_many"]
    reading = next((each for each in known if each.months == 12), known[-1])
    horizon = horizon_words(reading.months * DAYS_PER_MONTH, setting.lang)
    return setting.words["title_one"].format(share=setting.num.percent(1 - reading.incidence), horizon=horizon)


def _alt(curves: list[_Curve], setting: _Setting) -> str:
    parts = [setting.words["alt_start"]]
    for curve in curves:
        for reading in _later(curve):
            value = setting.num.percent_interval(1 - reading.incidence, 1 - reading.upper, 1 - reading.lower)
            horizon = horizon_words(reading.months * DAYS_PER_MONTH, setting.lang)
            key = "alt_group" if curve.name else "alt_point"
            parts.append(setting.words[key].format(name=curve.name, horizon=horizon, value=value))
    return " ".join([*parts, setting.words["alt_band"]])
