"""The opening: findings, warnings, key numbers, words."""

from __future__ import annotations

import math

from hgrisk.figures.ladder import STEPS
from hgrisk.figures.readings import readings_at
from hgrisk.provenance import MADE_UP_NOTE
from hgrisk.report.accounts import unbalanced_sources
from hgrisk.report.blocks import Alert, Block, Bullets, Facts, Fold, KeyNumbers, Paragraph, Section
from hgrisk.report.comparison import comparison_headline
from hgrisk.report.content import ReportContent
from hgrisk.report.headline import headline, main_horizon, main_metric, suspiciously_good
from hgrisk.report.voice import Voice
from hgrisk.words import DAYS_PER_MONTH

GLOSSARY = ("household", "landmark", "rereport", "risk", "c", "calibration", "interval", "hazard")


def opening(content: ReportContent, voice: Voice) -> Section:
    """Make the first section of the page.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.

    Returns
    -------
    Section
        Loud warnings first, then findings, key numbers, the standing warnings and a glossary.
    """
    words = tuple((voice.say("glossary", key), voice.say("glossary", f"{key}_text")) for key in GLOSSARY)
    blocks: tuple[Block, ...] = (
        *_loud(content, voice),
        Bullets((*headline(content, voice), *comparison_headline(content, voice)), "lead"),
        KeyNumbers(_key_numbers(content, voice)),
        *(Alert(voice.say("opening", f"{key}_title"), voice.say("opening", key)) for key in ("unflagged", "rereport")),
        Paragraph(voice.say("opening", "about")),
        Fold(voice.say("opening", "glossary"), (Facts(words),)),
    )
    return Section("findings", voice.say("opening", "title"), blocks)


def _loud(content: ReportContent, voice: Voice) -> list[Alert]:
    alerts = []
    if MADE_UP_NOTE in content.notes:
        alerts.append(_alert(voice, "made_up"))
    if content.apparent:
        alerts.append(_alert(voice, "apparent"))
    if content.canary.get("n_changed", 0):
        changed, features = (voice.num.count(content.canary[key]) for key in ("n_changed", "n_features"))
        alerts.append(_alert(voice, "leak", changed=changed, features=features))
    if wrong := unbalanced_sources(content.rows):
        alerts.append(_alert(voice, "rows", sources=", ".join(wrong)))
    if math.isfinite(good := suspiciously_good(content)):
        alerts.append(_alert(voice, "good", value=voice.num.number(good)))
    return alerts


def _alert(voice: Voice, key: str, **values: str) -> Alert:
    return Alert(voice.say("opening", f"{key}_title"), voice.say("opening", key, **values), "loud")


def _key_numbers(content: ReportContent, voice: Voice) -> tuple[tuple[str, str], ...]:
    pairs = []
    for key, name in (("n_landmarks", "landmarks"), ("n_events", "events")):
        if key in content.outcome_facts:
            pairs.append((voice.fact(key, content.outcome_facts[key]), voice.say("opening", name)))
    known = [reading for reading in readings_at(content.incidence, (6, 12)) if reading.known]
    if known:
        horizon = voice.horizon(known[-1].months * DAYS_PER_MONTH)
        pairs.append((voice.num.percent(known[-1].incidence), voice.say("opening", "within", horizon=horizon)))
    if not content.ladder.empty:
        metric, days = main_metric(content.ladder), main_horizon(content.ladder)
        rows = content.ladder[(content.ladder["metric"] == metric) & (content.ladder["horizon_days"] == days)]
        full = rows.loc[rows["step"] == STEPS[4], "estimate"]
        if len(full) and math.isfinite(full.iloc[0]):
            said = {"metric": voice.label("metrics", metric), "horizon": voice.horizon(days)}
            pairs.append((voice.num.number(float(full.iloc[0])), voice.say("opening", "full", **said)))
    return tuple(pairs)
