"""Known truth for the estimates by group: survival, cumulative incidence, restricted means, mean counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hgrisk.models.aalen_johansen import AalenJohansen
from hgrisk.models.kaplan_meier import KaplanMeier
from hgrisk.models.mean_cumulative import MeanCumulativeFunction
from hgrisk.models.restricted_mean import RestrictedMean
from hgrisk.surv import Surv

N_HOUSEHOLDS = 150
DAY = 365.0
RATE = np.array([1 / 500, 1 / 900])
"""Hazard of a re-report in the two groups."""

COMPETING = 1 / 1500
TERMINAL = 1 / 800
N_COUNTED = 250


def replicate(seed: int) -> dict[str, tuple[float, float, float, float]]:
    """Return estimate, lower, upper and truth of each quantity in one draw."""
    rng = np.random.default_rng(seed)
    return clustered_pairs(rng) | late_rows(rng) | mean_counts(rng)


def clustered_pairs(rng):
    """Households of two rows, half of which share every random number: errors that ignore them are too small."""
    group = np.repeat(np.arange(2), N_HOUSEHOLDS)
    shared = rng.random(2 * N_HOUSEHOLDS) < 0.5
    draws = rng.exponential(size=(3, 2 * N_HOUSEHOLDS, 2))
    draws[:, shared, 1] = draws[:, shared, 0]
    rate = RATE[group][:, None]
    mine, other, end = draws[0] / rate, draws[1] / COMPETING, np.minimum(300 + 600 * draws[2], 1500)
    household = np.repeat(np.arange(2 * N_HOUSEHOLDS), 2)
    X = pd.DataFrame({"group": group[household]})
    alone = Surv.from_arrays((mine <= end).ravel(), np.ceil(np.minimum(mine, end)).ravel())
    time = np.minimum(np.minimum(mine, other), end)
    event = np.where(time == mine, 1, np.where(time == other, 2, 0))
    competing = Surv.from_arrays(event.ravel(), np.ceil(time).ravel())
    survival = KaplanMeier(by="group").fit(X, alone, cluster=household).at([DAY])
    incidence = AalenJohansen(by="group").fit(X, competing, cluster=household).at([DAY]).query("cause == 1")
    total = RATE + COMPETING
    mean = RestrictedMean(horizon_days=DAY, by="group").fit(X, alone, cluster=household).differences_
    lost = RestrictedMean(horizon_days=DAY, by="group").fit(X, competing, cluster=household).differences_
    free = (1 - np.exp(-RATE * DAY)) / RATE
    area = RATE / total * (DAY - (1 - np.exp(-total * DAY)) / total)
    ever = RATE / total * (1 - np.exp(-total * DAY))
    return {
        "KaplanMeier, clusters": interval(survival, "survival", np.exp(-RATE * DAY)[0]),
        "AalenJohansen, clusters": interval(incidence, "incidence", ever[0]),
        "RestrictedMean, difference": interval(
            mean, "difference", np.diff(rounded_up(free, 1 - np.exp(-RATE * DAY)))[0]
        ),
        "RestrictedMean, difference of days lost": interval(
            lost.query("quantity == 'days_lost_to_event_1'"), "difference", np.diff(rounded_up(area, -ever))[0]
        ),
    }


def rounded_up(days, ended):
    """Whole days are rounded up: half a day more is free of events, for all who have one."""
    return days + 0.5 * ended


def late_rows(rng, n=400):
    """Rows that enter late, without clusters: the variance is that of the counts."""
    entry = np.where(rng.random(n) < 0.3, 0.0, rng.uniform(0, 200, n))
    time, end = entry + rng.exponential(1 / RATE[0], n), entry + rng.uniform(100, 900, n)
    y = Surv.from_arrays(time <= end, np.minimum(time, end), entry)
    table = KaplanMeier().fit(None, y).at([DAY])
    return {"KaplanMeier, delayed entry": interval(table, "survival", np.exp(-RATE[0] * DAY))}


def mean_counts(rng):
    """Re-reports of households with a gamma frailty, on a year that a terminal event can end."""
    frailty = rng.gamma(2.0, 0.5, N_COUNTED)
    terminal, end = rng.exponential(1 / TERMINAL, N_COUNTED), rng.uniform(200, 900, N_COUNTED)
    stop = np.minimum(terminal, end)
    counts = rng.poisson(frailty * 3 * RATE[0] * stop)
    household = np.repeat(np.arange(N_COUNTED), counts)
    at = rng.random(len(household)) * stop[household]
    rows = pd.DataFrame({"household": household, "stop": at, "event": 1})
    last = np.where(terminal <= end, 2, 0)
    rows = pd.concat([rows, pd.DataFrame({"household": np.arange(N_COUNTED), "stop": stop, "event": last})])
    rows = rows.sort_values(["household", "stop"], ignore_index=True)
    rows["start"] = rows.groupby("household")["stop"].shift(fill_value=0.0)
    y = Surv.from_arrays(rows["event"], rows["stop"], rows["start"])
    table = MeanCumulativeFunction().fit(None, y, subject=rows["household"]).at([DAY])
    truth = 3 * RATE[0] * (1 - np.exp(-TERMINAL * DAY)) / TERMINAL
    return {"MeanCumulativeFunction, terminal events": interval(table, "mean_count", truth)}


def interval(table, column, truth):
    row = table.iloc[0]
    return float(row[column]), float(row["lower"]), float(row["upper"]), float(truth)
