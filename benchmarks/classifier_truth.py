"""Do classifiers and validation designs say what is true? Run on demand, the result is committed.

Worlds are simulated. The true risk of a re-report by 365 days of each landmark is found by walking its household on,
again and again, from the state it is truly in (``true_risk/futures.py``). It is the risk of violence that is reported
too, outside the merge window, before the household dies or moves out of sight. It rests on what nobody knows, such as
the frailty of the household, and so is spread far wider than any prediction. What a model has to hit is therefore its
mean among landmarks of like prediction, E[true | predicted]: differences, slopes and gaps by group are of that. The
distance of single risks and the AUC of the true risk tell what is out of reach.

1. Classifiers: trained on landmarks before 2021 as known then, judged on later ones, in a world that does not drift.
2. Drift: rolling origin has to show it where re-reports drift, and folds of networks do not, on the same landmarks.
3. Regional practice: leaving regions out has to show it where only recording differs, and folds do not.

Every row is a mean over worlds with its standard error. Where ``at_least`` or ``at_most`` is given, ``holds`` says
whether the mean keeps to it. Numbers from made-up data say nothing about real households.

Usage: python benchmarks/classifier_truth.py [worlds of 1] [worlds of 2 and 3]
"""

from __future__ import annotations

import sys
import time
import warnings
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits
from true_risk import classifiers, designs
from true_risk.criteria import with_criteria

RESULTS = Path(__file__).parent / "results" / "classifier_truth.csv"
FIRST_SEED = 101
"""Other worlds than those on which the criteria were thought out."""
PROOFS = {"classifiers": classifiers.replicate, "drift": designs.drifts, "regional practice": designs.practices}


def study(name, n_seeds):
    """Return the mean of every measure of a proof over worlds, and its standard error."""
    start, runs = time.perf_counter(), []
    for seed in range(FIRST_SEED, FIRST_SEED + n_seeds):
        runs.append(PROOFS[name](seed))
        print(f"{name}, world {seed}: {time.perf_counter() - start:.0f} s", flush=True)
    rows = []
    for key in dict.fromkeys(key for run in runs for key in run):
        values = np.array([run[key] for run in runs if key in run], dtype=float)
        values = values[np.isfinite(values)]
        if len(values) > 1:
            rows.append((name, *key, len(values), values.mean(), values.std(ddof=1) / np.sqrt(len(values))))
    return pd.DataFrame(rows, columns=["proof", "scenario", "subject", "measure", "n_seeds", "mean", "se"])


def main(n_classifiers, n_designs):
    warnings.simplefilter("ignore")
    seeds = {"classifiers": n_classifiers, "drift": n_designs, "regional practice": n_designs}
    with threadpool_limits(limits=1):
        table = pd.concat([study(name, n) for name, n in seeds.items() if n > 1], ignore_index=True)
    table = with_criteria(table)
    table = table.round(4).assign(version=version("hgrisk"), measured_on=date.today())
    with pd.option_context("display.max_rows", None, "display.width", 200):
        print(table[table["holds"] != ""].drop(columns=["version", "measured_on"]).to_string())
    table.to_csv(RESULTS, index=False)


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:3]) if len(sys.argv) > 2 else (12, 8))
