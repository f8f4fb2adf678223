"""Newton-Raphson for the Cox partial likelihood, on columns as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from hgrisk.errors import FitError
from hgrisk.hazards.design import Design
from hgrisk.hazards.lasso import lasso_step
from hgrisk.hazards.refusals import refuse_collinear, refuse_monotone
from hgrisk.hazards.risk_sets import Floats
from hgrisk.hazards.steps import Point, Weighted, likelihood_at, surplus_events
from hgrisk.hazards.sums import Block, cut_into_blocks, derivatives

DECREMENT = 1e-9
NO_FURTHER = 1e-18
"""Decrement per event of a last step, below which the information is the same to nine digits before and after it."""

STEADY = 0.01
"""Part of its last value to which a step with known information brings the decrement down, if it is near enough. Along
a likelihood without end only a step that moves a linear predictor by 2 would do so."""

NEARBY = 0.02
"""Decrement per event above which information from elsewhere tells nothing: a step could end where all is flat."""

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

    @property
    def is_penalised(self) -> bool:
        """Whether anything is taken off."""
        return self.ridge > 0 or self.lasso > 0

    @property
    def steps_a_look(self) -> float:
        """How many steps with a known information cost as much as the information; measured, and very rough."""
        return 1.0 + self.design.n_columns / 25 if len(self.blocks) == 1 else 6.0

    def gradient(self, point: Point) -> Floats:
        """Return the gradient of the likelihood, without its penalty: one look at the columns, and no table of them."""
        return self.design.total(surplus_events(self.weighted, point)) / self.design.scale

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
    problem: Problem,
    names: Sequence[str],
    start: Floats | None = None,
    *,
    look_round: bool = True,
    borrowed: Floats | None = None,
    at_zero: float = -np.inf,
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
        Whether the information is that of the optimum; else it is that of an earlier step, which saves a pass.
    borrowed : ndarray, shape (p, p), optional
        Information of a similar problem near its optimum, without a lasso. Steps then rest on it, and on that of
        earlier steps, where that is cheaper than to find it anew at each.
    at_zero : float
        The log likelihood at 0, where a start that is less likely is given up.

    Returns
    -------
    Optimum
        The coefficients and what is known there.

    Raises
    ------
    FitError
        If, without a penalty, columns are collinear or a coefficient has no finite estimate; the columns are named.
    """
    coef, point, borrowed = _start(problem, start, borrowed, at_zero)
    if not len(coef):
        return Optimum(coef, np.empty((0, 0)), point, 0)
    penalised, converged, step = problem.is_penalised, False, coef
    tolerance, enough = DECREMENT * problem.weighted.usual_weight, NO_FURTHER * problem.weighted.n_events
    goal, n_near, decrement, information = enough if look_round else tolerance, 0, np.inf, borrowed
    for n_iter in range(MAX_ITERATIONS + 1):
        if borrowed is not None and not converged:
            near = _come_near(problem, coef, point, cast("Floats", information), names, (decrement, goal))
            coef, point, n_near = near.coef, near.point, n_near + near.n_iter
            if near.there and not look_round and (n_iter or penalised):  # else no column is known to tell anything
                return Optimum(coef, cast("Floats", information), point, n_iter + n_near)
        gradient, information = _look(problem, point, names, step, n_iter)
        if converged:
            return Optimum(coef, information, point, n_iter + n_near)
        step, decrement = _step(problem, information, gradient - problem.ridge * coef, coef, names)
        if borrowed is not None and decrement <= enough:
            return Optimum(coef + step, information, point, n_iter + n_near)  # the point is the same to nine digits
        converged = decrement <= tolerance
        coef, point = _uphill(problem, coef, step, point)
        if converged and not penalised:
            refuse_monotone(problem.design, step, names)
        if converged and (not look_round or decrement <= enough):
            return Optimum(coef, information, point, n_iter + n_near + 1)
    raise _no_end(problem, names, step, MAX_ITERATIONS)


def _look(problem: Problem, point: Point, names: Sequence[str], step: Floats, n_iter: int) -> tuple[Floats, Floats]:
    """Return gradient and information, with its ridge, or refuse what the first look or a lost search tells."""
    gradient, information = problem.derivatives(point)
    if not np.isfinite(information).all():  # risk sets have all but vanished: the search ran away
        raise _no_end(problem, names, step, n_iter)
    if n_iter == 0 and not problem.is_penalised:
        refuse_collinear(information, problem.weighted.n_events, names)
    return gradient, information + problem.ridge * np.eye(len(gradient))


def _no_end(problem: Problem, names: Sequence[str], step: Floats, n_iter: int) -> FitError:
    refuse_monotone(problem.design, step, names)
    cure = "set a larger penalty" if problem.is_penalised else "set a penalty above 0"
    return FitError("Newton's method converges", f"{n_iter} steps without", cure)


def _start(
    problem: Problem, start: Floats | None, borrowed: Floats | None, at_zero: float
) -> tuple[Floats, Point, Floats | None]:
    """Return where the search begins, and what it may borrow there; at 0 where that is likelier than the start."""
    coef = np.zeros(problem.design.n_columns) if start is None else start
    point = problem.at(coef)
    if start is not None and not problem.penalised(point, coef) >= at_zero:
        return _start(problem, None, None, at_zero)
    if not np.isfinite(point.loglik):
        found = f"{point.loglik:g} with offsets or weights as given"
        raise FitError("A Cox likelihood is finite where the search begins", found, "bring them closer together")
    return coef, point, borrowed


@dataclass(frozen=True)
class _Near:
    coef: Floats
    point: Point
    n_iter: int
    there: bool


def _come_near(
    problem: Problem,
    coef: Floats,
    point: Point,
    information: Floats,
    names: Sequence[str],
    decrements: tuple[float, float],
) -> _Near:
    """Take steps that rest on gradients and a known information, while they are the cheapest way to the goal.

    ``decrements`` are that of the step before, and the goal. Each brings the decrement down by about the same factor,
    so that it can be told how many are left, and which is the last: that after which the next would be at the goal.
    """
    factor, (decrement, goal), nearby = cho_factor(information), decrements, NEARBY * problem.weighted.n_events
    for n_iter in range(MAX_ITERATIONS):
        slope = problem.gradient(point) - problem.ridge * coef
        step, before = np.asarray(cho_solve(factor, slope), dtype=np.float64), decrement
        decrement = float(slope @ step)
        left, falls = np.log(max(decrement, goal) / goal), np.log(before / max(decrement, goal))
        if not 0 <= decrement < min(STEADY * before, nearby) or left > problem.steps_a_look * falls:
            return _Near(coef, point, n_iter, there=False)
        coef, point = _uphill(problem, coef, step, point)
        if before < np.inf and decrement**2 <= goal * before:
            if not problem.is_penalised:
                refuse_monotone(problem.design, step, names)
            return _Near(coef, point, n_iter + 1, there=True)
    return _Near(coef, point, MAX_ITERATIONS, there=False)


def _step(
    problem: Problem, information: Floats, slope: Floats, coef: Floats, names: Sequence[str]
) -> tuple[Floats, float]:
    """Return the Newton step, and twice what the likelihood would gain by it if it were quadratic."""
    if problem.lasso > 0:
        step = lasso_step(information, slope, coef, problem.lasso)
        return step, float(step @ information @ step)
    step = _newton_step(information, slope, names)
    return step, float(slope @ step)


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
