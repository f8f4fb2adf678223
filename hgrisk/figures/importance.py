"""How much each feature, or family of features, moves the scores of a model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pandas as pd

from hgrisk.errors import DataError
from hgrisk.figures.canvas import SHEETS, Size, house_style, to_svg
from hgrisk.figures.drawing import Drawing
from hgrisk.figures.numerals import decimals_for, numerals
from hgrisk.figures.rows import Row, draw_rows
from hgrisk.figures.scales import linear_scale
from hgrisk.figures.tables import require_columns
from hgrisk.words import load_words

Kind = Literal["feature", "family"]
LABEL_WIDTH = 280  # features are named by a sentence


def draw_importance(
    table: pd.DataFrame,
    *,
    name: str,
    kind: Kind = "feature",
    top: int = 15,
    labels: Mapping[str, str] | None = None,
    lang: str = "en",
    size: Size = "wide",
) -> Drawing:
    """Draw the mean size of what features or families add to the score, the largest first.

    Parameters
    ----------
    table : DataFrame
        Columns ``feature`` or ``family``, and ``mean_abs``, ``lower``, ``upper``; rows of 0 are not drawn.
    name : str
        The model, as printed.
    kind : {"feature", "family"}
        What a row is.
    top : int
        How many to show.
    labels : Mapping, optional
        Names to print.
    lang : str
        ``"en"`` or ``"nl"``.
    size : {"wide", "narrow"}
        The sheet.

    Returns
    -------
    Drawing
        The picture.

    Raises
    ------
    DataError
        If a column is missing, or nothing moves the score.
    """
    require_columns(table, (kind, "mean_abs", "lower", "upper"), "importance")
    every = table[table["mean_abs"] > 0].sort_values("mean_abs", ascending=False, kind="stable")
    if every.empty:
        raise DataError("A figure of importance has a row above 0", f"none of {len(table)}", f"leave out {name!r}")
    shown = every.head(top).rename(columns={"mean_abs": "estimate"})
    words, num, names = load_words(lang, "hgrisk.figures")["importance"], numerals(lang), labels or {}
    digits = decimals_for(shown["estimate"])
    rows = [
        Row(
            label=names.get(r[kind], r[kind]),
            value=num.number(r["estimate"], digits),
            note=num.bounds(r["lower"], r["upper"], digits),
            estimate=r["estimate"],
            lower=r["lower"],
            upper=r["upper"],
        )
        for r in shown.to_dict("records")
    ]
    said = {"name": name, "n": num.count(len(shown))}
    start = words["alt_start" if kind == "feature" else "alt_start_family"].format(**said)
    said_rows = (words["alt_row"].format(label=row.label, value=_value(row)) for row in rows)
    alt = " ".join([start, *said_rows])
    scale = linear_scale(shown, words["axis"], num, reference=0.0)
    with house_style():
        figure = draw_rows(rows, scale, SHEETS[size], LABEL_WIDTH)
        return Drawing(to_svg(figure, alt), alt, words[_title(kind, len(shown), len(every))].format(**said))


def _value(row: Row) -> str:
    return f"{row.value} ({row.note})" if row.note else row.value


def _title(kind: Kind, n_shown: int, n: int) -> str:
    if kind == "family":
        return "title_family"
    return "title" if n > n_shown else "title_all" if n > 1 else "title_one"
