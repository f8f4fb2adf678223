"""Predicted risks beside true ones, as pure functions of arrays."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

GROUPS = 20
FLOOR = 1e-6
"""Risks are kept this far from 0 and 1, as the metrics of hgrisk keep them."""


def beside_truth(predicted, first, second, n_half):
    """Return measures of predicted risks, shape (n,), against draws of the true one.

    ``first`` and ``second`` count in how many of ``n_half`` draws each there was a re-report: two independent estimates
    of the true risk, so that the noise of the draws can be taken out of what is not linear in it.

    >>> rng = np.random.default_rng(1)
    >>> risk = rng.uniform(0.1, 0.6, 20_000)
    >>> found = beside_truth(risk, rng.binomial(50, risk), rng.binomial(50, risk), 50)
    >>> [round(found[name], 2) for name in ("difference", "slope", "distance", "correlation")]
    [0.0, 1.0, 0.0, 1.0]
    """
    one, two = first / n_half, second / n_half
    true = (one + two) / 2
    variance = float(np.cov(one, two)[0, 1])
    square = float(np.mean((predicted - one) * (predicted - two)))
    return {
        "mean_true": float(true.mean()),
        "mean_predicted": float(predicted.mean()),
        "difference": float(np.mean(true - predicted)),
        "intercept": recalibrate(predicted, true, slope=1.0)[0],
        "slope": recalibrate(predicted, true)[1],
        "group_gap": group_gap(predicted, true),
        "distance": float(np.sqrt(max(square, 0.0))),
        "true_spread": float(np.sqrt(max(variance, 0.0))),
        "correlation": float(np.cov(predicted, true)[0, 1] / (predicted.std() * np.sqrt(variance))),
        "auc": expected_auc(predicted, true),
        "auc_of_truth": (expected_auc(one, two) + expected_auc(two, one)) / 2,
    }


def recalibrate(predicted, true, slope=None):
    """Return intercept and slope of the true risk on the logit of the predicted one, by the expected log likelihood.

    With ``slope`` given it is held, and only the intercept is sought.

    >>> risk = np.linspace(0.1, 0.9, 9)
    >>> [round(x, 4) for x in recalibrate(risk, expit(0.3 + 0.8 * logit(risk)))]
    [0.3, 0.8]
    """
    raw = logit(np.clip(predicted, FLOOR, 1 - FLOOR))
    centre, scale = raw.mean(), raw.std() if slope is None else 1.0
    x = (raw - centre) / scale
    free = slope is None
    place = np.array([logit(true.mean()), 0.0 if free else slope])
    step, before = np.zeros(2), -np.inf
    for _ in range(200):
        eta = place[0] + step[0] + (place[1] + step[1]) * x
        likelihood = float(np.sum(true * eta - np.logaddexp(0.0, eta)))
        if likelihood < before - 1e-12 * abs(before):
            step = step / 2
            continue
        place, before, risk = place + step, likelihood, expit(eta)
        weight, gap = risk * (1 - risk), true - risk
        if free:
            information = np.array([[weight.sum(), weight @ x], [weight @ x, weight @ x**2]])
            step = np.linalg.solve(information, np.array([gap.sum(), gap @ x]))
        else:
            step = np.array([gap.sum() / weight.sum(), 0.0])
        if np.abs(step).max() < 1e-7:
            return float(place[0] - place[1] * centre / scale), float(place[1] / scale)
    raise RuntimeError("no recalibration was found")


def group_gap(predicted, true, n_groups=GROUPS):
    """Return the root mean square gap between mean true and mean predicted risk over groups of like prediction.

    What chance alone puts between the means of a group is taken out, so that it is about 0 for a calibrated model.

    >>> round(group_gap(np.repeat([0.2, 0.4], 10), np.repeat([0.3, 0.5], 10), 2), 3)
    0.1
    """
    gap = true - predicted
    parts = np.array_split(gap[np.argsort(predicted, kind="stable")], n_groups)
    square = np.array([part.mean() ** 2 - part.var(ddof=1) / len(part) for part in parts])
    share = np.array([len(part) for part in parts]) / len(gap)
    return float(np.sqrt(max(share @ square, 0.0)))


def expected_auc(score, risk):
    """Return the area under the curve to be expected of a score if each row has the outcome with its risk.

    >>> expected_auc(np.array([1.0, 2.0, 2.0]), np.array([0.0, 0.0, 1.0]))
    0.75
    """
    _, place = np.unique(score, return_inverse=True)
    with_it, without = np.bincount(place, weights=risk), np.bincount(place, weights=1 - risk)
    below = np.cumsum(without) - without
    return float(with_it @ (below + without / 2) / (with_it.sum() * without.sum()))


def trend(years, log_ratio):
    """Return the least-squares slope of the log ratios by year.

    >>> round(trend(np.array([1.0, 2.0, 3.0]), np.array([0.0, 0.1, 0.2])), 3)
    0.1
    """
    return float(np.polyfit(years, log_ratio, 1)[0])
