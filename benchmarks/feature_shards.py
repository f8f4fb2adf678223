"""Does peak memory follow the shard, and not the history? Run on demand on a quiet machine, the result is committed.

Claim: in shards of 200,000 events, features of 5 million events take less than half more memory than those of 1
million, and are those of a build in one piece to the last bit.

Each build runs in a process of its own, so that its peak memory is its own. A first, which is not counted, compiles.

Usage: python benchmarks/feature_shards.py [households ...]
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

import polars as pl

RESULTS = Path(__file__).parent / "results"
HOUSEHOLDS = (280_000, 1_380_000)
SHARD_EVENTS = 200_000
KILOBYTES = 1024  # of ru_maxrss on Linux, in a megabyte


def in_one_piece(data, out):
    """Build and write features at once."""
    from hgrisk.cohort import LANDMARK, select_landmarks  # noqa: PLC0415  # the parent measures nothing, and stays small
    from hgrisk.features.build import build_features  # noqa: PLC0415
    from hgrisk.histories.case_histories import CaseHistories  # noqa: PLC0415

    histories = CaseHistories.read(data)
    table = build_features(histories, select_landmarks(histories))
    columns = [pl.Series(LANDMARK, table.X.index.to_numpy())]
    for spec in table.catalogue:
        column = table.X[spec.name]
        text = spec.kind == "category"
        columns.append(
            pl.Series(spec.name, column.to_list(), pl.String) if text else pl.Series(spec.name, column.to_numpy())
        )
    pl.DataFrame(columns).write_parquet(out / "features.parquet", compression="zstd")


def in_shards(data, out):
    from hgrisk.shards.build import BuildSettings, build_shards  # noqa: PLC0415

    build_shards(data, out / "shards", BuildSettings(shard_events=SHARD_EVENTS))


def content(out):
    """Return a digest of the features, column by column, whatever the files."""
    files = sorted(out.rglob("features/*.parquet")) or [out / "features.parquet"]
    ids = pl.concat([pl.read_parquet(file, columns=["landmark_id"]) for file in files])["landmark_id"]
    whole = hashlib.sha256()
    for name, dtype in pl.read_parquet_schema(files[0]).items():
        column = pl.concat([pl.read_parquet(file, columns=[name]) for file in files])[name].gather(ids.arg_sort())
        whole.update(name.encode())
        whole.update(column.to_numpy().tobytes() if dtype.is_numeric() else "\n".join(map(str, column)).encode())
    return whole.hexdigest()


def child(how, data):
    with tempfile.TemporaryDirectory() as folder:
        out, start = Path(folder), time.perf_counter()
        {"in one piece": in_one_piece, "in shards of 200,000": in_shards}[how](data, out)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KILOBYTES
        print(json.dumps({"seconds": seconds, "peak_mb": peak, "content": content(out)}))


def measured(how, data):
    command = [sys.executable, __file__, "--child", how, str(data)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return json.loads(done.stdout.splitlines()[-1])


def machine():
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{os.cpu_count()} x {platform.machine()}, {pages / 1e9:.0f} GB"


def rows_of(size, found):
    first = found["in one piece"]
    for how, one in found.items():
        yield {
            "work": "features from files to files", "engine": f"hgrisk {how}", "version": version("hgrisk"),
            "size": size,
            **{f"seconds_{name}": round(one["seconds"], 1) for name in ("median", "min", "max")},
            "peak_mb": round(one["peak_mb"]), "equal": one["content"] == first["content"],
            "ratio_to_hgrisk": round(one["seconds"] / first["seconds"], 2), "machine": machine(),
            "measured_on": date.today(),
        }  # fmt: skip


def worlds(sizes, base):
    """Yield the register of each made-up world, and its number of events."""
    for households in sizes:
        folder = base / str(households)
        command = [sys.executable, "-m", "hgrisk", "simulate", "--households", str(households), "--out", str(folder)]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        data = folder / "observed"
        yield data, pl.scan_parquet(data / "events.parquet").select(pl.len()).collect().item()


def main(sizes):
    rows = []
    with tempfile.TemporaryDirectory() as base:
        data, _ = next(worlds([3_000], Path(base)))
        measured("in one piece", data)
        for data, size in worlds(sizes, Path(base)):
            rows += rows_of(size, {how: measured(how, data) for how in ("in one piece", "in shards of 200,000")})
    table = pl.DataFrame(rows)
    print(table)
    table.write_csv(RESULTS / "feature_shards.csv")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], Path(sys.argv[3]))
    else:
        main([int(size) for size in sys.argv[1:]] or HOUSEHOLDS)
