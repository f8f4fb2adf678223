"""Hazard ratios with their intervals, the clearest first."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hgrisk.errors import DataError
from hgrisk.figures.canvas import BLUE, SHEETS, Size, house_style, to_svg
from hgrisk.figures.drawing import Drawing
from hgrisk.figures.numerals import Numerals, numerals
from hgrisk.figures.rows import Row, draw_rows
from hgrisk.figures.scales import ratio_scale
from hgrisk.figures.tables import require_columns
from hgrisk.words import load_words

COLUMNS = ("model", "feature", "coef", "se", "lower", "upper")
LABEL_WIDTH = 280  # features are named by a sentence


def hazard_ratios(table: pd.DataFrame, model: str, top: int | None = 20) -> pd.DataFrame:
    """Turn the coefficients of one model into hazard ratios, the largest ``|coef / se|`` first.

    Parameters
    ----------
    table : DataFrame
        Columns ``model``, ``feature``, ``coef``, ``se``, ``lower``, ``upper``: coefficient and error on the log-hazard
        scale, the bounds those of the hazard ratio, as ``summary_`` of a Cox model gives them.
    model : str
        The model.
    top : int, optional
        How many to keep; None keeps all.

    Returns
    -------
    DataFrame
        Columns ``feature``, ``z``, ``estimate``, ``lower``, ``upper``. Without standard errors the order is by
        ``|coef|`` and ``z`` is NaN.

    Raises
    ------
    DataError
        If a column is missing, the model has no coefficient, or a hazard ratio lies outside its bounds.

    Examples
    --------
    >>> one = {"model": ["cox"], "feature": ["a"], "coef": [0.0], "se": [0.1], "lower": [0.8], "upper": [1.2]}
    >>> hazard_ratios(pd.DataFrame(one), "cox").round(2).to_dict("records")
    [{'feature': 'a', 'z': 0.0, 'estimate': 1.0, 'lower': 0.8, 'upper': 1.2}]
    """
    require_columns(table, COLUMNS, "coefficients")
    rows = table[(table["model"] == model) & table["coef"].notna()]
    if rows.empty:
        have = ", ".join(sorted(map(str, table["model"].unique()))) or "no models"
        raise DataError("A model in the figure has coefficients", have, f"ask for one of these, not {model}")
    error = rows["se"].where(rows["se"] > 0).astype(float)
    z = rows["coef"] / error
    size = z.abs() if z.notna().any() else rows["coef"].abs()
    ratios = pd.DataFrame({"feature": rows["feature"], "z": z, "estimate": np.exp(rows["coef"])})
    ratios = ratios.assign(lower=rows["lower"].astype(float), upper=rows["upper"].astype(float))
    _check_bounds(ratios)
    order = size.sort_values(ascending=False, kind="stable", na_position="last").index
    return ratios.loc[order].head(top if top is not None else len(ratios)).reset_index(drop=True)


def draw_coefficients(
    table: pd.DataFrame,
    *,
    model: str,
    name: str | None = None,
    top: int = 20,
    labels: Mapping[str, str] | None = None,
    lang: str = "en",
    size: Size = "wide",
) -> Drawing:
    """Draw a forest plot of hazard ratios.

    Parameters
    ----------
    table : DataFrame
        See :func:`hazard_ratios`.
    model : str
        The model.
    name : str, optional
        The model, as printed.
    top : int
        How many features to show.
    labels : Mapping, optional
        Names to print for features.
    lang : str
        ``"en"`` or ``"nl"``.
    size : {"wide", "narrow"}
        The sheet.

    Returns
    -------
    Drawing
        The picture.
    """
    every, names = hazard_ratios(table, model, None), labels or {}
    shown = every.head(top)
    words, num = load_words(lang, "hgrisk.figures")["coefficients"], numerals(lang)
    said = {"name": name or model, "n": num.count(len(shown))}
    kind = "title" if len(every) > len(shown) else "title_all" if len(shown) > 1 else "title_one"
    title = words[kind].format(**said)
    records = shown.to_dict("records")
    rows = [
        Row(
            label=names.get(r["feature"], r["feature"]),
            value=num.interval(r["estimate"], r["lower"], r["upper"], 2),
            estimate=r["estimate"],
            lower=r["lower"],
            upper=r["upper"],
            ink=BLUE,
            hollow=not (r["lower"] > 1 or r["upper"] < 1),
        )
        for r in records
    ]
    alt = _alt(shown, rows[0], words, num, said)
    with house_style():
        figure = draw_rows(rows, ratio_scale(shown, words["axis"], num), SHEETS[size], LABEL_WIDTH)
        return Drawing(to_svg(figure, alt), alt, title)


def _check_bounds(ratios: pd.DataFrame) -> None:
    slack = 1e-9 * ratios["estimate"]
    outside = (ratios["estimate"] < ratios["lower"] - slack) | (ratios["estimate"] > ratios["upper"] + slack)
    if outside.any():
        row = ratios[outside].iloc[0]
        found = f"{row['estimate']:.3f} outside {row['lower']:.3f} to {row['upper']:.3f} for {row['feature']!r}"
        raise DataError(
            "A hazard ratio lies inside its interval", found, "give the bounds of the ratio, not of its log"
        )


def _alt(shown: pd.DataFrame, first: Row, words: Mapping[str, str], num: Numerals, said: Mapping[str, str]) -> str:
    up, down = int((shown["lower"] > 1).sum()), int((shown["upper"] < 1).sum())
    counts = {"up": num.count(up), "down": num.count(down), "unclear": num.count(len(shown) - up - down)}
    first_words = words["alt_first"].format(label=first.label, value=first.value)
    return " ".join([words["alt_start"].format(**said), words["alt_up"].format(**counts), first_words])
