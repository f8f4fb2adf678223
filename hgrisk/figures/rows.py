"""Rows of dots and intervals: the layout shared by ladder, hazard ratios and metrics."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hgrisk.figures.canvas import BLUE, GREY, GRID, INK, RULE, Sheet, add_axes, new_figure

VALUE_WIDTH, GAP = 168, 14
CHARACTER = 0.56  # mean width of a character, as a share of the font size
BOLD = 1.1  # bold characters, as the names on a narrow sheet, are this much wider


@dataclass(frozen=True)
class Row:
    """One row: a name, a dot with its interval, and the numbers in print.

    Attributes
    ----------
    label : str
        Name at the left; a row with an empty ``value`` is a heading.
    value : str
        The estimate with its interval, printed.
    estimate, lower, upper : float
        Position of dot and interval; NaN where undefined.
    note : str
        A second printed line, such as the gain.
    ink : str
        Colour of dot and interval.
    hollow : bool
        Draw an open dot, so that the row differs in greyscale too.
    quiet : bool
        Print the note in grey, because it cannot be told from zero.
    """

    label: str
    value: str = ""
    estimate: float = math.nan
    lower: float = math.nan
    upper: float = math.nan
    note: str = ""
    ink: str = BLUE
    hollow: bool = False
    quiet: bool = True


@dataclass(frozen=True)
class Scale:
    """The axis under the rows.

    Attributes
    ----------
    low, high : float
        Ends of the axis; what lies outside is drawn as an arrow at the edge.
    ticks : tuple of float
        Where to draw and name a tick.
    names : tuple of str
        The names of the ticks.
    title : str
        What the axis measures.
    reference : float
        A value to mark with a stronger line; NaN for none.
    log : bool
        Whether equal ratios take equal room.
    foot : str
        A sentence under the axis on how to read the numbers.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    names: tuple[str, ...]
    title: str
    reference: float = math.nan
    log: bool = False
    foot: str = ""


@dataclass(frozen=True)
class _Place:
    top: float
    text: tuple[str, ...]
    dot: float
    height: float


def draw_rows(rows: list[Row], scale: Scale, sheet: Sheet, label_width: float = 200) -> Figure:
    """Draw rows of dots and intervals.

    Parameters
    ----------
    rows : list of Row
        From top to bottom.
    scale : Scale
        The axis.
    sheet : Sheet
        Wide sheets put label, dot and numbers side by side; narrow ones put them under each other.
    label_width : float
        Room for the names on a wide sheet.

    Returns
    -------
    Figure
        The drawn figure.
    """
    wide = sheet.width > 500
    places = _places(rows, sheet, label_width if wide else 0)
    bottom = places[-1].top + places[-1].height
    left, width = (label_width + GAP, sheet.width - label_width - VALUE_WIDTH - 2 * GAP) if wide else (16, 326)
    below = wrapped(scale.title, sheet.width - left, sheet.small) + wrapped(scale.foot, sheet.width - left, sheet.small)
    height = bottom + 30 + len(below) * sheet.small * 1.35
    figure = new_figure(sheet, height)
    page = add_axes(figure, 0, 0, sheet.width, height)
    page.set(xlim=(0, sheet.width), ylim=(height, 0))
    plot = add_axes(figure, left, 0, width, height)
    plot.set(xlim=(scale.low, scale.high), ylim=(height, 0), xscale="log" if scale.log else "linear")
    plot.set_xticks([])
    plot.set_xticks([], minor=True)
    for row, place in zip(rows, places, strict=True):
        _print_row(page, row, place, sheet, wide=wide)
        if row.value:
            _dot(plot, row, place.dot, scale)
    shown = [place for row, place in zip(rows, places, strict=True) if row.value]
    _grid(plot, scale, [(p.top, p.top + p.height) if wide else (p.dot - 8, p.dot + 8) for p in shown])
    _axis(plot, scale, bottom, sheet)
    for number, text in enumerate(below):
        y = bottom + 35 + number * sheet.small * 1.35
        page.text(left if wide else 0, y, text, fontsize=sheet.small, va="center", color=GREY)
    return figure


def wrapped(text: str, room: float, font: float) -> list[str]:
    """Break a text into lines that fit, at spaces or after underscores, going by the mean width of a character.

    Parameters
    ----------
    text : str
        The text.
    room : float
        Width in CSS pixels.
    font : float
        Font size in CSS pixels.

    Returns
    -------
    list of str
        The lines; a single word that is too long keeps a line to itself.

    Examples
    --------
    >>> wrapped("prior_reports__share police", 100, 10)
    ['prior_reports__', 'share police']
    """
    lines: list[str] = []
    for piece in re.findall(r"[^\s_]*_+|[^\s_]+\s*", text):
        if lines and len((lines[-1] + piece).rstrip()) * CHARACTER * font <= room:
            lines[-1] += piece
        else:
            lines.append(piece)
    return [line.rstrip() for line in lines]


def _places(rows: list[Row], sheet: Sheet, label_width: float) -> list[_Place]:
    places, top, line, wide = [], 0.0, sheet.font * 1.3, label_width > 0
    for row in rows:
        room = label_width if wide else (sheet.width - (0 if row.note or not row.value else VALUE_WIDTH)) / BOLD
        text = tuple(wrapped(row.label, room, sheet.font)) or ("",)
        if not row.value:
            height = len(text) * line + 10
            dot = top
        elif wide:
            height = max(len(text), 2 if row.note else 1) * line + 11
            dot = top + height / 2
        else:
            dot = top + 4 + (len(text) + bool(row.note)) * line + 12
            height = dot - top + 17
        places.append(_Place(top, text, dot, height))
        top += height
    return places


def _print_row(page: Axes, row: Row, place: _Place, sheet: Sheet, *, wide: bool) -> None:
    line = sheet.font * 1.3
    middle = place.top + place.height / 2
    first = middle - line * (len(place.text) - 1) / 2 if wide else place.top + 4 + line / 2
    weight = "bold" if not row.value or not wide else "normal"
    for number, text in enumerate(place.text):
        page.text(0, first + number * line, text, fontsize=sheet.font, va="center", weight=weight)
    right = sheet.width
    ink = GREY if row.quiet else INK
    if wide:
        shift = line / 2 if row.note else 0.0
        page.text(right, middle - shift, row.value, fontsize=sheet.font, va="center", ha="right")
        page.text(right, middle + shift, row.note, fontsize=sheet.small, va="center", ha="right", color=ink)
        return
    if row.note:
        below = first + len(place.text) * line
        page.text(0, below, row.value, fontsize=sheet.small, va="center")
        page.text(right, below, row.note, fontsize=sheet.small, va="center", ha="right", color=ink)
    else:
        page.text(right, first, row.value, fontsize=sheet.small, va="center", ha="right")


def _grid(plot: Axes, scale: Scale, strips: list[tuple[float, float]]) -> None:
    tops, bottoms = zip(*strips, strict=True)
    n = len(scale.ticks)
    plot.vlines(list(scale.ticks) * len(strips), np.repeat(tops, n), np.repeat(bottoms, n), color=GRID, lw=1, zorder=1)
    if math.isfinite(scale.reference):
        plot.vlines([scale.reference] * len(strips), tops, bottoms, color=RULE, lw=1.2, zorder=2)


def _dot(plot: Axes, row: Row, y: float, scale: Scale) -> None:
    if math.isfinite(row.lower) and math.isfinite(row.upper):
        ends = [min(max(end, scale.low), scale.high) for end in (row.lower, row.upper)]
        plot.hlines(y, ends[0], ends[1], color=row.ink, lw=2.4, zorder=3)
        for end, mark, beyond in ((ends[0], "<", row.lower < scale.low), (ends[1], ">", row.upper > scale.high)):
            if beyond:
                plot.plot([end], [y], marker=mark, ms=7, color=row.ink, clip_on=False, zorder=4)
    if math.isfinite(row.estimate) and scale.low <= row.estimate <= scale.high:
        face = "white" if row.hollow else row.ink
        plot.plot([row.estimate], [y], "o", ms=8.5, mfc=face, mec=row.ink, mew=2, clip_on=False, zorder=5)


def _axis(plot: Axes, scale: Scale, bottom: float, sheet: Sheet) -> None:
    plot.hlines(bottom + 3, scale.low, scale.high, color=RULE, lw=1)
    for tick, name in zip(scale.ticks, scale.names, strict=True):
        plot.text(tick, bottom + 15, name, fontsize=sheet.small, ha="center", va="center", color=GREY)
