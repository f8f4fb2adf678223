"""A made-up world to a folder: what a register would hold, the truth apart from it, and what it is."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl
import tomli_w

from hgrisk.schema import column_types
from hgrisk.simulate.block import Block, block_count, make_block, parameter_tables, prepare
from hgrisk.simulate.calibration.table import calibration_table
from hgrisk.simulate.calibration.tally import Tally
from hgrisk.simulate.datasheet import TABLES, WorldSummary, datasheet, truth_notice
from hgrisk.simulate.observed.residences import region_table
from hgrisk.simulate.parquet import ParquetTable
from hgrisk.simulate.planted import faulty_rows
from hgrisk.simulate.scenario import Scenario
from hgrisk.simulate.staging import Layout, refuse_foreign, staged
from hgrisk.simulate.streaming import stream_blocks
from hgrisk.simulate.truth.effect_tables import effect_table, risk_table
from hgrisk.simulate.truth.effects import EffectSums

SCENARIO, README, TRUTH_README = "scenario.toml", "README.md", "truth/README.md"
FILES = frozenset({*TABLES, SCENARIO, README, TRUTH_README})
"""Every file of a world."""

FIRST_LINE = "# Written by hgrisk simulate. It may replace a folder with this line: take the line out of your own."
"""First line of the scenario of a world, by which the folder is known as one that may be replaced."""
LAYOUT = Layout(FILES, SCENARIO, FIRST_LINE)

OBSERVED = ("events", "cases", "persons", "memberships", "case_regions")
TRUTH = ("households", "violence", "outcomes")

Progress = Callable[[int, int], None]


def write_world(
    scenario: Scenario, folder: Path, workers: int | None = None, progress: Progress | None = None
) -> WorldSummary:
    """Make a world and write it, block by block.

    Parameters
    ----------
    scenario : Scenario
        The world.
    folder : pathlib.Path
        A new or empty folder, or that of an earlier world, known by the first line of its ``scenario.toml``, which is
        replaced at the end. An error or Ctrl-C leaves everything as it was.
    workers : int, optional
        Threads, at most four per processor; default: one. Their number changes no byte.
    progress : callable, optional
        Called with the number of blocks that are written, and of all.

    Returns
    -------
    WorldSummary
        What was written.

    Raises
    ------
    DataError
        If the folder holds something else.
    ConfigError
        If there are no workers.
    """
    refuse_foreign(folder, LAYOUT)  # before the wait
    if progress is not None:
        progress(0, block_count(scenario))
    world, n_workers = prepare(scenario), (os.cpu_count() or 1) if workers is None else workers
    with closing(stream_blocks(partial(make_block, world), block_count(scenario), n_workers)) as blocks:
        return write_blocks(scenario, blocks, folder, parameter_tables(world), progress)


def write_blocks(
    scenario: Scenario,
    blocks: Iterable[Block],
    folder: Path,
    parameters: Mapping[str, pl.DataFrame],
    progress: Progress | None = None,
) -> WorldSummary:
    """Write a world whose blocks are made elsewhere.

    Parameters
    ----------
    scenario : Scenario
        The world.
    blocks : iterable of Block
        Every block, in order; none is kept.
    folder : pathlib.Path
        As for `write_world`.
    parameters : mapping of polars.DataFrame
        What is true of the whole world, from `block.parameter_tables`.
    progress : callable, optional
        As for `write_world`.

    Returns
    -------
    WorldSummary
        What was written.

    Raises
    ------
    DataError
        If the folder holds something else.
    """
    with staged(folder, LAYOUT) as new:
        with _Tables(scenario, new, parameters) as tables:
            for block in blocks:
                tables.add(block)
                if progress is not None:
                    progress(block.number + 1, block_count(scenario))
                del block  # or it would stay while the next one is awaited
        summary = tables.finish(folder)
        (new / README).write_text(datasheet(scenario, summary), encoding="utf-8", newline="\n")
        (new / TRUTH_README).write_text(truth_notice(), encoding="utf-8", newline="\n")
        (new / SCENARIO).write_bytes(f"{FIRST_LINE}\n{tomli_w.dumps(scenario.model_dump())}".encode())
    return summary


class _Tables:
    """The tables of a world while they grow, and the sums over its blocks."""

    def __init__(self, scenario: Scenario, folder: Path, parameters: Mapping[str, pl.DataFrame]) -> None:
        self._scenario, self._folder, self._parameters = scenario, folder, parameters
        self._stack = ExitStack()
        self._tables: dict[str, ParquetTable] = {}
        self._planted: Counter[str] = Counter()
        self._tally, self._effects = Tally.empty(), EffectSums.empty()

    def __enter__(self) -> Self:
        for place in ("observed", "truth"):
            (self._folder / place).mkdir()
        names = [*(f"observed/{name}" for name in OBSERVED), *(f"truth/{name}" for name in TRUTH)]
        for name in names:
            place, _, key = name.partition("/")
            types = column_types(key) if place == "observed" else None
            table = ParquetTable(self._folder / f"{name}.parquet", types)
            self._tables[name] = self._stack.enter_context(table)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.__exit__(kind, error, at)

    def add(self, block: Block) -> None:
        """Write a block, with its share of faulty rows."""
        faulty = faulty_rows(self._scenario, block.number, block.observed["events"])
        self._planted.update(faulty["fault"].to_list())
        observed = block.observed | {"events": pl.concat([block.observed["events"], faulty.drop("fault")])}
        for name, table in self._tables.items():
            place, _, key = name.partition("/")
            table.add(observed[key] if place == "observed" else block.truth[key])
        self._tally, self._effects = self._tally + block.tally, self._effects + block.effects

    def finish(self, folder: Path) -> WorldSummary:
        """Write what follows from all blocks together."""
        rows = {f"{name}.parquet": table.rows for name, table in self._tables.items()}
        calibration = calibration_table(self._tally)
        held = {name: n for name, n in rows.items() if n or not name.startswith("observed/")}
        for name in set(rows) - set(held):
            (self._folder / name).unlink()  # a reader takes an empty table for a failed delivery
        held |= self._write_small(calibration)
        return WorldSummary(
            households=rows["truth/households.parquet"],
            cases=rows["observed/cases.parquet"],
            events=rows["observed/events.parquet"] - self._planted.total(),
            planted=dict(self._planted),
            rows={name: held[name] for name in TABLES if name in held},
            calibration=calibration,
            folder=folder,
        )

    def _write_small(self, calibration: pl.DataFrame) -> dict[str, int]:
        """Write the tables that do not grow with the world, and return their numbers of rows."""
        tables = {
            "observed/regions.parquet": region_table(self._scenario),
            "truth/effects.parquet": effect_table(self._effects),
            "truth/risks.parquet": risk_table(self._effects),
            **{f"truth/{name}.parquet": table for name, table in self._parameters.items()},
        }
        for name, table in tables.items():
            with ParquetTable(self._folder / name) as file:
                file.add(table)
        calibration.write_csv(self._folder / "calibration.csv")
        return {name: table.height for name, table in tables.items()} | {"calibration.csv": calibration.height}
