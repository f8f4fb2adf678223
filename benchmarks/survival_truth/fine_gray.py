"""Known truth for Fine-Gray regression: competing events, censoring and delayed entry."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hgrisk.models.fine_gray import FineGray
from hgrisk.surv import Surv

N_ROWS = 1000
COEF = np.array([0.5, -0.5])
SHARE = 0.5
"""Probability of a re-report in the end where all features are 0."""


def draw(rng, n, *, late):
    """Draw rows whose subdistribution hazard is proportional: Fine and Gray (1999), section 5."""
    X = np.column_stack((rng.integers(0, 2, n), rng.normal(size=n)))
    relative = np.exp(X @ COEF)
    ever = 1 - (1 - SHARE) ** relative
    chance = rng.random(n) * ever
    re_reported = -np.log(1 - (1 - (1 - chance) ** (1 / relative)) / SHARE)
    mine = rng.random(n) < ever
    days = 365 * np.where(mine, re_reported, rng.exponential(1 / np.exp(0.5 * X[:, 0])))
    censored = rng.uniform(100, 1500, n)
    entry = np.where(rng.random(n) < 0.5, 0.0, rng.uniform(0, 200, n)) if late else np.zeros(n)
    event = np.where(days > censored, 0, np.where(mine, 1, 2))
    stop = np.maximum(np.minimum(days, censored), 1e-6)
    seen = stop > entry
    return X[seen], Surv.from_arrays(event[seen], stop[seen], entry[seen])


def replicate(seed: int) -> dict[str, tuple[float, float, float, float]]:
    """Return estimate, lower, upper and truth of each quantity in one draw."""
    rng = np.random.default_rng(seed)
    results = {}
    for name, late in (("", False), (" with delayed entry", True)):
        X, y = draw(rng, N_ROWS, late=late)
        table = FineGray(prepare=False).fit(pd.DataFrame(X, columns=["group", "score"]), y).summary_
        for row, truth in zip(table.itertuples(), COEF, strict=True):
            estimate = (row.coef, np.log(row.lower), np.log(row.upper))
            results[f"FineGray {row.feature}{name}"] = (*map(float, estimate), float(truth))
    return results
