"""A log likelihood by several linear predictors a row, evaluated some thousand rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.models.likelihood.rows import RowLikelihood

CHUNK_VALUES = 160_000
"""Values of the columns that are worked on at once, few enough to stay near the processor."""


@dataclass(frozen=True)
class Predictor:
    """One linear predictor.

    Attributes
    ----------
    columns : callable
        From a slice of the rows to their columns, shape (m, q).
    places : ndarray of int, shape (q,)
        Which parameters belong to the columns.
    """

    columns: Callable[[slice], Floats]
    places: NDArray[np.intp]


@dataclass(frozen=True)
class Stacked:
    """A penalised log likelihood of n rows and P parameters.

    Attributes
    ----------
    predictors : tuple of Predictor
        The K predictors.
    rows : RowLikelihood
        What each row adds.
    weight : ndarray, shape (n,)
        Case weights.
    ridge : ndarray, shape (P,)
        ``0.5 * sum(ridge * parameters**2)`` is taken off.
    """

    predictors: tuple[Predictor, ...]
    rows: RowLikelihood
    weight: Floats
    ridge: Floats

    def value(self, parameters: Floats) -> float:
        """Return the log likelihood less the penalty; NaN or infinite where it is not defined."""
        total = -0.5 * float(self.ridge @ parameters**2)
        for rows, columns in self._chunks():
            total += float(self.weight[rows] @ self.rows.value(self._predicted(columns, parameters), rows))
        return total

    def derivatives(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Return gradient and information, the negative second derivative, of the penalised log likelihood."""
        gradient, information = -self.ridge * parameters, np.diag(self.ridge)
        for rows, columns in self._chunks():
            terms, weight = self.rows.terms(self._predicted(columns, parameters), rows), self.weight[rows]
            for k, (one, own) in enumerate(zip(self.predictors, columns, strict=True)):
                gradient[one.places] += (weight * terms.slope[k]) @ own
                for other_k in range(k, len(columns)):
                    bend = terms.bend[k, other_k]
                    if bend.any():
                        self._add_bend(information, (k, other_k), columns, weight * bend)
        return gradient, information

    def scores(self, parameters: Floats) -> Iterator[tuple[slice, Floats]]:
        """Yield some rows after the other, and their weighted parts of the gradient, shape (m, P)."""
        for rows, columns in self._chunks():
            terms = self.rows.terms(self._predicted(columns, parameters), rows)
            part = np.zeros((len(terms.value), len(parameters)))
            for k, (one, own) in enumerate(zip(self.predictors, columns, strict=True)):
                part[:, one.places] += (self.weight[rows] * terms.slope[k])[:, None] * own
            yield rows, part

    def reach(self, step: Floats) -> float:
        """Return how far a step moves the predictor that it moves most."""
        moves = (np.abs(self._predicted(columns, step)).max(initial=0.0) for _, columns in self._chunks())
        return float(max(moves))

    def _add_bend(self, information: Floats, pair: tuple[int, int], columns: list[Floats], bend: Floats) -> None:
        one, other = pair
        block = columns[one].T @ (bend[:, None] * columns[other])
        rows, cols = self.predictors[one].places, self.predictors[other].places
        information[np.ix_(rows, cols)] -= block
        if one != other:
            information[np.ix_(cols, rows)] -= block.T

    def _predicted(self, columns: list[Floats], parameters: Floats) -> Floats:
        pairs = zip(self.predictors, columns, strict=True)
        return np.array([own @ parameters[one.places] for one, own in pairs])

    def _chunks(self) -> Iterator[tuple[slice, list[Floats]]]:
        size = max(256, CHUNK_VALUES // max(1, len(self.ridge)))
        for start in range(0, len(self.weight), size):
            rows = slice(start, min(start + size, len(self.weight)))
            yield rows, [predictor.columns(rows) for predictor in self.predictors]
