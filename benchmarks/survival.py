"""How fast are the survival models, and beside whom? Run on demand on a quiet machine, the result is committed.

Every engine is a file ``survival_speed/by_NAME``, written as its users would write it. A run is a process of its own,
warmed up on a fifth of the rows. Runs take turns, round by round, so that a busy minute hits all. Coefficients and
errors of each engine are compared with those of hgrisk before it counts (``equal``; not those of the bootstrap, whose
draws differ). ``peak_mb`` is the most memory that the process ever held, its data included. Ratios are of medians over
the rounds.

Peers that hgrisk does not depend on live in an environment of their own, which ``make bench-survival`` makes from
``survival_speed/peers.lock``; R is taken where ``Rscript`` and its package survival are there. What is absent is left
out.

Usage: python benchmarks/survival.py [task ...]
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
ENGINES = HERE / "survival_speed"
RESULTS = HERE / "results" / "survival.csv"
PEERS_PYTHON = HERE.parent / ".venv-survival" / "bin" / "python"
IN_PEERS = ("lifelines", "survival", "coxdev")
FEWER = 5
"""Engines are warmed up on a fifth of the rows, so that all they compile or load for many rows is there."""

TOLERANCE = 1e-5
"""Of coefficients and errors, in standard errors; peers stop their searches at other places."""
PLAN = {
    "cox_ties": (1_000_000, {"hgrisk": 5, "lifelines": 1, "r": 1, "survival": 1, "coxdev": 1}),
    "cox_continuous": (1_000_000, {"hgrisk": 5, "r": 1, "survival": 1}),
    "cox_plain": (1_000_000, {"hgrisk": 5}),
    "cox_clusters": (1_000_000, {"hgrisk": 5, "survival": 1}),
    "cox_start_stop": (1_000_000, {"hgrisk": 5, "r": 1, "survival": 1}),
    "bootstrap": (20_000, {"hgrisk": 3, "lifelines": 1, "survival": 1}),
    "kaplan_meier": (1_000_000, {"hgrisk": 5, "lifelines": 3, "r": 1}),
    "concordance": (1_000_000, {"hgrisk": 5, "lifelines": 1, "r": 3}),
    "uno_c": (1_000_000, {"hgrisk": 5, "r": 3}),
}
"""Rows, and rounds by engine."""
WORK = {
    "cox_ties": "Cox, Efron ties, 40 columns, whole days",
    "cox_continuous": "Cox, 10 columns, continuous times",
    "cox_plain": "Cox, 10 columns, whole days",
    "cox_clusters": "Cox, 10 columns, whole days, cluster-robust errors",
    "cox_start_stop": "Cox, 10 columns, start-stop rows, cluster-robust errors",
    "bootstrap": "Cox, 20 columns, 200 draws of clusters",
    "kaplan_meier": "Kaplan-Meier in 25 groups",
    "concordance": "Harrell's concordance",
    "uno_c": "Uno's concordance",
}


def columns_of(task):
    sys.path.insert(0, str(ENGINES))
    from tasks import COLUMNS  # noqa: PLC0415

    return COLUMNS[task]


def command(engine, task, folder, small):
    if engine == "r":
        return ["Rscript", ENGINES / "by_r.R", task, folder, str(columns_of(task))]
    python = PEERS_PYTHON if engine in IN_PEERS else sys.executable
    return [python, ENGINES / "worker.py", engine, task, folder, small]


def run(engine, task, folder, small):
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    done = subprocess.run(  # noqa: S603
        command(engine, task, folder, small), stdout=subprocess.PIPE, check=True, env=environment
    )
    result = json.loads(done.stdout.splitlines()[-1])
    print(f"{task:<16} {result['engine']:<18} {result['seconds']:9.3f} s, load {result['load']:.1f}", flush=True)
    return result


def present(engine):
    if engine == "r":
        return shutil.which("Rscript") is not None
    return engine not in IN_PEERS or PEERS_PYTHON.exists()


def race(base, task):
    """All runs of one task, as rows of the table; the first round of all comes before the second of any."""
    size, rounds = PLAN[task]
    folder, small = base / task, base / f"{task} small"
    for n, where in ((size, folder), (size // FEWER, small)):
        subprocess.run([sys.executable, ENGINES / "tasks.py", task, str(n), where], check=True)  # noqa: S603
    results = {engine: [] for engine in rounds if present(engine)}
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
        part = f"; a part of the work, times {found[0]['share']}" if found[0]["share"] > 1 else ""
        yield {
            "work": WORK[task], "engine": found[0]["engine"], "version": found[0]["version"], "size": size,
            "seconds_median": round(median(seconds), 4), "seconds_min": round(min(seconds), 4),
            "seconds_max": round(max(seconds), 4), "peak_mb": round(max(result["peak_mb"] for result in found)),
            "equal": None if task == "bootstrap" else same(np.array(found[0]["numbers"]), truth, task),
            "ratio_to_hgrisk": round(median(seconds) / own, 2),
            "machine": machine(), "measured_on": date.today(),
            "note": f"runs: {len(found)}; load: {min(loads):.1f} to {max(loads):.1f}{part}",
        }  # fmt: skip


def same(numbers, truth, task):
    """Whether coefficients and errors are the same, measured in standard errors."""
    unit = np.tile(truth[len(truth) // 2 :], 2) if task.startswith("cox") else 1.0
    return bool(len(numbers) == len(truth) and np.all(np.abs(numbers - truth) <= TOLERANCE * unit))


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
        print(table.select("work", "engine", "seconds_median", "peak_mb", "equal", "ratio_to_hgrisk"))
    if set(tasks) == set(PLAN):
        table.write_csv(RESULTS)


if __name__ == "__main__":
    main(sys.argv[1:] or list(PLAN))
