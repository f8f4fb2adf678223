"""One small made-up delivery whose identifiers cannot be missed, and one tracked run of it, shared by many tests.

The conftest at the root lists it as a plugin, so that every test file can take these fixtures.
"""

from __future__ import annotations

import contextlib
import io
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hgrisk import console
from hgrisk.cli import main
from hgrisk.experiment import RunResult
from hgrisk.simulate.scenario import Scenario
from hgrisk.simulate.world import make_world

MARK = "ZQXJKV"
"""Every identifier of the delivery begins with it, and nothing else does; those of faulty events go on with an F."""

TWICE = 3
"""So many sound events are in the delivery twice."""

_IDENTIFIERS = ("event_id", "case_id", "person_id", "exposed_person_id")

EXPERIMENT = """
name = "small"
title = "A small run"
seed = 11

[data]
folder = "delivery"

[cohort]
landmark_kinds = ["report", "follow_up_report"]
lookback = "require_and_cap"
lookback_days = 730

[outcome]
counts = "any"
reporting_lag_days = 30

[features]
families = ["prior_violence", "household", "context", "index_report"]

[split]
on = 2020-01-01

[[models]]
kind = "prior_count"

[[models]]
kind = "cox"
name = "all features"
options = { penalty = "chosen" }

[evaluation]
horizons_days = [183, 365]
metrics = ["uno_c", "brier", "calibration_slope"]
n_resamples = 20
by = ["region"]

[report]
limits = ["Made-up data."]
"""


@dataclass(frozen=True)
class SmallRun:
    """What one call of ``hgrisk run`` left: its folder, what it said, and the result in memory."""

    out: Path
    code: int
    stdout: str
    stderr: str
    log: str
    result: RunResult
    mark: str = MARK

    @property
    def store(self) -> str:
        """Tracking URI of the run."""
        return f"sqlite:///{self.out.parent / 'mlflow.db'}"


def write_marked(tables: dict[str, pl.DataFrame], folder: Path) -> None:
    """Write tables as CSV, with the mark before every identifier."""
    folder.mkdir()
    for name, table in tables.items():
        present = [column for column in _IDENTIFIERS if column in table.columns]
        marked = table.with_columns((pl.lit(MARK) + pl.col(column)).alias(column) for column in present)
        marked.write_csv(folder / f"{name}.csv")


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``small.toml`` and its data in ``delivery``."""
    folder = tmp_path_factory.mktemp("study")
    world = make_world(Scenario(households=1800, seed=7, dirty_share=0.004))
    events = world.observed["events"]
    write_marked(world.observed | {"events": pl.concat([events, events[:TWICE]])}, folder / "delivery")
    (folder / "small.toml").write_text(EXPERIMENT, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def small_run(study: Path, tmp_path_factory: pytest.TempPathFactory) -> SmallRun:
    """The run of ``small.toml`` by the command line, tracked in a store of its own."""
    out = tmp_path_factory.mktemp("runs") / "small"
    kept: list[RunResult] = []
    show = console.show_result

    def keep(result: RunResult, *rest: Any) -> None:
        kept.append(result)
        show(result, *rest)

    stdout, stderr, log = io.StringIO(), io.StringIO(), io.StringIO()
    handler = logging.StreamHandler(log)
    root = logging.getLogger()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["hgrisk", "run", str(study / "small.toml"), "--out", str(out)])
        patch.setattr(console, "show_result", keep)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        level = root.level
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        try:
            redirected = contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr)
            with redirected[0], redirected[1], pytest.raises(SystemExit) as stopped:
                main()
        finally:
            root.removeHandler(handler)
            root.setLevel(level)
    assert stopped.value.code == 0, stderr.getvalue()
    return SmallRun(out, 0, stdout.getvalue(), stderr.getvalue(), log.getvalue(), kept[0])
