"""From content to one self-contained HTML page."""

from __future__ import annotations

from functools import cache
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template

from hgrisk.report.blocks import Section
from hgrisk.report.card import card
from hgrisk.report.choice import choice
from hgrisk.report.cohort import cohort, time_to_rereport
from hgrisk.report.comparison import comparison
from hgrisk.report.content import ReportContent
from hgrisk.report.data import features, limits, quality, repeat
from hgrisk.report.explanation import explanation
from hgrisk.report.fairness import fairness
from hgrisk.report.opening import opening
from hgrisk.report.reporting import reporting
from hgrisk.report.results import calibration, coefficients, ladder
from hgrisk.report.scores import audit, scores
from hgrisk.report.validation import validation
from hgrisk.report.voice import Voice, voice


def render_report(content: ReportContent, lang: str = "en", min_cell: int = 10) -> str:
    """Render a report as one HTML page that needs nothing from outside.

    Parameters
    ----------
    content : ReportContent
        What the report says.
    lang : str
        ``"en"`` or ``"nl"``.
    min_cell : int
        Groups smaller than this are shown as ``<10`` and their scores hidden.

    Returns
    -------
    str
        The page; the same content gives the same text.
    """
    return render_page(content, sections(content, voice(lang), min_cell), lang)


def render_page(content: ReportContent, made: tuple[Section, ...], lang: str) -> str:
    """Render sections that have been made, so that whoever also writes the figures draws them once.

    Parameters
    ----------
    content : ReportContent
        What the report says.
    made : tuple of Section
        The sections of :func:`sections`, in the same language.
    lang : str
        ``"en"`` or ``"nl"``.

    Returns
    -------
    str
        The page.
    """
    speaking = voice(lang)
    page = {"sections": made, "content": content, "voice": speaking}
    return _template().render(page, say=speaking.say, lang=lang).lstrip() + "\n"


def sections(content: ReportContent, voice: Voice, min_cell: int) -> tuple[Section, ...]:
    """Make the sections of the page, in their order.

    Parameters
    ----------
    content : ReportContent
        What the report says.
    voice : Voice
        The language.
    min_cell : int
        The smallest group shown.

    Returns
    -------
    tuple of Section
        The sections.
    """
    every = (
        opening(content, voice),
        cohort(content, voice, min_cell),
        time_to_rereport(content, voice, min_cell),
        ladder(content, voice),
        calibration(content, voice, min_cell),
        scores(content, voice),
        comparison(content, voice),
        validation(content, voice, min_cell),
        choice(content, voice),
        audit(content, voice, min_cell),
        fairness(content, voice, min_cell),
        coefficients(content, voice),
        card(content, voice, min_cell),
        explanation(content, voice, min_cell),
        features(content, voice),
        quality(content, voice, min_cell),
        limits(content, voice),
        reporting(content, voice),
        repeat(content, voice),
    )
    return tuple(section for section in every if section is not None)


@cache
def _template() -> Template:
    room = resources.files("hgrisk.report")
    environment = Environment(
        loader=FunctionLoader(lambda name: room.joinpath(name).read_text(encoding="utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("template.html.j2")
