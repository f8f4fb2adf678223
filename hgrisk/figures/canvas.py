"""The house style: sizes, inks, a clean figure, and its SVG in reproducible bytes."""

from __future__ import annotations

import hashlib
import html
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

INK, GREY, RULE, GRID = "#1b1f24", "#4f5963", "#8a939c", "#dfe3e7"
BLUE, VERMILLION = "#0072B2", "#D55E00"
OKABE_ITO = (BLUE, VERMILLION, "#009E73", "#000000", "#CC79A7", "#E69F00", "#56B4E9")
DASHES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (7, 2, 1.5, 2)), (0, (3, 1)), (0, (9, 3)), (0, (1, 3)))
FONTS = "system-ui, -apple-system, &quot;Segoe UI&quot;, Roboto, &quot;Helvetica Neue&quot;, Arial, sans-serif"

Size = Literal["wide", "narrow"]


@dataclass(frozen=True)
class Sheet:
    """The paper a figure is drawn on; its units are CSS pixels.

    Attributes
    ----------
    width : int
        Width of the sheet.
    font : float
        Size of the main text.
    small : float
        Size of the smallest text.
    """

    width: int
    font: float
    small: float


SHEETS: dict[str, Sheet] = {"wide": Sheet(720, 13.5, 12.5), "narrow": Sheet(358, 13, 12)}


@contextmanager
def house_style() -> Iterator[None]:
    """Draw under matplotlib's defaults and ours; the caller's settings come back afterwards."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "svg.fonttype": "none",
                "svg.hashsalt": "hgrisk",
                "font.family": ["DejaVu Sans"],
                "text.color": INK,
                "text.parse_math": False,
            }
        )
        yield


def new_figure(sheet: Sheet, height: float) -> Figure:
    """Return an empty figure of ``sheet.width`` by ``height`` CSS pixels, without global state."""
    figure = Figure(figsize=(sheet.width / 72, height / 72), dpi=72, facecolor="white")
    FigureCanvasSVG(figure)
    return figure


def add_axes(figure: Figure, left: float, top: float, width: float, height: float) -> Axes:
    """Add bare axes at a place given in CSS pixels from the top left."""
    full_width, full_height = figure.get_size_inches() * 72
    bottom = full_height - top - height
    axes = figure.add_axes((left / full_width, bottom / full_height, width / full_width, height / full_height))
    axes.patch.set_visible(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xticks([])
    axes.set_yticks([])
    return axes


def to_svg(figure: Figure, alt: str) -> str:
    """Return the figure as one ``<svg>`` element with real text and ids of its own.

    Parameters
    ----------
    figure : Figure
        A figure made under :func:`house_style`.
    alt : str
        The words that stand for the picture.

    Returns
    -------
    str
        The element; the same figure and words give the same bytes.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    drawn = buffer.getvalue()
    inner = drawn[drawn.index("<defs>") : drawn.rindex("</svg>")]
    inner = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", inner, count=1, flags=re.DOTALL)
    key = hashlib.sha256((alt + inner).encode()).hexdigest()[:10]
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', inner))
    inner = re.sub(r"<[^>]+>", lambda tag: _clean_tag(tag.group(), used, key), inner)
    width, height = (round(float(side) * 72) for side in figure.get_size_inches())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{html.escape(alt)}" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}" stroke-linejoin="round" '
        f'style="font-family: {FONTS}; font-variant-numeric: tabular-nums">{_squeeze(inner)}</svg>'
    )


def _clean_tag(tag: str, used: set[str], key: str) -> str:
    """Drop ids that nothing refers to, make the others unique on a page, round numbers, leave fonts to the page."""
    tag = re.sub(r' id="([^"]*)"', lambda m: f' id="h{key}-{m.group(1)}"' if m.group(1) in used else "", tag)
    tag = re.sub(r'xlink:href="#([^"]*)"', rf'href="#h{key}-\1"', tag)
    tag = re.sub(r"url\(#([^)]*)\)", rf"url(#h{key}-\1)", tag)
    tag = re.sub(r"-?\d+\.\d{3,}", lambda m: f"{float(m.group()):.2f}".rstrip("0").rstrip("."), tag)
    tag = re.sub(r" font-family: [^;\"]*;?", "", tag)
    return re.sub(r' transform="rotate\(-0 [^)]*\)"', "", tag)


def _squeeze(svg: str) -> str:
    return re.sub(r"\n\s*", "\n", svg).strip()
