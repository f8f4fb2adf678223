"""The synthetic data in the repository are small, and are those that the documented command makes today."""

import re
import shlex
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from hgrisk.histories.case_histories import CaseHistories
from hgrisk.simulate.datasheet import TABLES, command
from hgrisk.simulate.scenario import Scenario
from hgrisk.simulate.world import MadeWorld, make_world

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "data" / "synthetic"
MOST_BYTES = 3_000_000


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return Scenario.read(FOLDER / "scenario.toml")


@pytest.fixture(scope="module")
def world(scenario) -> MadeWorld:
    return make_world(scenario)


def test_they_are_small():
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < MOST_BYTES


def test_make_data_and_the_datasheet_name_the_command_that_makes_them(scenario):
    (recipe,) = re.findall(r"^\t\$\(BIN\)/hgrisk simulate (.*)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    words = shlex.split(recipe)
    given = dict(zip(words[::2], words[1::2], strict=True))
    assert given.pop("--out") == "data/synthetic"
    made = Scenario.named(
        "baseline", households=int(given.pop("--households")), dirty_share=float(given.pop("--dirty"))
    )
    assert (given, made) == ({}, scenario)
    assert f"`{command(scenario)}`" in (FOLDER / "README.md").read_text(encoding="utf-8")
    assert command(scenario).startswith("hgrisk simulate --scenario baseline ")


@pytest.mark.parametrize("name", [name for name in TABLES if name.endswith(".parquet")])
def test_the_tables_are_those_of_the_simulator_as_it_is(world, name):
    place, _, file = name.partition("/")
    tables = getattr(world, place)
    assert_frame_equal(pl.read_parquet(FOLDER / name), tables[file.removesuffix(".parquet")], rel_tol=1e-9)


def test_the_reader_sets_aside_the_planted_rows_and_no_other():
    unused = CaseHistories.read(FOLDER / "observed").account.unused
    ids = pl.read_parquet(FOLDER / "observed" / "events.parquet")["event_id"]
    assert set(unused["status"]) == {"quarantined"}
    assert set(ids.gather(unused["source_row"].cast(pl.UInt32) - 1)) == set(ids.filter(ids.str.starts_with("F")))
