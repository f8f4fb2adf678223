"""Regions on dates."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from hgrisk.histories.places import region_on
from hgrisk.simulate.observed.period import Period
from hgrisk.simulate.observed.residences import case_regions, date_series, region_at, region_names, region_table
from hgrisk.simulate.records import NEVER
from hgrisk.simulate.regions import INHABITANTS, MERGED, SUCCESSOR
from hgrisk.simulate.scenario import Scenario
from tests.simulate.observed.builders import on, plain_homes

NAMES = list(INHABITANTS)
EAST, WEST = (NAMES.index(name) for name in MERGED)


def residences(homes):
    period = Period.of(Scenario(), homes)
    ids = pl.Series([f"H{home}" for home in range(homes.size)])
    return case_regions(Scenario(), homes, period, np.arange(homes.size), ids)


def test_every_region_and_the_successor():
    regions = region_table(Scenario())
    assert regions["region"].to_list() == [*NAMES, SUCCESSOR]
    ended = regions.drop_nulls("valid_until")
    assert ended.select("region", "valid_until", "successor").rows() == [
        (name, date(2021, 12, 31), SUCCESSOR) for name in MERGED
    ]
    assert regions.filter(region=SUCCESSOR)["valid_from"].to_list() == [date(2022, 1, 1)]


def test_the_new_region_counts_from_the_day_of_the_move():
    homes = plain_homes(2, region=[1, 1], next_region=[2, 2], moved_at=[on("2020-01-05") + 0.6, np.inf])
    days = np.array([on("2020-01-04"), on("2020-01-05"), on("2020-01-05")])
    assert region_at(homes, np.array([0, 0, 1]), days).tolist() == [1, 2, 1]


def test_names_before_and_after_the_merger():
    days = np.array([on("2021-12-31"), on("2022-01-01"), on("2022-01-01")])
    assert region_names(Scenario(), np.array([EAST, WEST, 0]), days).to_list() == [MERGED[0], SUCCESSOR, NAMES[0]]


def test_two_rows_for_who_moved_while_observed():
    moved = [on("2020-03-04") + 0.5, on("2014-12-31"), on("2024-12-31") + 0.5, on("2025-01-01"), on("2020-03-04")]
    homes = plain_homes(5, region=[EAST, 1, 2, 3, 4], next_region=[5, 2, WEST, 4, 4], moved_at=moved)
    assert residences(homes).rows() == [
        ("H0", MERGED[0], date(2015, 1, 1), date(2020, 3, 3)),
        ("H0", NAMES[5], date(2020, 3, 4), None),
        ("H2", NAMES[2], date(2015, 1, 1), date(2024, 12, 30)),
        ("H2", SUCCESSOR, date(2024, 12, 31), None),
    ]


@pytest.mark.parametrize("day", ["2015-01-01", "2020-03-03", "2020-03-04", "2021-12-31", "2022-01-01", "2024-12-31"])
def test_the_reader_finds_the_region_of_every_day(day):
    places = [(EAST, 5), (5, EAST), (EAST, WEST), (3, 4)]
    homes = plain_homes(4, region=[a for a, _ in places], next_region=[b for _, b in places],
                        moved_at=on("2020-03-04") + 0.5)  # fmt: skip
    ids = [f"H{home}" for home in range(4)]
    where = pl.DataFrame({"case_id": ids, "landmark_on": [date.fromisoformat(day)] * 4})
    first = region_names(Scenario(), homes.region, np.full(4, on("2015-01-01")))
    cases = pl.DataFrame({"case_id": ids, "region": first})
    found = region_on(where, cases, residences(homes), region_table(Scenario()))
    days = np.full(4, on(day))
    true = region_names(Scenario(), region_at(homes, np.arange(4), days), days)
    assert found.to_list() == true.to_list()


def test_dates_with_gaps():
    assert date_series(np.array([[NEVER, 1], [2, 3]])[:, 0]).to_list() == [None, date(1970, 1, 3)]
