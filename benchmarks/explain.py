"""How fast are exact contributions of trees, and beside whom? Run on demand, the result is committed.

Every engine is a file ``explain_speed/by_NAME``, written as its users would write it. The trees are the same: LightGBM
grows them, and hgrisk gets them as arrays. A run is a process of its own, warmed up on a small part of the rows. Runs
take turns, round by round, so that a busy minute hits all. Contributions of each engine are compared with those of
hgrisk, row by row, before it counts (``equal``). ``peak_mb`` is the most memory that the process ever held, its data
included; peers that explain a part of the rows hold less. Ratios are of medians over the rounds.

shap lives in an environment of its own, which ``make bench-explain`` makes from ``explain_speed/peers.lock``. What is
absent is left out.

Usage: python benchmarks/explain.py [task ...]
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

HERE = Path(__file__).parent
ENGINES = HERE / "explain_speed"
RESULTS = HERE / "results" / "explain.csv"
PEERS_PYTHON = Path(os.environ.get("EXPLAIN_PEERS", HERE.parent / ".venv-explain" / "bin" / "python"))
IN_PEERS = ("shap", "shap_own")
SMALL = 2_000
"""Rows of the warm-up."""

TOLERANCE = 1e-6
PLAN = {
    "trees_depth_4": (200_000, {"hgrisk": 5, "shap": 3, "shap_own": 3, "lightgbm": 3}),
    "trees_depth_3": (200_000, {"hgrisk": 5, "shap": 3, "shap_own": 3, "lightgbm": 3}),
}
"""Rows, and rounds by engine."""
WORK = {
    "trees_depth_4": "contributions, 200 trees of depth 4, 30 columns",
    "trees_depth_3": "contributions, 200 trees of depth 3, 30 columns",
}


def run(engine, task, folder, small):
    python = PEERS_PYTHON if engine in IN_PEERS else sys.executable
    command = [python, ENGINES / "worker.py", engine, task, folder, small]
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment)  # noqa: S603
    result = json.loads(done.stdout.splitlines()[-1])
    print(f"{task:<16} {result['engine']:<18} {result['seconds']:9.3f} s, load {result['load']:.1f}", flush=True)
    return result


def race(base, task):
    """All runs of one task, as rows of the table; the first round of all comes before the second of any."""
    size, rounds = PLAN[task]
    folder, small = base / task, base / f"{task} small"
    for n, where in ((size, folder), (SMALL, small)):
        subprocess.run([sys.executable, ENGINES / "tasks.py", task, str(n), where], check=True)  # noqa: S603
    results = {engine: [] for engine in rounds if engine not in IN_PEERS or PEERS_PYTHON.exists()}
    for turn in range(max(rounds.values())):
        for engine, found in results.items():
            if turn < rounds[engine]:
                found.append(run(engine, task, folder, small))
    shutil.rmtree(folder)
    return list(compared(task, size, results))


def compared(task, size, results):
    own = median(result["seconds"] for result in results["hgrisk"])
    truth = np.array(results["hgrisk"][0]["numbers"])
    for found in results.values():
        seconds = [result["seconds"] for result in found]
        loads = [result["load"] for result in found]
        gap = np.abs(np.array(found[0]["numbers"]) - truth).max()
        part = f"; a part of the work, times {found[0]['share']}" if found[0]["share"] > 1 else ""
        yield {
            "work": WORK[task], "engine": found[0]["engine"], "version": found[0]["version"], "size": size,
            "seconds_median": round(median(seconds), 4), "seconds_min": round(min(seconds), 4),
            "seconds_max": round(max(seconds), 4), "peak_mb": round(max(result["peak_mb"] for result in found)),
            "equal": bool(gap <= TOLERANCE), "ratio_to_hgrisk": round(median(seconds) / own, 2),
            "machine": machine(), "measured_on": date.today(),
            "note": f"runs: {len(found)}; load: {min(loads):.1f} to {max(loads):.1f}; gap {gap:.0e}{part}",
        }  # fmt: skip


def machine():
    cpus = Path("/proc/cpuinfo")
    lines = cpus.read_text().splitlines() if cpus.exists() else []
    model = next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.processor())
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} processors, {gigabytes:.0f} GiB"


def main(tasks):
    with tempfile.TemporaryDirectory() as base:
        rows = [row for task in tasks for row in race(Path(base), task)]
    table = pl.DataFrame(rows, infer_schema_length=None)
    with pl.Config(tbl_rows=-1, tbl_width_chars=160, fmt_str_lengths=60):
        print(table.select("work", "engine", "seconds_median", "peak_mb", "equal", "ratio_to_hgrisk", "note"))
    if set(tasks) == set(PLAN):
        table.write_csv(RESULTS)


if __name__ == "__main__":
    main(sys.argv[1:] or list(PLAN))
