"""One engine, one task, one process: what it took, as a line of JSON.

Usage: python worker.py ENGINE TASK FOLDER SMALL_FOLDER
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path

import numpy as np


def load(folder):
    """Read the columns of a task."""
    return {file.stem: np.load(file) for file in Path(folder).glob("*.npy")}


def main(name, task, folder, small):
    warnings.simplefilter("ignore")
    engine = importlib.import_module(f"by_{name}")
    run = engine.TASKS[task]
    run(load(small))  # compiles, loads, starts threads
    data = load(folder)
    load_before = os.getloadavg()[0]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    start = time.perf_counter()
    numbers = run(data)
    seconds = time.perf_counter() - start
    share = getattr(engine, "SHARE", {}).get(task, 1)
    print(
        json.dumps(
            {
                "engine": engine.NAME,
                "version": version(engine.PACKAGE),
                "seconds": seconds * share,
                "share": share,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "input_mb": data["X"].nbytes / 2**20,
                "before_mb": before,
                "load": load_before,
                "numbers": np.asarray(numbers, dtype=float).ravel().tolist(),
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
