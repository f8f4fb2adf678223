"""What each step of knowledge adds, and what is lost without earlier violence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hgrisk.errors import DataError
from hgrisk.figures.canvas import BLUE, SHEETS, VERMILLION, Size, house_style, to_svg
from hgrisk.figures.drawing import Drawing
from hgrisk.figures.numerals import Numerals, numerals
from hgrisk.figures.rows import Row, draw_rows
from hgrisk.figures.scales import linear_scale
from hgrisk.figures.tables import require_columns
from hgrisk.figures.verdict import change_verdict
from hgrisk.figures.words import horizon_words
from hgrisk.words import load_words

COLUMNS = ("step", "metric", "horizon_days", "estimate", "lower", "upper", "gain", "gain_lower", "gain_upper")
STEPS = (
    "base rate",
    "prior count",
    "+ recency",
    "prior-violence family",
    "everything",
    "everything without prior violence",
)
Record = Mapping[Any, Any]
GAIN_TOLERANCE = 0.005  # room for gains that are means over bootstrap samples
CHANCE = {"uno_c": 0.5, "harrell_c": 0.5, "auc": 0.5}


def ladder_at(table: pd.DataFrame, metric: str, horizon_days: float) -> pd.DataFrame:
    """Pick one metric at one horizon, steps in their order.

    Parameters
    ----------
    table : DataFrame
        Columns ``step``, ``metric``, ``horizon_days``, ``estimate``, ``lower``, ``upper``, ``gain``, ``gain_lower``,
        ``gain_upper``, where ``gain`` is the estimate minus that of the step above.
    metric : str
        The metric.
    horizon_days : float
        The horizon in days.

    Returns
    -------
    DataFrame
        The rows, known steps first, in the order of :data:`STEPS`.

    Raises
    ------
    DataError
        If a column is missing, no row is left, a step occurs twice, or a gain is not the change from the step above.
    """
    require_columns(table, COLUMNS, "ladder")
    rows = table[(table["metric"] == metric) & (table["horizon_days"] == horizon_days)]
    if rows.empty:
        have = ", ".join(f"{m} at {h:g}" for m, h in table[["metric", "horizon_days"]].drop_duplicates().to_numpy())
        cure = f"ask for one of these, not {metric} at {horizon_days:g} days"
        raise DataError("A ladder has rows for its metric and horizon", have or "no rows", cure)
    if rows["step"].duplicated().any():
        twice = rows.loc[rows["step"].duplicated(), "step"].iloc[0]
        raise DataError("A step occurs once per metric and horizon", f"{twice!r} twice", "keep one model per ladder")
    order = rows["step"].map({step: place for place, step in enumerate(STEPS)}).fillna(len(STEPS))
    ordered = rows.loc[order.sort_values(kind="stable").index].reset_index(drop=True)
    _check_gains(ordered)
    return ordered


def draw_ladder(
    table: pd.DataFrame,
    *,
    horizon_days: float,
    metric: str = "uno_c",
    labels: Mapping[str, str] | None = None,
    lang: str = "en",
    size: Size = "wide",
) -> Drawing:
    """Draw the ladder as dots with intervals, the change from the step above in print.

    Parameters
    ----------
    table : DataFrame
        See :func:`ladder_at`.
    horizon_days : float
        The horizon in days.
    metric : str
        The metric.
    labels : Mapping, optional
        Names to print for steps and metrics.
    lang : str
        ``"en"`` or ``"nl"``.
    size : {"wide", "narrow"}
        The sheet.

    Returns
    -------
    Drawing
        The picture.
    """
    rows = ladder_at(table, metric, horizon_days)
    records = rows.to_dict("records")
    names = labels or {}
    words, num = load_words(lang, "hgrisk.figures")["ladder"], numerals(lang)
    said = {"metric": names.get(metric, metric), "horizon": horizon_words(horizon_days, lang)}
    alt = " ".join([words["alt_start"].format(**said), *(_say(row, words, num, names) for row in records)])
    with house_style():
        reference = CHANCE.get(metric, math.nan)
        scale = linear_scale(rows, words["axis"].format(**said), num, reference=reference, foot=words["foot"])
        figure = draw_rows([_row(row, num, names) for row in records], scale, SHEETS[size])
        return Drawing(to_svg(figure, alt), alt, _title(records, words, num, said))


def _check_gains(rows: pd.DataFrame) -> None:
    """Refuse gains that are not what the words say: the change from the step above."""
    off = (rows["gain"] - rows["estimate"].diff()).abs() > GAIN_TOLERANCE
    if off.any():
        row = rows.loc[off.idxmax()]
        found = f"{row['gain']:.4f} for {row['step']!r} with estimate {row['estimate']:.4f}"
        cure = "give each gain against the step before it in the ladder's order"
        raise DataError("A gain is the estimate minus the estimate of the step above", found, cure)


def _row(row: Record, num: Numerals, names: Mapping[str, str]) -> Row:
    removed = row["step"] == STEPS[-1]
    gain = (row["gain"], row["gain_lower"], row["gain_upper"])
    return Row(
        label=names.get(row["step"], row["step"]),
        value=num.interval(row["estimate"], row["lower"], row["upper"]),
        estimate=row["estimate"],
        lower=row["lower"],
        upper=row["upper"],
        note=num.change(*gain) if math.isfinite(gain[0]) else "",
        ink=VERMILLION if removed else BLUE,
        hollow=removed,
        quiet=change_verdict(*gain[1:]) in {"unclear", "unknown"},
    )


def _say(row: Record, words: Mapping[str, str], num: Numerals, names: Mapping[str, str]) -> str:
    step = names.get(row["step"], row["step"])
    value = num.interval(row["estimate"], row["lower"], row["upper"])
    if not math.isfinite(row["gain"]):
        return words["alt_step"].format(step=step, value=value)
    change = num.change(row["gain"], row["gain_lower"], row["gain_upper"])
    verdict = words[f"verdict_{change_verdict(row['gain_lower'], row['gain_upper'])}"]
    return words["alt_gain"].format(step=step, value=value, change=change, verdict=verdict)


def _title(records: Sequence[Record], words: Mapping[str, str], num: Numerals, said: Mapping[str, str]) -> str:
    by_step = {row["step"]: row for row in records}
    full, without = by_step.get(STEPS[-2]), by_step.get(STEPS[-1])
    if full is None or without is None:
        return words["title_unknown"].format(**said)
    verdict = change_verdict(without["gain_lower"], without["gain_upper"])
    before, after = num.number(full["estimate"]), num.number(without["estimate"])
    return words[f"title_{verdict}"].format(**said, before=before, after=after)
