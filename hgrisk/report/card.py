"""Cards that one can fill in by hand, and the risk at each total."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from hgrisk.evaluation.small_cells import hidden_cells
from hgrisk.models.by_horizon.items import ANY_OTHER, NOT_KNOWN
from hgrisk.report.blocks import Block, Cell, Fold, Head, Paragraph, RowGroup, Section, Table
from hgrisk.report.content import ReportContent
from hgrisk.report.levels import level_words
from hgrisk.report.results import feature_label, feature_sentences
from hgrisk.report.voice import Voice

MOST_WITHOUT_POINTS = 3
"""More named texts without points are one line on the page."""


def card(content: ReportContent, voice: Voice, min_cell: int) -> Section | None:
    """Make the section on points cards, and on the risks of whatever counts to a total.

    Parameters
    ----------
    content : ReportContent
        The content.
    voice : Voice
        The language.
    min_cell : int
        Totals with fewer training landmarks have their risks hidden.

    Returns
    -------
    Section or None
        A card and its risks per model, and the risks alone for counts; None without either.
    """
    points, risks = (content.further.get(name, pd.DataFrame()) for name in ("card_points", "card_risks"))
    with_card = list(dict.fromkeys(points["model"])) if len(points) else []
    counts = [model for model in (dict.fromkeys(risks["model"]) if len(risks) else ()) if model not in with_card]
    if not with_card and not counts:
        return None
    sentences, meanings = feature_sentences(content.features, voice), _meanings(content.features, voice)
    blocks: list[Block] = []
    for model in with_card:
        name = voice.label("models", model)
        blocks += [
            Paragraph(voice.say("card", "heading", name=name), "heading"),
            Paragraph(voice.say("card", "how")),
            _points_table(points[points["model"] == model], name, sentences, meanings, voice),
            *_risk_tables(risks, model, name, voice, min_cell),
        ]
    for model in counts:
        name = voice.label("models", model)
        blocks.append(Fold(voice.say("card", "fold", name=name), _risk_tables(risks, model, name, voice, min_cell)))
    told = [key for key, said in (("text", with_card), ("risks", True), ("calibrated", _is_calibrated(risks))) if said]
    text = " ".join(voice.say("card", key) for key in told)
    # a run of before the column: its page cannot tell which models were calibrated
    before = () if "calibrated" in risks else (voice.say("card", "before"),)
    cautions = Paragraph(" ".join((*before, voice.say("card", "caution"))))
    hidden = Paragraph(voice.say("page", "hidden_note", n=min_cell), "note")
    return Section("card", voice.say("card", "title"), (Paragraph(text), cautions, *blocks, hidden))


def _meanings(features: pd.DataFrame, voice: Voice) -> dict[str, str]:
    """Return what a missing value of each feature means, where the catalogue says so in the language."""
    column = "missing_nl" if voice.lang == "nl" else "missing"
    if column not in features:  # a run from before they were kept
        return {}
    said = dict(zip(features["name"], features[column].fillna(""), strict=True))
    return {name: meaning for name, meaning in said.items() if meaning}


def _folded(levels: pd.DataFrame) -> pd.DataFrame:
    """Leave out the named texts of an item that give no points, where they are many and any other gives none either."""
    without = levels["points"] == 0
    named = without & ~levels["level"].isin([ANY_OTHER, NOT_KNOWN])
    stands_for_them = bool((without & (levels["level"] == ANY_OTHER)).any())
    return levels[~named] if stands_for_them and named.sum() > MOST_WITHOUT_POINTS else levels


def _level(item: str, label: str, meanings: Mapping[str, str], voice: Voice) -> str:
    words = level_words(label, voice)
    if label != NOT_KNOWN or item not in meanings:
        return words
    return voice.say("card", "not_known", level=words, meaning=meanings[item])


def _points_table(
    points: pd.DataFrame, name: str, sentences: Mapping[str, str], meanings: Mapping[str, str], voice: Voice
) -> Table:
    """Lay out the card: the levels of each item with a box to tick, and a line for the total."""
    heads = (
        Head(voice.say("card", "level")),
        Head(voice.say("card", "points"), numeric=True),
        Head(voice.say("card", "tick"), numeric=True),
    )
    groups = [
        RowGroup(
            f"{number}. {feature_label(str(item), sentences, voice)}",
            tuple(
                (
                    Cell(_level(str(item), str(row["level"]), meanings, voice)),
                    Cell(voice.num.count(row["points"])),
                    Cell("", role="box"),
                )
                for row in _folded(rows).to_dict("records")
            ),
        )
        for number, (item, rows) in enumerate(points.groupby("item", sort=False), start=1)
    ]
    total = (Cell(voice.say("card", "sum"), role="sum"), Cell(""), Cell("", role="line"))
    groups.append(RowGroup("", (total,)))
    return Table(voice.say("card", "caption", name=name), heads, tuple(groups), role="card")


def _risk_tables(risks: pd.DataFrame, model: object, name: str, voice: Voice, min_cell: int) -> tuple[Table, ...]:
    """Tabulate the risk at each total by each horizon, of one model; nothing if it has none."""
    own = risks[risks["model"] == model] if len(risks) else risks
    if own.empty:
        return ()
    each = own.drop_duplicates("total")
    hidden = dict(zip(each["total"], hidden_cells(each["n_rows"], min_cell), strict=True))
    own = own.assign(n_rows=own["n_rows"].mask(own["total"].map(hidden) & (own["n_rows"] >= min_cell)))
    horizons = sorted(own["horizon_days"].unique())
    heads = (
        Head(voice.say("card", "total")),
        Head(voice.say("card", "n"), numeric=True),
        *(Head(voice.horizon(days), numeric=True) for days in horizons),
    )
    rows = tuple(
        _risk_row(str(total), part, horizons, voice, min_cell) for total, part in own.groupby("total", sort=False)
    )
    caption = "calibrated_caption" if _is_calibrated(own) else "risk_caption"
    return (Table(voice.say("card", caption, name=name), heads, (RowGroup("", rows),)),)


def _is_calibrated(risks: pd.DataFrame) -> bool:
    """Return whether any of these risks was calibrated."""
    return "calibrated" in risks and bool(risks["calibrated"].notna().any())


def _risk_row(total: str, part: pd.DataFrame, horizons: list[float], voice: Voice, min_cell: int) -> tuple[Cell, ...]:
    n, calibrated = part["n_rows"].iloc[0], _is_calibrated(part)
    by_horizon = {row["horizon_days"]: row for row in part.to_dict("records")}
    cells = [Cell(level_words(total, voice)), Cell(voice.small_count(n, min_cell))]
    for days in horizons:
        row = by_horizon.get(days)
        if not n >= min_cell:
            cells.append(Cell(voice.say("audit", "hidden"), role="quiet"))
        elif row is None:
            cells.append(Cell("", role="quiet"))
        elif calibrated:  # the interval is that of the risk before
            cells.append(voice.estimate_share(row["calibrated"], float("nan"), float("nan")))
        else:
            cells.append(voice.estimate_share(row["risk"], row["lower"], row["upper"]))
    return tuple(cells)
