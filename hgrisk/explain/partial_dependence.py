"""What some features move in a score, averaged over cases that keep all else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats

Score = Callable[[pd.DataFrame], Floats]
"""From cases to their scores, shape (n,)."""

Point = tuple[tuple[str, ...], int]
"""Columns, and the row whose values everyone gets in them."""

ROWS_AT_ONCE = 50_000
"""Rows that are scored in one call, about: fewer calls are faster, more rows take more memory."""


def partial_dependence(score: Score, cases: pd.DataFrame, sets: Sequence[tuple[str, ...]]) -> list[Floats]:
    """Return the partial dependence of a score on sets of columns, at the values that the cases have.

    Parameters
    ----------
    score : callable
        From cases, with these columns, to their scores; it is given many rows at once.
    cases : DataFrame, shape (n, p)
        The cases; missing values and text are values as any other.
    sets : sequence of tuple of str
        Names of columns.

    Returns
    -------
    list of ndarray, shape (n,)
        Per set and case, the mean score over all cases had they this case's values in these columns, less the mean of
        that over the cases.

    Notes
    -----
    Friedman (2001), doi:10.1214/aos/1013203451. Cases with equal values are asked once.

    Examples
    --------
    >>> cases = pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": [1.0, 1.0, 4.0]})
    >>> of_a, of_both = partial_dependence(lambda frame: frame["a"] * frame["b"], cases, [("a",), ("a", "b")])
    >>> of_a.tolist(), of_both.tolist()
    ([-2.0, 0.0, 2.0], [-3.0, -2.0, 5.0])
    """
    named = dict.fromkeys(chain.from_iterable(sets))
    codes = {name: pd.factorize(cases[name])[0] for name in named}
    places: list[NDArray[np.intp]] = []
    points: list[Point] = []
    for names in sets:
        values = np.column_stack([codes[name] for name in names])
        _, first, place = np.unique(values, axis=0, return_index=True, return_inverse=True)
        places.append(len(points) + place.ravel())
        points += [(names, int(row)) for row in first]
    means = _mean_scores(score, cases, points)
    return [means[place] - means[place].mean() for place in places]


def _mean_scores(score: Score, cases: pd.DataFrame, points: Sequence[Point]) -> Floats:
    at_once = max(1, ROWS_AT_ONCE // len(cases))
    means = [np.empty(0)]
    for start in range(0, len(points), at_once):
        some = points[start : start + at_once]
        everyone = np.tile(np.arange(len(cases)), (len(some), 1))
        rows: dict[str, NDArray[np.intp]] = {}
        for place, (names, row) in enumerate(some):
            for name in names:
                rows.setdefault(name, everyone.copy())[place] = row
        taken = {name: cases[name].array.take(row.ravel()) for name, row in rows.items()}
        frame = cases.take(everyone.ravel()).reset_index(drop=True).assign(**taken)
        means.append(np.asarray(score(frame), dtype=np.float64).reshape(everyone.shape).mean(axis=1))
    return np.concatenate(means)
