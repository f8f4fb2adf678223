"""Known truth for shared frailty: recurrent re-reports of households that differ by a gamma frailty."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hgrisk.models.shared_frailty import SharedFrailtyCox
from hgrisk.surv import Surv

N_HOUSEHOLDS = 300
COEF = np.array([0.7, -0.4])
VARIANCE = 0.8
SHAPE = 1.3
"""Of the Weibull baseline hazard."""


def draw(rng, n_households):
    """Draw the courses of households, each a Poisson process given its frailty, as intervals."""
    X = np.column_stack((rng.integers(0, 2, n_households), rng.normal(size=n_households)))
    rate = rng.gamma(1 / VARIANCE, VARIANCE, n_households) * np.exp(X @ COEF)
    followed = rng.uniform(200, 1000, n_households)
    household, start, stop, event = [], [], [], []
    open_ones, since, reached = np.arange(n_households), np.zeros(n_households), np.zeros(n_households)
    while len(open_ones):
        reached[open_ones] += rng.exponential(1 / rate[open_ones])
        at = 500 * reached[open_ones] ** (1 / SHAPE)
        ends = np.minimum(at, followed[open_ones])
        household.append(open_ones)
        start.append(since[open_ones].copy())
        stop.append(ends)
        event.append(at < followed[open_ones])
        since[open_ones] = ends
        open_ones = open_ones[at < followed[open_ones]]
    rows = np.concatenate(household)
    y = Surv.from_arrays(np.concatenate(event).astype(int), np.concatenate(stop), np.concatenate(start))
    return pd.DataFrame(X[rows], columns=["group", "score"]), y, rows


def replicate(seed: int) -> dict[str, tuple[float, float, float, float]]:
    """Return estimate, lower, upper and truth of each quantity in one draw."""
    X, y, household = draw(np.random.default_rng(seed), N_HOUSEHOLDS)
    model = SharedFrailtyCox(prepare=False).fit(X, y, cluster=household)
    results = {}
    for row, truth in zip(model.summary_.itertuples(), COEF, strict=True):
        estimate = (row.coef, np.log(row.lower), np.log(row.upper))
        results[f"SharedFrailtyCox {row.feature}"] = (*map(float, estimate), float(truth))
    results["SharedFrailtyCox variance"] = (model.frailty_variance_, *model.frailty_interval_, VARIANCE)
    return results
