"""Axes for rows of dots: round ends, few ticks."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from hgrisk.figures.numerals import Numerals
from hgrisk.figures.rows import Scale

RATIOS = (0.05, 0.1, 0.2, 0.33, 0.5, 0.67, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0)


def linear_scale(
    rows: pd.DataFrame, title: str, num: Numerals, *, reference: float = math.nan, foot: str = ""
) -> Scale:
    """Choose an axis that holds every dot, every interval and the reference.

    Parameters
    ----------
    rows : DataFrame
        Columns ``estimate``, ``lower``, ``upper``.
    title : str
        What the axis measures.
    num : Numerals
        Writer of numbers.
    reference : float
        A value to mark; NaN for none.
    foot : str
        A sentence under the axis.

    Returns
    -------
    Scale
        The axis.
    """
    values = _finite(rows, reference)
    ticks = MaxNLocator(nbins=5, steps=[1, 2, 5, 10], min_n_ticks=3).tick_values(
        float(values.min()), float(values.max())
    )
    digits = max(0, -math.floor(math.log10(ticks[1] - ticks[0]) + 1e-9))
    names = tuple(num.number(float(tick), digits) for tick in ticks)
    return Scale(float(ticks[0]), float(ticks[-1]), tuple(map(float, ticks)), names, title, reference, foot=foot)


def ratio_scale(rows: pd.DataFrame, title: str, num: Numerals) -> Scale:
    """Choose a log axis around 1 for ratios, at most from 0.05 to 20.

    Parameters
    ----------
    rows : DataFrame
        Columns ``estimate``, ``lower``, ``upper``, all positive.
    title : str
        What the axis measures.
    num : Numerals
        Writer of numbers.

    Returns
    -------
    Scale
        The axis; intervals beyond its ends are drawn with an arrow.
    """
    values = _finite(rows, 1.0)
    low = max((r for r in RATIOS if r <= values.min()), default=RATIOS[0])
    high = min((r for r in RATIOS if r >= values.max()), default=RATIOS[-1])
    low, high = min(low, 0.67), max(high, 1.5)
    ticks = [ratio for ratio in RATIOS if low <= ratio <= high]
    kept = [t for t in ticks if len(ticks) <= 6 or t in {0.05, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0, low, high}]
    names = tuple(
        num.number(tick, 2 if tick < 1 and tick not in {0.1, 0.2, 0.5} else 1 if tick % 1 else 0) for tick in kept
    )
    return Scale(low, high, tuple(kept), names, title, 1.0, log=True)


def _finite(rows: pd.DataFrame, reference: float) -> np.ndarray:
    values = np.append(rows[["estimate", "lower", "upper"]].to_numpy(dtype=float).ravel(), reference)
    kept = values[np.isfinite(values)]
    return kept if len(kept) else np.array([0.0, 1.0])
