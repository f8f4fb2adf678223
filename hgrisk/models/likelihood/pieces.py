"""A hazard that is constant within pieces of time: its likelihood, and the curves that follow from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.models.likelihood.linear_columns import LinearColumns

CHUNK_VALUES = 160_000
"""Values of the columns and pieces that are worked on at once."""


@dataclass(frozen=True)
class Pieces:
    """The likelihood of a hazard that is constant within pieces, by log hazards of the pieces and coefficients.

    Attributes
    ----------
    columns : LinearColumns
        The columns, n rows.
    bounds : ndarray, shape (J + 1,)
        Ends of the pieces in days, from 0; the last piece goes on.
    start, stop : ndarray, shape (n,)
        The time at risk in days.
    happened : ndarray of bool, shape (n,)
        Whether it ends in a re-report.
    weight : ndarray, shape (n,)
        Case weights.
    ridge : ndarray, shape (J + q,)
        ``0.5 * sum(ridge * parameters**2)`` is taken off.
    """

    columns: LinearColumns
    bounds: Floats
    start: Floats
    stop: Floats
    happened: NDArray[np.bool_]
    weight: Floats
    ridge: Floats

    @property
    def n_pieces(self) -> int:
        """Number of pieces."""
        return len(self.bounds) - 1

    def exposure(self, rows: slice) -> Floats:
        """Return the days at risk of some rows in each piece, shape (m, J)."""
        low = np.maximum(self.start[rows, None], self.bounds[:-1])
        high = np.minimum(self.stop[rows, None], np.append(self.bounds[1:-1], np.inf))
        return np.asarray(np.maximum(high - low, 0.0))

    def events(self, rows: slice) -> Floats:
        """Return the re-reports of some rows in each piece, shape (m, J)."""
        piece = np.searchsorted(self.bounds[1:-1], self.stop[rows], side="left")
        return np.asarray((piece[:, None] == np.arange(self.n_pieces)) & self.happened[rows, None], dtype=np.float64)

    def totals(self) -> tuple[Floats, Floats]:
        """Return the weighted re-reports and days at risk of each piece."""
        pairs = [
            (self.weight[rows] @ self.events(rows), self.weight[rows] @ self.exposure(rows)) for rows in self._chunks()
        ]
        return np.sum([n for n, _ in pairs], axis=0), np.sum([days for _, days in pairs], axis=0)

    def value(self, parameters: Floats) -> float:
        """Return the log likelihood less the penalty."""
        total = -0.5 * float(self.ridge @ parameters**2)
        log_hazard, coef = parameters[: self.n_pieces], parameters[self.n_pieces :]
        for rows in self._chunks():
            score = self.columns.standard(rows) @ coef
            gained = self.events(rows) @ log_hazard + self.happened[rows] * score
            lost = np.exp(score) * (self.exposure(rows) @ np.exp(log_hazard))
            total += float(self.weight[rows] @ (gained - lost))
        return total

    def derivatives(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Return gradient and information of the penalised log likelihood."""
        j = self.n_pieces
        gradient, information = -self.ridge * parameters, np.diag(self.ridge)
        for rows in self._chunks():
            columns, expected = self._expected(rows, parameters)
            weight = self.weight[rows]
            each, both = weight @ expected, expected.sum(axis=1) * weight
            gradient[:j] += weight @ self.events(rows) - each
            gradient[j:] += (weight * self.happened[rows] - both) @ columns
            information[:j, :j] += np.diag(each)
            crossed = expected.T @ (weight[:, None] * columns)
            information[:j, j:] += crossed
            information[j:, :j] += crossed.T
            information[j:, j:] += columns.T @ (both[:, None] * columns)
        return gradient, information

    def scores(self, parameters: Floats) -> Iterator[tuple[slice, Floats]]:
        """Yield some rows after the other, and their weighted parts of the gradient."""
        for rows in self._chunks():
            columns, expected = self._expected(rows, parameters)
            residual = self.events(rows) - expected
            part = np.concatenate((residual, residual.sum(axis=1)[:, None] * columns), axis=1)
            yield rows, self.weight[rows, None] * part

    def reach(self, step: Floats) -> float:
        """Return how far a step moves the log hazard of a row that it moves most."""
        coef = step[self.n_pieces :]
        moves = [np.abs(self.columns.standard(rows) @ coef).max(initial=0.0) for rows in self._chunks()]
        return float(max(moves) + np.abs(step[: self.n_pieces]).max())

    def _expected(self, rows: slice, parameters: Floats) -> tuple[Floats, Floats]:
        """Return the columns of some rows, and their expected re-reports in each piece, shape (m, J)."""
        columns = self.columns.standard(rows)
        score = columns @ parameters[self.n_pieces :]
        return columns, self.exposure(rows) * np.exp(score[:, None] + parameters[: self.n_pieces])

    def _chunks(self) -> Iterator[slice]:
        size = max(256, CHUNK_VALUES // len(self.ridge))
        return (slice(at, min(at + size, len(self.stop))) for at in range(0, len(self.stop), size))


@dataclass(frozen=True)
class PieceCurves:
    """Curves with a hazard that is constant within pieces; see `Pieces`."""

    score: Floats
    bounds: Floats
    hazard: Floats

    def part(self, rows: slice) -> PieceCurves:
        """Return the curves of some rows."""
        return PieceCurves(self.score[rows], self.bounds, self.hazard)

    def log_survival(self, days: Floats) -> Floats:
        """Return the log probability of no re-report, shape (n, T)."""
        reached = np.concatenate(([0.0], np.cumsum(np.diff(self.bounds) * self.hazard)))
        piece = self._piece(days)
        total = reached[piece] + (days - self.bounds[piece]) * self.hazard[piece]
        return np.asarray(-np.exp(self.score)[:, None] * total)

    def log_hazard(self, days: Floats) -> Floats:
        """Return the log hazard per day, shape (n, T)."""
        return np.asarray(self.score[:, None] + np.log(self.hazard)[self._piece(days)])

    def _piece(self, days: Floats) -> NDArray[np.intp]:
        return np.searchsorted(self.bounds[1:-1], days, side="left")
