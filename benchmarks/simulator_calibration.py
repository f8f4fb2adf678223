"""Is the baseline calibrated, or only lucky with its seed? Run on demand, the result is committed.

A made-up world of a million events per seed; the mean of every calibrated quantity over the seeds beside its target,
its spread between seeds, and in how many of the worlds it lies within its tolerance.

Usage: python benchmarks/simulator_calibration.py [n_seeds]
"""

from __future__ import annotations

import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path

import polars as pl

from hgrisk.simulate.block import block_count, make_block, prepare
from hgrisk.simulate.calibration.table import calibration_table
from hgrisk.simulate.calibration.tally import Tally
from hgrisk.simulate.scenario import Scenario

HOUSEHOLDS = 290_000
RESULTS = Path(__file__).parent / "results"


def calibrate(seed):
    world = prepare(Scenario.named("baseline", households=HOUSEHOLDS, seed=seed))
    tally = Tally.empty()
    for number in range(block_count(world.scenario)):
        tally = tally + make_block(world, number).tally
    return calibration_table(tally).with_columns(seed=pl.lit(seed))


def main(n_seeds):
    runs = pl.concat([calibrate(seed) for seed in range(1, n_seeds + 1)])
    table = runs.group_by("quantity", maintain_order=True).agg(
        pl.col("target", "tolerance").first(),
        mean=pl.col("simulated").mean().round(4),
        spread=pl.col("simulated").std().round(4),
        within=pl.col("within").mean().round(3),
    )
    table = table.with_columns(n_seeds=pl.lit(n_seeds), hgrisk=pl.lit(version("hgrisk")), on=pl.lit(date.today()))
    with pl.Config(tbl_rows=-1, fmt_str_lengths=60):
        print(table)
    table.write_csv(RESULTS / "simulator_calibration.csv")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
