"""What the study rests on: features, input rows, limits, and how to repeat it."""

from __future__ import annotations

import pandas as pd

from hgrisk.provenance import MADE_UP_NOTE
from hgrisk.report.accounts import FATES, row_gaps
from hgrisk.report.blocks import (
    Alert,
    Block,
    Bullets,
    Cell,
    Facts,
    Fold,
    Head,
    Paragraph,
    RowGroup,
    Section,
    Table,
)
from hgrisk.report.content import ReportContent
from hgrisk.report.results import feature_sentences
from hgrisk.report.small_cells import NO_TOTALS, SMALLEST, keep_back
from hgrisk.report.voice import Voice


def features(content: ReportContent, voice: Voice) -> Section:
    """Make the section on features: one fold per family, and what was dropped.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.

    Returns
    -------
    Section
        The section.
    """
    table, title = content.features, voice.say("features", "title")
    if table.empty:
        return Section("features", title, (Paragraph(voice.say("features", "empty")),))
    sentences = feature_sentences(table, voice)
    counts = {"n": voice.num.count(len(table)), "families": voice.num.count(table["family"].nunique())}
    blocks: list[Block] = [Paragraph(voice.say("features", "text", **counts))]
    for family, rows in table.groupby("family", sort=False):
        name = voice.label("families", family)
        summary = voice.say("features", "family", family=name, n=len(rows))
        blocks.append(Fold(summary, (_feature_table(rows, name, sentences, voice),)))
    if len(content.dropped_features):
        dropped = content.dropped_features
        summary = voice.say("features", "dropped_fold", n=voice.num.count(dropped["feature"].nunique()))
        blocks.append(Fold(summary, (_dropped_table(dropped, voice),)))
    return Section("features", title, tuple(blocks))


def quality(content: ReportContent, voice: Voice, min_cell: int = SMALLEST) -> Section:
    """Make the section on data quality: the row account, the look-ahead check, notes.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.
    min_cell : int
        Reasons for which fewer rows were set aside are told as such; the account of the rows is told in full, since its
        sums have to come out.

    Returns
    -------
    Section
        The section.
    """
    blocks: list[Block] = [_account_table(content.rows, voice)]
    if len(content.quarantine_reasons):
        blocks.append(_reason_table(content.quarantine_reasons, content.rows, voice, min_cell))
    blocks.append(_canary(content, voice))
    if content.notes:
        notes = (voice.say("opening", "made_up") if note == MADE_UP_NOTE else note for note in content.notes)
        blocks += [Paragraph(voice.say("quality", "notes"), "heading"), Bullets(tuple(notes))]
    return Section("quality", voice.say("quality", "title"), tuple(blocks))


def limits(content: ReportContent, voice: Voice) -> Section:
    """Make the section on limits: those of every run, then those of this one.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.

    Returns
    -------
    Section
        The section.
    """
    fixed = tuple(voice.say("limits", key) for key in ("fixed_decision", "fixed_report", "fixed_place"))
    return Section("limits", voice.say("limits", "title"), (Bullets((*fixed, *content.limits)),))


def repeat(content: ReportContent, voice: Voice) -> Section:
    """Make the section on how to repeat the run.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.

    Returns
    -------
    Section
        The section.
    """
    pairs = tuple((voice.fact_name(key), value) for key, value in content.run_facts.items())
    facts = Facts(((voice.say("page", "experiment"), content.experiment), *pairs), code=True)
    return Section("repeat", voice.say("repeat", "title"), (Paragraph(voice.say("repeat", "text")), facts))


def _feature_table(rows: pd.DataFrame, family: str, sentences: dict[str, str], voice: Voice) -> Table:
    heads = (
        Head(voice.say("features", "meaning")),
        Head(voice.say("features", "unit")),
        Head(voice.say("features", "missing"), numeric=True),
    )
    lines = tuple(
        (
            Cell(sentences[row["name"]], small=row["name"]),
            Cell(voice.label("units", row["unit"] or "")),
            Cell(voice.num.percent(row["missing_share"])),
        )
        for row in rows.to_dict("records")
    )
    return Table(voice.say("features", "caption", family=family), heads, (RowGroup("", lines),))


def _dropped_table(dropped: pd.DataFrame, voice: Voice) -> Table:
    """List what was left out, and what says nothing and was kept, each stage under its head."""
    heads = (Head(voice.say("features", "name")), Head(voice.say("features", "reason")))
    stages = dropped["stage"] if "stage" in dropped else pd.Series("training", index=dropped.index)
    groups = tuple(
        RowGroup(
            voice.label("stages", stage),
            tuple(
                (Cell(row["feature"], role="code"), _reason(row["reason"], voice)) for row in rows.to_dict("records")
            ),
        )
        for stage, rows in dropped.groupby(stages, sort=False)
    )
    return Table(voice.say("features", "dropped"), heads, groups)


def _reason(reason: str, voice: Voice) -> Cell:
    start, same, other = reason.partition("same as ")
    if same and not start:
        return Cell(voice.label("reasons", same.strip()), small=other)
    return Cell(voice.phrase("reasons", reason))


def _account_table(rows: pd.DataFrame, voice: Voice) -> Table:
    heads = (
        Head(voice.say("quality", "source")),
        *(Head(voice.say("quality", key), numeric=True) for key in ("read", *FATES)),
        Head(voice.say("quality", "check")),
    )
    lines = []
    for row, gap in zip(rows.to_dict("records"), row_gaps(rows), strict=True):
        counts = (Cell(voice.num.count(row[key])) for key in ("read", *FATES))
        check = voice.say("quality", "off", n=voice.num.signed(gap, 0)) if gap else voice.say("quality", "adds_up")
        lines.append((Cell(row["source"]), *counts, Cell(check, role="bad" if gap else "good")))
    note = voice.say("quality", "account_note")
    return Table(voice.say("quality", "account"), heads, (RowGroup("", tuple(lines)),), note)


def _reason_table(reasons: pd.DataFrame, account: pd.DataFrame, voice: Voice, min_cell: int) -> Table:
    """List why rows were set aside; a reason may be of one case, and the account has the rows of all reasons."""
    kept = []
    for (source, status), part in reasons.groupby(["source", "status"], sort=False):
        of_source = account[account["source"] == source]
        known = len(of_source) == 1 and status in account
        totals = {"rows": float(of_source[status].iloc[0])} if known else NO_TOTALS
        kept.append(keep_back(part, "reason", min_cell, n="rows", totals=totals))
    heads = (Head(voice.say("quality", "reason")), Head(voice.say("quality", "rows"), numeric=True))
    lines = tuple(
        (
            Cell(row["reason"], small=f"{row['source']} · {voice.label('statuses', row['status'])}"),
            Cell(voice.small_count(row["rows"], min_cell)),
        )
        for row in pd.concat(kept).loc[reasons.index].to_dict("records")
    )
    return Table(voice.say("quality", "reasons"), heads, (RowGroup("", lines),))


def _canary(content: ReportContent, voice: Voice) -> Block:
    if not content.canary:
        return Paragraph(voice.say("quality", "canary_none"))
    said = {key: voice.num.count(content.canary[f"n_{key}"]) for key in ("features", "changed", "landmarks")}
    if content.canary["n_changed"]:
        return Alert(voice.say("quality", "canary_bad_title"), voice.say("quality", "canary_bad", **said), "loud")
    return Alert(voice.say("quality", "canary_title"), voice.say("quality", "canary", **said), "fine")
