"""Columns as they are, centred a few thousand rows at a time: a fit never copies them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from hgrisk.hazards.compiled import compiled
from hgrisk.hazards.risk_sets import Floats
from hgrisk.hazards.threads import side_by_side

CHUNK_VALUES = 80_000
"""Values of a part of the columns that stay near the processor."""

SMALL = 1_000_000
"""Tables of so few values are not worth a thread."""

_FIRST_ROWS = 1_000
"""So many rows say where the middle of a column may lie."""

_CLOSE = 1e-4
"""Part of the squares around that value which is spread: below it they are taken around the mean anew."""

N_SHARES = 4
"""The rows of larger ones are shared out in so many parts, on any machine, so that sums are the same on all."""

Places = NDArray[np.signedinteger[Any]]
Rows = slice | Places


@dataclass(frozen=True)
class Design:
    """Columns, and a value near the middle of each, which sums are taken around.

    Attributes
    ----------
    values : ndarray, shape (n, p)
        Numbers of any type, in any layout.
    center : ndarray, shape (p,)
        Weighted means.
    scale : ndarray, shape (p,)
        Weighted standard deviations; 1 for a column without variation.
    most_weights : float
        Weight of all rows over the smallest above 0; infinite where it is not known.
    """

    values: NDArray[Any]
    center: Floats
    scale: Floats
    most_weights: float = np.inf

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.values.shape[0])

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return int(self.values.shape[1])

    @property
    def chunk_rows(self) -> int:
        """Rows of a chunk."""
        return max(64, CHUNK_VALUES // max(1, self.n_columns))

    def buffer(self) -> Floats:
        """Return room for a chunk."""
        return np.empty((self.chunk_rows, self.n_columns))

    def fill(self, rows: Rows, buffer: Floats) -> Floats:
        """Write some rows, centred, to the buffer; return the part that is filled."""
        part = self.values[rows]
        filled = buffer[: len(part)]
        if _is_plain(part):
            _center(part, self.center, filled)  # twice as fast as NumPy where a row is short
        else:
            np.subtract(part, self.center, out=filled)
        return filled

    def parts(self, rows: range) -> Iterator[tuple[slice, Floats, Floats]]:
        """Yield some rows, their numbers, and what to take off them: all at once where columns serve as they are."""
        if _is_plain(self.values):
            yield slice(rows.start, rows.stop), self.values[rows.start : rows.stop], self.center
            return
        buffer, nothing = self.buffer(), np.zeros(self.n_columns)
        for chunk in self.chunks(rows):
            yield cast("slice", chunk), self.fill(chunk, buffer), nothing

    def shares(self) -> list[range]:
        """Cut the rows into parts for threads; how many depends on the size of the table alone."""
        n_shares = N_SHARES if self.values.size > SMALL else 1
        return equal_parts(self.n_rows, n_shares)

    def chunks(self, rows: range | Places) -> list[Rows]:
        """Cut rows, a range or places, into chunks."""
        size = self.chunk_rows
        starts = range(0, len(rows), size)
        if isinstance(rows, range):
            return [slice(rows[at], rows[min(at + size, len(rows)) - 1] + 1) for at in starts]
        return [rows[at : at + size] for at in starts]

    def predictor(self, coef: Floats, offset: Floats | None = None) -> Floats:
        """Return ``(values - center) @ coef`` for every row, plus the offset."""
        result = np.empty(self.n_rows)

        def share(rows: range) -> None:
            for some, numbers, center in self.parts(rows):
                _multiply(numbers, center, coef, result[some])

        side_by_side(share, self.shares())
        if offset is not None:
            result += offset
        return result

    def total(self, weight: Floats) -> Floats:
        """Return ``(values - center).T @ weight``, shape (p,)."""

        def share(rows: range) -> Floats:
            total = np.zeros(self.n_columns)
            for some, numbers, center in self.parts(rows):
                _add_weighted(numbers, center, weight[some], total)
            return total

        return np.asarray(sum(side_by_side(share, self.shares()), np.zeros(self.n_columns)), dtype=np.float64)


def _is_plain(part: NDArray[Any]) -> bool:
    return part.dtype == np.float64 and part.flags.c_contiguous


@compiled
def _center(part, center, filled):
    for row in range(len(part)):
        for column in range(part.shape[1]):
            filled[row, column] = part[row, column] - center[column]


@compiled(regroup=True)
def _multiply(part, center, coef, result):
    for row in range(len(part)):
        total = 0.0
        for column in range(part.shape[1]):
            total += (part[row, column] - center[column]) * coef[column]
        result[row] = total


@compiled
def _add_weighted(part, center, weight, total):
    for row in range(len(part)):
        size = weight[row]
        for column in range(part.shape[1]):
            total[column] += size * (part[row, column] - center[column])


@compiled
def _add_moments(part, center, weight, first, second):
    for row in range(len(part)):
        size = weight[row]
        for column in range(part.shape[1]):
            away = part[row, column] - center[column]
            first[column] += size * away
            second[column] += size * away * away


def equal_parts(n_rows: int, n_parts: int) -> list[range]:
    """Cut rows into parts of one size."""
    return [range(n_rows * part // n_parts, n_rows * (part + 1) // n_parts) for part in range(n_parts)]


def standardised(values: NDArray[Any], weight: Floats) -> Design:
    """Find the mean and the standard deviation of each column, by weight.

    Parameters
    ----------
    values : ndarray, shape (n, p)
        Numbers.
    weight : ndarray, shape (n,)
        Case weights, some above 0.

    Returns
    -------
    Design
        The columns with their centre and scale; a column without variation has the scale 1. Centre and scale are finite
        only where all values, and their squares, are.
    """
    n_columns = values.shape[1]
    total = weight.sum()
    near = np.zeros(n_columns)
    if len(values):
        with np.errstate(over="ignore", invalid="ignore"):  # the caller refuses what is not finite, by name
            near = values[:_FIRST_ROWS].mean(axis=0, dtype=np.float64)
            near = np.where((values[:_FIRST_ROWS] != values[0]).any(axis=0), near, values[0])
    first, second = _sums(Design(values, near, np.ones(n_columns)), weight) / total
    with np.errstate(over="ignore", invalid="ignore"):
        variance = second - first**2
        far = ~(variance > _CLOSE * second) & (second > 0)  # digits are lost where the first rows lie apart
    center = near + first
    if far.any():
        variance[far] = _sums(Design(values[:, far], center[far], np.ones(far.sum())), weight)[1] / total
    spread = np.sqrt(np.maximum(variance, 0.0))
    weights = weight[weight > 0]
    most = float(total / weights.min()) if len(weights) else np.inf
    return Design(values, center, np.where(spread > 0, spread, 1.0), most)


def _sums(design: Design, weight: Floats) -> Floats:
    """Return the weighted sums of the columns and of their squares, shape (2, p)."""

    def share(rows: range) -> Floats:
        total = np.zeros((2, design.n_columns))
        with np.errstate(over="ignore", invalid="ignore"):  # the caller refuses what is not finite, by name
            for some, numbers, center in design.parts(rows):
                _add_moments(numbers, center, weight[some], total[0], total[1])
        return total

    return np.asarray(sum(side_by_side(share, design.shares()), np.zeros((2, design.n_columns))), dtype=np.float64)
