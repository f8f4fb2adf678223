"""The likelihood of a Royston-Parmar model: a spline of log time, columns, and columns times a second spline."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.models.likelihood.laws import Law
from hgrisk.models.likelihood.linear_columns import LinearColumns
from hgrisk.models.likelihood.log_splines import LogSpline, Rotated, SplineRows, rotated
from hgrisk.models.likelihood.posed import Posed
from hgrisk.models.likelihood.stacked import Predictor, Stacked


@dataclass(frozen=True)
class SplineTimes:
    """When rows were at risk.

    Attributes
    ----------
    stop : ndarray, shape (n,)
        Days at the end of the time at risk.
    happened : ndarray of bool, shape (n,)
        Whether it ends in a re-report.
    entry : ndarray, shape (n,), or None
        Days at its start; None for 0.
    """

    stop: Floats
    happened: NDArray[np.bool_]
    entry: Floats | None

    @property
    def log_stop(self) -> Floats:
        """Log days at the end."""
        return np.log(self.stop)

    @property
    def late(self) -> NDArray[np.bool_] | None:
        """Whether each row enters after day 0; None where none does."""
        return None if self.entry is None or not np.any(self.entry > 0) else self.entry > 0

    @property
    def log_start(self) -> Floats:
        """Log days at the start, or at the end for rows that do not enter late."""
        entry = np.zeros(len(self.stop)) if self.entry is None else self.entry
        return np.log(np.where(entry > 0, entry, self.stop))


@dataclass(frozen=True)
class SplineParts:
    """What a spline model is made of.

    Attributes
    ----------
    law : Law
        Of the spline's value.
    baseline, varying : LogSpline
        The spline of all rows, and that of effects that change with time.
    columns, moving : LinearColumns
        All columns, and those whose effect changes with time.
    reference : float
        Log days at which the coefficient of such a column is its effect.
    """

    law: Law
    baseline: LogSpline
    varying: LogSpline
    columns: LinearColumns
    moving: LinearColumns
    reference: float

    def names(self) -> list[str]:
        """Return the names of the parameters: intercept, columns, spline, columns times spline."""
        splines = [f"spline_{k + 1}" for k in range(self.baseline.df)]
        moving = [f"{name}: spline_{k + 1}" for name in self.moving.names for k in range(self.varying.df)]
        return ["intercept", *self.columns.names, *splines, *moving]


def pose_spline(parts: SplineParts, times: SplineTimes, *, weight: Floats, ridge: float, log_rate: float) -> Posed:
    """Put the likelihood together; it starts from an exponential time, at the log rate per day."""
    log_stop, late = times.log_stop, times.late
    at_events = log_stop[times.happened]
    baseline, varying = rotated(parts.baseline, at_events), rotated(parts.varying, at_events)
    n_columns = len(parts.columns.names)
    names, n_parameters = parts.names(), len(parts.names())
    everything, steep = np.arange(n_parameters), np.arange(1 + n_columns, n_parameters)
    values = (baseline.basis(log_stop), varying.basis(log_stop))
    slopes = (baseline.slopes(log_stop), varying.slopes(log_stop))
    predictors = [
        Predictor(partial(_level_columns, parts, values), everything),
        Predictor(partial(_slope_columns, parts, slopes), steep),
    ]
    if late is not None:
        before = (baseline.basis(times.log_start), varying.basis(times.log_start))
        predictors.append(Predictor(partial(_level_columns, parts, before), everything))
    rows = SplineRows(parts.law, log_stop, times.happened, late)
    penalties = np.zeros(n_parameters)
    penalties[1 : 1 + n_columns] = ridge
    penalties[1 + n_columns + baseline.spline.df :] = ridge
    start = np.zeros(n_parameters)
    start[0] = log_rate + baseline.mean[0]
    start[steep[: baseline.spline.df]] = np.linalg.solve(baseline.turn, np.eye(baseline.spline.df)[0])
    objective = Stacked(tuple(predictors), rows, weight, penalties)
    return Posed(objective, [start], names, _back(parts, baseline, varying), penalties)


def _level_columns(parts: SplineParts, values: tuple[Floats, Floats], rows: slice) -> Floats:
    own, moving = values[0][rows], _times(parts.moving.scaled(rows), values[1][rows])
    return np.concatenate((parts.columns.with_one(rows), own, moving), axis=1)


def _slope_columns(parts: SplineParts, slopes: tuple[Floats, Floats], rows: slice) -> Floats:
    return np.concatenate((slopes[0][rows], _times(parts.moving.scaled(rows), slopes[1][rows])), axis=1)


def _times(columns: Floats, functions: Floats) -> Floats:
    """Return each column times each function, shape (m, q * df)."""
    return np.asarray((columns[:, :, None] * functions[:, None, :]).reshape(len(columns), -1))


def _back(parts: SplineParts, baseline: Rotated, varying: Rotated) -> Floats:
    """Return the matrix to the parameters of columns and splines as they are.

    A column times the second spline counts from the spline's value at the reference, so that the coefficient of the
    column itself is its effect there.
    """
    n_columns, df = len(parts.columns.names), parts.baseline.df
    n_parameters = len(parts.names())
    back = np.eye(n_parameters)
    back[: 1 + n_columns, : 1 + n_columns] = parts.columns.back()
    own = slice(1 + n_columns, 1 + n_columns + df)
    back[own, own] = baseline.turn
    back[0, own] = -baseline.mean @ baseline.turn
    reference = parts.varying.basis(np.array([parts.reference]))[0]
    for place, name in enumerate(parts.moving.names):
        first = 1 + n_columns + df + place * parts.varying.df
        mine = slice(first, first + parts.varying.df)
        turn = varying.turn / parts.moving.scale[place]
        back[mine, mine] = turn
        back[1 + parts.columns.names.index(name), mine] = (reference - varying.mean) @ turn
    return back
