"""Fit the hazard of a subdistribution: those who had a competing event stay at risk, with a weight that changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from hgrisk.errors import FitError
from hgrisk.hazards.blas import one_blas_thread
from hgrisk.hazards.design import standardised
from hgrisk.hazards.fit import CoxFit, CoxRows
from hgrisk.hazards.newton import Optimum, Problem, maximise, pose
from hgrisk.hazards.refusals import refuse_unfinite
from hgrisk.hazards.residuals import _add_by_cluster, _added_up, _to_residuals
from hgrisk.hazards.risk_sets import Floats, build_risk_sets
from hgrisk.hazards.staying import Staying, find_staying
from hgrisk.hazards.steps import (
    Point,
    expected_events,
    largest_by_stratum,
    risk_sums,
    steps_of,
    weigh,
    within_strata,
)
from hgrisk.hazards.sums import Block, BlockSums, _outer_of_means, block_sums, from_the_end


@dataclass(frozen=True, kw_only=True)
class Subdistribution(Problem):
    """A Cox likelihood in which some rows stay at risk.

    Attributes
    ----------
    staying : Staying
        The rows that do.
    """

    staying: Staying

    def at(self, coef: Floats) -> Point:
        """Evaluate the likelihood, without its penalty."""
        predictor = self.design.predictor(coef / self.design.scale, self.offset)
        weighted = self.weighted
        shift = largest_by_stratum(predictor, weighted)
        risk, at_risk, of_events, gained = risk_sums(weighted, predictor, shift, weighted.counts)
        at_risk += self.staying.earlier(risk)
        logs, once, twice = steps_of(at_risk, of_events, weighted)
        return Point(gained - logs, risk, shift, once, twice)

    def derivatives(self, point: Point, by: Floats | None = None) -> tuple[Floats, Floats]:
        """Return gradient and information of the likelihood, without its penalty."""
        if by is not None:
            raise NotImplementedError
        expected = expected_events(self.weighted.sets, point)
        expected += point.risk * self.staying.later_of_rows(point.once[:, 0])
        at_risk, sums = self.totals(point, expected)
        information = sums.gram - _outer_of_means(at_risk, sums.of_events, point.twice)
        scale = self.design.scale
        return sums.gradient / scale, (information + information.T) / 2 / np.outer(scale, scale)

    def totals(self, point: Point, expected: Floats) -> tuple[Floats, BlockSums]:
        """Sum the columns over those at risk at each slot, the rows that stay included; and over all rows."""
        rates = (self.weighted.weight * self.weighted.sets.happened, expected)
        ((_, sums),) = block_sums(self.weighted, self.design, point, self.blocks, rates)
        at_risk = from_the_end(sums.leaving, self.weighted.sets.opens, np.zeros(self.design.n_columns))
        here = np.zeros_like(at_risk)
        buffer = self.design.buffer()
        rows = np.flatnonzero(self.staying.share)
        for chunk in self.design.chunks(rows):
            filled = self.design.fill(chunk, buffer)
            filled *= (point.risk[chunk] * self.staying.share[chunk])[:, None]
            _add_by_cluster(filled, self.staying.slot[chunk], here)
        at_risk += self.staying.staying_at(here)
        return at_risk, sums


@dataclass(frozen=True)
class SubdistributionFit(CoxFit):
    """A fitted subdistribution hazard.

    Attributes
    ----------
    largest_weight : float
        The largest weight of any row at an event; far above 1 where few were under observation early on.
    """

    largest_weight: float


def fit_subdistribution(
    rows: CoxRows,
    competing: NDArray[np.bool_],
    *,
    cluster: NDArray[Any] | None = None,
    penalty: float = 0.0,
    ties: str = "efron",
    names: Sequence[str] | None = None,
) -> SubdistributionFit:
    """Maximise the weighted partial likelihood of the subdistribution hazard.

    Parameters
    ----------
    rows : CoxRows
        The n rows; what neither happened nor is competing was censored. Each stratum has a baseline hazard and a
        censoring distribution of its own.
    competing : ndarray of bool, shape (n,)
        Whether the row ends in a competing event.
    cluster : ndarray, shape (n,), optional
        Cluster labels; each row is a cluster of its own without them.
    penalty, ties, names
        As for `hgrisk.hazards.fit.fit_cox`.

    Returns
    -------
    SubdistributionFit
        Its covariance is always robust: score residuals are summed within clusters, the weights taken as known.

    Raises
    ------
    FitError
        If no event happened, a coefficient has no finite estimate, or nobody is under observation for a while.

    Notes
    -----
    Fine and Gray (1999), doi:10.1080/01621459.1999.10474144; Geskus (2011), doi:10.1111/j.1541-0420.2010.01420.x.

    Examples
    --------
    >>> X, days = np.array([[1.0], [0.0], [1.0], [0.0], [1.0]]), np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    >>> happened, competing = np.array([[True, False, True, True, False], [False, True, False, False, False]])
    >>> round(float(fit_subdistribution(CoxRows(X, days, happened), competing).coef[0]), 4)
    0.8217
    """
    if not np.any(rows.happened):
        raise FitError("A Fine-Gray regression needs at least one re-report", "none", "give more follow-up")
    names = [f"x{i}" for i in range(rows.X.shape[1])] if names is None else names
    with one_blas_thread():
        problem = pose_subdistribution(rows, competing, penalty, efron=ties == "efron")
        refuse_unfinite(problem.design, names)
        optimum = maximise(problem, names)
        null = problem.at(np.zeros(len(optimum.coef))).loglik
        return _described(problem, optimum, null, cluster)


def pose_subdistribution(
    rows: CoxRows, competing: NDArray[np.bool_], penalty: float = 0.0, *, efron: bool = True
) -> Subdistribution:
    """Find the weights, and put likelihood, columns and penalty together; see :func:`fit_subdistribution`."""
    weight = np.ones(len(rows.X)) if rows.weight is None else rows.weight
    sets = build_risk_sets(rows.duration, rows.happened, rows.entry, rows.stratum)
    weighted = replace(weigh(sets, weight, efron=efron), counts=weight > 0)  # who stays counts after a row at no event
    everyone = range(len(rows.X))
    block = Block(0, sets.n_slots, everyone, everyone if sets.has_late else range(0))
    plain = pose(weighted, standardised(rows.X, weight), offset=rows.offset, ridge=penalty * weighted.n_events)
    staying = find_staying(rows.duration, competing, sets, rows.entry, weight, rows.stratum)
    of_problem: dict[str, Any] = vars(plain) | {"blocks": [block], "staying": staying}
    return Subdistribution(**of_problem)


def _described(
    problem: Subdistribution, optimum: Optimum, null: float, cluster: NDArray[Any] | None
) -> SubdistributionFit:
    scale, point, sets = problem.design.scale, optimum.point, problem.weighted.sets
    inverse = cho_solve(cho_factor(optimum.information), np.eye(len(scale))) / np.outer(scale, scale)
    summed, events = _clustered(score_residuals_staying(problem, point), cluster), ~sets.opens
    return SubdistributionFit(
        coef=optimum.coef / scale,
        covariance=inverse @ (summed.T @ summed) @ inverse,
        model_covariance=inverse,
        loglik=point.loglik,
        loglik_null=null,
        n_iter=optimum.n_iter,
        n_events=problem.weighted.n_events,
        center=problem.design.center,
        times=sets.times[events],
        hazard=point.once[events, 0] * np.exp(-point.shift[events]),
        stratum=sets.stratum[events],
        largest_weight=problem.staying.largest(),
    )


def _clustered(residuals: Floats, cluster: NDArray[Any] | None) -> Floats:
    if cluster is None:
        return residuals
    code, labels = pd.factorize(cluster)
    if len(labels) < 2:
        raise FitError("Cluster-robust errors need at least 2 clusters", "1", "leave cluster out or pass real labels")
    summed = np.zeros((len(labels), residuals.shape[1]))
    _add_by_cluster(residuals, code, summed)
    return summed


def score_residuals_staying(problem: Subdistribution, point: Point) -> Floats:
    """Return each row's weighted part of the gradient, shape (n, p); they add up to it.

    A row that stays at risk goes on to lower its part at every later event, by its weight there.
    """
    sets, weight, staying = problem.weighted.sets, problem.weighted.weight, problem.staying
    at_risk, sums = problem.totals(point, np.zeros(len(weight)))
    events = problem.weighted.n_tied * problem.weighted.mean_weight
    once = point.once / np.where(events > 0, events, 1.0)[:, None]
    mean = once[:, :1] * at_risk - once[:, 1:] * sums.of_events
    part = point.twice[:, 1:2] * at_risk - point.twice[:, 2:3] * sums.of_events
    drift = point.twice[:, :1] * at_risk - point.twice[:, 1:2] * sums.of_events
    whole, part_hazard = np.ascontiguousarray(point.once.T)
    tables = (mean, _added_up(drift.copy(), sets.opens), part)
    later, later_drift = staying.later_of_rows(whole), staying.later(drift)
    hazard = within_strata(whole, sets.opens)
    residuals = np.empty((problem.design.n_rows, problem.design.n_columns))
    for rows in problem.design.chunks(range(len(residuals))):
        filled = problem.design.fill(rows, residuals[rows])
        risk, share = point.risk[rows, None], staying.share[rows, None]
        after = risk * (filled * later[rows, None] - share * later_drift[staying.slot[rows]])
        some = (weight[rows], point.risk[rows], sets.happened[rows], sets.start[rows], sets.stop[rows])
        _to_residuals(filled, *some, hazard, part_hazard, *tables)
        filled -= after
    return residuals
