"""One engine, one log, one process: what it took, as a line of JSON.

Usage: python worker.py ENGINE LOG EXPECTED [SMALL_LOG ...]
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import sys
import time
from importlib.metadata import version

import numpy as np


def run(engine, path):
    start = time.perf_counter()
    log = engine.read(path)
    read = time.perf_counter()
    counts = engine.count(log)
    done = time.perf_counter()
    return counts, {"read": read - start, "count": done - read}


def same(engine, counts, expected):
    """Whether all 72 columns are the expected ones, at every row that is checked."""
    with np.load(expected) as truth:
        rows, values = truth["rows"], truth["counts"]
    return all(np.array_equal(engine.column(counts, place)[rows], values[:, place]) for place in range(values.shape[1]))


def main(name, path, expected, *small):
    engine = importlib.import_module(f"by_{name}")
    with contextlib.redirect_stdout(sys.stderr):
        for log in small:  # compiles, loads, starts threads
            run(engine, log)
        load = os.getloadavg()[0]
        counts, result = run(engine, path)
        result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        result["equal"] = same(engine, counts, expected)
    print(json.dumps(result | {"engine": engine.NAME, "version": version(engine.PACKAGE), "load": load}))


if __name__ == "__main__":
    main(*sys.argv[1:])
