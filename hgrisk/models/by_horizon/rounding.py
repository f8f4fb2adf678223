"""Whole points in place of coefficients: those with which totals tell re-reports apart best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import gcd

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from hgrisk.curves import Floats

Whole = NDArray[np.intp]

N_SCALES, N_STARTS = 40, 3
CLOSER = 1e-12
"""Relative fall of the loss that counts as one."""
SAME = 12
"""Decimals of log odds from which two are told apart."""
RIDGE = 1e-9
"""On the slope, per unit of weight, so that totals without overlap have one too."""


@dataclass(frozen=True, eq=False)
class Coded:
    """Rows as the levels of items, and what is known of them.

    Attributes
    ----------
    level : ndarray of int, shape (n, q)
        Level of each row at each item, from 0.
    yes, no : ndarray, shape (n, H)
        Weight of each row as a re-report, and as none, by each horizon.
    """

    level: Whole
    yes: Floats
    no: Floats


def round_points(rows: Coded, values: Sequence[Floats], max_points: int) -> list[Whole]:
    """Return whole points for each level of each item.

    Values are scaled in many ways and rounded to the nearest whole number; the best few of these are then improved one
    level and one point at a time. Each is judged by the log loss of a logistic line on the total, with an intercept for
    each horizon and one slope.

    Parameters
    ----------
    rows : Coded
        The n rows.
    values : sequence of ndarray, length q
        Log odds of each level of each item; levels of equal value keep equal points.
    max_points : int
        Most points of a level.

    Returns
    -------
    list of ndarray of int, length q
        Points of each level, 0 for the lowest of each item, without a divisor in common.

    Notes
    -----
    Ustun and Rudin (2019), arXiv:1610.00168, describe the loss and rounding; this is a local search and no proof that
    no other card is better.
    """
    if not len(values):
        return []
    distinct = [np.unique(np.round(value, SAME), return_inverse=True) for value in values]
    judge = _Judge(_tied(rows, [where for _, where in distinct]))
    heights = [value - value[0] for value, _ in distinct]
    tallest = max((height[-1] for height in heights), default=0.0)
    if tallest == 0:
        return [np.zeros(len(value), dtype=np.intp) for value in values]
    scales = np.linspace(0.5, max_points + 0.49, N_SCALES) / tallest
    starts = [[np.rint(scale * height).astype(np.intp) for height in heights] for scale in scales]
    ranked = sorted(range(N_SCALES), key=lambda place: (judge.loss(starts[place]), place))
    chosen = list(dict.fromkeys(tuple(map(tuple, starts[place])) for place in ranked))[:N_STARTS]
    found = [_descend(judge, [np.array(points) for points in start], max_points) for start in chosen]
    best = min(found, key=judge.loss)
    return [points[where] for points, (_, where) in zip(_lowest(best), distinct, strict=True)]


class _Judge:
    """The loss of cards, each looked at once."""

    def __init__(self, rows: Coded) -> None:
        self._rows = rows
        self._known: dict[tuple[tuple[int, ...], ...], float] = {}

    def loss(self, points: Sequence[Whole]) -> float:
        """Return the log loss per unit of weight of the best line on the total."""
        shifted = _shifted(points)
        key = tuple(map(tuple, shifted))
        if key not in self._known:
            total = sum(
                (its[level] for its, level in zip(shifted, self._rows.level.T, strict=True)),
                start=np.zeros(len(self._rows.level), dtype=np.intp),
            )
            yes, no = (
                np.column_stack([np.bincount(total, weight) for weight in weights.T]).astype(np.float64, copy=False)
                for weights in (self._rows.yes, self._rows.no)
            )
            self._known[key] = line_loss(yes, no)
        return self._known[key]


def line_loss(yes: Floats, no: Floats) -> float:
    """Return the smallest log loss of ``expit(intercept of the horizon + slope * total)``, per unit of weight.

    Parameters
    ----------
    yes, no : ndarray, shape (T, H)
        Weight of rows with each total, from 0, that re-reported by each horizon and that did not.

    Returns
    -------
    float
        Log loss.
    """
    whole = yes.sum() + no.sum()
    yes, both = yes / whole, (yes + no) / whole
    each = np.arange(len(yes))
    total = each - both.sum(axis=1) @ each
    rate = yes.sum(axis=0) / both.sum(axis=0)
    line = np.append(np.log(rate / (1.0 - rate)), 0.0)
    before = _loss(line, total, yes, both)
    for _ in range(50):
        chance = expit(total[:, None] * line[-1] + line[:-1])
        residual, spread = yes - both * chance, both * chance * (1.0 - chance)
        slope = np.append(residual.sum(axis=0), total @ residual.sum(axis=1) - RIDGE * line[-1])
        curvature = np.diag(np.append(spread.sum(axis=0), total**2 @ spread.sum(axis=1) + RIDGE))
        curvature[-1, :-1] = curvature[:-1, -1] = total @ spread
        step = np.linalg.solve(curvature, slope)
        share = 1.0
        while (after := _loss(line + share * step, total, yes, both)) > before and share > 1e-6:
            share /= 2.0
        if not before - after > CLOSER * before:
            break
        line, before = line + share * step, after
    return before


def _loss(line: Floats, total: Floats, yes: Floats, both: Floats) -> float:
    logit = total[:, None] * line[-1] + line[:-1]
    return float(np.sum(both * np.logaddexp(0.0, logit) - yes * logit) + 0.5 * RIDGE * line[-1] ** 2)


def _tied(rows: Coded, where: Sequence[Whole]) -> Coded:
    """Return rows with the levels of equal value as one."""
    tied = [its[level] for its, level in zip(where, rows.level.T, strict=True)]
    return Coded(np.column_stack(tied), rows.yes, rows.no)


def _descend(judge: _Judge, points: list[Whole], max_points: int) -> list[Whole]:
    """Improve one level by one point at a time, until none is better."""
    best, improved = judge.loss(points), True
    while improved:
        improved = False
        for item, its in enumerate(points):
            for level in range(len(its)):
                for change in (-1, 1):
                    other = points[item].copy()
                    other[level] += change
                    if np.ptp(other) > max_points:
                        continue
                    tried = [*points[:item], other, *points[item + 1 :]]
                    if judge.loss(tried) < best * (1.0 - CLOSER):
                        points, best, improved = tried, judge.loss(tried), True
    return points


def _shifted(points: Sequence[Whole]) -> list[Whole]:
    return [its - its.min() for its in points]


def _lowest(points: Sequence[Whole]) -> list[Whole]:
    """Return the same card with 0 for the lowest level of each item, divided by what all points have in common."""
    shifted = _shifted(points)
    divisor = reduce(gcd, (int(value) for its in shifted for value in its), 0)
    return [its // max(divisor, 1) for its in shifted]
