"""Weighted logistic recalibration of risks, for many bootstrap draws at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.sums import weighted_sums

RISK_FLOOR = 1e-6
"""Risks are kept this far from 0 and 1, where the logit is infinite."""

TOLERANCE = 1e-7
"""A Newton step this short is the last: convergence is quadratic, so the error left is near 1e-14."""

MAX_STEPS = 60


@dataclass(frozen=True, eq=False)
class Recalibration:
    """The logistic model of the outcome on the log odds of the risk, over the rows of known status.

    Attributes
    ----------
    copies : ndarray, shape (b, m)
        How often each row counts in each draw.
    weight, happened, logit : ndarray of float, shape (m,)
        Inverse-probability-of-censoring weight, outcome, and log odds of the predicted risk.
    odds : ndarray of float, shape (b,)
        Weight of the re-reports over that of the others; NaN in a draw without one of the two.
    """

    copies: NDArray[Any]
    weight: Floats
    happened: Floats
    logit: Floats
    odds: Floats


def recalibration(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Recalibration:
    """Set up the model at a horizon for weights of shape (b, n)."""
    status = sample.status(horizon_days)
    rows = np.flatnonzero(status.weight > 0)
    weight, happened = status.weight[rows], status.happened[rows]
    copies = weights if len(rows) == len(sample) else weights.take(rows, axis=1)
    risk = np.clip(sample.risk_at(horizon_days)[rows], RISK_FLOOR, 1.0 - RISK_FLOOR)
    events, others = weighted_sums(copies, np.column_stack((weight * happened, weight * (1.0 - happened)))).T
    varies = (events > 0) & (others > 0)
    odds = np.divide(events, others, out=np.full(len(events), np.nan), where=varies)
    return Recalibration(copies, weight, happened, np.log(risk) - np.log1p(-risk), odds)


def intercepts(model: Recalibration) -> Floats:
    """Solve sum w (D - expit(a + logit)) = 0 for a in each draw, shape (b,); NaN where the outcome is constant.

    The root lies in a bracket given by the extreme logits; a Newton step that leaves the bracket is replaced by
    halving it, so every draw converges.
    """
    rows = np.stack((model.weight, model.happened, model.logit))
    log_odds = np.log(model.odds)
    low, high = log_odds - model.logit.max(), log_odds - model.logit.min()
    value = log_odds - float(model.logit.mean())
    active = np.flatnonzero(np.isfinite(value))
    for _ in range(MAX_STEPS):
        a = value[active]
        sums = score_sums(model.copies, active, rows, np.column_stack((a, np.ones(len(a)))))
        score, information = sums[:, 0], sums[:, 2]
        low[active] = np.where(score >= 0, a, low[active])
        high[active] = np.where(score <= 0, a, high[active])
        target = a + score / np.maximum(information, np.finfo(np.float64).tiny)
        inside = (target >= low[active]) & (target <= high[active])
        value[active] = np.where(inside, target, 0.5 * (low[active] + high[active]))
        active = active[np.abs(value[active] - a) > TOLERANCE]
        if len(active) == 0:
            break
    return value


def slopes(model: Recalibration) -> Floats:
    """Return the slope on the logit in each draw, shape (b,); NaN where it has no finite value.

    That is where the outcome or the logit is constant, or the logit separates the outcomes, so that Newton steps
    never get short. A step that lowers the likelihood is halved until it does not; the logit has mean 0 and standard
    deviation 1.
    """
    spread = float(np.std(model.logit))
    slope = np.full(len(model.copies), np.nan)
    if spread <= 1e-9:
        return slope
    rows = np.stack((model.weight, model.happened, (model.logit - model.logit.mean()) / spread))
    place = np.column_stack((np.log(model.odds), np.zeros(len(slope))))
    step, likelihood = np.zeros_like(place), np.full(len(slope), -np.inf)
    active = np.flatnonzero(np.isfinite(model.odds))
    for _ in range(MAX_STEPS):
        sums = score_sums(model.copies, active, rows, place[active] + step[active])
        # the margin lets a step pass that changes the likelihood by rounding only
        better = sums[:, 5] >= likelihood[active] - 1e-12 * np.abs(sums[:, 5])
        risen, fallen = active[better], active[~better]
        place[risen] += step[risen]
        likelihood[risen] = sums[better, 5]
        step[risen] = _newton_step(sums[better])
        step[fallen] *= 0.5
        longest = np.max(np.abs(step[active]), axis=1)
        settled = better & (longest <= TOLERANCE)
        slope[active[settled]] = (place + step)[active[settled], 1] / spread
        active = active[~settled & np.isfinite(longest)]
        if len(active) == 0:
            break
    return slope


def _newton_step(sums: Floats) -> Floats:
    """Solve the two equations of each draw; NaN where the logit does not vary in the draw."""
    u0, u1, i00, i01, i11, _ = sums.T
    determinant = i00 * i11 - i01**2
    divisor = np.where(determinant > 1e-12 * i00 * i11, determinant, np.nan)
    return np.column_stack(((i11 * u0 - i01 * u1) / divisor, (i00 * u1 - i01 * u0) / divisor))


def _score_sums(copies: NDArray[Any], draws: NDArray[np.intp], rows: Floats, coefficients: Floats) -> Floats:
    """Sum score, information and log likelihood of expit(a + s x) over the rows, in one pass for each draw.

    ``rows`` holds weight, outcome and x, shape (3, m); ``coefficients`` a and s, shape (len(draws), 2). Returns the
    sums of r, r x, v, v x, v x^2 and the log likelihood, shape (len(draws), 6), with r the weighted residual and v the
    weighted variance.
    """
    sums = np.zeros((len(draws), 6))
    for k in range(len(draws)):
        for i in range(rows.shape[1]):
            x, w = rows[2, i], rows[0, i] * copies[draws[k], i]
            if w > 0.0:
                eta = coefficients[k, 0] + coefficients[k, 1] * x
                small = np.exp(-abs(eta))  # cannot overflow
                risk = 1.0 / (1.0 + small) if eta > 0.0 else small / (1.0 + small)
                r = w * (rows[1, i] - risk)
                v = w * risk * (1.0 - risk)
                sums[k, 0] += r
                sums[k, 1] += r * x
                sums[k, 2] += v
                sums[k, 3] += v * x
                sums[k, 4] += v * x * x
                sums[k, 5] += w * (rows[1, i] * eta - max(eta, 0.0) - np.log1p(small))
    return sums


score_sums = cast("Callable[..., Floats]", njit(cache=True)(_score_sums))
"""The compiled form of ``_score_sums``."""
