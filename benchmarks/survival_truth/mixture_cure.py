"""Known truth for the mixture cure model: who is susceptible, and when, with competing events and delayed entry."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hgrisk.models.mixture_cure import MixtureCure
from hgrisk.surv import Surv

N_HOUSEHOLDS = 500
INCIDENCE = np.array([0.8, -0.5])
LATENCY = np.array([0.4, 0.3])
ALPHA = 0.9


def draw(rng):
    """Draw rows of households of two, of which half share every random number."""
    household = np.repeat(np.arange(N_HOUSEHOLDS), 2)
    n = len(household)
    X = pd.DataFrame({"score": rng.normal(size=n), "group": rng.integers(0, 2, n).astype(float)})
    shared = np.repeat(rng.random(N_HOUSEHOLDS) < 0.5, 2)
    chance, share = (np.where(shared, np.repeat(rng.random(N_HOUSEHOLDS), 2), rng.random(n)) for _ in ("who", "when"))
    values = X.to_numpy()
    susceptible = chance < 1 / (1 + np.exp(-0.2 - values @ INCIDENCE))
    time = 100 * (-np.log(share) / np.exp(values @ LATENCY)) ** (1 / ALPHA)
    time = np.where(susceptible, time, np.inf)
    competing, censored = rng.exponential(5000, n), rng.uniform(800, 1500, n)
    stop = np.minimum(np.minimum(time, competing), censored)
    event = np.where(stop == time, 1, np.where(stop == competing, 2, 0))
    entry = np.where(rng.random(n) < 0.3, rng.uniform(0, 50, n), 0.0)
    seen = stop > entry
    return X[seen], Surv.from_arrays(event[seen], stop[seen], entry[seen]), household[seen]


def replicate(seed: int) -> dict[str, tuple[float, float, float, float]]:
    """Return estimate, lower, upper and truth of each quantity in one draw."""
    X, y, household = draw(np.random.default_rng(seed))
    model = MixtureCure("weibull", "all", prepare=False).fit(X, y, cluster=household)
    truth = [0.2, *INCIDENCE, -ALPHA * np.log(100), *LATENCY, np.log(ALPHA)]
    half = 1.959964 * np.sqrt(np.diag(model.covariance_))
    rows = zip(model.parameter_names_, model.parameters_, half, truth, strict=True)
    return {
        f"MixtureCure {name}": (float(estimate), float(estimate - width), float(estimate + width), float(value))
        for name, estimate, width, value in rows
    }
