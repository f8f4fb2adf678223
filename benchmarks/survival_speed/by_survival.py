"""The package survival on PyPI: R's survival, ported to Rust."""

from __future__ import annotations

import numpy as np
import pandas as pd
import survival

NAME = "survival (PyPI)"
PACKAGE = "survival"
N_DRAWS = 20
SHARE = {"bootstrap": 10}
"""A tenth of the draws is timed."""


def table(data):
    frame = pd.DataFrame(data["X"]).add_prefix("x")
    return frame.assign(end=data["end"], event=data["event"] * 1, entry=data["entry"])


def cox(data, response="Surv(end, event)", **more):
    frame = table(data)
    columns = " + ".join(f"x{place}" for place in range(data["X"].shape[1]))
    model = survival.coxph(f"{response} ~ {columns}", frame, **more)
    return [list(survival.coef(model)), np.sqrt(np.diag(survival.vcov(model)))]


def bootstrap(data):
    rng = np.random.default_rng(0)
    n_clusters = data["cluster"].max() + 1
    coef = []
    for _ in range(N_DRAWS):
        times = np.bincount(rng.integers(0, n_clusters, n_clusters), minlength=n_clusters)[data["cluster"]]
        row = np.repeat(np.arange(len(times)), times)
        coef.append(cox({name: column[row] for name, column in data.items()})[0])
    return np.std(coef, axis=0, ddof=1)


TASKS = {
    "cox_ties": cox,
    "cox_continuous": cox,
    "cox_plain": cox,
    "cox_clusters": lambda data: cox(data, cluster=data["cluster"]),
    "cox_start_stop": lambda data: cox(data, "Surv(entry, end, event)", cluster=data["cluster"]),
    "bootstrap": bootstrap,
}
