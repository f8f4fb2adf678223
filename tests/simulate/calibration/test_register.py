"""Counts from the observed tables, against a slow count that reads like the definition."""

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from hgrisk.simulate.calibration.register import REGIONS, register_counts
from hgrisk.simulate.parameters.population import KINDS
from hgrisk.simulate.parameters.reporting import SOURCES
from hgrisk.simulate.regions import INHABITANTS, MERGED, SUCCESSOR
from tests.simulate.truth.made_block import SEAMS

EXTRACTION = date(2024, 12, 31)
EVENTS = ("report", "follow_up_report", "barring_order", "advice", "radar_link", "arrest")
NAMES = [*INHABITANTS, SUCCESSOR, None]


def make_tables(seed, cases=80):
    """Let the events of a case follow each other at gaps on the borders of the definitions."""
    rng = np.random.default_rng(seed)
    rows = []
    for case in range(cases):
        day = date(2015, 6, 1) + timedelta(days=int(rng.integers(0, 3000)))
        for _ in range(rng.integers(0, 9)):
            kind = rng.choice(EVENTS, p=[0.4, 0.25, 0.15, 0.1, 0.05, 0.05])
            code = str(rng.choice(KINDS))
            rows.append((f"C{case}", kind, code if kind in EVENTS[:2] else None, day, rng.choice(SOURCES)))
            day += timedelta(days=int(rng.choice(SEAMS)))
    rng.shuffle(rows)
    kept = [row for row in rows if row[3] <= EXTRACTION]
    events = pl.DataFrame(kept, schema=["case_id", "kind", "code", "occurred_on", "source"], orient="row")
    regions = [NAMES[place] for place in rng.integers(0, len(NAMES), cases)]
    return {
        "events": events,
        "cases": pl.DataFrame({"case_id": [f"C{case}" for case in range(cases)], "region": regions}),
    }


@pytest.fixture(scope="module", params=[1, 2, 3])
def tables(request):
    return make_tables(request.param)


@pytest.fixture(scope="module")
def counts(tables):
    return register_counts(tables, EXTRACTION)[0]


def reports_of(tables):
    rows = tables["events"].rows(named=True)
    return [row for row in rows if row["kind"] in {"report", "follow_up_report"}]


def first_on(tables):
    found = {}
    for row in reports_of(tables):
        found[row["case_id"]] = min(row["occurred_on"], found.get(row["case_id"], EXTRACTION))
    return found


def share(rows, condition):
    return sum(map(condition, rows)), len(rows)


def test_the_split_of_2023(tables, counts):
    first = first_on(tables)
    rows = [row for row in reports_of(tables) if row["occurred_on"].year == 2023]

    def known(row):
        return first[row["case_id"]] < row["occurred_on"]

    assert len(rows) > 10
    assert counts["first_reports_2023"] == share(rows, lambda row: row["kind"] == "report" and not known(row))
    assert counts["re_reports_2023"] == share(rows, lambda row: row["kind"] == "report" and known(row))
    assert counts["follow_up_reports_2023"] == share(rows, lambda row: row["kind"] == "follow_up_report")
    assert counts["known_before_2023"] == share(rows, known)
    assert counts["reports_per_case_2023"] == (len(rows), len({row["case_id"] for row in rows}))


@pytest.mark.parametrize(
    ("name", "sources"),
    [
        ("police_and_justice", {"police_and_justice"}),
        ("non_professional", {"non_professional"}),
        ("health_and_mental_health_care", {"health_care", "mental_health"}),
        ("education", {"education"}),
        ("youth_care", {"youth_care"}),
    ],
)
def test_reporters_of_2023(tables, counts, name, sources):
    rows = [row for row in reports_of(tables) if row["occurred_on"].year == 2023]
    assert counts[f"{name}_2023"] == share(rows, lambda row: row["source"] in sources)


@pytest.mark.parametrize("kind", ["child_abuse", "partner_violence", "elder_abuse"])
def test_first_kinds_of_2024(tables, counts, kind):
    rows = [row for row in reports_of(tables) if row["occurred_on"].year == 2024]
    assert counts[f"{kind}_2024"] == share(rows, lambda row: row["code"] == kind)


def test_what_follows_upon_a_first_report(tables, counts):
    first = first_on(tables)
    last = EXTRACTION - timedelta(days=730)
    cohort = [case for case, on in first.items() if 2016 <= on.year <= 2022 and on <= last]
    days = {case: [] for case in first}
    for row in reports_of(tables):
        days[row["case_id"]].append((row["occurred_on"] - first[row["case_id"]]).days)

    def again(case, until):
        return any(14 < day <= until for day in days[case])

    within_year = [case for case in cohort if again(case, 365)]
    assert len(within_year) > 5
    assert counts["re_report_within_365_days"] == (len(within_year), len(cohort))
    assert counts["re_report_within_730_days"] == share(cohort, lambda case: again(case, 730))
    assert counts["first_year_re_reports_within_122_days"] == share(within_year, lambda case: again(case, 122))
    window = share(cohort, lambda case: any(365 <= day <= 548 for day in days[case]))
    assert counts["reports_in_days_365_to_548"] == window


def test_what_follows_upon_a_barring_order(tables, counts):
    last = EXTRACTION - timedelta(days=365)
    orders = [row for row in tables["events"].rows(named=True) if row["kind"] == "barring_order"]
    begun = [row for row in orders if 2016 <= row["occurred_on"].year <= 2023 and row["occurred_on"] <= last]

    def followed(order, sources):
        return any(
            row["case_id"] == order["case_id"]
            and row["source"] in sources
            and 14 < (row["occurred_on"] - order["occurred_on"]).days <= 365
            for row in reports_of(tables)
        )

    by_police = share(begun, lambda order: followed(order, {"police_and_justice"}))
    assert by_police[1] > 10
    assert counts["police_report_after_barring_order"] == by_police
    assert counts["any_report_after_barring_order"] == share(begun, lambda order: followed(order, SOURCES))


def test_reports_of_2023_by_region(tables):
    region = dict(tables["cases"].rows())
    wanted = dict.fromkeys(REGIONS, 0)
    for row in reports_of(tables):
        name = region[row["case_id"]]
        if row["occurred_on"].year == 2023 and name is not None:
            wanted[SUCCESSOR if name in MERGED else name] += 1
    assert register_counts(tables, EXTRACTION)[1].tolist() == list(wanted.values())


def test_the_merged_regions_are_one():
    assert len(REGIONS) == 25
    assert REGIONS[SUCCESSOR] == 672 + 806
    assert sum(REGIONS.values()) == sum(INHABITANTS.values())


def test_an_earlier_extraction_shortens_the_cohorts(tables):
    counts = register_counts(tables, date(2020, 12, 31))[0]
    first = [on for on in first_on(tables).values() if date(2016, 1, 1) <= on <= date(2019, 1, 1)]
    orders = tables["events"].filter(
        pl.col("kind") == "barring_order", pl.col("occurred_on").is_between(date(2016, 1, 1), date(2020, 1, 1))
    )
    assert counts["re_report_within_365_days"][1] == len(first)
    assert counts["any_report_after_barring_order"][1] == orders.height


def events_on(*rows):
    schema = ["case_id", "kind", "occurred_on"]
    table = pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        code=pl.lit("other"), source=pl.lit("police_and_justice")
    )
    return {"events": table, "cases": pl.DataFrame({"case_id": ["C"], "region": ["Utrecht"]})}


@pytest.mark.parametrize(("days", "follows"), [(0, 0), (14, 0), (15, 1), (365, 1), (366, 0)])
def test_the_first_fortnight_after_a_barring_order_does_not_count(days, follows):
    start = date(2020, 3, 1)
    tables = events_on(("C", "barring_order", start), ("C", "report", start + timedelta(days=days)))
    assert register_counts(tables, EXTRACTION)[0]["any_report_after_barring_order"] == (follows, 1)


@pytest.mark.parametrize(("extraction", "followed"), [(date(2022, 2, 28), 0), (date(2022, 3, 1), 1)])
def test_a_case_is_followed_for_730_days(extraction, followed):
    tables = events_on(("C", "report", date(2020, 3, 1)))
    assert register_counts(tables, extraction)[0]["re_report_within_730_days"] == (0, followed)


def test_the_order_of_rows_does_not_matter(tables, counts):
    turned = {name: table.reverse() for name, table in tables.items()}
    assert register_counts(turned, EXTRACTION)[0] == counts


def test_tables_without_rows_count_nothing(tables):
    counts, by_region = register_counts({name: table.clear() for name, table in tables.items()}, EXTRACTION)
    assert {*counts.values()} == {(0, 0)}
    assert by_region.tolist() == [0] * 25
