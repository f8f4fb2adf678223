"""What columns hold, in marks that can be compared: of a whole table, or of its parts one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

WHOLLY_MISSING, CONSTANT = "wholly missing", "constant"

_ROWS_AT_ONCE = 4096
"""Rows of all columns that are looked at together: they fit the processor's cache, however the table lies in memory."""

Found = tuple[str, tuple[object, ...]]
"""A problem and nothing, or no problem and a mark that only columns of the same content share."""


class ColumnMarks:
    """Looks at the columns of a table, added in one part or in several with the same columns.

    Columns are told apart by 64-bit hashes, in one pass over each: no pair is compared. 0.0 and -0.0 are one value.

    Attributes
    ----------
    columns : list of str
        The columns, in order.
    """

    def __init__(self) -> None:
        self.columns: list[str] = []
        self._numbers: _Numbers | None = None
        self._texts: dict[str, _Texts] = {}

    def add(self, X: pd.DataFrame) -> None:
        """Look at further rows.

        Parameters
        ----------
        X : DataFrame
            Numbers, booleans, text or categories.
        """
        if self._numbers is None:
            self.columns = list(X.columns)
            numeric = [name for name in X.columns if pd.api.types.is_numeric_dtype(X[name].dtype)]  # booleans too
            self._numbers = _Numbers(numeric, np.result_type(np.float32, *X.dtypes[numeric]))
            self._texts = {name: _Texts() for name in X.columns if name not in set(numeric)}
        self._numbers.add(X)
        for name, texts in self._texts.items():
            texts.add(X[name])

    def found(self) -> dict[str, Found]:
        """Return what is known of each column.

        Returns
        -------
        dict
            By column: ``wholly missing`` or ``constant``, or an empty text and a mark.
        """
        numbers = self._numbers.found() if self._numbers is not None else {}
        return numbers | {name: texts.found() for name, texts in self._texts.items()}


class _Numbers:
    def __init__(self, names: list[str], dtype: np.dtype[Any]) -> None:
        self._names, self._dtype, self._n_rows = names, dtype, 0
        self._marks = [0] * len(names)
        self._gaps = np.zeros(len(names), dtype=np.int64)
        self._low, self._high = np.full(len(names), np.inf), np.full(len(names), -np.inf)

    def add(self, X: pd.DataFrame) -> None:
        self._n_rows += len(X)
        for start in range(0, len(X), _ROWS_AT_ONCE):
            part = X.iloc[start : start + _ROWS_AT_ONCE][self._names].to_numpy(dtype=self._dtype, na_value=np.nan)
            columns = np.ascontiguousarray(part.T) + 0  # -0.0 becomes 0.0
            missing = np.isnan(columns)
            columns[missing] = np.nan  # every gap the same bytes
            self._gaps += np.count_nonzero(missing, axis=1)
            self._low = np.fmin(self._low, np.fmin.reduce(columns, axis=1))
            self._high = np.fmax(self._high, np.fmax.reduce(columns, axis=1))
            self._marks = [hash((mark, one.tobytes())) for mark, one in zip(self._marks, columns, strict=True)]

    def found(self) -> dict[str, Found]:
        empty, constant = self._gaps == self._n_rows, (self._gaps == 0) & (self._low == self._high)
        problems = np.select([empty, constant], [WHOLLY_MISSING, CONSTANT], default="")
        each = zip(self._names, problems, self._marks, strict=True)
        return {name: (str(problem), (mark,)) for name, problem, mark in each}


class _Texts:
    def __init__(self) -> None:
        self._places: dict[Any, int] = {}  # of each text, in the order in which they are met
        self._has_gaps = False
        self._mark = 0

    def add(self, column: pd.Series[Any]) -> None:
        codes, levels = pd.factorize(column)
        places = [self._places.setdefault(level, len(self._places)) for level in levels]
        self._has_gaps |= bool((codes < 0).any())
        self._mark = hash((self._mark, np.array([*places, -1])[codes].tobytes()))

    def found(self) -> Found:
        if not self._places:
            return WHOLLY_MISSING, ()
        if len(self._places) == 1 and not self._has_gaps:
            return CONSTANT, ()
        return "", (*self._places, self._mark)
