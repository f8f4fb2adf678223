"""Known truth for Fine-Gray regression: competing events, censoring, delayed entry and strata."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hgrisk.models.fine_gray import FineGray
from hgrisk.surv import Surv

N_ROWS = 1000
COEF = np.array([0.5, -0.5])
SHARE = 0.5
"""Probability of a re-report in the end where all features are 0."""

STRATA = ((0.3, (50, 600)), (0.7, (300, 2000)))
"""That probability in each stratum, and the days between which its rows are censored."""


def draw(rng, n, *, late=False, share=SHARE, censored_between=(100, 1500)):
    """Draw rows whose subdistribution hazard is proportional: Fine and Gray (1999), section 5."""
    X = np.column_stack((rng.integers(0, 2, n), rng.normal(size=n)))
    relative = np.exp(X @ COEF)
    ever = 1 - (1 - share) ** relative
    chance = rng.random(n) * ever
    re_reported = -np.log(1 - (1 - (1 - chance) ** (1 / relative)) / share)
    mine = rng.random(n) < ever
    days = 365 * np.where(mine, re_reported, rng.exponential(1 / np.exp(0.5 * X[:, 0])))
    censored = rng.uniform(*censored_between, n)
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
    return results | within_strata(rng)


def within_strata(rng):
    """Strata that differ in their baseline and in their censoring."""
    parts = [draw(rng, N_ROWS // 2, share=share, censored_between=between) for share, between in STRATA]
    X = pd.DataFrame(np.vstack([part for part, _ in parts]), columns=["group", "score"])
    X["region"] = np.repeat([0, 1], [len(part) for part, _ in parts])
    model = FineGray(prepare=False, strata=["region"]).fit(X, np.concatenate([y for _, y in parts]))
    return {
        f"FineGray {row.feature} within strata": (row.coef, np.log(row.lower), np.log(row.upper), truth)
        for row, truth in zip(model.summary_.itertuples(), COEF.tolist(), strict=True)
    }
