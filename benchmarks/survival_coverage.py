"""Do 95 % intervals hold what they promise? Run on demand, the result is committed.

Each file of ``survival_truth/`` draws data from a model whose truth is known, fits it, and returns what it found:
``replicate(seed) -> {name: (estimate, lower, upper, truth)}``. The table holds, for each name, the bias, the spread of
the estimates, and the share of intervals that hold the truth. With 200 seeds a true .95 is seen between .92 and .98 in
nineteen of twenty tables. With files named, only their rows are measured anew.

Usage: python benchmarks/survival_coverage.py [seeds] [file ...]
"""

from __future__ import annotations

import importlib
import os
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "survival_coverage.csv"
TRUTHS = HERE / "survival_truth"
PROMISED = (0.92, 0.98)


def replicate(task):
    """Return what one file found with one seed."""
    warnings.simplefilter("ignore")
    name, seed = task
    sys.path.insert(0, str(TRUTHS))
    return importlib.import_module(name).replicate(seed)


def study(pool, name, n_seeds):
    """Return the table of one file."""
    start = time.perf_counter()
    found = list(pool.map(replicate, [(name, seed) for seed in range(n_seeds)], chunksize=5))
    print(f"{name}: {time.perf_counter() - start:.0f} s", flush=True)
    rows = []
    for quantity in dict.fromkeys(key for one in found for key in one):
        estimate, lower, upper, truth = np.array([one[quantity] for one in found if quantity in one], dtype=float).T
        held = (lower <= truth) & (truth <= upper)
        rows.append(
            {
                "file": name, "quantity": quantity, "n_seeds": len(held), "truth": truth.mean(),
                "bias": (estimate - truth).mean(), "bias_error": np.std(estimate - truth, ddof=1) / np.sqrt(len(held)),
                "spread": np.std(estimate - truth, ddof=1), "mean_error": (upper - lower).mean() / (2 * 1.959964),
                "coverage": held.mean(), "as_promised": PROMISED[0] <= held.mean() <= PROMISED[1],
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def main(n_seeds, names):
    every = sorted(path.stem for path in TRUTHS.glob("*.py"))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        table = pd.concat([study(pool, name, n_seeds) for name in names or every], ignore_index=True)
    table = table.round(5).assign(version=version("hgrisk"), measured_on=date.today())
    print(table[["file", "quantity", "truth", "bias", "spread", "mean_error", "coverage", "as_promised"]].to_string())
    if names and RESULTS.exists():
        before = pd.read_csv(RESULTS)
        table = pd.concat([before[~before["file"].isin(names)], table]).sort_values("file", kind="stable")
    table.to_csv(RESULTS, index=False)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200, sys.argv[2:])
