"""Known truth for the landmark supermodel: effects that change with the landmark, and windows that overlap."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hgrisk.models.landmark_supermodel import LandmarkSupermodel
from hgrisk.surv import Surv

N_CASES = 800
LANDMARKS = (0.0, 100.0, 200.0)
FIXED, CHANGE, COUNT = 0.8, -0.5, 0.4
"""Effect of a fixed score at day 0, its change until the last landmark, and the effect of a count that grows."""


def changing(rng, n):
    """Draw cases whose hazard depends on the count and the day of the last landmark passed: windows side by side."""
    score, count = rng.normal(size=n), rng.poisson(0.7, n).astype(float)
    alive, tables = np.ones(n, dtype=bool), []
    for day in LANDMARKS:
        rate = 0.0025 * np.exp(COUNT * count + (FIXED + CHANGE * day / LANDMARKS[-1]) * score)
        end, other = rng.exponential(1 / rate), rng.exponential(1200, n)
        time = np.minimum(np.minimum(end, other), 100.0)
        event = np.where(time == 100, 0, np.where(time == end, 1, 2))
        here = {"landmark_day": day, "score": score, "count": count, "case": np.arange(n), "time": time, "event": event}
        tables.append(pd.DataFrame(here)[alive])
        alive &= event == 0
        count = count + (rng.random(n) < 0.3)
    return pd.concat(tables, ignore_index=True)


def overlapping(rng, n):
    """Draw cases with a hazard that is proportional all along: windows that overlap show an event up to three times."""
    score = rng.normal(size=n)
    time, stop = 300 * rng.weibull(1.2, n) * np.exp(-FIXED * score / 1.2), rng.uniform(100, 700, n)
    tables = []
    for day in LANDMARKS:
        reached = np.minimum(time, stop) > day
        end = np.minimum(time, stop) - day
        here = {"landmark_day": day, "score": score, "case": np.arange(n), "time": end, "event": (time <= stop) * 1}
        tables.append(pd.DataFrame(here)[reached])
    return pd.concat(tables, ignore_index=True)


def intervals(table):
    """Return coefficient and interval by name, on the log scale."""
    return {row.feature: (row.coef, np.log(row.lower), np.log(row.upper)) for row in table.itertuples()}


def replicate(seed: int) -> dict[str, tuple[float, float, float, float]]:
    """Return estimate, lower, upper and truth of each quantity in one draw."""
    rng = np.random.default_rng(seed)
    results = {}
    cases = changing(rng, N_CASES)
    model = LandmarkSupermodel(LANDMARKS, 100.0, time_effects=("score",), degree=1, prepare=False)
    y = Surv.from_arrays(cases["event"], cases["time"])
    model.fit(cases[["landmark_day", "score", "count"]], y, cluster=cases["case"])
    found = intervals(model.summary_)
    for name, truth in (("score", FIXED), ("score x landmark^1", CHANGE), ("count", COUNT)):
        results[f"LandmarkSupermodel {name}"] = (*found[name], truth)
    results["LandmarkSupermodel score at day 100"] = (*intervals(model.effects_at(100))["score"], FIXED + CHANGE / 2)
    cases = overlapping(rng, N_CASES)
    y = Surv.from_arrays(cases["event"], cases["time"])
    for baseline in ("stratified", "smooth"):
        model = LandmarkSupermodel(LANDMARKS, 365.0, baseline=baseline, degree=1, prepare=False)
        model.fit(cases[["landmark_day", "score"]], y, cluster=cases["case"])
        results[f"LandmarkSupermodel score, overlapping, {baseline}"] = (*intervals(model.summary_)["score"], FIXED)
    return results
