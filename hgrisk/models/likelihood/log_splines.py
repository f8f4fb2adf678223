"""Restricted cubic splines of log time, and the likelihood of rows by such a spline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import FitError
from hgrisk.models.likelihood.laws import Law
from hgrisk.models.likelihood.terms import Terms


@dataclass(frozen=True)
class LogSpline:
    """Functions of x that are cubic between knots and linear beyond the outer ones.

    Attributes
    ----------
    knots : ndarray, shape (df + 1,)
        Log days, increasing.
    """

    knots: Floats

    @property
    def df(self) -> int:
        """Number of functions, the constant not counted."""
        return len(self.knots) - 1

    def basis(self, x: Floats) -> Floats:
        """Return the functions at x, shape (..., df): x itself, then one for each inner knot."""
        return self._functions(x, x, _cubed)

    def slopes(self, x: Floats) -> Floats:
        """Return the derivatives of the functions at x, shape (..., df)."""
        return self._functions(np.ones_like(x), x, _cubed_slope)

    def _functions(self, first: Floats, x: Floats, power: Callable[[Floats], Floats]) -> Floats:
        low, high = self.knots[0], self.knots[-1]
        result = np.empty((*x.shape, self.df))
        result[..., 0] = first
        from_low, from_high = power(np.maximum(x - low, 0.0)), power(np.maximum(x - high, 0.0))
        for place, knot in enumerate(self.knots[1:-1], start=1):
            share = (high - knot) / (high - low)
            result[..., place] = power(np.maximum(x - knot, 0.0)) - share * from_low - (1.0 - share) * from_high
        return result


def _cubed(excess: Floats) -> Floats:
    return excess**3


def _cubed_slope(excess: Floats) -> Floats:
    return 3.0 * excess**2


def spline_through(event_log_days: Floats, df: int, weight: Floats) -> LogSpline:
    """Return a spline with outer knots at the first and last event and inner ones at equal shares of the events.

    Parameters
    ----------
    event_log_days : ndarray, shape (d,)
        Log days of the events.
    df : int
        Number of functions, 1 or more.
    weight : ndarray, shape (d,)
        Case weights of the events.

    Returns
    -------
    LogSpline
        The spline. Royston and Parmar (2002), doi:10.1002/sim.1203.

    Raises
    ------
    FitError
        If events are on too few days for so many knots.
    """
    knots = shares(event_log_days, np.linspace(0, 1, df + 1), weight)
    if np.any(np.diff(knots) <= 1e-9):
        found = f"the same day for two of {df + 1} knots"
        raise FitError("A spline has its knots on different days of re-reports", found, "set a lower df")
    return LogSpline(knots)


def shares(values: Floats, parts: Floats, weight: Floats) -> Floats:
    """Return the values up to which given parts of the weight lie: with weights as with rows given again."""
    return np.asarray(np.quantile(values, parts, method="inverted_cdf", weights=weight), dtype=np.float64)


@dataclass(frozen=True)
class Rotated:
    """A spline whose functions are turned to have mean 0, variance 1 and no correlation at the events.

    Attributes
    ----------
    spline : LogSpline
        The spline.
    mean : ndarray, shape (df,)
        Mean of its functions at the events.
    turn : ndarray, shape (df, df)
        The turned functions are ``(basis - mean) @ turn``.
    """

    spline: LogSpline
    mean: Floats
    turn: Floats

    def basis(self, x: Floats) -> Floats:
        """Return the turned functions at x, shape (n, df)."""
        return np.asarray((self.spline.basis(x) - self.mean) @ self.turn)

    def slopes(self, x: Floats) -> Floats:
        """Return their derivatives, shape (n, df)."""
        return np.asarray(self.spline.slopes(x) @ self.turn)


def rotated(spline: LogSpline, event_log_days: Floats) -> Rotated:
    """Turn the functions of a spline by their values at the events."""
    values = spline.basis(event_log_days)
    mean = values.mean(axis=0)
    upper = np.linalg.qr(values - mean, mode="r")
    return Rotated(spline, mean, np.linalg.inv(upper) * np.sqrt(len(values)))


@dataclass(frozen=True)
class SplineRows:
    """Rows whose survival is a law at z, a spline of log time; predictors are z, its slope, and z at entry if any.

    Attributes
    ----------
    law : Law
        Of z.
    log_time : ndarray, shape (n,)
        Log days at the end of the time at risk.
    happened : ndarray of bool, shape (n,)
        Whether it ends in the event.
    late : ndarray of bool, shape (n,), or None
        Whether the row enters after day 0; None where none does.
    """

    law: Law
    log_time: Floats
    happened: NDArray[np.bool_]
    late: NDArray[np.bool_] | None

    def value(self, predictors: Floats, rows: slice) -> Floats:
        """Return the value of some rows, from their predictors of shape (K, m)."""
        ended = self.happened[rows]
        value = self.law.log_survival(predictors[0])
        gained = self.law.log_hazard(predictors[0, ended]) + np.log(predictors[1, ended])
        value[ended] += gained - self.log_time[rows][ended]
        if self.late is not None:
            late = self.late[rows]
            value[late] -= self.law.log_survival(predictors[2, late])
        return value

    def terms(self, predictors: Floats, rows: slice) -> Terms:
        """Return the value of some rows with its derivatives."""
        (k, m), ended = predictors.shape, self.happened[rows]
        terms = Terms(np.empty(m), np.zeros((k, m)), np.zeros((k, k, m)))
        steepness = predictors[1, ended]
        _put(terms, 0, ~ended, self.law.survival_terms(_alone(predictors[0, ~ended])))
        _put(terms, 0, ended, self.law.density_terms(_alone(predictors[0, ended])))
        terms.value[ended] += np.log(steepness) - self.log_time[rows][ended]
        terms.slope[1, ended] = 1.0 / steepness
        terms.bend[1, 1, ended] = -1.0 / steepness**2
        if self.late is not None:
            late = self.late[rows]
            before = self.law.survival_terms(_alone(predictors[2, late]))
            terms.value[late] -= before.value
            terms.slope[2, late] = -before.slope[0]
            terms.bend[2, 2, late] = -before.bend[0, 0]
        return terms


def _alone(z: Floats) -> Terms:
    """Return z as the one predictor of itself."""
    return Terms(z, np.ones((1, len(z))), np.zeros((1, 1, len(z))))


def _put(whole: Terms, place: int, rows: NDArray[np.bool_], part: Terms) -> None:
    whole.value[rows] = part.value
    whole.slope[place, rows] = part.slope[0]
    whole.bend[place, place, rows] = part.bend[0, 0]
