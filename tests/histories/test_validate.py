"""Rows that cannot be right are quarantined, exact duplicates merged, place-holders emptied."""

from datetime import date, datetime

import polars as pl
import pytest

from hgrisk.histories.account import ROW, SOURCE, TABLE
from hgrisk.histories.validate import check_table, exclude_rows, quarantine_rows, quarantine_strangers
from hgrisk.schema import column_types

at = datetime.fromisoformat
DAY = date(2019, 1, 5)
EVENT = {"event_id": "E1", "case_id": "H1", "kind": "report", "occurred_on": DAY}


def part(*rows, source="s", table="events") -> pl.DataFrame:
    frame = pl.DataFrame(list(rows), infer_schema_length=None)
    ours = {name: dtype for name, dtype in column_types(table).items() if name in frame.columns}
    place = (pl.Series(ROW, range(1, frame.height + 1)), pl.lit(source).alias(SOURCE), pl.lit(table).alias(TABLE))
    return frame.cast(ours).select(*place, pl.all())


def check(table, *rows):
    checked = check_table(table, [part(*rows, table=table)])
    return checked.frame, checked.unused.select("source_row", "status", "reason").sort("source_row").rows()


def reasons(*rows) -> list[tuple]:
    return check("events", *rows)[1]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"case_id": None}, "case_id is empty"),
        ({"kind": None}, "kind is empty"),
        ({"occurred_on": None, "known_on": DAY}, "occurred_on is empty"),
        ({"ended_on": date(2019, 1, 4)}, "ends before it starts"),
        ({"known_on": date(2019, 1, 4)}, "known before it occurred"),
        ({"known_at": at("2019-01-06T00:00"), "known_on": DAY}, "instant not on its date"),
        (
            {"known_at": at("2019-01-05T09:00"), "occurred_at": at("2019-01-05T10:00")},
            "known before it occurred",
        ),
        ({"occurred_on": date(19, 1, 5)}, "date before 1900"),
        ({"known_on": date(2109, 1, 5)}, "date after 2100"),
        ({"known_on": date(9999, 12, 31)}, "date after 2100"),
        ({"occurred_on": date(9999, 12, 31)}, "date after 2100"),
        ({"ended_on": date(2919, 1, 5)}, "date after 2100"),
        ({"corrected_on": date(2109, 1, 5)}, "date after 2100"),
        ({"corrected_on": date(2019, 1, 4)}, "corrected before known"),
        ({"known_on": date(2109, 1, 5), "corrected_on": DAY}, "date after 2100"),
    ],
)
def test_a_broken_rule_is_the_reason_and_the_other_rows_stay(values, reason):
    frame, told = check("events", EVENT, {**EVENT, "event_id": "E2", **values}, {**EVENT, "event_id": "E3"})
    assert told == [(2, "quarantined", reason)]
    assert frame[ROW].to_list() == [1, 3]


def test_one_row_that_breaks_two_rules_is_told_once():
    assert (
        len(reasons(EVENT, {**EVENT, "event_id": "E2", "known_on": date(2019, 1, 4), "ended_on": date(2019, 1, 4)}))
        == 1
    )


def test_a_row_may_be_corrected_on_the_day_on_which_it_became_known():
    assert reasons({**EVENT, "known_on": DAY, "corrected_on": DAY}) == []


def test_exact_duplicates_are_merged_into_the_first():
    frame, told = check("events", EVENT, {**EVENT, "event_id": "E2"}, EVENT, EVENT)
    assert told == [(row, "merged", "exact duplicate of an earlier row") for row in (3, 4)]
    assert frame[ROW].to_list() == [1, 2]


def test_duplicates_are_seen_after_the_day_of_knowledge_is_filled_in():
    said = {**EVENT, "known_on": DAY}
    frame, told = check("events", {**EVENT, "known_on": None}, said)
    assert told == [(2, "merged", "exact duplicate of an earlier row")]
    assert frame["known_on"].to_list() == [DAY]


def test_duplicates_across_sources_are_merged():
    checked = check_table("events", [part(EVENT), part(EVENT, source="t")])
    assert checked.unused.select("source", "source_row", "status").rows() == [("t", 1, "merged")]


def test_rows_that_differ_in_an_extra_column_are_no_duplicates():
    assert reasons({**EVENT, "note": "a"}, {**EVENT, "note": "b"}) == [
        (row, "quarantined", "event_id stands on rows that differ") for row in (1, 2)
    ]


def test_an_identifier_on_rows_that_differ_quarantines_all_of_them():
    other = {**EVENT, "kind": "follow_up_report"}
    frame, told = check("events", EVENT, {**EVENT, "event_id": "E2"}, other, EVENT)
    assert told == [
        (1, "quarantined", "event_id stands on rows that differ"),
        (3, "quarantined", "event_id stands on rows that differ"),
        (4, "merged", "exact duplicate of an earlier row"),
    ]
    assert frame[ROW].to_list() == [2]


@pytest.mark.parametrize(
    ("table", "one", "other"),
    [
        ("cases", {"case_id": "H1", "region": "A"}, {"case_id": "H1", "region": "B"}),
        ("persons", {"person_id": "P1", "sex": "m"}, {"person_id": "P1", "sex": "f"}),
        ("regions", {"region": "A", "successor": "B"}, {"region": "A", "successor": "C"}),
    ],
)
def test_the_other_tables_have_one_row_for_each_identifier(table, one, other):
    key = next(iter(one))
    frame, told = check(table, one, other, {**one, key: "X"})
    assert told == [(row, "quarantined", f"{key} stands on rows that differ") for row in (1, 2)]
    assert frame[ROW].to_list() == [3]


def test_rows_without_an_identifier_do_not_share_it():
    told = check("cases", {"case_id": None, "region": "A"}, {"case_id": None, "region": "B"})[1]
    assert told == [(row, "quarantined", "case_id is empty") for row in (1, 2)]


@pytest.mark.parametrize("table", ["memberships", "case_regions"])
def test_tables_without_an_identifier_may_repeat_themselves(table):
    who = {"case_id": "H1", "person_id": "P1"} if table == "memberships" else {"case_id": "H1", "region": "A"}
    frame, told = check(table, {**who, "from_on": DAY}, {**who, "from_on": None}, {**who, "from_on": DAY})
    assert told == [(3, "merged", "exact duplicate of an earlier row")]
    assert frame.height == 2


def test_an_event_without_an_identifier_gets_one_of_its_own():
    row = {**EVENT, "event_id": None}
    checked = check_table("events", [part(row, {**row, "kind": "x"}), part({**row, "kind": "y"}, source="t")])
    assert checked.frame["event_id"].to_list() == ["row:s:1", "row:s:2", "row:t:1"]


@pytest.mark.parametrize(
    ("values", "known"),
    [
        ({}, DAY),
        ({"known_at": at("2019-01-07T09:00")}, date(2019, 1, 7)),
        ({"known_on": date(2019, 1, 9)}, date(2019, 1, 9)),
    ],
)
def test_the_day_of_knowledge(values, known):
    assert check("events", {**EVENT, **values})[0]["known_on"].to_list() == [known]


@pytest.mark.parametrize(
    ("table", "row", "column"),
    [
        ("events", EVENT, "ended_on"),
        ("cases", {"case_id": "H1"}, "observed_until"),
        ("memberships", {"case_id": "H1", "person_id": "P1"}, "until_on"),
        ("case_regions", {"case_id": "H1", "region": "A"}, "until_on"),
        ("regions", {"region": "A"}, "valid_until"),
    ],
)
@pytest.mark.parametrize("end", [date(9999, 12, 31), date(2999, 1, 1)])
def test_the_end_of_time_means_not_ended(table, row, column, end):
    frame, told = check(table, {**row, column: end})
    assert frame[column].to_list() == [None]
    assert told == []


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"observed_from": date(2019, 1, 6), "observed_until": DAY}, "observation ends before it starts"),
        ({"observed_from": date(1, 1, 1)}, "date before 1900"),
        ({"observed_from": date(9999, 12, 31)}, "date after 2100"),
        ({"observed_from": DAY}, None),
        ({"observed_until": DAY}, None),
        ({"observed_until": DAY, "observed_from": None}, None),
        ({}, None),
    ],
)
def test_a_period_of_observation_may_be_stated_in_part(values, reason):
    frame, told = check("cases", {"case_id": "H1", **values})
    assert told == ([(1, "quarantined", reason)] if reason else [])
    if not reason:
        assert [frame[name].item() for name in values] == list(values.values())


def test_names_of_working_columns_may_be_extra_columns():
    extra = {"row_key": 7, "reason": "x", "source_row": 3}
    frame, told = check("events", {**EVENT, **extra}, {**EVENT, **extra, "case_id": None, "event_id": "E2"})
    assert told == [(2, "quarantined", "case_id is empty")]
    assert frame.select(list(extra)).row(0) == (7, "x", 3)


def test_sources_with_other_extra_columns_and_types_are_stacked():
    parts = [part({**EVENT, "n": 1}), part({**EVENT, "event_id": "E2", "n": "x", "m": DAY}, source="t")]
    frame = check_table("events", parts).frame
    assert frame.select("n", "m").rows() == [("1", None), ("x", DAY)]


def test_setting_rows_aside():
    table = check_table("events", [part(EVENT, {**EVENT, "event_id": "E2", "case_id": "H2", "severity": 2.0})])
    strangers = quarantine_strangers(table, "case_id", pl.Series(["H1"]), "unknown")
    assert strangers.frame[ROW].to_list() == [1]
    assert strangers.unused.select("source_row", "status", "reason").rows() == [(2, "quarantined", "unknown")]
    for set_aside, status in ((quarantine_rows, "quarantined"), (exclude_rows, "excluded")):
        left = set_aside(table, pl.col("severity") > 1, "severe")
        assert left.frame[ROW].to_list() == [1]
        assert left.unused.select("source_row", "status", "reason").rows() == [(2, status, "severe")]


def test_an_empty_reference_is_no_stranger():
    table = check_table("events", [part({**EVENT, "person_id": None})])
    assert quarantine_strangers(table, "person_id", pl.Series(["P1"]), "unknown").frame.height == 1
