"""The tables hold together, whatever the size of the world."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from hgrisk.errors import ConfigError
from hgrisk.simulate.settings import KIND_SHARES, SimulationSettings
from hgrisk.simulate.simulator import SimulatedHistories, simulate
from hgrisk.simulate.steps import COLUMNS

REPORTS = ["report", "follow_up_report"]
KINDS = {
    "report", "follow_up_report", "advice", "radar_link", "safety_assessment", "barring_order", "arrest", "detention",
    "involvement", "handover_sent", "help_first_contact", "safety_plan", "case_closed", "death", "moved_out_of_region",
}  # fmt: skip


@pytest.fixture(scope="module")
def world() -> SimulatedHistories:
    return simulate(SimulationSettings(households=2000, seed=7))


def test_columns_and_kinds(world):
    assert world.events.columns == list(COLUMNS)
    assert set(world.events["kind"]) == KINDS
    assert world.events["event_id"].is_unique().all()
    assert world.cases.columns == ["case_id", "region", "observed_from", "observed_until", "end_reason"]
    assert world.persons.columns == ["person_id", "born_on", "sex"]
    assert world.memberships.columns == ["case_id", "person_id", "role", "from_on", "until_on"]


@hypothesis_settings(max_examples=25, deadline=None)
@given(households=st.integers(1, 40), seed=st.integers(0, 10_000))
def test_events_lie_in_the_observed_period(households, seed):
    world = simulate(SimulationSettings(households=households, seed=seed))
    joined = world.events.join(world.cases, on="case_id", how="left")
    assert joined["observed_from"].null_count() == 0
    assert (joined["occurred_on"] >= joined["observed_from"]).all()
    assert (joined["occurred_on"] <= joined["observed_until"]).all()
    assert (joined["known_on"] >= joined["occurred_on"]).all()
    assert (joined["known_on"] <= date(2024, 12, 31)).all()
    assert (joined["ended_on"] >= joined["occurred_on"]).all()
    assert joined.filter(pl.col("kind").is_in(REPORTS))["case_id"].n_unique() == households


def test_keys_refer_to_rows(world):
    persons = set(world.persons["person_id"])
    assert set(world.memberships["person_id"]) == persons
    assert set(world.memberships["case_id"]) == set(world.cases["case_id"])
    assert set(world.cases["region"]) <= set(world.regions["region"])
    for part in ("person_id", "exposed_person_id"):
        pairs = world.events.drop_nulls(part).select("case_id", person_id=part).unique()
        assert pairs.join(world.memberships, on=["case_id", "person_id"], how="anti").is_empty()


def test_nobody_is_exposed_to_themselves_or_reported_before_birth(world):
    reports = world.events.filter(pl.col("kind").is_in(REPORTS))
    assert reports.filter(pl.col("person_id") == pl.col("exposed_person_id")).is_empty()
    born = reports.join(world.persons, left_on="exposed_person_id", right_on="person_id")
    assert (born["born_on"] <= born["occurred_on"]).all()
    assert reports["person_id"].null_count() == 0
    assert set(reports["code"]) == set(KIND_SHARES)
    assert reports["severity"].is_between(1, 5).all()


def test_parents_are_older_than_their_children(world):
    adults = world.memberships.filter(pl.col("role") == "adult").join(world.persons, on="person_id")
    children = world.memberships.filter(pl.col("role") == "child").join(world.persons, on="person_id")
    youngest = adults.drop_nulls("born_on").group_by("case_id").agg(pl.col("born_on").max().alias("adult_born_on"))
    both = children.drop_nulls("born_on").join(youngest, on="case_id")
    assert ((both["born_on"] - both["adult_born_on"]).dt.total_days() > 0).mean() > 0.99


def test_a_report_within_an_involvement_is_a_follow_up_report(world):
    spells = world.events.filter(pl.col("kind") == "involvement").select("case_id", start="occurred_on", end="ended_on")
    reports = world.events.filter(pl.col("kind").is_in(REPORTS))
    end = pl.col("end").fill_null(date(2100, 1, 1))
    inside = (pl.col("occurred_on") > pl.col("start")) & (pl.col("occurred_on") <= end)
    found = (
        reports.join(spells, on="case_id", how="left").group_by("event_id", "kind").agg(inside.any().alias("inside"))
    )
    expected = found["kind"] == "follow_up_report"
    assert (found["inside"] == expected).mean() > 0.99  # an involvement known only after the extraction is not seen


def test_spells_may_be_open_at_the_extraction(world):
    for kind in ("involvement", "detention"):
        spells = world.events.filter(pl.col("kind") == kind)
        assert 0 < spells["ended_on"].null_count() < 0.1 * spells.height
    orders = world.events.filter(pl.col("kind") == "barring_order")
    assert set(orders["value"]) == {10.0, 28.0}


def test_the_merged_region_succeeds_two(world):
    gone = world.regions.drop_nulls("successor")
    assert gone["successor"].to_list() == ["Oost-Brabant"] * 2
    assert world.regions.height == 27
    entry = world.events.group_by("case_id").agg(entered_on=pl.col("occurred_on").min())
    dated = world.cases.join(world.regions, on="region").join(entry, on="case_id")
    assert (dated["entered_on"] >= dated["valid_from"]).all()
    assert (dated["entered_on"] <= dated["valid_until"]).all()


def test_same_settings_same_tables(world):
    again = simulate(SimulationSettings(households=2000, seed=7))
    for name in ("events", "cases", "persons", "memberships", "regions", "faulty_rows", "truth"):
        assert_frame_equal(getattr(world, name), getattr(again, name))
    other = simulate(SimulationSettings(households=2000, seed=8))
    assert not world.events["occurred_on"].equals(other.events["occurred_on"])


def test_a_person_carries_frailty_to_the_second_household(world):
    firsts = world.memberships.filter(pl.col("role") == "adult").join(world.truth, on="case_id")
    moved = firsts.filter(pl.col("person_id").is_duplicated())
    assert moved.height > 100
    assert (moved.group_by("person_id").agg(pl.col("frailty").n_unique())["frailty"] == 1).all()


def test_multipliers_make_the_hazard(world):
    truth = world.truth
    made = truth["frailty"] * truth["covariate_multiplier"] * truth["violence_multiplier"]
    ratio = truth["hazard"] / (made * truth["recording_multiplier"])
    assert ratio.std() == pytest.approx(0, abs=1e-12)


def test_more_frailty_more_reports(world):
    counts = world.events.filter(pl.col("kind").is_in(REPORTS)).group_by("case_id").len()
    both = world.truth.join(counts, on="case_id")
    assert both.select(pl.corr("frailty", "len", method="spearman")).item() > 0.3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"extraction_on": date(2024, 1, 1)},
            (
                "Entry starts before it ends, and ends 90 days before the extraction, but found 2015-01-01, 2023-12-31 "
                "and 2024-01-01: set first_entry, last_entry and extraction_on in that order."
            ),
        ),
        (
            {"kind_shares": KIND_SHARES | {"other": 0.15}},
            "kind_shares adds up to 1, but found 1.1: rescale the shares.",
        ),
        (
            {"other_sources": {"health": 1.0}},
            (
                "other_sources names every key once, but found health: "
                "give education, health, non_professional, other, youth_care."
            ),
        ),
        (
            {"police_shares": KIND_SHARES | {"other": -1.0}},
            "police_shares holds positive numbers, but found -1.0: give more than 0.",
        ),
    ],
)
def test_settings_that_cannot_be(change, message):
    with pytest.raises(ConfigError) as caught:
        SimulationSettings.parse(change, "simulate.toml")
    assert str(caught.value) == message
