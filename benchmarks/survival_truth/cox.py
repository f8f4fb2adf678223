"""Cox regression and its recurrent forms, where each is the true model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hgrisk.hazards.bootstrap import bootstrap_cox
from hgrisk.hazards.fit import CoxRows
from hgrisk.models.cox import CoxRegression
from hgrisk.models.recurrent_cox import RecurrentCox
from hgrisk.surv import Surv

Z_95 = 1.959964
N_HOUSEHOLDS = 600
EFFECT = 0.5


def replicate(seed):
    """Return estimate, interval and truth of one effect under each design."""
    rng = np.random.default_rng(seed)
    found = {
        "Cox, whole days, strata, delayed entry": stratified(rng),
        "Cox, cluster-robust, rows share a frailty": clustered(rng),
    }
    return found | recurrent(rng)


def interval(model):
    row = model.summary_.iloc[0]
    return row["coef"], row["coef"] - Z_95 * row["se"], row["coef"] + Z_95 * row["se"], EFFECT


def stratified(rng, n=600):
    X = pd.DataFrame({"x": rng.normal(size=n), "region": rng.integers(0, 4, n)})
    rate = np.array([0.001, 0.002, 0.004, 0.001])[X["region"]] * np.exp(EFFECT * X["x"])
    entry, end = np.floor(rng.uniform(0, 200, n) * (rng.random(n) < 0.5)), rng.uniform(300, 1000, n)
    time = entry + rng.exponential(1 / rate)  # without memory: those who are there at entry
    days = np.maximum(np.ceil(np.minimum(time, end)), entry + 1)
    y = Surv.from_arrays(time <= end, days, entry)
    return interval(CoxRegression(prepare=False, strata=["region"]).fit(X, y))


def clustered(rng, size=4, n_clusters=250):
    """A household's rows share a positive stable frailty, under which hazards stay proportional in each row."""
    alpha = 0.7
    angle, wait = rng.uniform(0, np.pi, n_clusters), rng.exponential(size=n_clusters)
    first = np.sin(alpha * angle) / np.sin(angle) ** (1 / alpha)
    frailty = first * (np.sin((1 - alpha) * angle) / wait) ** ((1 - alpha) / alpha)
    cluster = np.repeat(np.arange(n_clusters), size)
    x = np.repeat(rng.normal(size=n_clusters), size)
    # given the frailty the effect is EFFECT / alpha; over households it is EFFECT
    time = rng.exponential(500 / (frailty[cluster] * np.exp(EFFECT / alpha * x)))
    y = Surv.from_arrays(time <= 400, np.minimum(time, 400))
    return interval(CoxRegression(prepare=False).fit(pd.DataFrame({"x": x}), y, cluster=cluster))


def recurrent(rng):
    x, end = rng.normal(size=N_HOUSEHOLDS), rng.uniform(200, 800, N_HOUSEHOLDS)
    rows = []
    for household in range(N_HOUSEHOLDS):
        at, k = 0.0, 0
        while at < end[household]:
            then = at + rng.exponential(1 / (0.002 * (1 + 0.5 * min(k, 3)) * np.exp(EFFECT * x[household])))
            rows.append((household, x[household], at, min(then, end[household]), then <= end[household]))
            at, k = then, k + 1
    frame = pd.DataFrame(rows, columns=["household", "x", "entry_days", "duration_days", "event"])
    y = Surv.from_frame(frame, entry_days="entry_days")
    names = {"pwp_total_time": "PWP, total time", "pwp_gap_time": "PWP, gap time"}
    found = {}
    for formulation, name in names.items():
        model = RecurrentCox(formulation, prepare=False).fit(frame[["x"]], y, subject=frame["household"])
        found[name] = interval(model)
    return found | poisson(rng)


def poisson(rng):
    """Re-reports at a constant rate times a gamma frailty: the rate is that of Andersen and Gill, errors are not."""
    x, end = rng.normal(size=N_HOUSEHOLDS), rng.uniform(200, 800, N_HOUSEHOLDS)
    rate = 0.003 * np.exp(EFFECT * x) * rng.gamma(2.0, 0.5, N_HOUSEHOLDS)
    count = rng.poisson(rate * end)
    rows = []
    for household in range(N_HOUSEHOLDS):
        ends = [*np.sort(rng.uniform(0, end[household], count[household])), end[household]]
        starts = [0.0, *ends[:-1]]
        last = len(ends) - 1
        rows += [(household, x[household], a, b, k < last) for k, (a, b) in enumerate(zip(starts, ends, strict=True))]
    frame = pd.DataFrame(rows, columns=["household", "x", "entry_days", "duration_days", "event"])
    y = Surv.from_frame(frame, entry_days="entry_days")
    model = RecurrentCox(prepare=False).fit(frame[["x"]], y, subject=frame["household"])
    entry, end_days = frame["entry_days"].to_numpy(), frame["duration_days"].to_numpy()
    draws = bootstrap_cox(
        CoxRows(frame[["x"]].to_numpy(), end_days, frame["event"].to_numpy(), entry), frame["household"].to_numpy()
    )
    low, high = draws.interval()[0]
    return {
        "Andersen-Gill, cluster-robust": interval(model),
        "Andersen-Gill, bootstrap of households": (model.coef_[0], low, high, EFFECT),
    }
