"""Non-parametric curves on plain arrays: Kaplan-Meier, Aalen-Johansen, Nelson-Aalen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from hgrisk.hazards.placing import place_rows

Floats = NDArray[np.float64]

FEW_TIMES = 4096
"""Up to this many, times are searched in the order in which they come."""


@dataclass(frozen=True)
class StepFunction:
    """A right-continuous step function of time.

    Attributes
    ----------
    times : ndarray, shape (k,)
        Jump times in days, increasing.
    values : ndarray, shape (k,)
        The value from each jump time on.
    initial : float
        The value before the first jump.
    """

    times: Floats
    values: Floats
    initial: float

    def at(self, times: Any) -> Floats:
        """Return the value at each time (right-continuous).

        Parameters
        ----------
        times : array-like of float
            Times in days.

        Returns
        -------
        ndarray
            Values, of the shape of ``times``.
        """
        return self._pick(times, "right")

    def before(self, times: Any) -> Floats:
        """Return the value just before each time (left limit).

        Parameters
        ----------
        times : array-like of float
            Times in days.

        Returns
        -------
        ndarray
            Values, of the shape of ``times``.
        """
        return self._pick(times, "left")

    def _pick(self, times: Any, side: Literal["left", "right"]) -> Floats:
        days = np.asarray(times, dtype=np.float64)
        padded = np.concatenate(([self.initial], self.values))
        if days.size <= FEW_TIMES:
            return np.asarray(padded[np.searchsorted(self.times, days, side=side)], dtype=np.float64)
        distinct, where = _distinct(days.ravel())  # each is searched once, in order
        return np.asarray(padded[np.searchsorted(self.times, distinct, side=side)][where], dtype=np.float64).reshape(
            days.shape
        )


@dataclass(frozen=True)
class RiskTable:
    """Counts at each distinct time.

    Attributes
    ----------
    times : ndarray, shape (k,)
        Distinct durations in days, increasing.
    at_risk : ndarray, shape (k,)
        Weight at risk just before each time.
    counts : ndarray, shape (k,)
        Weight with the event at each time.
    """

    times: Floats
    at_risk: Floats
    counts: Floats


def risk_table(duration: Any, happened: Any, weights: Any = None) -> RiskTable:
    """Count who is at risk and who has the event at each distinct time.

    Parameters
    ----------
    duration : array-like of float, shape (n,)
        Days at risk.
    happened : array-like of bool, shape (n,)
        Whether the duration ends in the event.
    weights : array-like of float, shape (n,), optional
        Case weights, 1 by default.

    Returns
    -------
    RiskTable
        Times, numbers at risk and event counts.
    """
    days = np.asarray(duration, dtype=np.float64)
    weight = np.ones(len(days)) if weights is None else np.asarray(weights, dtype=np.float64)
    times, where = _distinct(days)
    happening = weight * np.asarray(happened, dtype=np.float64)
    leaving, counts = (np.asarray(np.bincount(where, w, len(times)), dtype=np.float64) for w in (weight, happening))
    return RiskTable(times, np.asarray(np.cumsum(leaving[::-1])[::-1], dtype=np.float64), counts)


def _distinct(days: Floats) -> tuple[Floats, NDArray[Any]]:
    """Return the distinct times in order, and the place of each time among them."""
    if not days.min(initial=np.inf) > 0:
        return np.unique(days, return_inverse=True)
    places = place_rows(days, np.ones(len(days), dtype=np.bool_))
    return places.times[1:], places.stop - 1


def kaplan_meier(duration: Any, happened: Any, weights: Any = None) -> StepFunction:
    """Return the Kaplan-Meier estimate of the survival function.

    Parameters
    ----------
    duration : array-like of float, shape (n,)
        Days at risk.
    happened : array-like of bool, shape (n,)
        Whether the duration ends in the event.
    weights : array-like of float, shape (n,), optional
        Case weights, 1 by default.

    Returns
    -------
    StepFunction
        Survival probability, from 1 downwards.

    Notes
    -----
    Kaplan and Meier (1958), doi:10.1080/01621459.1958.10501452.

    Examples
    --------
    >>> kaplan_meier([1, 2, 3], [True, False, True]).at([0, 1, 3]).round(4).tolist()
    [1.0, 0.6667, 0.0]
    """
    table = risk_table(duration, happened, weights)
    hazard = np.divide(table.counts, table.at_risk, out=np.zeros_like(table.counts), where=table.at_risk > 0)
    return StepFunction(table.times, np.asarray(np.cumprod(1.0 - hazard), dtype=np.float64), 1.0)


def nelson_aalen(duration: Any, happened: Any, weights: Any = None) -> StepFunction:
    """Return the Nelson-Aalen estimate of the cumulative hazard.

    Parameters
    ----------
    duration : array-like of float, shape (n,)
        Days at risk.
    happened : array-like of bool, shape (n,)
        Whether the duration ends in the event.
    weights : array-like of float, shape (n,), optional
        Case weights, 1 by default.

    Returns
    -------
    StepFunction
        Cumulative hazard, from 0 upwards.

    Notes
    -----
    Aalen (1978), doi:10.1214/aos/1176344247.
    """
    table = risk_table(duration, happened, weights)
    hazard = np.divide(table.counts, table.at_risk, out=np.zeros_like(table.counts), where=table.at_risk > 0)
    return StepFunction(table.times, np.cumsum(hazard), 0.0)


def aalen_johansen(duration: Any, event: Any, cause: int = 1, weights: Any = None) -> StepFunction:
    """Return the Aalen-Johansen estimate of the cumulative incidence of one cause.

    Parameters
    ----------
    duration : array-like of float, shape (n,)
        Days at risk.
    event : array-like of int, shape (n,)
        0 censored, otherwise the cause.
    cause : int
        The cause whose cumulative incidence is asked.
    weights : array-like of float, shape (n,), optional
        Case weights, 1 by default.

    Returns
    -------
    StepFunction
        Probability that the cause has happened, from 0 upwards.

    Notes
    -----
    Aalen and Johansen (1978). Without competing events it equals 1 minus Kaplan-Meier.
    """
    codes = np.asarray(event)
    any_event = risk_table(duration, codes > 0, weights)
    of_cause = risk_table(duration, codes == cause, weights)
    at_risk = np.where(any_event.at_risk > 0, any_event.at_risk, 1.0)
    survival = np.cumprod(1.0 - any_event.counts / at_risk)
    before = np.concatenate(([1.0], survival[:-1]))
    return StepFunction(any_event.times, np.cumsum(before * of_cause.counts / at_risk), 0.0)


def incidence_table(duration: Any, event: Any, cause: int = 1, level: float = 0.95) -> pd.DataFrame:
    """Tabulate the cumulative incidence of one cause with a pointwise interval.

    Parameters
    ----------
    duration : array-like of float, shape (n,)
        Days at risk.
    event : array-like of int, shape (n,)
        0 censored, otherwise the cause.
    cause : int
        The cause whose cumulative incidence is asked.
    level : float
        Coverage of the pointwise interval, between 0 and 1.

    Returns
    -------
    DataFrame
        Columns ``time_days``, ``at_risk``, ``n_events``, ``incidence``, ``lower``, ``upper``; one row per event time.

    Notes
    -----
    The variance is the delta-method form of Marubini and Valsecchi (1995), eq. 10.12; the interval is on the
    log(-log(1 - F)) scale and so stays inside [0, 1].
    """
    codes = np.asarray(event)
    every = risk_table(duration, codes > 0)
    mine = risk_table(duration, codes == cause)
    curve = aalen_johansen(duration, codes, cause)
    variance = _incidence_variance(every, mine, curve.values)
    lower, upper = _log_log_band(curve.values, variance, level)
    table = pd.DataFrame(
        {
            "time_days": every.times,
            "at_risk": every.at_risk,
            "n_events": mine.counts,
            "incidence": curve.values,
            "lower": lower,
            "upper": upper,
        }
    )
    return table[table["n_events"] > 0].reset_index(drop=True)


def _incidence_variance(every: RiskTable, mine: RiskTable, incidence: Floats) -> Floats:
    n, d, d1 = every.at_risk, every.counts, mine.counts
    survival = np.cumprod(1.0 - d / n)
    before = np.concatenate(([1.0], survival[:-1]))
    safe = np.where(n > d, n * (n - d), np.inf)
    a = d / safe
    b = before**2 * d1 * (n - d1) / n**3
    c = before * d1 / n**2
    # sum_j (F - F_j)^2 a_j + sum_j b_j - 2 sum_j (F - F_j) c_j, expanded so that each term is a running sum
    sums = [np.cumsum(term) for term in (a, a * incidence, a * incidence**2, b, c, c * incidence)]
    s_a, s_af, s_aff, s_b, s_c, s_cf = sums
    variance = incidence**2 * s_a - 2 * incidence * s_af + s_aff + s_b - 2 * (incidence * s_c - s_cf)
    return np.asarray(np.maximum(variance, 0.0), dtype=np.float64)


def _log_log_band(incidence: Floats, variance: Floats, level: float) -> tuple[Floats, Floats]:
    inside = (incidence > 0) & (incidence < 1)
    survival = np.where(inside, 1.0 - incidence, 0.5)
    width = float(norm.ppf(0.5 + level / 2)) * np.sqrt(variance) / np.abs(survival * np.log(survival))
    lower = np.where(inside, 1.0 - survival ** np.exp(-width), incidence)
    upper = np.where(inside, 1.0 - survival ** np.exp(width), incidence)
    return lower, upper
