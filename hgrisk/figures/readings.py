"""A cumulative incidence read off at whole months."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from hgrisk.figures.tables import require_columns
from hgrisk.words import DAYS_PER_MONTH

COLUMNS = ("time_days", "at_risk", "n_events", "incidence", "lower", "upper")
MONTHS = (0, 6, 12, 18, 24)


@dataclass(frozen=True)
class Reading:
    """What the table says at one month.

    Attributes
    ----------
    months : int
        Months since the landmark.
    at_risk : float
        Number at risk just before the first event at or after that month; NaN where unknown, as the others.
    incidence, lower, upper : float
        Cumulative incidence with its interval.
    """

    months: int
    at_risk: float = math.nan
    incidence: float = math.nan
    lower: float = math.nan
    upper: float = math.nan

    @property
    def known(self) -> bool:
        """Whether the table reaches this month."""
        return math.isfinite(self.incidence)


def readings_at(table: pd.DataFrame, months: Sequence[int] = MONTHS) -> tuple[Reading, ...]:
    """Read a cumulative-incidence table at whole months.

    Parameters
    ----------
    table : DataFrame
        As from :func:`hgrisk.curves.incidence_table`, one row per event time.
    months : sequence of int
        Months since the landmark.

    Returns
    -------
    tuple of Reading
        One per month; unknown more than a month after the last event.
    """
    require_columns(table, COLUMNS, "incidence")
    ordered = table.sort_values("time_days", kind="stable")
    return tuple(_reading(ordered, month) for month in months)


def incidence_at_months(table: pd.DataFrame, months: Sequence[int] = MONTHS) -> pd.DataFrame:
    """Tabulate :func:`readings_at`.

    Parameters
    ----------
    table : DataFrame
        As from :func:`hgrisk.curves.incidence_table`, one row per event time.
    months : sequence of int
        Months since the landmark.

    Returns
    -------
    DataFrame
        Columns ``months``, ``at_risk``, ``incidence``, ``lower``, ``upper``.

    Examples
    --------
    >>> table = pd.DataFrame({"time_days": [100.0], "at_risk": [10], "n_events": [2], "incidence": [0.2],
    ...                       "lower": [0.1], "upper": [0.4]})
    >>> incidence_at_months(table, (0, 4)).at_risk.tolist()
    [10.0, 8.0]
    """
    return pd.DataFrame([asdict(reading) for reading in readings_at(table, months)])


def _reading(ordered: pd.DataFrame, months: int) -> Reading:
    day = months * DAYS_PER_MONTH
    times = ordered["time_days"].to_numpy(dtype=float)
    if not len(times) or day > times[-1] + DAYS_PER_MONTH:
        return Reading(months)
    after = int(np.searchsorted(times, day, side="left"))
    done = int(np.searchsorted(times, day, side="right")) - 1
    last = ordered.iloc[-1]
    at_risk = float(ordered["at_risk"].iloc[after] if after < len(times) else last["at_risk"] - last["n_events"])
    if done < 0:
        return Reading(months, at_risk, 0.0, 0.0, 0.0)
    incidence, lower, upper = (float(ordered[column].iloc[done]) for column in ("incidence", "lower", "upper"))
    return Reading(months, at_risk, incidence, lower, upper)
