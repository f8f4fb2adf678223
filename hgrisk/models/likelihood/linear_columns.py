"""Columns of a linear predictor, standardised for the search and put back afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import DataError, FitError
from hgrisk.hazards.design import standardised
from hgrisk.models.inputs.columns import numeric_matrix
from hgrisk.models.likelihood.newton import listed

LARGEST = 1e100
"""Numbers beyond this leave no room for their squares."""


@dataclass(frozen=True)
class LinearColumns:
    """Columns with what standardised them.

    Attributes
    ----------
    filled : ndarray, shape (n, q + 1)
        Ones, and the standardised columns.
    center, scale : ndarray, shape (q,)
        Weighted means and standard deviations.
    names : list of str
        Names of the columns.
    """

    filled: Floats
    center: Floats
    scale: Floats
    names: list[str]

    def standard(self, rows: slice) -> Floats:
        """Return some rows, standardised, shape (m, q)."""
        return self.filled[rows, 1:]

    def scaled(self, rows: slice) -> Floats:
        """Return some rows in standard deviations from 0, shape (m, q)."""
        return self.filled[rows, 1:] + self.center / self.scale

    def with_one(self, rows: slice) -> Floats:
        """Return some rows, standardised, behind a column of ones, shape (m, q + 1)."""
        return self.filled[rows]

    def back(self) -> Floats:
        """Return the matrix, shape (q + 1, q + 1), from parameters of ``with_one`` to those of columns as they are."""
        matrix = np.diag(np.concatenate(([1.0], 1.0 / self.scale)))
        matrix[0, 1:] = -self.center / self.scale
        return matrix

    def part(self, rows: slice) -> LinearColumns:
        """Return some of the rows."""
        return LinearColumns(self.filled[rows], self.center, self.scale, self.names)

    def only(self, names: Sequence[str]) -> LinearColumns:
        """Return some of the columns."""
        places = [self.names.index(name) for name in names]
        filled = self.filled[:, [0, *(place + 1 for place in places)]]
        return LinearColumns(filled, self.center[places], self.scale[places], list(names))


def learn_columns(frame: pd.DataFrame, weight: Floats, *, penalised: bool) -> LinearColumns:
    """Standardise columns, or refuse what cannot be.

    Parameters
    ----------
    frame : DataFrame, shape (n, q)
        Finite numbers; q may be 0.
    weight : ndarray, shape (n,)
        Case weights.
    penalised : bool
        Whether a penalty will give columns without variation a coefficient.

    Returns
    -------
    LinearColumns
        The columns.

    Raises
    ------
    DataError
        If a column is text, missing or infinite somewhere, or too large.
    FitError
        If, without a penalty, a column does not vary.
    """
    names, values = [str(name) for name in frame.columns], numeric_matrix(frame)
    refuse_large(values, names)
    design = standardised(values, weight)
    flat = (values == values[:1]).all(axis=0)
    if flat.any() and not penalised:
        cure = "remove them or set a penalty above 0"
        raise FitError("An unpenalised model takes columns that vary", f"no variation in {listed(names, flat)}", cure)
    scale = np.where(flat, 1.0, design.scale)
    filled = np.empty((len(values), len(names) + 1))
    filled[:, 0] = 1.0
    np.subtract(values, design.center, out=filled[:, 1:])
    filled[:, 1:] /= scale
    return LinearColumns(filled, design.center, scale, names)


def refuse_large(values: Floats, names: Sequence[str]) -> None:
    """Raise DataError where a column holds numbers too large to be squared; the columns are named."""
    large: NDArray[np.bool_] = np.abs(values).max(axis=0, initial=0.0) > LARGEST
    if large.any():
        found = f"larger ones in {listed(names, large)}"
        raise DataError(f"Features are below {LARGEST:g} in size", found, "correct them or change their unit")
