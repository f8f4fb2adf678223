"""Write a report and its figures."""

from __future__ import annotations

import re
from pathlib import Path

from hgrisk.report.blocks import Block, Fold, Panels, Picture
from hgrisk.report.content import ReportContent
from hgrisk.report.render import render_page, sections
from hgrisk.report.voice import voice

REPORT = "report.html"
FIGURES = "figures"
ANCHORS = frozenset({"time", "ladder", "calibration", "scores", "validation", "coefficients", "explanation"})
"""Names that figures of a report can have; a file of another name is somebody else's."""
_NUMBERED = re.compile(r"-[0-9]+$")


def write_report(content: ReportContent, folder: Path, lang: str = "en", min_cell: int = 10) -> Path:
    """Write ``report.html``, and each of its figures as SVG; figures of an earlier report are removed.

    Parameters
    ----------
    content : ReportContent
        What the report says.
    folder : Path
        Where to write.
    lang : str
        ``"en"`` or ``"nl"``.
    min_cell : int
        Groups smaller than this are not shown.

    Returns
    -------
    Path
        The report.
    """
    page = folder / REPORT
    made = sections(content, voice(lang), min_cell)
    page.write_text(render_page(content, made, lang), encoding="utf-8")
    figures = folder / FIGURES
    figures.mkdir(exist_ok=True)
    for earlier in own_figures(folder):
        earlier.unlink()
    for section in made:
        pictures = _pictures(section.blocks)
        for place, picture in enumerate(pictures, start=1):
            name = section.anchor if len(pictures) == 1 else f"{section.anchor}-{place}"
            drawing = picture.wide or picture.narrow
            (figures / f"{name}.svg").write_text(drawing.svg, encoding="utf-8")
    return page


def own_figures(folder: Path) -> list[Path]:
    """Return the figures that a report wrote, and none of somebody else's.

    Parameters
    ----------
    folder : Path
        The folder of the report.

    Returns
    -------
    list of Path
        SVG files below ``figures``, in order of name.
    """
    found = sorted((folder / FIGURES).glob("*.svg"))
    return [path for path in found if _NUMBERED.sub("", path.stem) in ANCHORS]


def _pictures(blocks: tuple[Block, ...]) -> list[Picture]:
    """Return the pictures among blocks, those in panels and folds too, in their order."""
    found: list[Picture] = []
    for block in blocks:
        if isinstance(block, Picture):
            found.append(block)
        elif isinstance(block, Panels):
            found += block.pictures
        elif isinstance(block, Fold):
            found += _pictures(block.blocks)
    return found
