"""How fast are the features, and beside whom? Run on demand on a quiet machine, the result is committed.

Two works:

- *as-of counts*: a log of events, and at each of them how many of 12 kinds its household had in 6 windows before that
  day (``as_of/work.py``). Every engine is a file ``as_of/by_NAME.py``, written as its users would write it and as fast
  as we could. All 72 columns are compared with a plain binary search: at every row up to a million events, at the rows
  of every tenth household beyond. Every run is a process of its own, warmed up on a small log. Runs take turns, round
  by round, so that a busy minute hits all. *end to end* also reads the Parquet file. No engine has to put its rows back
  in the order of the log. ``peak_mb`` is the most memory that its process ever held.
- *build_features*: the public function, on a simulated register.

A ratio is that of medians over the rounds at one size. Peers that hgrisk does not depend on live in an environment of
their own, which ``make bench-features`` makes from ``as_of/peers.lock``; without it they are left out. An engine that
is missing at larger sizes takes too long there, or too much memory. featuretools (``as_of/by_featuretools.py``) is
not in the plan: it loops over every cutoff date, and 200 events took it more than nine minutes.

Usage: python benchmarks/features.py [largest_size]
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median

import polars as pl

HERE = Path(__file__).parent
AS_OF = HERE / "as_of"
RESULTS = HERE / "results" / "features.csv"
PEERS_PYTHON = HERE.parent / ".venv-peers" / "bin" / "python"
IN_PEERS = ("duckdb_frames", "duckdb_asof", "timeseriesflattener", "featuretools", "meds_tab")
WARM_UPS = {"small": (100, 0), "small_large": (400, 300)}
"""Logs to warm up on, by name: events, and events of the largest household; one has more than a byte counts."""
SLOW = ("featuretools", "meds_tab")
"""These compile nothing, and take minutes for what the others warm up on."""
FAST = ("hgrisk", "polars_rolling", "polars_prefix")
PLAN = (
    (2_000, 0, {"hgrisk": 3, "polars_prefix": 3, "meds_tab": 1}),
    (100_000, 0, dict.fromkeys((*FAST, "duckdb_frames", "duckdb_asof"), 5) | {"pandas": 3, "timeseriesflattener": 3}),
    (
        1_000_000,
        0,
        dict.fromkeys(FAST, 7) | dict.fromkeys(("duckdb_frames", "duckdb_asof", "pandas", "timeseriesflattener"), 1),
    ),
    (1_000_000, 10_000, dict.fromkeys(FAST, 5)),
    (10_000_000, 0, {"hgrisk": 5, "polars_rolling": 1, "polars_prefix": 3}),
    (50_000_000, 0, {"hgrisk": 3}),
)
"""Events, events of the largest household (0: as drawn), and rounds by engine."""
REGISTERS = {200_000: 56_000, 1_000_000: 281_000}
"""Households to simulate for about so many events."""


def spoken(*command):
    """Run a command that ends with a line of JSON."""
    environment = os.environ | {"PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment)  # noqa: S603
    return json.loads(done.stdout.splitlines()[-1])


def run(engine, folder, size):
    python = PEERS_PYTHON if engine in IN_PEERS else sys.executable
    warm_ups = [] if engine in SLOW else [folder / f"{name}.parquet" for name in WARM_UPS]
    result = spoken(python, AS_OF / "worker.py", engine, folder / "log.parquet", folder / "log.npz", *warm_ups)
    print(f"{size:>11,} {result['engine']:<36} {result['count']:9.3f} s, load {result['load']:.1f}", flush=True)
    assert result["equal"], f"{engine} does not count as the binary search does"
    return result | {"size": size, "whole": result["read"] + result["count"]}


def prepare(folder, name, size, largest):
    command = (
        sys.executable,
        AS_OF / "work.py",
        str(size),
        str(largest),
        folder / f"{name}.parquet",
        folder / f"{name}.npz",
    )
    subprocess.run(command, check=True)  # noqa: S603


def race(folder, size, largest, rounds):
    """All runs on one log, as rows of the table; the first round of all comes before the second of any."""
    prepare(folder, "log", size, largest)
    present = {engine: n for engine, n in rounds.items() if engine not in IN_PEERS or PEERS_PYTHON.exists()}
    results = {engine: [] for engine in present}
    for turn in range(max(present.values())):
        for engine, n in present.items():
            if turn < n:
                results[engine].append(run(engine, folder, size))
    work = f"as-of counts, a household of {largest:,}" if largest else "as-of counts"
    parts = {work: "count", f"{work}, end to end": "whole"}
    return [row for work, part in parts.items() for row in compared(work, part, results)]


def compared(work, part, results):
    own = median(result[part] for result in results["hgrisk"])
    for found in results.values():
        seconds = [result[part] for result in found]
        loads = [result["load"] for result in found]
        yield {
            "work": work, "engine": found[0]["engine"], "version": found[0]["version"], "size": found[0]["size"],
            **spread(seconds), "peak_mb": round(max(result["peak_mb"] for result in found)), "equal": True,
            "ratio_to_hgrisk": round(median(seconds) / own, 2),
            "note": f"runs: {len(found)}; load: {min(loads):.1f} to {max(loads):.1f}",
        }  # fmt: skip


def spread(seconds):
    names = {"seconds_median": median, "seconds_min": min, "seconds_max": max}
    return {name: round(summary(seconds), 4) for name, summary in names.items()}


def register(folder, households):
    """Time the public function on a simulated register."""
    data = folder / f"register of {households}"
    simulate = (Path(sys.executable).parent / "hgrisk", "simulate", "--households", str(households), "--out", data)
    subprocess.run(simulate, check=True)  # noqa: S603
    result = spoken(sys.executable, AS_OF / "register.py", data / "observed")
    note = "{landmarks} landmarks, {features} features; {before_mb:.0f} MB before; first call {first:.1f} s"
    return {
        "work": "build_features", "engine": "hgrisk", "version": version("hgrisk"), "size": result["events"],
        **spread(result["seconds"]), "peak_mb": round(result["peak_mb"]), "equal": None, "ratio_to_hgrisk": 1.0,
        "note": note.format(**result),
    }  # fmt: skip


def machine():
    cpus = Path("/proc/cpuinfo")
    lines = cpus.read_text().splitlines() if cpus.exists() else []
    model = next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.processor())
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} processors, {gigabytes:.0f} GiB"


def main(largest):
    with tempfile.TemporaryDirectory() as base:
        folder = Path(base)
        for name, log in WARM_UPS.items():
            prepare(folder, name, *log)
        rows = [row for plan in PLAN if plan[0] <= largest for row in race(folder, *plan)]
        rows += [register(folder, households) for events, households in REGISTERS.items() if events <= largest]
    table = pl.DataFrame(rows, infer_schema_length=None)
    before_note = [name for name in table.columns if name != "note"]
    table = table.select(*before_note, machine=pl.lit(machine()), measured_on=pl.lit(date.today()), note="note")
    with pl.Config(tbl_rows=-1, tbl_width_chars=160):
        print(table.select("work", "engine", "size", "seconds_median", "peak_mb", "ratio_to_hgrisk"))
    table.write_csv(RESULTS)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else PLAN[-1][0])
