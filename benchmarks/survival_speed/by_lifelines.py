"""lifelines."""

from __future__ import annotations

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.utils import concordance_index

NAME = "lifelines"
PACKAGE = "lifelines"
N_DRAWS = 10
SHARE = {"bootstrap": 20}
"""A twentieth of the draws is timed."""


def table(data):
    return pd.DataFrame(data["X"]).assign(end=data["end"], event=data["event"])


def cox(data):
    model = CoxPHFitter().fit(table(data), "end", "event")
    return [model.params_, model.standard_errors_]


def bootstrap(data):
    frame = table(data)
    rng = np.random.default_rng(0)
    n_clusters = data["cluster"].max() + 1
    coef = []
    for _ in range(N_DRAWS):
        times = np.bincount(rng.integers(0, n_clusters, n_clusters), minlength=n_clusters)[data["cluster"]]
        coef.append(CoxPHFitter().fit(frame.iloc[np.repeat(np.arange(len(frame)), times)], "end", "event").params_)
    return np.std(coef, axis=0, ddof=1)


def kaplan_meier(data):
    found = []
    for group in range(25):
        mine = data["group"] == group
        found.append(KaplanMeierFitter().fit(data["end"][mine], data["event"][mine]).predict(90))
    return found


def concordance(data):
    return concordance_index(data["end"], -data["X"][:, 0], data["event"])


TASKS = {
    "cox_ties": cox,
    "cox_continuous": cox,
    "cox_plain": cox,
    "bootstrap": bootstrap,
    "kaplan_meier": kaplan_meier,
    "concordance": concordance,
}
