"""How long do 10 million events take, and how much memory? Run on demand on a quiet machine, the result is committed.

Claim: 10 million events, with their truth and every counterfactual future, in under two minutes and under 6 GB on two
processors; the same bytes for one worker and for two.

Usage: python benchmarks/simulator_speed.py [households]
"""

from __future__ import annotations

import filecmp
import os
import resource
import sys
import tempfile
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

import polars as pl

from hgrisk.simulate.folder import write_world
from hgrisk.simulate.scenario import Scenario

RESULTS = Path(__file__).parent / "results"
GIGABYTE = 1e6  # of ru_maxrss, which counts kilobytes


def timed(households, workers, folder):
    start = time.perf_counter()
    summary = write_world(Scenario.named("baseline", households=households), folder, workers)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIGABYTE
    return {
        "households": households, "events": summary.events, "workers": workers, "seconds": round(seconds, 1),
        "peak_gb_so_far": round(peak, 2), "load_before": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def same(one, other):
    files = [path.relative_to(one) for path in one.rglob("*") if path.is_file()]
    return all(filecmp.cmp(one / name, other / name, shallow=False) for name in files)


def main(households):
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base)
        write_world(Scenario(households=100), folder / "compiled", 1)
        rows = [timed(100_000, workers, folder / f"by {workers}") for workers in (1, 2)]
        assert same(folder / "by 1", folder / "by 2")
        rows.append(timed(households, 2, folder / "large"))
    table = pl.DataFrame(rows).with_columns(hgrisk=pl.lit(version("hgrisk")), on=pl.lit(date.today()))
    print(table)
    table.write_csv(RESULTS / "simulator_speed.csv")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_850_000)
