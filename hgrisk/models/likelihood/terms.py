"""A value per row with its first and second derivatives by a few predictors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats


@dataclass(frozen=True)
class Terms:
    """A value per row, and how it changes with each of K predictors of that row.

    Attributes
    ----------
    value : ndarray, shape (n,)
        The value.
    slope : ndarray, shape (K, n)
        First derivatives.
    bend : ndarray, shape (K, K, n)
        Second derivatives.
    """

    value: Floats
    slope: Floats
    bend: Floats

    def minus(self, other: Terms, rows: NDArray[np.intp]) -> Terms:
        """Return these terms less others, which belong to some of the rows."""
        value, slope, bend = self.value.copy(), self.slope.copy(), self.bend.copy()
        value[rows] -= other.value
        slope[:, rows] -= other.slope
        bend[:, :, rows] -= other.bend
        return Terms(value, slope, bend)

    def plus_value(self, value: Floats, slope: Floats) -> Terms:
        """Return these terms plus a value that is linear in the predictors, with slopes of shape (K, n) or (K, 1)."""
        return Terms(self.value + value, self.slope + slope, self.bend)


def chained(outer: tuple[Floats, Floats, Floats], inner: Terms) -> Terms:
    """Return a function of one inner value, by the chain rule.

    Parameters
    ----------
    outer : tuple of three ndarray, shape (n,)
        The function and its first and second derivative, at the inner value.
    inner : Terms
        The inner value.

    Returns
    -------
    Terms
        The function by the predictors of the inner value.
    """
    value, first, second = outer
    bend = second * inner.slope[:, None, :] * inner.slope[None, :, :] + first * inner.bend
    return Terms(value, first * inner.slope, bend)


def side_by_side(n_rows: int, parts: list[tuple[NDArray[np.intp], Terms]]) -> Terms:
    """Return the terms of all rows from those of parts that have every row once.

    Parameters
    ----------
    n_rows : int
        Number of rows.
    parts : list of (ndarray of int, Terms)
        Places of rows, and their terms.

    Returns
    -------
    Terms
        In the order of the rows.
    """
    n_predictors = len(parts[0][1].slope)
    whole = Terms(np.empty(n_rows), np.empty((n_predictors, n_rows)), np.empty((n_predictors, n_predictors, n_rows)))
    for rows, part in parts:
        whole.value[rows] = part.value
        whole.slope[:, rows] = part.slope
        whole.bend[:, :, rows] = part.bend
    return whole
