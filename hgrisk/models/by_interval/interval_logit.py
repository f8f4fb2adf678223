"""The logistic hazard of an interval, for one kind of event or two, without laying rows out by interval.

Each row has one linear predictor for each kind of event, and each interval a level: all sums over person-intervals are
sums over a small table, a few thousand rows at a time, so that memory does not grow with the number of intervals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from hgrisk.curves import Floats
from hgrisk.errors import DataError, FitError
from hgrisk.hazards.blas import one_blas_thread
from hgrisk.models.by_interval.intervals import Spells, row_chunks

DECREMENT = 1e-9
MAX_ITERATIONS = 60
MAX_HALVINGS = 30
RUNAWAY_STEP = 0.1
"""A last Newton step that still moves a row's predictor by so much has no finite optimum ahead."""
LARGEST_LOGIT = 300.0
"""Log odds are cut here before exp: the probabilities are 1 long before."""
NO_VARIATION = 1e-12
COLLINEAR = 1e-10
INVOLVED = 1e-3


@dataclass(frozen=True)
class LogitFit:
    """A fitted hazard, on the scale of the columns it was given.

    Attributes
    ----------
    level : ndarray, shape (C, K)
        Log odds, against no event, of each kind of event in each interval, of a row at the column means.
    coef : ndarray, shape (C, p)
        Log odds ratios.
    covariance, model_covariance : ndarray, shape (C p, C p)
        Of the coefficients, kind after kind: cluster-robust where clusters were given, and inverse information.
    center : ndarray, shape (p,)
        Weighted column means.
    loglik : float
        Log likelihood without the penalty.
    n_iter : int
        Newton steps taken.
    """

    level: Floats
    coef: Floats
    covariance: Floats
    model_covariance: Floats
    center: Floats
    loglik: float
    n_iter: int


@dataclass(frozen=True)
class _Sums:
    loglik: float
    gradient: Floats
    information: Floats


@dataclass(frozen=True)
class _Problem:
    """Rows in the order of their last interval, standardised columns, and the columns of time of each kind of event."""

    X: Floats
    center: Floats
    scale: Floats
    spells: Spells
    weight: Floats
    times: tuple[Floats, ...]
    ridge: Floats

    @property
    def n_kinds(self) -> int:
        return len(self.times)

    @property
    def n_columns(self) -> int:
        return int(self.X.shape[1])

    def begins(self) -> list[int]:
        """Return where the parameters of each kind begin, levels first, and the end of all."""
        sizes = [time.shape[1] + self.n_columns for time in self.times]
        return [sum(sizes[:kind]) for kind in range(len(sizes) + 1)]

    def places(self) -> NDArray[np.intp]:
        """Return the places of the coefficients, kind after kind."""
        ends = self.begins()[1:]
        return np.concatenate([np.arange(end - self.n_columns, end) for end in ends]).astype(np.intp)

    def chunks(self) -> list[slice]:
        return list(row_chunks(len(self.X), max(self.spells.n_intervals, self.n_columns)))


def fit_interval_logit(
    X: Floats,
    spells: Spells,
    weight: Floats,
    times: Sequence[Floats],
    *,
    penalty: float,
    names: Sequence[str],
    cluster: NDArray[np.intp] | None = None,
) -> LogitFit:
    """Maximise the likelihood of the hazard by interval.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        Finite columns.
    spells : Spells
        Time at risk; kinds of event above the number of ``times`` count as the end of follow-up.
    weight : ndarray, shape (n,)
        Case weights above 0.
    times : sequence of ndarray, shape (K, q)
        Columns of time of each kind of event.
    penalty : float
        Ridge per event of the kind, on the standardised columns; levels are free.
    names : sequence of str, length p
        Column names for the error texts.
    cluster : ndarray of int, shape (n,), optional
        Cluster codes from 0.

    Returns
    -------
    LogitFit
        Coefficients, errors and levels.

    Raises
    ------
    DataError
        If the squares of a column's values overflow.
    FitError
        If, without a penalty, columns are collinear or a coefficient has no finite estimate.
    """
    order = np.argsort(spells.last, kind="stable")
    sorted_cluster = None if cluster is None else cluster[order]
    problem = _pose(X[order], spells.only(order), weight[order], tuple(times), penalty=penalty, names=names)
    with one_blas_thread():
        theta, sums, n_iter = _maximise(problem, names)
        inverse = np.asarray(np.linalg.inv(sums.information), dtype=np.float64)
        places = problem.places()
        model_covariance = inverse[np.ix_(places, places)]
        covariance = model_covariance
        if sorted_cluster is not None:
            covariance = _sandwich(problem, theta, inverse[:, places], sorted_cluster)
    scale = np.tile(problem.scale, problem.n_kinds)
    pieces = [
        (theta[low : high - problem.n_columns], theta[high - problem.n_columns : high])
        for low, high in zip(problem.begins()[:-1], problem.begins()[1:], strict=True)
    ]
    return LogitFit(
        level=np.array([time @ level for time, (level, _) in zip(problem.times, pieces, strict=True)]),
        coef=np.array([coef / problem.scale for _, coef in pieces]),
        covariance=covariance / np.outer(scale, scale),
        model_covariance=model_covariance / np.outer(scale, scale),
        center=problem.center,
        loglik=sums.loglik,
        n_iter=n_iter,
    )


def _pose(
    X: Floats, spells: Spells, weight: Floats, times: tuple[Floats, ...], *, penalty: float, names: Sequence[str]
) -> _Problem:
    with np.errstate(over="ignore", invalid="ignore"):
        center = weight @ X / weight.sum()
        scale = np.sqrt(weight @ (X - center) ** 2 / weight.sum())
    wrong = ~np.isfinite(scale)
    if wrong.any():
        found = f"values whose squares overflow in {_listed(names, wrong)}"
        raise DataError("Features are finite here", found, "measure them in a larger unit")
    flat = X.max(axis=0) == X.min(axis=0) if len(X) else np.ones(X.shape[1], dtype=bool)
    scale = np.where(flat | (scale == 0), 1.0, scale)
    events = [float(weight[spells.kind == kind].sum()) for kind in range(1, len(times) + 1)]
    return _Problem(
        np.where(flat, 0.0, (X - center) / scale), center, scale, spells, weight, times, penalty * np.array(events)
    )


def _maximise(problem: _Problem, names: Sequence[str]) -> tuple[Floats, _Sums, int]:
    theta, sums, step = _start(problem), None, np.zeros(0)
    sums = _sums(problem, theta)
    ridge = _ridge(problem)
    if not problem.ridge.any():
        _refuse_collinear(problem, sums.information, names)
    converged = False
    for n_iter in range(MAX_ITERATIONS):
        if converged:
            if not problem.ridge.any():
                _refuse_monotone(problem, step, names)
            return theta, _Sums(sums.loglik, sums.gradient, sums.information + np.diag(ridge)), n_iter
        slope = sums.gradient - ridge * theta
        step = _newton_step(sums.information + np.diag(ridge), slope, names)
        converged = bool(slope @ step <= DECREMENT)
        theta, sums = _uphill(problem, theta, step, sums, ridge)
    _refuse_monotone(problem, step, names)
    raise FitError("Newton's method converges", f"{MAX_ITERATIONS} steps without", "set a penalty above 0")


def _start(problem: _Problem) -> Floats:
    """Return no effects, and for each kind of event one level: its log odds over all intervals."""
    at_risk = _time_at_risk(problem.spells, problem.weight)
    parts = []
    for kind, time in enumerate(problem.times, start=1):
        events = float(problem.weight[problem.spells.kind == kind].sum())
        rate = min(max(events / at_risk, 1e-6), 0.9)
        level = np.linalg.lstsq(time, np.full(len(time), np.log(rate / (1.0 - rate))), rcond=None)[0]
        parts += [level, np.zeros(problem.n_columns)]
    return np.concatenate(parts)


def _time_at_risk(spells: Spells, weight: Floats) -> float:
    return float(weight @ (spells.last - spells.first + 1 - spells.entered))


def _ridge(problem: _Problem) -> Floats:
    pieces = [
        np.concatenate((np.zeros(time.shape[1]), np.full(problem.n_columns, size)))
        for time, size in zip(problem.times, problem.ridge, strict=True)
    ]
    return np.concatenate(pieces)


def _newton_step(information: Floats, slope: Floats, names: Sequence[str]) -> Floats:
    try:
        return np.asarray(cho_solve(cho_factor(information), slope), dtype=np.float64)
    except LinAlgError as error:
        raise FitError(
            "A logistic hazard has information in every direction",
            f"none left in a direction of {', '.join(map(repr, names))}",
            "set a penalty above 0",
        ) from error


def _uphill(problem: _Problem, theta: Floats, step: Floats, sums: _Sums, ridge: Floats) -> tuple[Floats, _Sums]:
    """Take the step, halved until the penalised likelihood does not fall by more than rounding."""
    floor = sums.loglik - 0.5 * float(ridge @ theta**2) - 1e-11 * (1.0 + abs(sums.loglik))
    for _ in range(MAX_HALVINGS):
        trial = theta + step
        reached = _sums(problem, trial)
        if reached.loglik - 0.5 * float(ridge @ trial**2) >= floor:
            return trial, reached
        step = step / 2
    return theta, sums


@dataclass(frozen=True)
class _Looked:
    """Some rows: their likelihood, the intervals they span, weights there, and by kind of event chance and residual."""

    loglik: float
    within: slice
    part: Floats
    chances: list[Floats]
    residuals: list[Floats]


def _look(problem: _Problem, theta: Floats, rows: slice) -> _Looked:
    some = problem.spells.only(rows)
    within = slice(int(some.first.min()), int(some.last.max()) + 1)
    weight, here = problem.weight[rows], np.arange(len(some.first))
    modelled = (some.kind > 0) & (some.kind <= problem.n_kinds)
    part = some.at_risk(modelled)[:, within] * weight[:, None]
    logits = []
    for time, low, high in zip(problem.times, problem.begins()[:-1], problem.begins()[1:], strict=True):
        level = time[within] @ theta[low : low + time.shape[1]]
        score = problem.X[rows] @ theta[high - problem.n_columns : high]
        logits.append(np.minimum(level + score[:, None], LARGEST_LOGIT))
    odds = [np.exp(logit) for logit in logits]
    total = np.add.reduce(odds, axis=0) + 1.0
    loglik, chances, residuals = -float(np.vdot(part, np.log(total))), [], []
    for kind, (logit, size) in enumerate(zip(logits, odds, strict=True), start=1):
        mine = here[some.kind == kind]
        at = some.last[mine] - within.start
        chance = size / total
        residual = -part * chance
        residual[mine, at] += weight[mine]
        loglik += float(weight[mine] @ logit[mine, at])
        chances.append(chance)
        residuals.append(residual)
    return _Looked(loglik, within, part, chances, residuals)


def _sums(problem: _Problem, theta: Floats) -> _Sums:
    size = problem.begins()[-1]
    loglik, gradient, information = 0.0, np.zeros(size), np.zeros((size, size))
    for rows in problem.chunks():
        seen = _look(problem, theta, rows)
        within, chances, residuals = seen.within, seen.chances, seen.residuals
        loglik += seen.loglik
        X = problem.X[rows]
        for kind, (time, low) in enumerate(zip(problem.times, problem.begins()[:-1], strict=True)):
            high = problem.begins()[kind + 1]
            gradient[low : low + time.shape[1]] += residuals[kind].sum(axis=0) @ time[within]
            gradient[high - problem.n_columns : high] += residuals[kind].sum(axis=1) @ X
            for other in range(kind, problem.n_kinds):
                spread = seen.part * chances[kind] * ((kind == other) - chances[other])
                begin, end = problem.begins()[other], problem.begins()[other + 1]
                cross = _cross(X, spread, time[within], problem.times[other][within])
                information[low:high, begin:end] += cross
                if other > kind:
                    information[begin:end, low:high] += cross.T
    return _Sums(loglik, gradient, information)


def _cross(X: Floats, spread: Floats, time: Floats, other: Floats) -> Floats:
    """Return the information between the parameters of two kinds of event."""
    by_time = time.T @ (spread.sum(axis=0)[:, None] * other)
    by_row = X.T @ (X * spread.sum(axis=1)[:, None])
    between = X.T @ spread
    return np.block([[by_time, (between @ time).T], [between @ other, by_row]])


def _sandwich(problem: _Problem, theta: Floats, inverse: Floats, cluster: NDArray[np.intp]) -> Floats:
    """Return the covariance of the coefficients from each cluster's influence; its square cannot be negative."""
    n_clusters = int(cluster.max()) + 1
    if n_clusters < 2:
        raise FitError("Cluster-robust errors need at least 2 clusters", "1", "leave cluster out or pass real labels")
    influence = np.zeros((n_clusters, inverse.shape[1]))
    for rows in problem.chunks():
        seen = _look(problem, theta, rows)
        pieces = []
        for time, residual in zip(problem.times, seen.residuals, strict=True):
            pieces += [residual @ time[seen.within], problem.X[rows] * residual.sum(axis=1)[:, None]]
        np.add.at(influence, cluster[rows], np.hstack(pieces) @ inverse)
    return np.asarray(influence.T @ influence, dtype=np.float64)


def _refuse_collinear(problem: _Problem, information: Floats, names: Sequence[str]) -> None:
    """Refuse columns that determine each other, given the levels."""
    places = problem.places()
    levels = np.setdiff1d(np.arange(len(information)), places)
    between = information[np.ix_(levels, places)]
    left = (
        information[np.ix_(places, places)]
        - between.T @ np.linalg.lstsq(information[np.ix_(levels, levels)], between, rcond=None)[0]
    )
    n_columns = problem.n_columns
    for kind in range(problem.n_kinds):
        own = slice(kind * n_columns, (kind + 1) * n_columns)
        block = left[own, own]
        size = np.diag(block)
        flat = size <= NO_VARIATION * max(1.0, float(problem.weight.sum()))
        if flat.any():
            found = f"no variation in {_listed(names, flat)}"
            raise FitError("An unpenalised hazard takes columns that vary", found, "remove them or set a penalty")
        root = np.sqrt(size)
        values, vectors = np.linalg.eigh(block / np.outer(root, root))
        null = vectors[:, values <= COLLINEAR]
        if null.shape[1]:
            found = f"collinear {_listed(names, np.linalg.norm(null, axis=1) > INVOLVED)}"
            cure = "remove one of them or set a penalty above 0"
            raise FitError("An unpenalised hazard takes columns that do not determine each other", found, cure)


def _refuse_monotone(problem: _Problem, step: Floats, names: Sequence[str]) -> None:
    for low, high in zip(problem.begins()[:-1], problem.begins()[1:], strict=True):
        own, level = step[high - problem.n_columns : high], step[low : high - problem.n_columns]
        moved = max(float(np.abs(problem.X @ own).max(initial=0.0)), float(np.abs(level).max(initial=0.0)))
        if moved > RUNAWAY_STEP:
            involved = np.abs(own) > 0.1 * np.abs(own).max(initial=0.0)
            raise FitError(
                "A log odds ratio is finite only if events happen on both sides of its column",
                f"events perfectly ordered by {_listed(names, involved)}",
                "set a penalty above 0, merge rare levels, or set competing=False",
            )


def _listed(names: Sequence[str], chosen: NDArray[np.bool_]) -> str:
    return ", ".join(repr(str(name)) for name, named in zip(names, chosen, strict=True) if named)
