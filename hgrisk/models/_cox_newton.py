"""Newton-Raphson for the Cox partial likelihood: ties, delayed entry, weights, ridge, cluster-robust errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.sparse import csr_array

from hgrisk.curves import Floats
from hgrisk.errors import FitError
from hgrisk.models._blas import one_blas_thread
from hgrisk.models._cox_likelihood import LikelihoodPoint, baseline_jumps, derivatives, likelihood_at, score_residuals
from hgrisk.models._cox_refusals import refuse_collinear, refuse_monotone
from hgrisk.models._risk_sets import RiskSets, build_risk_sets

DECREMENT = 1e-9
MAX_ITERATIONS = 60
MAX_HALVINGS = 30


@dataclass(frozen=True)
class CoxFit:
    """A fitted Cox regression, on the scale of the columns it was given.

    Attributes
    ----------
    coef : ndarray, shape (p,)
        Log hazard ratios.
    covariance : ndarray, shape (p, p)
        Cluster-robust where clusters were given, else ``model_covariance``.
    model_covariance : ndarray, shape (p, p)
        Inverse of the (penalised) information.
    loglik, loglik_null : float
        Log partial likelihood at the coefficients and at zero, without the penalty.
    n_iter : int
        Newton steps taken.
    n_events : float
        Weighted number of events.
    center : ndarray, shape (p,)
        Weighted column means; the baseline hazard is that of a row with these values.
    times, hazard : ndarray, shape (k,)
        Event times in days and the baseline hazard's jump at each.
    """

    coef: Floats
    covariance: Floats
    model_covariance: Floats
    loglik: float
    loglik_null: float
    n_iter: int
    n_events: float
    center: Floats
    times: Floats
    hazard: Floats


def fit_cox(
    X: Floats,
    duration: Floats,
    happened: NDArray[np.bool_],
    *,
    entry: Floats | None = None,
    weight: Floats | None = None,
    cluster: NDArray[Any] | None = None,
    penalty: float = 0.0,
    ties: str = "efron",
    names: Sequence[str] | None = None,
) -> CoxFit:
    """Maximise the Cox partial likelihood.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        Finite columns; p may be 0, which leaves the baseline hazard.
    duration : ndarray, shape (n,)
        Days at risk, end of the interval.
    happened : ndarray of bool, shape (n,)
        Whether the interval ends in the event.
    entry : ndarray, shape (n,), optional
        Start of the interval in days, 0 by default: the row is at risk in (entry, duration].
    weight : ndarray, shape (n,), optional
        Case weights above 0, 1 by default.
    cluster : ndarray, shape (n,), optional
        Cluster labels; the errors are then those of Lin and Wei (1989), score residuals summed within cluster.
    penalty : float
        Ridge penalty: ``0.5 * penalty * n_events * sum((coef * sd)**2)`` is taken off the log likelihood, with sd each
        column's weighted standard deviation; per event, so that a value means the same at any sample size.
    ties : {"efron", "breslow"}
        How tied events share their risk set.
    names : sequence of str, optional
        Column names for the error texts.

    Returns
    -------
    CoxFit
        Coefficients, errors and baseline hazard.

    Raises
    ------
    FitError
        If no event happened; unpenalised, also if columns are collinear or the likelihood is monotone.

    Notes
    -----
    Cox (1972), doi:10.1111/j.2517-6161.1972.tb00899.x. Steps are halved until the likelihood rises; the search ends
    after the step whose Newton decrement is at most 1e-9.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[1.0], [0.0], [1.0], [0.0]])
    >>> fit = fit_cox(X, np.array([1.0, 2.0, 3.0, 4.0]), np.array([True, True, True, False]))
    >>> round(float(fit.coef[0]), 4)
    0.9406
    """
    if not np.any(happened):
        raise FitError("A Cox regression needs at least one re-report", "none", "give more follow-up or more landmarks")
    n, p = X.shape
    weight = np.ones(n) if weight is None else weight
    sets = build_risk_sets(duration, happened, np.zeros(n) if entry is None else entry, weight, ties)
    center, scale = _standardisation(X, weight)
    design = np.ascontiguousarray(X[sets.order])
    design -= center
    design /= scale
    labels = [f"x{i}" for i in range(p)] if names is None else names
    with one_blas_thread():
        optimum = _maximise(sets, design, penalty * sets.n_events, labels)
    rescale = np.outer(scale, scale)
    model_covariance = _inverse(optimum.information)
    covariance = model_covariance
    if cluster is not None:
        covariance = _sandwich(model_covariance, score_residuals(sets, design, optimum.point), cluster[sets.order])
    return CoxFit(
        coef=optimum.coef / scale,
        covariance=covariance / rescale,
        model_covariance=model_covariance / rescale,
        loglik=optimum.point.loglik,
        loglik_null=optimum.loglik_null,
        n_iter=optimum.n_iter,
        n_events=sets.n_events,
        center=center,
        times=sets.times,
        hazard=baseline_jumps(sets, optimum.point),
    )


@dataclass(frozen=True)
class _Optimum:
    coef: Floats
    information: Floats
    point: LikelihoodPoint
    loglik_null: float
    n_iter: int


def _maximise(sets: RiskSets, design: Floats, ridge: float, names: Sequence[str]) -> _Optimum:
    coef = np.zeros(design.shape[1])
    point = likelihood_at(sets, design @ coef)
    loglik_null, converged = point.loglik, False
    if not len(coef):
        return _Optimum(coef, np.empty((0, 0)), point, loglik_null, 0)
    for n_iter in range(MAX_ITERATIONS + 1):
        gradient, information = derivatives(sets, design, point)
        if n_iter == 0 and ridge == 0:
            refuse_collinear(information, sets.n_events, names)
        penalised = information + ridge * np.eye(len(coef))
        if converged:
            return _Optimum(coef, penalised, point, loglik_null, n_iter)
        slope = gradient - ridge * coef
        step = _newton_step(penalised, slope, names)
        converged = bool(slope @ step <= DECREMENT)
        coef, point = _uphill(sets, design, ridge, coef=coef, step=step, point=point)
        if converged and ridge == 0:
            refuse_monotone(design, step, names)
    refuse_monotone(design, step, names)
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


def _uphill(
    sets: RiskSets, design: Floats, ridge: float, *, coef: Floats, step: Floats, point: LikelihoodPoint
) -> tuple[Floats, LikelihoodPoint]:
    """Take the step, halved until the penalised likelihood does not fall by more than rounding."""
    floor = point.loglik - 0.5 * ridge * coef @ coef - 1e-11 * (1.0 + abs(point.loglik))
    for _ in range(MAX_HALVINGS):
        trial = coef + step
        reached = likelihood_at(sets, design @ trial)
        if reached.loglik - 0.5 * ridge * trial @ trial >= floor:
            return trial, reached
        step = step / 2
    return coef, point


def _standardisation(X: Floats, weight: Floats) -> tuple[Floats, Floats]:
    share = weight / weight.sum()
    center = share @ X
    varies = np.ptp(X, axis=0) > 0 if len(X) else np.zeros(X.shape[1], dtype=bool)
    # constant columns get their exact value as centre: a rounding error scaled up would pass for variation
    center = np.where(varies, center, X[0])
    variance = np.einsum("i,ij->j", share, (X - center) ** 2)
    return center, np.where(varies, np.sqrt(variance), 1.0)


def _inverse(information: Floats) -> Floats:
    if not len(information):
        return information  # LAPACK refuses an empty matrix
    return np.asarray(cho_solve(cho_factor(information), np.eye(len(information))), dtype=np.float64)


def _sandwich(bread: Floats, residuals: Floats, cluster: NDArray[Any]) -> Floats:
    code = np.unique(cluster, return_inverse=True)[1]
    if code.max(initial=0) == 0:
        raise FitError("Cluster-robust errors need at least 2 clusters", "1", "leave cluster out or pass real labels")
    rows = np.arange(len(code))
    summed = csr_array((np.ones(len(code)), (code, rows))) @ residuals
    meat = summed.T @ summed
    return np.asarray(bread @ meat @ bread, dtype=np.float64)
