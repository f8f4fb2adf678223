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

COMPARED = 500
"""Rows whose contributions are compared between engines."""


def main(name, folder, small):
    warnings.simplefilter("ignore")
    engine = importlib.import_module(f"by_{name}")
    engine.explain(engine.load(small), np.load(small / "X.npy"))  # compiles, loads, starts threads
    share = getattr(engine, "SHARE", 1)
    X = np.load(folder / "X.npy")
    X = X[: len(X) // share]
    trees = engine.load(folder)
    load_before = os.getloadavg()[0]
    start = time.perf_counter()
    values, base = engine.explain(trees, X)
    seconds = time.perf_counter() - start
    print(
        json.dumps(
            {
                "engine": engine.NAME,
                "version": version(engine.PACKAGE),
                "seconds": seconds * share,
                "share": share,
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "load": load_before,
                "numbers": [float(base), *np.asarray(values[:COMPARED], dtype=float).ravel().tolist()],
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[3]), Path(sys.argv[4]))
