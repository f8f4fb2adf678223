"""A world in memory is the world on disk."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from hgrisk.histories.case_histories import CaseHistories
from hgrisk.simulate import block as blocks
from hgrisk.simulate.folder import OBSERVED, TRUTH, write_world
from hgrisk.simulate.scenario import Scenario
from hgrisk.simulate.world import make_world

SMALL = Scenario.named("drift", households=130, seed=4, dirty_share=0.02)


@pytest.fixture
def in_three_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "BLOCK_HOUSEHOLDS", 50)


@pytest.mark.usefixtures("in_three_blocks")
def test_every_table_is_as_it_is_written(tmp_path):
    world = make_world(SMALL)
    write_world(SMALL, tmp_path)
    assert set(world.observed) == {*OBSERVED, "regions"}
    assert set(world.truth) == {*TRUTH, "effects", "risks", "regions", "interventions"}
    for place, tables in (("observed", world.observed), ("truth", world.truth)):
        files = {path.stem: pl.read_parquet(path) for path in (tmp_path / place).glob("*.parquet")}
        assert set(files) == set(tables)
        for name, table in tables.items():
            assert_frame_equal(table, files[name], check_exact=True)
    written = pl.read_csv(tmp_path / "calibration.csv", schema=world.calibration.schema)
    assert_frame_equal(world.calibration, written)


@pytest.mark.usefixtures("in_three_blocks")
def test_the_reader_takes_what_is_observed_and_sets_aside_the_faulty_rows():
    world = make_world(SMALL)
    histories = CaseHistories.read(world.observed)
    planted = world.observed["events"].filter(pl.col("event_id").str.starts_with("F")).height
    assert histories.account.unused["status"].to_list() == ["quarantined"] * planted
    assert planted >= 3
    unreported = world.truth["households"].filter(~pl.col("in_register"))
    assert 0 < unreported.height == SMALL.households - histories.cases.height


def test_tables_without_rows_are_left_out():
    worlds = (make_world(Scenario(households=1, seed=seed)) for seed in range(30))
    world = next(each for each in worlds if not each.truth["households"]["in_register"].any())
    assert set(world.observed) == {"regions"}
