"""The Cox partial likelihood with Efron or Breslow ties: value, gradient, information, score residuals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hgrisk.curves import Floats
from hgrisk.models._risk_sets import RiskSets

CHUNK_VALUES = 400_000
"""Values of a weighted copy of the design that stay in the processor's cache."""


@dataclass(frozen=True)
class LikelihoodPoint:
    """The partial likelihood at one linear predictor.

    Attributes
    ----------
    loglik : float
        Log partial likelihood, without the constants of tied sets.
    risk : ndarray, shape (m,)
        Case weight times relative hazard, divided by ``exp(shift)``.
    total : ndarray, shape (n_events,)
        Risk-set total of each event's step, on the scale of ``risk``.
    shift : float
        Largest linear predictor, taken out against overflow.
    """

    loglik: float
    risk: Floats
    total: Floats
    shift: float


def likelihood_at(sets: RiskSets, predictor: Floats) -> LikelihoodPoint:
    """Evaluate the log partial likelihood (Efron 1977, doi:10.1080/01621459.1977.10480613).

    Parameters
    ----------
    sets : RiskSets
        The m kept rows.
    predictor : ndarray, shape (m,)
        Linear predictor of each kept row.

    Returns
    -------
    LikelihoodPoint
        Value and the sums that the derivatives share.
    """
    shift = float(predictor.max())
    shifted = predictor - shift
    risk = sets.weight * np.exp(shifted)
    one = np.ones((len(risk), 1))
    at_risk, of_events = sets.at_risk(risk, one)[:, 0], sets.of_events(risk, one)[:, 0]
    total = at_risk[sets.owner] - sets.fraction * of_events[sets.owner]
    if not np.all(total > 0):  # underflow far from the optimum: the step is halved
        return LikelihoodPoint(-np.inf, risk, total, shift)
    gained = sets.weight[sets.happened] @ shifted[sets.happened]
    return LikelihoodPoint(float(gained - sets.mean_weight[sets.owner] @ np.log(total)), risk, total, shift)


def derivatives(sets: RiskSets, design: Floats, point: LikelihoodPoint) -> tuple[Floats, Floats]:
    """Return gradient, shape (p,), and observed information, shape (p, p), of the log partial likelihood.

    The information is ``X' diag(expected events) X`` minus the outer products of the risk-set means, both as matrix
    products; the outer products need no sum over tied events, since each step's mean is linear in its fraction.
    """
    expected = point.risk * _cumulative(sets, point, power=1)
    gradient = design.T @ (sets.weight * sets.happened - expected)
    information = _weighted_gram(design, expected) - _outer_of_means(sets, design, point)
    return gradient, (information + information.T) / 2


def baseline_jumps(sets: RiskSets, point: LikelihoodPoint) -> Floats:
    """Return the baseline hazard's jump at each event time, shape (k,), at linear predictor 0.

    It is Breslow's estimator with the risk-set totals of the chosen tie method, so that expected equal observed events.
    """
    return sets.per_time(sets.mean_weight[sets.owner] / point.total) * float(np.exp(-point.shift))


def score_residuals(sets: RiskSets, design: Floats, point: LikelihoodPoint) -> Floats:
    """Return each kept row's weighted contribution to the gradient, shape (m, p).

    Lin and Wei (1989), doi:10.1080/01621459.1989.10478874, with Efron's steps where events tie. The columns sum to the
    gradient.
    """
    at_risk, of_events = sets.at_risk(point.risk, design), sets.of_events(point.risk, design)
    mean_sum = _mean_sums(sets, point, at_risk, of_events, power=1)
    observed = np.zeros_like(design)
    n_tied = np.bincount(sets.owner, minlength=len(sets.times))
    own = sets.stop_rank[sets.happened] - 1
    per_event = mean_sum / (n_tied * sets.mean_weight)[:, None]
    observed[sets.happened] = sets.weight[sets.happened, None] * (design[sets.happened] - per_event[own])
    drift = _row_sums(sets, *(_mean_sums(sets, point, at_risk, of_events, power=2, tilt=tilt) for tilt in (0, 1)))
    expected = design * _cumulative(sets, point, power=1)[:, None] - drift
    return np.asarray(observed - point.risk[:, None] * expected, dtype=np.float64)


def _cumulative(sets: RiskSets, point: LikelihoodPoint, power: int) -> Floats:
    """Sum ``weight / total**power`` over each row's time at risk, its own tied steps only in part."""
    step = sets.mean_weight[sets.owner] / point.total**power
    whole, part = sets.per_time(step), sets.per_time(step * sets.fraction)
    return _row_sums(sets, whole[:, None], part[:, None])[:, 0]


def _row_sums(sets: RiskSets, whole: Floats, part: Floats) -> Floats:
    running = np.concatenate((np.zeros((1, whole.shape[1])), np.cumsum(whole, axis=0)))
    sums = running[sets.stop_rank] - running[sets.start_rank]
    sums[sets.happened] -= part[sets.stop_rank[sets.happened] - 1]
    return np.asarray(sums, dtype=np.float64)


def _mean_sums(
    sets: RiskSets, point: LikelihoodPoint, at_risk: Floats, of_events: Floats, *, power: int, tilt: int = 0
) -> Floats:
    """Sum over a time's steps of ``weight * fraction**tilt * (at_risk - fraction * of_events) / total**power``."""
    step = sets.mean_weight[sets.owner] * sets.fraction**tilt / point.total**power
    return sets.per_time(step)[:, None] * at_risk - sets.per_time(step * sets.fraction)[:, None] * of_events


def _weighted_gram(design: Floats, weight: Floats) -> Floats:
    root = np.sqrt(np.maximum(weight, 0.0))
    gram = np.zeros((design.shape[1], design.shape[1]))
    size = max(1, CHUNK_VALUES // max(1, design.shape[1]))
    for start in range(0, len(design), size):
        part = design[start : start + size] * root[start : start + size, None]
        gram += part.T @ part
    return gram


def _outer_of_means(sets: RiskSets, design: Floats, point: LikelihoodPoint) -> Floats:
    step = sets.mean_weight[sets.owner] / point.total**2
    at_risk = sets.at_risk(point.risk, design)
    outer = _weighted_gram(at_risk, sets.per_time(step))
    tied = sets.tied
    if len(tied):
        of_events = sets.of_events(point.risk, design)[tied]
        once = sets.per_time(step * sets.fraction)[tied]
        cross = at_risk[tied].T @ (of_events * once[:, None])
        twice = sets.per_time(step * sets.fraction**2)[tied]
        outer += _weighted_gram(of_events, twice) - cross - cross.T
    return outer
