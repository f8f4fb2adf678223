"""Faulty rows are planted as counted, and the sound rows stay as they were."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from hgrisk.simulate.faults import FAULTS
from hgrisk.simulate.settings import SimulationSettings
from hgrisk.simulate.simulator import SimulatedHistories, simulate


@pytest.fixture(scope="module")
def world() -> SimulatedHistories:
    return simulate(SimulationSettings(households=500, dirty_share=0.02))


def rows_with(world: SimulatedHistories, fault: str) -> pl.DataFrame:
    return world.faulty_rows.filter(pl.col("fault") == fault).drop("fault")


def test_counts(world):
    assert set(world.planted) == set(FAULTS)
    assert sum(world.planted.values()) == world.faulty_rows.height
    assert world.faulty_rows.height == pytest.approx(0.02 * world.events.height, abs=6)


def test_no_faults_at_share_zero(world):
    clean = simulate(SimulationSettings(households=500, dirty_share=0))
    assert clean.planted == {}
    assert_frame_equal(clean.events, world.events)


def test_each_fault_is_what_it_says(world):
    text = world.events.with_columns(pl.all().cast(pl.String))
    assert (rows_with(world, "impossible_date")["occurred_on"] == "2019-02-31").all()
    early = rows_with(world, "known_before_occurred")
    assert (early["known_on"] < early["occurred_on"]).all()
    ended = rows_with(world, "end_before_start")
    assert (ended["ended_on"] < ended["occurred_on"]).all()
    assert not rows_with(world, "unknown_case")["case_id"].is_in(world.cases["case_id"].implode()).any()
    same = rows_with(world, "exact_duplicate")
    assert same.join(text, on=text.columns, how="anti", nulls_equal=True).is_empty()
    other = rows_with(world, "conflicting_duplicate")
    assert other.join(text, on=text.columns, how="semi", nulls_equal=True).is_empty()
    assert other["event_id"].is_in(text["event_id"].implode()).all()


def test_only_duplicates_share_an_event_id(world):
    fresh = world.faulty_rows.filter(~pl.col("fault").str.ends_with("duplicate"))["event_id"]
    assert fresh.is_unique().all()
    assert not fresh.is_in(world.events["event_id"].implode()).any()
