"""Known truth for the logistic hazard by interval: competing events, late entry, households that share their chance."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hgrisk.models.discrete_time import DiscreteTimeHazard
from hgrisk.surv import Surv

N_HOUSEHOLDS = 500
N_INTERVALS = 10
WIDTH = 30.0
COEF = {"re_report": (0.6, -0.5), "competing": (0.3, 0.0)}


def draw(rng, n_households):
    """Draw rows with a multinomial logistic hazard; half of the households of two share every random number."""
    household = np.repeat(np.arange(n_households), 2)
    n = len(household)
    score = np.repeat(rng.normal(size=n_households), 2) * 0.8 + rng.normal(size=n) * 0.6
    X = pd.DataFrame({"score": score, "group": rng.integers(0, 2, n).astype(float)})
    shared = np.repeat(rng.random(n_households) < 0.5, 2)
    entry = rng.integers(0, 3, n) * (rng.random(n) < 0.3)
    stop = np.minimum(entry + 1 + rng.integers(2, 12, n), N_INTERVALS)
    end, event = stop.copy(), np.zeros(n, dtype=int)
    for interval in range(N_INTERVALS):
        odds = [
            np.exp(level + X.to_numpy() @ np.array(COEF[cause]))
            for cause, level in (("re_report", -2.2 + 0.5 * np.exp(-interval)), ("competing", -3.2))
        ]
        chance = np.array(odds) / (1 + odds[0] + odds[1])
        number = np.where(shared, np.repeat(rng.random(n_households), 2), rng.random(n))
        at_risk = (entry <= interval) & (interval < end) & (event == 0)
        mine, theirs = number < chance[0], (number >= chance[0]) & (number < chance.sum(axis=0))
        event = np.where(at_risk & mine, 1, np.where(at_risk & theirs, 2, event))
        end = np.where(at_risk & (mine | theirs), interval + 1, end)
    return X, Surv.from_arrays(event, WIDTH * end, WIDTH * entry), household


def replicate(seed: int) -> dict[str, tuple[float, float, float, float]]:
    """Return estimate, lower, upper and truth of each quantity in one draw."""
    X, y, household = draw(np.random.default_rng(seed), N_HOUSEHOLDS)
    table = DiscreteTimeHazard(prepare=False, interval_days=WIDTH).fit(X, y, cluster=household).summary_
    truth = [value for values in COEF.values() for value in values]
    return {
        f"DiscreteTimeHazard {row.cause} {row.feature}": (row.coef, np.log(row.lower), np.log(row.upper), value)
        for row, value in zip(table.itertuples(), truth, strict=True)
    }
