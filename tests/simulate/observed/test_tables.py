"""The tables of a block hold together, are read without loss, and tell nothing that was not known."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from hgrisk.histories.case_histories import CaseHistories
from hgrisk.schema import column_types
from hgrisk.simulate.observed.event_table import EVENT_SCHEMA
from hgrisk.simulate.observed.rows import EVENT_KINDS
from hgrisk.simulate.observed.tables import Observed, observe, region_table
from hgrisk.simulate.pseudonyms import case_ids
from hgrisk.simulate.records import LOST, NEVER, OBSERVED
from hgrisk.simulate.scenario import Scenario
from tests.simulate.observed.builders import (
    CERTAIN,
    on,
    plain_homes,
    plain_incidents,
    plain_reports,
    random_block,
    with_reporting,
)

REPORTS = ["report", "follow_up_report"]
START, EXTRACTION = date(2015, 1, 1), date(2024, 12, 31)


def seen(n=400, seed=1, block=2, first=5000, **changes) -> Observed:
    return observe(*_arrays(n, seed, block, first, **changes), np.random.default_rng(seed))


def _arrays(n, seed, block, first, **changes):
    scenario, homes, incidents, reports = random_block(n, seed, **changes)
    return scenario, block, first, homes, incidents, reports


def observe_one(days, homes=None, block=0, first=0, **changes):
    """Observe the first household, with a report on each day."""
    incidents = plain_incidents([0] * len(days), [on(day) for day in days])
    found = plain_reports(incidents, **changes)
    return observe(CERTAIN, block, first, homes or plain_homes(), incidents, found, np.random.default_rng(0))


@pytest.fixture(scope="module")
def world() -> Observed:
    return seen()


@settings(max_examples=12, deadline=None)
@given(n=st.integers(1, 60), seed=st.integers(0, 10_000))
def test_every_row_is_read_without_loss(n, seed):
    tables = seen(n, seed).tables
    if tables["events"].is_empty():
        return
    tables = {name: table for name, table in tables.items() if table.height}  # an empty table is no delivery
    read = CaseHistories.read({**tables, "regions": region_table(Scenario())})
    assert read.account.table.select("merged", "excluded", "quarantined").sum().row(0) == (0, 0, 0)
    assert read.account.table["used"].sum() == sum(table.height for table in tables.values()) + 27
    assert not [note for note in read.notes if "not among the persons" in note]


def test_a_large_world_is_read_without_loss_and_has_every_kind(world):
    read = CaseHistories.read({**world.tables, "regions": region_table(Scenario())})
    assert read.account.table.select("merged", "excluded", "quarantined").sum().row(0) == (0, 0, 0)
    assert set(world.tables["events"]["kind"]) == set(EVENT_KINDS)


def test_columns_and_types(world):
    assert dict(world.tables["events"].schema) == EVENT_SCHEMA
    for name in ("cases", "persons", "memberships", "case_regions"):
        assert dict(world.tables[name].schema) == column_types(name)


def test_no_two_events_are_identical(world):
    assert world.tables["events"].drop("event_id").is_duplicated().sum() == 0


def test_events_lie_in_the_observed_period_and_are_known(world):
    joined = world.tables["events"].join(world.tables["cases"], on="case_id", how="left")
    assert joined["region"].null_count() == 0
    assert (joined["occurred_on"] >= START).all()
    assert (joined["occurred_on"] <= joined["observed_until"]).all()
    assert (joined["known_on"] >= joined["occurred_on"]).all()
    assert (joined["known_on"] <= EXTRACTION).all()
    ended = joined.drop_nulls("ended_on")
    assert (ended["ended_on"] <= pl.select(pl.min_horizontal(ended["observed_until"], EXTRACTION)).to_series()).all()
    corrected = joined.drop_nulls("corrected_on")
    assert (corrected["corrected_on"] > corrected["known_on"]).all()
    assert (corrected["corrected_on"] <= EXTRACTION).all()


def test_every_case_has_a_report_and_every_report_a_case(world):
    events, cases = world.tables["events"], world.tables["cases"]
    assert set(events.filter(pl.col("kind").is_in(REPORTS))["case_id"]) == set(cases["case_id"])
    assert 100 < cases.height < 400


def test_keys_refer_to_rows(world):
    tables = world.tables
    assert set(tables["memberships"]["person_id"]) == set(tables["persons"]["person_id"])
    assert set(tables["memberships"]["case_id"]) == set(tables["cases"]["case_id"])
    assert set(tables["case_regions"]["case_id"]) <= set(tables["cases"]["case_id"])
    assert set(tables["cases"]["region"]) <= set(region_table(Scenario())["region"])
    for part in ("person_id", "exposed_person_id"):
        pairs = tables["events"].drop_nulls(part).select("case_id", person_id=part).unique()
        assert pairs.height > 100
        assert pairs.join(tables["memberships"], on=["case_id", "person_id"], how="anti").is_empty()


def test_events_are_numbered_as_they_became_known(world):
    events = world.tables["events"]
    assert events["event_id"].to_list() == [f"E00002{n:07d}" for n in range(1, events.height + 1)]
    assert events["known_on"].is_sorted()


def test_registered_reports_are_the_first_reports_of_the_arrays(world):
    _, homes, incidents, reports = random_block(400, 1)
    found = world.registered
    assert found.columns == ["report", "event_id", "case_id", "landmark_on", "known_on"]
    assert found["report"].is_sorted()
    assert found["report"].is_unique().all()
    place = found["report"].to_numpy()
    days = found["landmark_on"].cast(pl.Int32).to_numpy()
    assert (days == reports.on[place]).all()
    assert found["case_id"].to_list() == case_ids(Scenario().seed, 5000 + reports.household[place]).to_list()
    events = found.join(world.tables["events"], on=["event_id", "case_id", "known_on"], how="left")
    assert (events["occurred_on"] == events["landmark_on"]).all()
    assert events["kind"].is_in(REPORTS).all()
    sure = (reports.on >= on("2015-01-01")) & (reports.on <= on("2024-10-01"))
    sure &= reports.on < np.floor(homes.terminal_at[reports.household])
    assert set(np.flatnonzero(sure)) - set(place.tolist()) == set()
    assert incidents.report[reports.incident[place]].tolist() == place.tolist()


def test_the_same_generator_gives_the_same_tables():
    one, two, other = seen(60, 3), seen(60, 3), seen(60, 4)
    for name, table in one.tables.items():
        assert_frame_equal(table, two.tables[name])
    assert_frame_equal(one.registered, two.registered)
    assert not one.tables["events"].equals(other.tables["events"])


def test_blocks_share_no_key():
    one = seen(80, 3, block=0, first=0).tables
    two = seen(80, 3, block=1, first=80).tables
    for name, key in (("events", "event_id"), ("cases", "case_id"), ("persons", "person_id")):
        assert one[name].height > 10
        assert set(one[name][key]) & set(two[name][key]) == set()


@pytest.mark.parametrize("day", ["2014-12-31", "2025-01-01"])
def test_a_household_without_a_registered_report_is_nowhere(day):
    found = observe_one([day], closed_on=on("2025-02-01"), planned_on=on("2016-02-01"))
    assert {name: table.height for name, table in found.tables.items()} == dict.fromkeys(found.tables, 0)
    assert found.registered.is_empty()
    assert dict(found.tables["events"].schema) == EVENT_SCHEMA
    for name in ("cases", "persons", "memberships", "case_regions"):
        assert dict(found.tables[name].schema) == column_types(name)


def test_a_report_known_after_the_extraction_makes_no_case():
    scenario = with_reporting(late_share=1.0)
    incidents = plain_incidents([0], [on("2024-12-30")])
    arguments = (plain_homes(), incidents, plain_reports(incidents), np.random.default_rng(0))
    assert observe(scenario, 0, 0, *arguments).tables["cases"].is_empty()


def test_what_follows_is_not_known_before_its_report():
    scenario = with_reporting(late_share=0.5)
    days = list(range(on("2016-01-01"), on("2024-01-01"), 20))
    incidents = plain_incidents([0] * len(days), days)
    reports = plain_reports(incidents, planned_on=np.array(days) + 1)
    found = observe(scenario, 0, 0, plain_homes(), incidents, reports, np.random.default_rng(0)).tables["events"]
    both = found.filter(kind="report").join(
        found.filter(kind="safety_plan").with_columns(occurred_on=pl.col("occurred_on").dt.offset_by("-1d")),
        on="occurred_on",
    )
    assert both.height == len(days)
    assert (both["known_on_right"] >= both["known_on"]).all()
    assert (both["known_on_right"] > both["known_on"]).any()
    assert (both["known_on_right"] == both["known_on"]).any()


def test_the_involvement_is_known_with_its_report(world):
    found = world.tables["events"]
    opened = found.filter(kind="involvement").join(found.filter(kind="report"), on=["case_id", "occurred_on"])
    assert opened.height > 50
    same = opened.filter(pl.col("known_on") == pl.col("known_on_right"))["event_id"].n_unique()
    assert same == opened["event_id"].n_unique()


def test_the_case_lies_in_the_region_of_its_first_report_and_ends_for_its_reason():
    homes = plain_homes(
        region=22, next_region=9, moved_at=on("2020-06-01") + 0.5, terminal=LOST, terminal_at=on("2023-05-01") + 0.7
    )
    row = observe_one(["2019-06-01", "2021-06-01"], homes).tables["cases"].row(0, named=True)
    assert row == {
        "case_id": case_ids(CERTAIN.seed, np.array([0])).item(), "region": "Brabant-Noordoost", "observed_from": START,
        "observed_until": date(2023, 5, 1), "end_reason": "moved_out_of_region",
    }  # fmt: skip
    assert observe_one(["2021-06-01"], homes).tables["cases"]["region"].to_list() == ["Utrecht"]
    stayed = plain_homes(region=22, terminal=OBSERVED)
    assert observe_one(["2022-06-01"], stayed).tables["cases"]["region"].to_list() == ["Oost-Brabant"]


def test_two_reports_that_say_the_same_are_one_event():
    incidents = plain_incidents([0, 0], [on("2019-06-01")] * 2)
    reports = plain_reports(incidents, phase=[1, 1])
    for seed in range(20):
        found = observe(CERTAIN, 0, 0, plain_homes(), incidents, reports, np.random.default_rng(seed))
        events = found.tables["events"].filter(kind="follow_up_report")
        assert events.height == events["known_on"].n_unique() == found.registered.height
        if events.height == 1:
            assert found.registered["report"].to_list() == [0]
            break
    else:
        pytest.fail("the two reports never had the same lag")


def test_what_became_known_after_the_extraction_is_left_out():
    incidents = plain_incidents([0, 0], [on("2020-01-01"), on("2024-12-31")])
    reports = plain_reports(incidents, planned_on=[on("2024-12-30"), NEVER])
    arguments = (plain_homes(), incidents, reports, np.random.default_rng(0))
    found = observe(with_reporting(late_share=1.0), 0, 0, *arguments)
    assert found.tables["cases"].height == 1
    assert set(found.tables["events"]["occurred_on"]) == {date(2020, 1, 1)}
    assert found.registered["report"].to_list() == [0]
