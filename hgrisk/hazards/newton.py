"""Newton-Raphson for the Cox partial likelihood, on columns as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from hgrisk.errors import FitError
from hgrisk.hazards.design import Design
from hgrisk.hazards.lasso import lasso_step
from hgrisk.hazards.refusals import refuse_collinear, refuse_monotone
from hgrisk.hazards.risk_sets import Floats
from hgrisk.hazards.steps import Point, Weighted, likelihood_at
from hgrisk.hazards.sums import Block, cut_into_blocks, derivatives

DECREMENT = 1e-9
NO_FURTHER = 1e-18
"""Decrement per event of a last step, below which the information is the same to nine digits before and after it."""

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
    lasso : float
        ``lasso * sum(abs(coef))`` is taken off.
    """

    weighted: Weighted
    design: Design
    offset: Floats | None
    ridge: float
    blocks: list[Block]
    lasso: float

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
        return point.loglik - 0.5 * self.ridge * float(coef @ coef) - self.lasso * float(np.abs(coef).sum())


@dataclass(frozen=True)
class Optimum:
    """Where a search ended.

    Attributes
    ----------
    coef : ndarray, shape (p,)
        Coefficients of standardised columns.
    information : ndarray, shape (p, p)
        Of the likelihood with its ridge penalty.
    point : Point
        The likelihood there.
    n_iter : int
        Newton steps taken.
    """

    coef: Floats
    information: Floats
    point: Point
    n_iter: int


def pose(
    weighted: Weighted, design: Design, *, offset: Floats | None = None, ridge: float = 0.0, lasso: float = 0.0
) -> Problem:
    """Put a likelihood, its columns and its penalty together."""
    return Problem(weighted, design, offset, ridge, cut_into_blocks(weighted.sets, design.n_columns), lasso)


def maximise(
    problem: Problem, names: Sequence[str], start: Floats | None = None, *, look_round: bool = True
) -> Optimum:
    """Take Newton steps, halved until the likelihood rises, until the decrement is at most 1e-9.

    Parameters
    ----------
    problem : Problem
        What to maximise.
    names : sequence of str, length p
        Column names, for the error texts.
    start : ndarray, shape (p,), optional
        Where to begin; 0 by default.
    look_round : bool
        Whether the information is that of the optimum; else it is that before the last step, which saves a pass.

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
    if not np.isfinite(point.loglik):
        found = f"{point.loglik:g} with offsets or weights as given"
        raise FitError("A Cox likelihood is finite where the search begins", found, "bring them closer together")
    tolerance = DECREMENT * problem.weighted.usual_weight
    penalised = problem.ridge > 0 or problem.lasso > 0
    if not len(coef):
        return Optimum(coef, np.empty((0, 0)), point, 0)
    for n_iter in range(MAX_ITERATIONS + 1):
        gradient, information = problem.derivatives(point)
        if n_iter == 0 and not penalised:
            refuse_collinear(information, problem.weighted.n_events, names)
        information = information + problem.ridge * np.eye(len(coef))
        if converged:
            return Optimum(coef, information, point, n_iter)
        slope = gradient - problem.ridge * coef
        if problem.lasso > 0:
            step = lasso_step(information, slope, coef, problem.lasso)
            decrement = float(step @ information @ step)
        else:
            step = _newton_step(information, slope, names)
            decrement = float(slope @ step)
        converged = decrement <= tolerance
        coef, point = _uphill(problem, coef, step, point)
        if converged and not penalised:
            refuse_monotone(problem.design, step, names)
        if converged and (not look_round or decrement <= NO_FURTHER * problem.weighted.n_events):
            return Optimum(coef, information, point, n_iter + 1)
    refuse_monotone(problem.design, step, names)
    cure = "set a larger penalty" if penalised else "set a penalty above 0"
    raise FitError("Newton's method converges", f"{MAX_ITERATIONS} steps without", cure)


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
    floor = problem.penalised(point, coef) - 1e-11 * (problem.weighted.usual_weight + abs(point.loglik))
    for _ in range(MAX_HALVINGS):
        trial = coef + step
        reached = problem.at(trial)
        if problem.penalised(reached, trial) >= floor:
            return trial, reached
        step = step / 2
    return coef, point
