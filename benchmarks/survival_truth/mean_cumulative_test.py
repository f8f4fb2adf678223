"""Known truth for the test of mean counts: two groups with one mean count, reached in different ways.

In the first group terminal events end the re-reports, in the second their rate falls. The quantity is the root of the
statistic with the sign of the difference, which is 0 in truth and has a standard deviation of 1: its coverage is the
share of draws that the test does not reject.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from hgrisk.models.mean_cumulative_test import mean_cumulative_test
from hgrisk.surv import Surv

N_HOUSEHOLDS = 200
RATE = 1 / 150
TERMINAL = 1 / 400
VARIANCE = 0.5
"""Of the gamma frailty of households."""

Z_95 = 1.959964


def draw(rng):
    """Return rows of households, whose mean count by t is ``RATE / TERMINAL (1 - exp(-TERMINAL t))`` in both groups."""
    group = np.arange(N_HOUSEHOLDS) % 2
    terminal = np.where(group == 0, rng.exponential(1 / TERMINAL, N_HOUSEHOLDS), np.inf)
    followed = rng.uniform(200, 900, N_HOUSEHOLDS)
    stop = np.minimum(terminal, followed)
    counts = rng.poisson(rng.gamma(1 / VARIANCE, VARIANCE, N_HOUSEHOLDS) * RATE * stop)
    household = np.repeat(np.arange(N_HOUSEHOLDS), counts)
    at = rng.random(len(household)) * stop[household]
    kept = (group[household] == 0) | (rng.random(len(at)) < np.exp(-TERMINAL * at))
    last = np.where(terminal <= followed, 2, 0)
    rows = pd.DataFrame({"household": household[kept], "stop": at[kept], "event": 1})
    rows = pd.concat([rows, pd.DataFrame({"household": np.arange(N_HOUSEHOLDS), "stop": stop, "event": last})])
    rows = rows.sort_values(["household", "stop"], ignore_index=True)
    return rows.assign(start=rows.groupby("household")["stop"].shift(fill_value=0.0), group=rows["household"] % 2)


def replicate(seed: int) -> dict[str, tuple[float, float, float, float]]:
    """Return estimate, lower, upper and truth of each quantity in one draw."""
    rows = draw(np.random.default_rng(seed))
    y = Surv.from_arrays(rows["event"], rows["stop"], rows["start"])
    results = {}
    for weights in ("log_rank", "wilcoxon"):
        found = mean_cumulative_test(y, rows["group"], subject=rows["household"], weights=weights)
        root = float(np.sqrt(found.statistic) * np.sign(found.table["observed"][0] - found.table["expected"][0]))
        results[f"mean_cumulative_test, {weights}, no difference"] = (root, root - Z_95, root + Z_95, 0.0)
    return results
