"""Items of a card: a feature cut into a few levels that can be told by eye."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.models.inputs.columns import is_numeric

Kind = Literal["count", "number", "yes or no", "text"]
MOST_DIGITS = 17
"""With these any number is given back."""
KNOWN, NOT_KNOWN, ANY_OTHER = "known", "not known", "any other"
FEWEST_NAMED = 20
"""A text with fewer training rows is not named, whatever is asked for: a rare one can be about one person."""


@dataclass(frozen=True)
class Item:
    """A feature and its levels.

    Attributes
    ----------
    feature : str
        The raw feature.
    kind : {"count", "number", "yes or no", "text"}
        What its values are; a count is a whole number from 0.
    cuts : list of float
        For numbers: the value at which each level but the first begins.
    names : list of str
        For text: the value of each level; a level ``any other`` takes all the rest.
    fallback : int
        The commonest level in training: that of a value that training did not show, or too seldom.
    has_missing : bool
        For numbers: whether a missing value is a level of its own, the last.
    """

    feature: str
    kind: Kind
    cuts: list[float]
    names: list[str]
    fallback: int
    has_missing: bool

    @property
    def n_levels(self) -> int:
        """How many levels there are."""
        return len(self.names) if self.kind == "text" else len(self.cuts) + 1 + self.has_missing

    @property
    def coding(self) -> Floats:
        """What each level is in columns, shape (n_levels, n_levels - 1): steps up for numbers, one for each text."""
        if self.kind == "text":
            return np.delete(np.eye(self.n_levels), self.fallback, axis=1)
        steps = np.tri(len(self.cuts) + 1, len(self.cuts), -1)
        if not self.has_missing:
            return steps
        ends = np.zeros(len(self.cuts) + 2)
        ends[-1] = 1.0
        return np.column_stack([np.vstack([steps, np.zeros(len(self.cuts))]), ends])

    def levels_of(self, column: pd.Series[Any]) -> NDArray[np.intp]:
        """Return the level of each row.

        Parameters
        ----------
        column : Series, shape (n,)
            Values of the feature.

        Returns
        -------
        ndarray of int, shape (n,)
            From 0.

        Raises
        ------
        DataError
            If the column is of another kind than in training, or holds an infinite value.
        """
        if self.kind == "text":
            labels = _labels(column)
            other = self.names.index(ANY_OTHER) if ANY_OTHER in self.names else self.fallback
            place = {name: level for level, name in enumerate(self.names)}
            return np.array([place.get(label, other) for label in labels], dtype=np.intp)
        values = _numbers(column)
        level = np.searchsorted(self.cuts, values, side="right")
        return np.where(np.isnan(values), len(self.cuts) + 1 if self.has_missing else self.fallback, level)


def learn_item(column: pd.Series[Any], n_bins: int, min_rows: int) -> Item | None:
    """Return a feature as an item; None if it has no two levels with enough rows.

    Numbers are cut so that levels have about as many rows each; a value that many rows share is a level by itself.
    A cut lies between two training values, with as few digits as can be. Missing values are a level where there are
    enough of them, and texts that are rarer, or in fewer than 20 rows, are one level, ``any other``, without their
    names.

    Parameters
    ----------
    column : Series, shape (n,)
        Training values.
    n_bins : int
        Most levels of numbers, the missing ones aside.
    min_rows : int
        Fewest training rows of a level.

    Returns
    -------
    Item or None
        The levels.
    """
    numeric = is_numeric(column) and not column.isna().all()
    item = _of_numbers(column, n_bins, min_rows) if numeric else _of_text(column, min_rows)
    return item if item.n_levels > 1 else None


def words_of(item: Item) -> list[str]:
    """Return each level in words, the last of numbers being ``not known``, whether or not it is a level of its own.

    The one level of numbers without a cut is ``known``: only whether there is a value gives points.
    """
    if item.kind == "text":
        return item.names
    if item.kind == "yes or no":
        return [*(["no", "yes"] if item.cuts else [KNOWN]), NOT_KNOWN]
    shown = [_shown(cut) for cut in item.cuts]
    if item.kind == "count":
        begins = [0, *(int(cut) for cut in item.cuts)]
        ranges = [f"{low}" if low == up - 1 else f"{low} to {up - 1}" for low, up in pairwise(begins)]
    elif shown:
        ranges = [f"below {shown[0]}", *(f"{low} to below {up}" for low, up in pairwise(shown))]
    last = [f"{shown[-1]} or more"] if shown else [KNOWN]
    return [*(ranges if shown else []), *last, NOT_KNOWN]


def _of_numbers(column: pd.Series[Any], n_bins: int, min_rows: int) -> Item:
    values = _numbers(column)
    present = values[~np.isnan(values)]
    whole = bool(np.all(present == np.floor(present)) and present.min() >= 0)
    kind: Kind = "yes or no" if set(np.unique(present)) == {0.0, 1.0} else "count" if whole else "number"
    cuts = _cuts(present, n_bins, min_rows, whole)
    level = np.bincount(np.searchsorted(cuts, present, side="right"), minlength=len(cuts) + 1)
    return Item(str(column.name), kind, cuts, [], int(np.argmax(level)), bool(len(values) - len(present) >= min_rows))


def _cuts(present: Floats, n_bins: int, min_rows: int, whole: bool) -> list[float]:
    """Return where levels begin: each takes the lowest values left, until it is nearest its part of the rows left."""
    distinct, counts = np.unique(present, return_counts=True)
    cuts: list[float] = []
    left, taken, before = len(present), 0, -np.inf
    for value, count in zip(distinct.tolist(), counts.tolist(), strict=True):
        wanted = left / (n_bins - len(cuts))
        enough = taken >= min_rows and left - taken >= min_rows and taken + count - wanted >= wanted - taken
        if enough and len(cuts) < n_bins - 1:
            cuts.append(float(value) if whole else _between(before, value))
            left, taken = left - taken, 0
        taken, before = taken + count, value
    return cuts


def _between(below: float, value: float) -> float:
    """Return the number with the fewest digits above one and up to the other, so that rows stay on their side."""
    middle = below + (value - below) / 2.0
    rounded = (float(f"{middle:.{digits}g}") for digits in range(1, MOST_DIGITS + 1))
    return next((cut for cut in rounded if below < cut <= value), value)


def _shown(cut: float) -> str:
    """Return a cut in digits that give it back."""
    short = f"{cut:.15g}"
    return short if float(short) == cut else repr(cut)


def _of_text(column: pd.Series[Any], min_rows: int) -> Item:
    distinct, counts = np.unique(_labels(column), return_counts=True)
    named = counts >= np.where(distinct == NOT_KNOWN, min_rows, max(min_rows, FEWEST_NAMED))
    names = [str(name) for name in distinct[named]]
    rest = int(counts[~named].sum())
    size = {str(name): int(count) for name, count in zip(distinct, counts, strict=True)}
    if rest >= min_rows and ANY_OTHER not in names:
        names, size[ANY_OTHER] = [*names, ANY_OTHER], rest
    commonest = max(range(len(names)), key=lambda level: (size[names[level]], -level)) if names else 0
    return Item(str(column.name), "text", [], names, commonest, has_missing=False)


def _numbers(column: pd.Series[Any]) -> Floats:
    if not is_numeric(column):
        raise DataError(f"Column {column.name!r} holds numbers", f"dtype {column.dtype}", "convert it as in training")
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isinf(values).any():
        raise DataError(f"Column {column.name!r} is finite or missing", "an infinite value", "mark it as missing")
    return values


def _labels(column: pd.Series[Any]) -> NDArray[np.str_]:
    """Return the text of each row, a missing one in words."""
    if is_numeric(column) and not column.isna().all():
        raise DataError(f"Column {column.name!r} holds text", f"dtype {column.dtype}", "convert it as in training")
    return np.array([NOT_KNOWN if pd.isna(value) else str(value) for value in column], dtype=np.str_)
