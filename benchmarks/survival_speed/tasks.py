"""Data of each task, as files that any engine can read.

Usage: python tasks.py TASK ROWS FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

COLUMNS = {
    "cox_ties": 40,
    "cox_continuous": 10,
    "cox_clusters": 10,
    "cox_plain": 10,
    "cox_start_stop": 10,
    "bootstrap": 20,
    "kaplan_meier": 1,
    "concordance": 1,
    "uno_c": 1,
}
"""Tasks, and their columns."""
PER_CLUSTER = 4
GROUPS = 25


def draw(task, n, seed=1):
    """Return columns, end, event, entry, cluster and group: about half of the rows end in an event."""
    rng = np.random.default_rng(seed)
    p = COLUMNS[task]
    X = rng.normal(size=(n, p))
    coef = rng.normal(size=p) * 0.15
    time = rng.exponential(800 * np.exp(-X @ coef))
    stop = rng.uniform(100, 1500, n)
    end, event = np.minimum(time, stop), time <= stop
    if task != "cox_continuous":
        end = np.ceil(end)
    event &= end < end.max()  # so that follow-up goes on past the last event, which hgrisk asks of a concordance
    entry = np.floor(end * rng.random(n)) if task == "cox_start_stop" else np.zeros(n)
    entry = np.minimum(entry, end - 1) if task == "cox_start_stop" else entry
    cluster = np.repeat(np.arange(n // PER_CLUSTER + 1), PER_CLUSTER)[:n]
    group = rng.integers(0, GROUPS, n)
    return {"X": X, "end": end, "event": event, "entry": entry, "cluster": cluster, "group": group}


def main(task, n, folder):
    """Write each column to a file; R reads the raw numbers, column after column."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in draw(task, n).items():
        np.save(folder / f"{name}.npy", values)
        np.asarray(values, dtype=np.float64).T.ravel().tofile(folder / f"{name}.bin")


if __name__ == "__main__":
    main(sys.argv[1], int(float(sys.argv[2])), Path(sys.argv[3]))
