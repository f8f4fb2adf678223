"""Newton-Raphson for the Cox partial likelihood, on columns as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from hgrisk.errors import FitError
from hgrisk.hazards.design import Design
from hgrisk.hazards.refusals import refuse_collinear, refuse_monotone
from hgrisk.hazards.risk_sets import Floats
from hgrisk.hazards.steps import Point, Weighted, likelihood_at
from hgrisk.hazards.sums import Block, cut_into_blocks, derivatives

DECREMENT = 1e-9
MAX_ITERATIONS = 60
MAX_HALVINGS = 30


@dataclass(frozen=True)
class Problem:
    """A penalised Cox likelihood to be maximised; coefficients are those of standardised columns.

    Attributes
    ----------
    weighted : Weighted
        Risk sets and weights.
    design : Design
        Columns.
    offset : ndarray, shape (n,), or None
        Part of the linear predictor with coefficient 1.
    ridge : float
        ``0.5 * ridge * sum(coef**2)`` is taken off.
    blocks : list of Block
        The slots of the risk sets.
    """

    weighted: Weighted
    design: Design
    offset: Floats | None
    ridge: float
    blocks: list[Block]

    def at(self, coef: Floats) -> Point:
        """Evaluate the likelihood, without its penalty."""
        return likelihood_at(self.weighted, self.design.predictor(coef / self.design.scale, self.offset))

    def derivatives(self, point: Point, by: Floats | None = None) -> tuple[Floats, Floats]:
        """Return gradient and information of the likelihood, without its penalty."""
        gradient, information = derivatives(self.weighted, self.design, point, self.blocks, by)
        scale = self.design.scale
        return gradient / scale, information / np.outer(scale, scale)

    def penalised(self, point: Point, coef: Floats) -> float:
        """Return the value that is maximised."""
        return point.loglik - 0.5 * self.ridge * float(coef @ coef)


@dataclass(frozen=True)
class Optimum:
    """Where a search ended.

    Attributes
    ----------
    coef : ndarray, shape (p,)
        Coefficients of standardised columns.
    information : ndarray, shape (p, p)
        Of the penalised likelihood.
    point : Point
        The likelihood there.
    n_iter : int
        Newton steps taken.
    """

    coef: Floats
    information: Floats
    point: Point
    n_iter: int


def pose(weighted: Weighted, design: Design, *, offset: Floats | None = None, ridge: float = 0.0) -> Problem:
    """Put a likelihood, its columns and its penalty together."""
    return Problem(weighted, design, offset, ridge, cut_into_blocks(weighted.sets, design.n_columns))


def maximise(problem: Problem, names: Sequence[str], start: Floats | None = None) -> Optimum:
    """Take Newton steps, halved until the likelihood rises, until the decrement is at most 1e-9.

    Parameters
    ----------
    problem : Problem
        What to maximise.
    names : sequence of str, length p
        Column names, for the error texts.
    start : ndarray, shape (p,), optional
        Where to begin; 0 by default.

    Returns
    -------
    Optimum
        The coefficients and what is known there.

    Raises
    ------
    FitError
        If, without a penalty, columns are collinear or a coefficient has no finite estimate; the columns are named.
    """
    coef = np.zeros(problem.design.n_columns) if start is None else start
    point, converged, step = problem.at(coef), False, coef
    if not len(coef):
        return Optimum(coef, np.empty((0, 0)), point, 0)
    for n_iter in range(MAX_ITERATIONS + 1):
        gradient, information = problem.derivatives(point)
        if n_iter == 0 and problem.ridge == 0:
            refuse_collinear(information, problem.weighted.n_events, names)
        information = information + problem.ridge * np.eye(len(coef))
        if converged:
            return Optimum(coef, information, point, n_iter)
        slope = gradient - problem.ridge * coef
        step = _newton_step(information, slope, names)
        converged = bool(slope @ step <= DECREMENT)
        coef, point = _uphill(problem, coef, step, point)
        if converged and problem.ridge == 0:
            refuse_monotone(problem.design, step, names)
    refuse_monotone(problem.design, step, names)
    raise FitError("Newton's method converges", f"{MAX_ITERATIONS} steps without", "set a penalty above 0")


def _newton_step(information: Floats, slope: Floats, names: Sequence[str]) -> Floats:
    try:
        return np.asarray(cho_solve(cho_factor(information), slope), dtype=np.float64)
    except LinAlgError as error:
        raise FitError(
            "A Cox regression has positive information in every direction",
            f"none left in a direction of {', '.join(names)}",
            "set a penalty above 0",
        ) from error


def _uphill(problem: Problem, coef: Floats, step: Floats, point: Point) -> tuple[Floats, Point]:
    """Take the step, halved until the penalised likelihood does not fall by more than rounding."""
    floor = problem.penalised(point, coef) - 1e-11 * (1.0 + abs(point.loglik))
    for _ in range(MAX_HALVINGS):
        trial = coef + step
        reached = problem.at(trial)
        if problem.penalised(reached, trial) >= floor:
            return trial, reached
        step = step / 2
    return coef, point
