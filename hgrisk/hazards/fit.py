"""Fit a Cox regression: ties, strata, delayed entry, weights, offset, ridge, model-based and cluster-robust errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import LinAlgError, cho_factor, cho_solve

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.hazards.blas import one_blas_thread
from hgrisk.hazards.design import standardised
from hgrisk.hazards.newton import Optimum, Problem, maximise, pose
from hgrisk.hazards.reading import small_codes
from hgrisk.hazards.refusals import refuse_unfinite
from hgrisk.hazards.residuals import clustered_scores
from hgrisk.hazards.risk_sets import Floats, build_risk_sets
from hgrisk.hazards.steps import likelihood_at, weigh

LARGE = 200_000
"""From so many rows on, the search begins where that on a part of the rows ended."""

PART = 16
"""One row in so many is that part; its information serves the steps on all of them."""


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
        Inverse of the (penalised) information; both are empty under a lasso penalty.
    loglik, loglik_null : float
        Log partial likelihood at the coefficients and at zero, without the penalty.
    n_iter : int
        Newton steps taken on all rows.
    n_events : float
        Weighted number of events.
    center : ndarray, shape (p,)
        Weighted column means; the baseline hazard is that of a row with these values and offset 0.
    times, hazard : ndarray, shape (k,)
        Event times in days and the baseline hazard's jump at each, stratum after stratum.
    stratum : ndarray of int, shape (k,)
        The stratum of each.
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
    stratum: NDArray[np.int64]


@dataclass(frozen=True)
class CoxRows:
    """The rows of a Cox regression, as counting process.

    Attributes
    ----------
    X : ndarray, shape (n, p)
        Finite columns, of any number type and layout; they are not copied. p may be 0, which leaves the baseline.
    duration : ndarray, shape (n,)
        Days at the end of the time at risk.
    happened : ndarray of bool, shape (n,)
        Whether the interval ends in the event.
    entry : ndarray, shape (n,), or None
        Days at its start: the row is at risk in (entry, duration]; None for 0.
    weight : ndarray, shape (n,), or None
        Case weights, 0 and above; None for 1.
    stratum : ndarray of int, shape (n,), or None
        Stratum of each row, from 0.
    offset : ndarray, shape (n,), or None
        Part of the linear predictor with coefficient 1.
    """

    X: NDArray[Any]
    duration: Floats
    happened: NDArray[np.bool_]
    entry: Floats | None = None
    weight: Floats | None = None
    stratum: NDArray[Any] | None = None
    offset: Floats | None = None

    def part(self, rows: Any) -> CoxRows:
        """Return some of the rows."""
        columns: Any = {name: None if column is None else column[rows] for name, column in vars(self).items()}
        return CoxRows(**columns)


def fit_cox(
    rows: CoxRows,
    *,
    cluster: NDArray[Any] | None = None,
    penalty: float = 0.0,
    l1_ratio: float = 0.0,
    ties: str = "efron",
    names: Sequence[str] | None = None,
    start: Floats | None = None,
) -> CoxFit:
    """Maximise the Cox partial likelihood.

    Parameters
    ----------
    rows : CoxRows
        The n rows.
    cluster : ndarray, shape (n,), optional
        Cluster labels; the errors are then those of Lin and Wei (1989), score residuals summed within cluster.
    penalty : float
        Ridge penalty: ``0.5 * penalty * n_events * sum((coef * sd)**2)`` is taken off the log likelihood, with sd each
        column's weighted standard deviation; per event, so that a value means the same at any sample size.
    l1_ratio : float
        The share of the penalty that is ``penalty * n_events * sum(abs(coef * sd))`` instead, from 0 to 1. With any of
        it there are no errors: none are known to be right.
    ties : {"efron", "breslow"}
        How tied events share their risk set.
    names : sequence of str, optional
        Column names for the error texts.
    start : ndarray, shape (p,), optional
        Coefficients at which the search begins.

    Returns
    -------
    CoxFit
        Coefficients, errors and baseline hazard.

    Raises
    ------
    DataError
        If a value is missing, infinite, or too large to be squared; the columns are named.
    FitError
        If no event happened; unpenalised, also if columns are collinear or the likelihood is monotone.

    Notes
    -----
    Cox (1972), doi:10.1111/j.2517-6161.1972.tb00899.x. Steps are halved until the likelihood rises; the search ends
    after the step whose Newton decrement is at most 1e-9.

    Examples
    --------
    >>> X, days = np.array([[1.0], [0.0], [1.0], [0.0]]), np.array([1.0, 2.0, 3.0, 4.0])
    >>> fit = fit_cox(CoxRows(X, days, np.array([True, True, True, False])))
    >>> round(float(fit.coef[0]), 4)
    0.9406
    """
    check_rows(rows, cluster, ties)
    if cluster is not None and l1_ratio > 0 and penalty > 0:
        raise ConfigError(
            "Clusters are for errors, of which a lasso has none", f"l1_ratio {l1_ratio:g}", "leave one out"
        )
    names = [f"x{i}" for i in range(rows.X.shape[1])] if names is None else names
    efron = ties == "efron"
    with one_blas_thread():
        problem = pose_rows(rows, penalty, l1_ratio, efron=efron)
        refuse_unfinite(problem.design, names)
        offset = np.zeros(len(rows.X)) if rows.offset is None else np.array(rows.offset, dtype=np.float64)
        null = likelihood_at(problem.weighted, offset).loglik
        begin, borrowed = _begin(rows, problem, names) if start is None else (start, None)
        optimum = _search(problem, names, begin * problem.design.scale, borrowed, null)
        if optimum.point.lost:
            raise FitError(
                "Sums over those at risk keep their digits where rows that enter late have no far higher hazard",
                "a risk set below 1e-10 of a later one",
                "make strata of rows that enter late",
            )
        return _described(problem, optimum, null, cluster)


def check_rows(rows: CoxRows, cluster: NDArray[Any] | None = None, ties: str = "efron") -> None:
    """Refuse rows that cannot be fitted.

    Parameters
    ----------
    rows : CoxRows
        The n rows.
    cluster : ndarray, shape (n,), optional
        Cluster labels.
    ties : str
        ``"efron"`` or ``"breslow"``.

    Raises
    ------
    ConfigError
        If ties are handled in no known way.
    DataError
        If columns differ in length, or a cluster label is missing.
    FitError
        If no event happened.
    """
    if ties not in {"efron", "breslow"}:
        raise ConfigError("ties is 'efron' or 'breslow'", f"{ties!r}", "use 'efron'")
    lengths = {name: len(column) for name, column in vars(rows).items() if column is not None}
    if cluster is not None:
        lengths["cluster"] = len(cluster)
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{n} of {name}" for name, n in lengths.items())
        raise DataError("The rows of a Cox regression have one value of each column", found, "give all the same length")
    if cluster is not None and pd.isna(cluster).any():
        raise DataError("Each row has a cluster label", "a missing one", "give each household a label")
    if not np.any(rows.happened):
        raise FitError("A Cox regression needs at least one re-report", "none", "give more follow-up or more landmarks")


def _search(problem: Problem, names: Sequence[str], begin: Floats, borrowed: Floats | None, null: float) -> Optimum:
    """Search from where another fit ended, and from 0 where that does not lead on: rows far off may be in one alone."""
    try:
        return maximise(problem, names, begin, borrowed=borrowed, at_zero=null)
    except (FitError, LinAlgError, ValueError):
        if not begin.any():
            raise
    return maximise(problem, names)


def pose_rows(rows: CoxRows, penalty: float = 0.0, l1_ratio: float = 0.0, *, efron: bool = True) -> Problem:
    """Return the likelihood of some rows, to be looked at or maximised.

    Parameters
    ----------
    rows : CoxRows
        The n rows.
    penalty, l1_ratio : float
        Penalty per event and its kind, see :func:`fit_cox`.
    efron : bool
        Whether ties are Efron's; else they are Breslow's.

    Returns
    -------
    Problem
        Risk sets, weights and columns.
    """
    weight = np.ones(len(rows.X)) if rows.weight is None else rows.weight
    sets = build_risk_sets(rows.duration, rows.happened, rows.entry, rows.stratum)
    weighted = weigh(sets, weight, efron=efron)
    design = standardised(rows.X, weight)
    strength = penalty * weighted.n_events
    return pose(weighted, design, offset=rows.offset, ridge=strength * (1 - l1_ratio), lasso=strength * l1_ratio)


def _begin(rows: CoxRows, whole: Problem, names: Sequence[str]) -> tuple[Floats, Floats | None]:
    """Return where the search begins: at 0, or where that on a part of many rows ended, with the information there."""
    nothing = np.zeros(whole.design.n_columns)
    some = rows.part(slice(None, None, PART))
    happened = some.happened if some.weight is None else some.happened & (some.weight > 0)
    if len(rows.X) < LARGE or not len(nothing) or happened.sum() < 20 * len(nothing):
        return nothing, None
    some = replace(some, X=np.ascontiguousarray(some.X))  # gone through several times
    per_event = 1 / whole.weighted.n_events
    try:
        problem = pose_rows(some, efron=whole.weighted.efron)
        strength = problem.weighted.n_events * per_event
        problem = replace(problem, ridge=whole.ridge * strength, lasso=whole.lasso * strength)
        found = maximise(problem, names, look_round=False)
    except (FitError, LinAlgError, ValueError):
        return nothing, None  # what cannot be found in a part may be there in the whole
    units = problem.design.scale / whole.design.scale
    borrowed = None if whole.lasso else found.information * np.outer(units, units) / strength
    return found.coef / problem.design.scale, borrowed


def _described(problem: Problem, optimum: Optimum, null: float, cluster: NDArray[Any] | None) -> CoxFit:
    scale, point, weighted = problem.design.scale, optimum.point, problem.weighted
    model_covariance = np.empty((0, 0)) if problem.lasso else _inverse(optimum.information) / np.outer(scale, scale)
    covariance = model_covariance
    if cluster is not None:
        meat = clustered_scores(problem, point, _codes(cluster))
        covariance = model_covariance @ meat @ model_covariance
    events = ~weighted.sets.opens
    return CoxFit(
        coef=optimum.coef / scale,
        covariance=covariance,
        model_covariance=model_covariance,
        loglik=point.loglik,
        loglik_null=null,
        n_iter=optimum.n_iter,
        n_events=weighted.n_events,
        center=problem.design.center,
        times=weighted.sets.times[events],
        hazard=point.once[events, 0] * np.exp(-point.shift[events]),
        stratum=weighted.sets.stratum[events],
    )


def _codes(cluster: NDArray[Any]) -> NDArray[np.intp] | None:
    found = small_codes(cluster) if cluster.dtype.kind in "iu" else None
    code = pd.factorize(cluster)[0] if found is None else found[0]
    n_clusters = int(code.max(initial=-1)) + 1
    if n_clusters < 2:
        raise FitError("Cluster-robust errors need at least 2 clusters", "1", "leave cluster out or pass real labels")
    return None if n_clusters == len(code) else code


def _inverse(information: Floats) -> Floats:
    if not len(information):
        return information  # LAPACK refuses an empty matrix
    return np.asarray(cho_solve(cho_factor(information), np.eye(len(information))), dtype=np.float64)
