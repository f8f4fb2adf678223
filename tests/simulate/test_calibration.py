"""The made-up world meets the sourced numbers that it is calibrated to."""

import polars as pl
import pytest

from hgrisk.simulate.settings import SimulationSettings
from hgrisk.simulate.simulator import SimulatedHistories, simulate

RISK_TOLERANCE = 0.03
POLICE_TOLERANCE = 0.03
NON_PROFESSIONAL_TOLERANCE = 0.02
MERGE_DAYS = 14


@pytest.fixture(scope="module")
def world() -> SimulatedHistories:
    return simulate(SimulationSettings(households=20_000))


@pytest.fixture(scope="module")
def reports(world: SimulatedHistories) -> pl.DataFrame:
    return world.events.filter(pl.col("kind").is_in(["report", "follow_up_report"]))


@pytest.fixture(scope="module")
def first_gap(reports: pl.DataFrame) -> pl.DataFrame:
    """Days from the first report to the next one of another incident; null if none was seen."""
    entry = reports.group_by("case_id").agg(entered_on=pl.col("occurred_on").min())
    days = reports.join(entry, on="case_id").select(
        "case_id", days=(pl.col("occurred_on") - pl.col("entered_on")).dt.total_days()
    )
    again = days.filter(pl.col("days") > MERGE_DAYS).group_by("case_id").agg(pl.col("days").min())
    return entry.join(again, on="case_id", how="left")


def rereported_within(gaps: pl.DataFrame, days: int) -> float:
    return float(gaps.select((pl.col("days") <= days).fill_null(value=False).mean()).item())


def test_rereport_within_twelve_months(first_gap):
    assert rereported_within(first_gap, 365) == pytest.approx(0.285, abs=RISK_TOLERANCE)


def test_rereport_within_twenty_four_months(first_gap):
    seen_two_years = first_gap.filter(pl.col("entered_on") <= pl.date(2022, 12, 31))
    assert rereported_within(seen_two_years, 730) == pytest.approx(0.37, abs=RISK_TOLERANCE)


def test_rereports_come_early(first_gap):
    assert rereported_within(first_gap, 122) >= 0.5 * rereported_within(first_gap, 365)


def test_reporters(reports):
    share = dict(reports["source"].value_counts(normalize=True).iter_rows())
    assert share["police"] == pytest.approx(0.67, abs=POLICE_TOLERANCE)
    assert share["non_professional"] == pytest.approx(0.08, abs=NON_PROFESSIONAL_TOLERANCE)


def test_first_reports_rereports_and_follow_up_reports(world, reports):
    follow_up = reports.filter(pl.col("kind") == "follow_up_report").height / reports.height
    assert world.cases.height / reports.height == pytest.approx(0.32, abs=0.05)
    assert follow_up == pytest.approx(0.285, abs=0.05)


def test_late_assessments_and_late_registration(world):
    lag = (world.events["known_on"] - world.events["occurred_on"]).dt.total_days()
    assert 0.8 < (lag <= 2).mean() < 0.95
    assert (lag > 21).mean() > 0.01


def test_some_persons_reported_as_perpetrator_live_in_a_second_household(reports):
    homes = reports.drop_nulls("person_id").group_by("person_id").agg(pl.col("case_id").n_unique())
    assert 0.05 < (homes["case_id"] > 1).mean() < 0.09


def test_incidents_reported_more_than_once(reports):
    gap = pl.col("occurred_on").diff().dt.total_days().over("case_id", order_by="occurred_on")
    numbered = reports.sort("case_id", "occurred_on").with_columns(new=(gap > MERGE_DAYS).fill_null(value=True))
    incidents = numbered.group_by(pl.col("new").cum_sum()).len()
    assert (incidents["len"] > 1).mean() == pytest.approx(0.12, abs=0.02)


def test_frailty_has_mean_one_and_its_variance(world):
    assert world.truth["frailty"].mean() == pytest.approx(1, abs=0.03)
    assert world.truth["frailty"].var() == pytest.approx(1, abs=0.1)
