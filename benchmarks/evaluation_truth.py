"""Known truth for two claims about the evaluation, over many seeds; run on demand, results are committed.

1. Intervals from a bootstrap over household networks cover the true value about as often as they say; intervals from a
   bootstrap over rows do not, when the landmarks of a household share a frailty.
2. After a temporal split the test rows must be weighted with their own censoring distribution: with that of the
   training rows, which ends at the split, the Brier score and the ratio of observed to expected are biased.

Usage: python benchmarks/evaluation_truth.py [n_seeds]
"""

from __future__ import annotations

import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from hgrisk.evaluation.evaluate import evaluate
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.surv import Surv

HORIZON = 365
RESULTS = Path(__file__).parent / "results"
SETTINGS = EvaluationSettings(
    horizons_days=(HORIZON,), metrics=("uno_c", "brier", "observed_expected"), n_resamples=200
)


def draw(rng, n_networks, *, last_entry, close):
    """Landmarks of networks that share a gamma frailty; every one is followed until a common date."""
    size = 1 + rng.poisson(2.0, n_networks)
    network = np.repeat(np.arange(n_networks), size)
    frailty = np.repeat(rng.gamma(1.0, 1.0, n_networks), size)
    prior = np.repeat(rng.normal(size=n_networks), size) * 0.7 + rng.normal(size=len(network)) * 0.7
    rate = 0.4 * frailty * np.exp(0.8 * prior) / 365
    event_at = rng.exponential(1 / rate)
    followed = close - rng.uniform(0, last_entry, len(network))
    days = np.maximum(np.minimum(event_at, followed), 0.5)
    y = Surv.from_arrays(event=(event_at <= followed).astype(int), duration_days=days)
    # integrated over the gamma frailty: the model is right for a landmark taken by itself
    hazard = 0.4 * np.exp(0.8 * prior)
    return network, y, (1 - 1 / (1 + hazard * HORIZON / 365))[:, None]


def score(seed, clusters, y, risk, censoring):
    table = evaluate(censoring, y, risk, [HORIZON], clusters=clusters, settings=SETTINGS, seed=seed).table
    return table.set_index("metric")[["estimate", "lower", "upper"]]


def main(n_seeds):
    _, whole, risk = draw(np.random.default_rng(0), 200_000, last_entry=1.0, close=4_000.0)
    settings = SETTINGS.model_copy(update={"n_resamples": 0})
    once = evaluate(whole, whole, risk, [HORIZON], clusters=np.arange(len(whole)), settings=settings).table
    truth = once.set_index("metric")["estimate"]
    rows = []
    for seed in range(1, n_seeds + 1):
        rng = np.random.default_rng(seed)
        network, y, risk = draw(rng, 500, last_entry=900.0, close=1_000.0)
        _, y_train, _ = draw(rng, 500, last_entry=600.0, close=620.0)
        variants = {
            "networks, own censoring": (network, y),
            "rows, own censoring": (np.arange(len(y)), y),
            "networks, training censoring": (network, y_train),
        }
        for name, (clusters, censoring) in variants.items():
            table = score(seed, clusters, y, risk, censoring)
            rows += [(name, metric, *table.loc[metric]) for metric in table.index]
    runs = pd.DataFrame(rows, columns=["variant", "metric", "estimate", "lower", "upper"])
    runs["truth"] = runs["metric"].map(truth)
    runs["covered"] = runs["truth"].between(runs["lower"], runs["upper"])
    runs["bias"] = runs["estimate"] - runs["truth"]
    grouped = runs.groupby(["variant", "metric"], sort=False)
    table = grouped.agg(
        truth=("truth", "first"), bias=("bias", "mean"), spread=("bias", "std"), coverage=("covered", "mean")
    )
    table["n_seeds"] = n_seeds
    table["coverage_se"] = np.sqrt(table["coverage"] * (1 - table["coverage"]) / n_seeds)
    table = table.round(4).assign(hgrisk=version("hgrisk"), on=date.today().isoformat())
    print(table.to_string())
    table.reset_index().to_csv(RESULTS / "evaluation_truth.csv", index=False)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
