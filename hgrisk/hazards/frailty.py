"""A Cox likelihood with a gamma frailty shared by the rows of a group, at one variance of the frailty."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.errors import FitError
from hgrisk.hazards.curvature import curvature_along
from hgrisk.hazards.newton import Problem
from hgrisk.hazards.risk_sets import Floats
from hgrisk.hazards.steps import Point, expected_events, likelihood_at

DECREMENT = 1e-10
MAX_ITERATIONS = 100
MAX_HALVINGS = 30
ROUGH = 1e-3
"""Newton steps need not be exact, errors have to be."""

EXACT = 1e-10
MAX_DIRECTIONS = 2_000


@dataclass(frozen=True)
class Groups:
    """The groups that share a frailty.

    Attributes
    ----------
    code : ndarray of int, shape (n,)
        Group of each row, from 0.
    weight : ndarray, shape (g,)
        Weight of each group, which all of its rows have.
    n_events : ndarray of int, shape (g,)
        Events of each group, each counted once.
    """

    code: NDArray[np.intp]
    weight: Floats
    n_events: NDArray[np.intp]

    def add_up(self, values: Floats) -> Floats:
        """Return the sum over the rows of each group."""
        return np.asarray(np.bincount(self.code, weights=values, minlength=len(self.weight)), dtype=np.float64)


@dataclass(frozen=True)
class Fitted:
    """The largest penalised likelihood at one variance of the frailty.

    Attributes
    ----------
    coef : ndarray, shape (p,)
        Coefficients of standardised columns.
    log_frailty : ndarray, shape (g,)
        Logarithm of the frailty of each group.
    point : Point
        The likelihood with the frailties as offset.
    loglik : float
        Log likelihood with the frailties integrated out.
    slope : float
        Its derivative by the variance.
    n_iter : int
        Newton steps taken.
    """

    coef: Floats
    log_frailty: Floats
    point: Point
    loglik: float
    slope: float
    n_iter: int


@dataclass(frozen=True)
class FrailtyProblem:
    """A likelihood with frailties.

    Attributes
    ----------
    cox : Problem
        The likelihood without them.
    groups : Groups
        Who shares one.
    """

    cox: Problem
    groups: Groups

    def at(self, coef: Floats, log_frailty: Floats) -> Point:
        """Evaluate the partial likelihood with the frailties as offset."""
        predictor = self.cox.design.predictor(coef / self.cox.design.scale, self.cox.offset)
        predictor += log_frailty[self.groups.code]
        return likelihood_at(self.cox.weighted, predictor)

    def penalised(self, point: Point, coef: Floats, log_frailty: Floats, variance: float) -> float:
        """Return the value that is maximised: the gamma density of the frailties on the log scale is the penalty."""
        density = self.groups.weight @ (log_frailty - np.expm1(log_frailty))
        return self.cox.penalised(point, coef) + float(density) / variance

    def gradient(self, expected: Floats, coef: Floats, log_frailty: Floats, variance: float) -> Floats:
        """Return the derivatives of the penalised value by the g log frailties and the p coefficients."""
        weighted = self.cox.weighted
        left = weighted.weight * weighted.sets.happened - expected
        of_groups = self.groups.add_up(left) - self.groups.weight * np.expm1(log_frailty) / variance
        return np.concatenate((of_groups, self.by_columns(left) - self.cox.ridge * coef))

    def along_columns(self, coef: Floats) -> Floats:
        """Return the linear predictor of each row, without its frailty; floats are not copied."""
        design = self.cox.design
        if design.values.dtype == np.float64:
            slope = coef / design.scale
            return np.asarray(design.values @ slope - design.center @ slope)
        return design.predictor(coef / design.scale)

    def by_columns(self, values: Floats) -> Floats:
        """Return the sums over the rows of values times standardised columns."""
        design = self.cox.design
        if design.values.dtype == np.float64:
            return np.asarray((values @ design.values - values.sum() * design.center) / design.scale)
        total, buffer = np.zeros(design.n_columns), design.buffer()
        for rows in design.chunks(range(design.n_rows)):
            total += values[rows] @ design.fill(rows, buffer)
        return total / design.scale

    def curvature(self, fitted: Point, expected: Floats, log_frailty: Floats, variance: float) -> Curvature:
        """Return the information of the penalised likelihood, as a product with any direction."""
        stiffness = self.groups.weight * np.exp(log_frailty) / variance
        _, of_columns = self.cox.derivatives(fitted)
        of_columns = of_columns + self.cox.ridge * np.eye(len(of_columns))
        return Curvature(self, fitted, expected, stiffness, of_columns)


@dataclass(frozen=True)
class Curvature:
    """The information about g log frailties and p coefficients.

    Attributes
    ----------
    problem : FrailtyProblem
        What it is of.
    point : Point
        Where.
    expected : ndarray, shape (n,)
        Events expected of each row.
    stiffness : ndarray, shape (g,)
        What the density of the frailties adds to the diagonal.
    of_columns : ndarray, shape (p, p)
        The block of the coefficients.
    """

    problem: FrailtyProblem
    point: Point
    expected: Floats
    stiffness: Floats
    of_columns: Floats

    def times(self, direction: Floats) -> Floats:
        """Multiply it by a direction, shape (g + p,)."""
        cox, groups = self.problem.cox, self.problem.groups
        n_groups = len(self.stiffness)
        of_groups, of_columns = direction[:n_groups], direction[n_groups:]
        along = self.problem.along_columns(of_columns)
        along += of_groups[groups.code]
        result = curvature_along(cox.weighted.sets, self.point, self.expected, along)
        upper = groups.add_up(result) + self.stiffness * of_groups
        return np.concatenate((upper, self.problem.by_columns(result) + cox.ridge * of_columns))

    def solve(self, right: Floats, accuracy: float) -> Floats:
        """Return the direction that it turns into ``right``, by conjugate gradients on the blocks of its diagonal."""
        diagonal = self.problem.groups.add_up(self.expected) + self.stiffness
        n_groups = len(diagonal)
        inverse = np.linalg.pinv(self.of_columns, hermitian=True)

        def nearly(residual: Floats) -> Floats:
            return np.concatenate((residual[:n_groups] / diagonal, inverse @ residual[n_groups:]))

        return conjugate_gradients(self.times, nearly, right, accuracy)


def conjugate_gradients(
    times: Callable[[Floats], Floats], nearly: Callable[[Floats], Floats], right: Floats, accuracy: float
) -> Floats:
    """Solve a symmetric positive system that is known by its products (Hestenes and Stiefel 1952).

    Parameters
    ----------
    times : callable
        Multiplies by the matrix.
    nearly : callable
        Multiplies by something near its inverse.
    right : ndarray, shape (m,)
        The right-hand side.
    accuracy : float
        The search ends when the residual has shrunk to this part of what it was.

    Returns
    -------
    ndarray, shape (m,)
        The solution.
    """
    solution, residual = np.zeros(len(right)), right.copy()
    towards = nearly(residual)
    direction, size = towards, float(residual @ towards)
    enough = accuracy**2 * size
    for _ in range(MAX_DIRECTIONS):
        if size <= enough:
            break
        turned = times(direction)
        step = size / float(direction @ turned)
        solution += step * direction
        residual -= step * turned
        towards = nearly(residual)
        before, size = size, float(residual @ towards)
        direction = towards + size / before * direction
    return solution


def fit_at(problem: FrailtyProblem, variance: float, coef: Floats, log_frailty: Floats) -> Fitted:
    """Maximise the penalised likelihood at one variance, by Newton steps that are halved until it rises.

    Parameters
    ----------
    problem : FrailtyProblem
        The likelihood.
    variance : float
        Variance of the gamma frailty, above 0; its mean is 1.
    coef : ndarray, shape (p,)
        Where to begin, on standardised columns.
    log_frailty : ndarray, shape (g,)
        Where to begin.

    Returns
    -------
    Fitted
        The optimum, and the likelihood with the frailties integrated out.

    Raises
    ------
    FitError
        If the search does not end.

    Notes
    -----
    Therneau, Grambsch and Pankratz (2003), doi:10.1198/1061860031365: at a given variance the largest penalised
    likelihood is reached where that of the gamma frailty model is.
    """
    n_groups = len(log_frailty)
    point = problem.at(coef, log_frailty)
    for n_iter in range(1, MAX_ITERATIONS + 1):
        expected = expected_events(problem.cox.weighted.sets, point)
        gradient = problem.gradient(expected, coef, log_frailty, variance)
        step = problem.curvature(point, expected, log_frailty, variance).solve(gradient, ROUGH)
        small = float(gradient @ step) <= DECREMENT
        floor = problem.penalised(point, coef, log_frailty, variance) - 1e-11 * (1.0 + abs(point.loglik))
        for _ in range(MAX_HALVINGS):
            trial, shifted = coef + step[n_groups:], log_frailty + step[:n_groups]
            reached = problem.at(trial, shifted)
            if problem.penalised(reached, trial, shifted, variance) >= floor:
                coef, log_frailty, point = trial, shifted, reached
                break
            step = step / 2
        if small:
            loglik, slope = integrated(problem, point, log_frailty, variance)
            return Fitted(coef, log_frailty, point, loglik, slope, n_iter)
    raise FitError("The search for frailties ends", f"{MAX_ITERATIONS} steps without", "set a penalty above 0")


def integrated(problem: FrailtyProblem, point: Point, log_frailty: Floats, variance: float) -> tuple[float, float]:
    """Return the log likelihood with the frailties integrated out, and its derivative by the variance.

    With ``v = 1 / variance`` and d events, a group adds ``v (w - exp(w) + 1) + d - (v + d) log(1 + d / v)`` and the sum
    of ``log(1 + m / v)`` over m below d to the partial likelihood; at variance 0 all of this is 0.
    """
    groups = problem.groups
    shape = 1.0 / variance
    counted = np.bincount(groups.n_events, weights=groups.weight)
    d = np.arange(len(counted))
    below = np.concatenate(([0.0], np.cumsum(np.log1p(d[:-1] / shape))))
    inverses = np.concatenate(([0.0], np.cumsum(1.0 / (shape + d[:-1]))))
    density = float(groups.weight @ (log_frailty - np.expm1(log_frailty)))
    of_counts = float(counted @ (d - (shape + d) * np.log1p(d / shape) + below))
    by_shape = density + float(counted @ (inverses - np.log1p(d / shape)))
    return point.loglik + shape * density + of_counts, -by_shape * shape**2


def of_unknown_variance(problem: FrailtyProblem, fitted: Fitted, variance: float) -> Floats:
    """Return what the coefficients' covariance gains, shape (p, p), where the variance of the frailties is estimated.

    The coefficients move with the variance, and the variance has the error that the curvature of its profile likelihood
    tells. Nothing is added at a variance of 0, the end of its range.
    """
    n_groups, n_columns = len(fitted.log_frailty), len(fitted.coef)
    if variance == 0.0:
        return np.zeros((n_columns, n_columns))
    groups, shape = problem.groups, 1.0 / variance
    expected = expected_events(problem.cox.weighted.sets, fitted.point)
    curvature = problem.curvature(fitted.point, expected, fitted.log_frailty, variance)
    push = np.concatenate((shape**2 * groups.weight * np.expm1(fitted.log_frailty), np.zeros(n_columns)))
    moves = curvature.solve(push, EXACT)
    counted = np.bincount(groups.n_events, weights=groups.weight)
    d = np.arange(len(counted))
    below = np.concatenate(([0.0], np.cumsum((shape + d[:-1]) ** -2.0)))
    bend = 2 * shape * fitted.slope - shape**4 * float(counted @ (d / (shape * (shape + d)) - below))
    information = bend - float(push @ moves)
    if information <= 0:
        return np.zeros((n_columns, n_columns))
    by_variance = moves[n_groups:] / problem.cox.design.scale
    return np.outer(by_variance, by_variance) / information


def covariance_of(problem: FrailtyProblem, fitted: Fitted, variance: float) -> Floats:
    """Return the covariance of the coefficients, shape (p, p), given the variance of the frailties.

    The coefficients' block of the inverse of the whole information: no part of it is left out, so that it is that of
    the likelihood with the frailties integrated out.
    """
    if variance == 0.0:
        return _without_frailty(problem, fitted)
    expected = expected_events(problem.cox.weighted.sets, fitted.point)
    curvature = problem.curvature(fitted.point, expected, fitted.log_frailty, variance)
    n_groups, n_columns = len(fitted.log_frailty), len(fitted.coef)
    inverse = np.empty((n_columns, n_columns))
    for column in range(n_columns):
        right = np.zeros(n_groups + n_columns)
        right[n_groups + column] = 1.0
        inverse[column] = curvature.solve(right, EXACT)[n_groups:]
    scale = problem.cox.design.scale
    return (inverse + inverse.T) / 2 / np.outer(scale, scale)


def _without_frailty(problem: FrailtyProblem, fitted: Fitted) -> Floats:
    _, information = problem.cox.derivatives(fitted.point)
    scale = problem.cox.design.scale
    return np.linalg.inv(information + problem.cox.ridge * np.eye(len(scale))) / np.outer(scale, scale)
