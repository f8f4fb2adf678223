"""Shares of several places pooled as counts, so that a place with a share of 0 or 1 counts like any other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logit, logsumexp
from scipy.stats import t

from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.evaluation.bootstrap import SMALLEST_DEFINED_SHARE
from hgrisk.hazards.blas import one_blas_thread
from hgrisk.validation.pooling import Pooled

WIDEST = 5.0
"""Largest standard deviation between places that is sought, on the logit scale."""

_NODES = np.linspace(-8.0, 8.0, 41)
_STEPS = 12
_NEAR_ENOUGH = 1e-3
_STARTS = (0.1, 0.7)
_TIE = 1e-9


def pool_shares(draws: Sequence[Floats], sizes: Any, *, level: float) -> Pooled:
    """Pool a share over places as counts: binomial within places, normal on the logit scale between them.

    Parameters
    ----------
    draws : sequence of ndarray, each shape (1 + B,)
        The share of a place, in [0, 1], then its value in each draw.
    sizes : array-like, shape (k,)
        Of how many cases each share is one, above 0: re-reports for recall, flags for precision.
    level : float
        Coverage of both intervals.

    Returns
    -------
    Pooled
        Share in the middle place, with its interval and that of a new place, all in (0, 1); ``se``, ``tau2`` and
        ``i2`` on the logit scale.

    Raises
    ------
    DataError
        If there are fewer than two places, a size is not above 0, a share is not defined, or all are 0 or 1.

    Notes
    -----
    Stijnen, Hamza and Oezdemir (2010), doi:10.1002/sim.3040, by maximum likelihood, intervals with k - 1 degrees of
    freedom. Inverse variances would give a share of 0 or 1 no weight or, with a continuity correction, weights that go
    with the share. Cases of one network are alike and cases are weighted for censoring, so counts are of effective
    cases: sizes are divided by one design effect of all places, the variance of the draws over that of a binomial
    share, each summed over places. The interval of a new place is as short of its level as that of
    :func:`hgrisk.validation.pooling.pool` where places are few.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> hits = rng.binomial(40, 0.05, size=(6, 1 + 100)) / 40
    >>> found = pool_shares(list(hits), [40] * 6, level=0.95)
    >>> found.n, bool(0 < found.prediction_lower < found.mean < found.prediction_upper < 0.3)
    (6, True)
    """
    shares, size = _checked(draws, sizes)
    variance = np.array([np.var(one[1:][np.isfinite(one[1:])], ddof=1) for one in draws])
    within = shares * (1.0 - shares)
    # summed over all places, so that one without a variance plays its part
    effect = float(np.sum(size * variance) / np.sum(within))
    cases = size / effect
    counts = cases * shares
    mu, tau = _most_likely(counts, cases)
    se = float(1.0 / np.sqrt(_information(mu, tau, counts, cases)))
    reach = float(t.ppf(0.5 + level / 2, len(shares) - 1))
    aside = reach * float(np.hypot(tau, se))
    typical = float(np.mean(cases)) * float(expit(mu) * expit(-mu))
    ends = expit(np.array([mu, mu - reach * se, mu + reach * se, mu - aside, mu + aside])).tolist()
    share_between = 100.0 * tau**2 / (tau**2 + 1.0 / typical)
    return Pooled(ends[0], ends[1], ends[2], se, tau**2, share_between, ends[3], ends[4], len(shares))


def log_likelihood(mu: float, tau: float, counts: Floats, cases: Floats) -> float:
    """Return the log likelihood of the counts, without the binomial coefficients.

    Parameters
    ----------
    mu, tau : float
        Mean and standard deviation of the logits of places.
    counts, cases : ndarray, shape (k,)
        Hits, and of how many cases, in each place; they need not be whole.

    Returns
    -------
    float
        The sum over places.
    """
    return float(_integrals(mu, tau, counts, cases)[2].sum())


def _integrals(mu: float, tau: float, counts: Floats, cases: Floats) -> tuple[Floats, Floats, Floats]:
    """Return nodes z, shape (k, J), around each place's mode, what they weigh, and the log of each integral."""
    near = 1.0 / (counts + 0.5) + 1.0 / (cases - counts + 0.5)
    z = tau * (np.log((counts + 0.5) / (cases - counts + 0.5)) - mu) / (tau**2 + near)
    for _ in range(_STEPS):
        share = expit(mu + tau * z)
        curve = 1.0 + tau**2 * cases * share * (1.0 - share)
        step = np.clip((tau * (counts - cases * share) - z) / curve, -1.0, 1.0)
        z = z + step
        if np.abs(step).max() < _NEAR_ENOUGH:
            break
    share = expit(mu + tau * z)
    width = 1.0 / np.sqrt(1.0 + tau**2 * cases * share * (1.0 - share))
    nodes = z[:, None] + width[:, None] * _NODES
    at = mu + tau * nodes
    terms = counts[:, None] * log_expit(at) + (cases - counts)[:, None] * log_expit(-at) - nodes**2 / 2
    total = logsumexp(terms, axis=1)
    apart = width * (_NODES[1] - _NODES[0]) / np.sqrt(2 * np.pi)
    return nodes, np.exp(terms - total[:, None]), total + np.log(apart)


def _most_likely(counts: Floats, cases: Floats) -> tuple[float, float]:
    """Return mean and standard deviation of the logits; no spread where it makes nothing likelier."""
    mu = float(logit(counts.sum() / cases.sum()))

    def negative(at: Floats) -> tuple[float, Floats]:
        nodes, weight, logs = _integrals(at[0], at[1], counts, cases)
        gap = weight * (counts[:, None] - cases[:, None] * expit(at[0] + at[1] * nodes))
        return -float(logs.sum()), -np.array([gap.sum(), (gap * nodes).sum()])

    bounds = [(None, None), (0.0, WIDEST)]
    with one_blas_thread():
        ends = [minimize(negative, [mu, start], jac=True, method="L-BFGS-B", bounds=bounds) for start in _STARTS]
    best = min(ends, key=lambda end: float(end.fun))
    if log_likelihood(mu, 0.0, counts, cases) >= -best.fun - _TIE:
        return mu, 0.0
    return float(best.x[0]), float(best.x[1])


def _information(mu: float, tau: float, counts: Floats, cases: Floats) -> float:
    """Return the information about the mean, the spread held fixed (Louis 1982)."""
    nodes, weight, _ = _integrals(mu, tau, counts, cases)
    share = expit(mu + tau * nodes)
    score = counts[:, None] - cases[:, None] * share
    mean = (weight * score).sum(axis=1)
    lost = (weight * score**2).sum(axis=1) - mean**2
    return float(((weight * cases[:, None] * share * (1.0 - share)).sum(axis=1) - lost).sum())


def _checked(draws: Sequence[Floats], sizes: Any) -> tuple[Floats, Floats]:
    size = np.asarray(sizes, dtype=np.float64)
    if len(draws) < 2 or size.shape != (len(draws),):
        found = f"{len(draws)} places and sizes of shape {size.shape}"
        raise DataError("Pooling takes a share and a size of two or more places", found, "pass more places")
    shares = np.array([one[0] for one in draws], dtype=np.float64)
    defined = [np.isfinite(one[1:]).sum() >= max(2.0, SMALLEST_DEFINED_SHARE * (len(one) - 1)) for one in draws]
    wrong = ~((shares >= 0) & (shares <= 1) & (size > 0) & np.array(defined))
    if wrong.any():
        found = f"{shares[wrong][0]} of {size[wrong][0]:g} cases"
        rule = "A share lies in [0, 1], of some cases, and is defined in nine of ten draws"
        raise DataError(rule, found, "do not pool it")
    if not np.any((shares > 0) & (shares < 1)):
        raise DataError("Some place has a share between 0 and 1", "none that has", "do not pool them")
    return shares, size
