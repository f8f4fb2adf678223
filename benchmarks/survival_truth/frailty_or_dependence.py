"""Known truth for the comparison of frailty and event dependence, in a world that has both."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hgrisk.models.frailty_or_dependence import frailty_or_dependence
from hgrisk.surv import Surv

N_HOUSEHOLDS = 400
VARIANCE = 1.0
DEPENDENCE = 0.4
FOLLOWED = 1500.0


def draw(rng, n_households):
    """Draw the courses of households, whose rate of re-reports rises with their number so far."""
    children = rng.integers(0, 2, n_households).astype(float)
    frailty = rng.gamma(1 / VARIANCE, VARIANCE, n_households)
    parts = []
    going_on, since, count = np.arange(n_households), np.zeros(n_households), 0
    while len(going_on):
        rate = frailty[going_on] * np.exp(0.5 * children[going_on] + DEPENDENCE * np.log1p(count)) / 500
        at = since[going_on] + rng.exponential(1 / rate)
        seen = at < FOLLOWED
        parts.append(np.column_stack((going_on, since[going_on], np.minimum(at, FOLLOWED), seen)))
        since[going_on], count = at, count + 1
        going_on = going_on[seen]
    household, start, stop, event = np.concatenate(parts).T
    household = household.astype(int)
    return pd.DataFrame({"children": children[household]}), Surv.from_arrays(event, stop, start), household


def replicate(seed: int) -> dict[str, tuple[float, float, float, float]]:
    """Return estimate, lower, upper and truth of each quantity in one draw."""
    X, y, household = draw(np.random.default_rng(seed), N_HOUSEHOLDS)
    both = frailty_or_dependence(X, y, household, prepare=False).set_index("form").loc["both"]
    estimate, half = both["dependence"], 1.959964 * both["dependence_se"]
    variance = (both["frailty_variance"], both["frailty_lower"], both["frailty_upper"])
    return {
        "frailty_or_dependence dependence": (estimate, estimate - half, estimate + half, DEPENDENCE),
        "frailty_or_dependence variance": (*variance, VARIANCE),
    }
