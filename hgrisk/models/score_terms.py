"""A score taken apart: what each feature adds to it, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from hgrisk.curves import Floats

Scale = Literal["logit", "log hazard", "log cumulative hazard", "points"]


@dataclass(frozen=True, eq=False)
class ScoreTerms:
    """What each feature adds to the score of each row: ``base + values.sum(axis=1)`` is the score.

    Attributes
    ----------
    names : tuple of str, length q
        Features as they were given; a joint term of two is ``"a & b"``.
    values : ndarray, shape (n, q)
        What each adds, on the scale of the score.
    base : float
        The score without any: the weighted mean of the training rows.
    score : ndarray, shape (n,)
        The score of each row.
    scale : str
        What the score is.
    """

    names: tuple[str, ...]
    values: Floats
    base: float
    score: Floats
    scale: Scale

    def largest_gap(self) -> float:
        """Return by how much base and terms miss the score of a row, at most; 0 but for rounding."""
        return float(np.max(np.abs(self.base + self.values.sum(axis=1) - self.score), initial=0.0))


def summed_by_source(parts: Floats, sources: Sequence[str]) -> tuple[tuple[str, ...], Floats]:
    """Return what each raw feature adds, from what each design column that comes from it adds.

    Parameters
    ----------
    parts : ndarray, shape (n, q)
        What each design column adds.
    sources : sequence of str, length q
        The raw feature of each.

    Returns
    -------
    names : tuple of str, length p
        Features, in the order of their first column.
    values : ndarray, shape (n, p)
        What each adds.
    """
    names = tuple(dict.fromkeys(sources))
    values = np.zeros((len(parts), len(names)))
    for part, source in zip(parts.T, sources, strict=True):
        values[:, names.index(source)] += part
    return names, values
