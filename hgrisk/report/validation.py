"""Whether the models would hold elsewhere: unseen households, years, regions, optimism and more to learn from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from hgrisk.report.blocks import Block, Bullets, Fold, Paragraph, Section
from hgrisk.report.content import ReportContent
from hgrisk.report.headline import main_horizon, main_metric
from hgrisk.report.small_cells import keep_back
from hgrisk.report.validation_finding import findings
from hgrisk.report.validation_parts import difference_fold, metric_folds
from hgrisk.report.validation_pictures import course_or_table, design_pictures
from hgrisk.report.validation_tables import learning_table, omitted_fold, optimism_table, pooled_fold
from hgrisk.report.voice import Voice, capital

DESIGNS = ("folds", "rolling", "regions")
_INTERVAL = ("estimate", "lower", "upper")
TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "validation": (
            "design",
            "part",
            "model",
            "metric",
            "horizon_days",
            *_INTERVAL,
            "n_train",
            "n_test",
            "n_events",
        ),
        "validation_differences": (
            *("design", "part", "model", "against", "metric", "horizon_days"),
            *("difference", "lower", "upper"),
        ),
        "validation_pooled": (
            *("design", "model", "metric", "horizon_days", "n_parts", *_INTERVAL, "tau2", "i2"),
            *("prediction_lower", "prediction_upper", "difference"),
        ),
        "validation_optimism": (
            *("model", "metric", "horizon_days", "apparent", "optimism", "corrected", "lower", "upper"),
            *("n_draws", "n_failed"),
        ),
        "validation_learning": (
            *("share", "draw", "n_train_networks", "model", "metric", "horizon_days", *_INTERVAL),
            *("n_train", "n_train_events"),
        ),
        "validation_omitted": ("design", "part", "horizon_days", "reason"),
    }
)
"""The tables that are read, and their columns; one that a table lacks is empty."""


def validation(content: ReportContent, voice: Voice, min_cell: int) -> Section | None:
    """Make the section on the validation designs.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.
    min_cell : int
        Parts with fewer landmarks have their scores hidden.

    Returns
    -------
    Section or None
        For each design what it asks, a figure and its tables; None where no design was run.
    """
    if not any(len(content.further.get(name, ())) for name in TABLES):
        return None
    tables = {name: _table(content, name, columns) for name, columns in TABLES.items()}
    tables["validation"] = _kept(tables["validation"], min_cell)
    found = findings(tables, voice, min_cell)
    blocks: list[Block] = [Bullets(found, "lead")] if found else []
    blocks.append(Paragraph(f"{voice.say('validation', 'text')} {_models(tables, voice)}"))
    for design in DESIGNS:
        blocks += _design_blocks(design, tables, voice, min_cell)
    blocks += [
        *_optimism(tables["validation_optimism"], voice),
        *_learning(tables["validation_learning"], voice, min_cell),
    ]
    if len(tables["validation_omitted"]):
        judged = tables["validation"]
        blocks.append(omitted_fold(tables["validation_omitted"], set(judged.loc[~judged["rare"], "part"]), voice))
    if len(tables["validation"]):
        blocks.append(Paragraph(voice.say("page", "hidden_note", n=min_cell), "note"))
    return Section("validation", voice.say("validation", "title"), tuple(blocks))


def _table(content: ReportContent, name: str, columns: tuple[str, ...]) -> pd.DataFrame:
    return content.further.get(name, pd.DataFrame(columns=list(columns))).reindex(columns=list(columns))


def _kept(rows: pd.DataFrame, min_cell: int) -> pd.DataFrame:
    """Return the scores without the sizes of parts that would tell a small one; the folds hold the rows of all regions.

    Sizes are told apart by horizon: parts are judged on the rows that could be followed to it.
    """
    counts, parts = {"n": "n_test", "n_events": "n_events"}, []
    for (design, _), part in rows.groupby(["design", "horizon_days"], sort=False, dropna=False):
        folds = rows[(rows["design"] == "folds") & rows["horizon_days"].isin(part["horizon_days"])]
        totals = {name: float(folds[name].max()) for name in counts.values() if design == "regions" and len(folds)}
        parts.append(keep_back(part, "part", min_cell, **counts, totals=totals))
    return pd.concat(parts).sort_index() if parts else rows.assign(rare=False)


def _models(tables: Mapping[str, pd.DataFrame], voice: Voice) -> str:
    judged = (tables[name]["model"] for name in ("validation", "validation_optimism", "validation_learning"))
    models = dict.fromkeys(model for column in judged for model in column)
    names = ", ".join(voice.label("models", model) for model in models)
    return voice.say("validation", "models", models=names) if names else ""


def _design_blocks(design: str, tables: Mapping[str, pd.DataFrame], voice: Voice, min_cell: int) -> list[Block]:
    rows = tables["validation"]
    rows = rows[(rows["design"] == design) & rows["horizon_days"].notna()]
    if rows.empty:
        return []
    days, differences = main_horizon(rows), tables["validation_differences"]
    blocks: list[Block] = [
        Paragraph(capital(voice.label("designs", design)), "heading"),
        Paragraph(voice.say("validation", design)),
    ]
    at, pooled = rows[rows["horizon_days"] == days], tables["validation_pooled"]
    pooled = pooled[(pooled["design"] == design) & (pooled["horizon_days"] == days)]
    blocks += design_pictures(design, at, pooled, voice, min_cell)
    against = differences["against"].iloc[0] if len(differences) else str(rows["model"].iloc[0])
    blocks += [
        *pooled_fold(pooled, days, against, voice),
        *metric_folds(rows, days, voice, min_cell),
        *difference_fold(differences[differences["design"] == design], rows, days, voice, min_cell),
    ]
    return blocks


def _optimism(table: pd.DataFrame, voice: Voice) -> list[Block]:
    if table.empty:
        return []
    heading = Paragraph(voice.say("validation", "optimism_title"), "heading")
    shown = optimism_table(table, main_horizon(table), voice)
    return [heading, Paragraph(voice.say("validation", "optimism")), Fold(shown.caption, (shown,))]


def _learning(table: pd.DataFrame, voice: Voice, min_cell: int) -> list[Block]:
    if table.empty:
        return []
    metric, days = main_metric(table), main_horizon(table)
    rows = table[(table["metric"] == metric) & (table["horizon_days"] == days)]
    said = {"metric": voice.label("metrics", metric), "horizon": voice.horizon(days)}
    shown = learning_table(rows, voice.say("validation", "learning_caption", **said), voice, min_cell)
    rows = rows.assign(at=rows["n_train_networks"].astype(float))
    blocks = course_or_table(rows, "networks", voice.say("validation", "picture_learning"), shown, voice)
    heading = Paragraph(voice.say("validation", "learning_title"), "heading")
    return [heading, Paragraph(voice.say("validation", "learning")), *blocks]
