"""A part of a delivery is checked as the whole would be, where it is told what it cannot see."""

from datetime import date

import polars as pl

from hgrisk.histories.account import ROW, SOURCE, TABLE
from hgrisk.histories.checks import check_tables, observe


def rows(table, *content):
    frame = pl.DataFrame(content).select(pl.int_range(1, len(content) + 1, eager=True).alias(ROW), pl.all())
    return frame.with_columns(pl.lit("s").alias(SOURCE), pl.lit(table).alias(TABLE))


def event(event_id, case_id="H1", on=date(2020, 5, 1)):
    return {"event_id": event_id, "case_id": case_id, "kind": "report", "occurred_on": on, "known_on": on}


def test_an_id_that_stands_elsewhere_is_quarantined():
    parts = {"events": [rows("events", event("a"), event("b"), event(None))]}
    elsewhere = pl.Series(["b", "z"])
    tables = check_tables(parts, None, elsewhere)
    assert tables["events"].frame["event_id"].to_list() == ["a", "row:s:3"]
    assert tables["events"].unused["reason"].to_list() == ["event_id stands on rows that differ"]
    assert check_tables(parts, None, elsewhere[:0])["events"].frame.height == 3


def test_a_period_that_is_not_stated_is_that_of_the_whole_delivery():
    tables = check_tables({"events": [rows("events", event("a"))]}, None)
    days = ("observed_from", "observed_until")
    alone = observe(tables, None).frames["cases"].select(days).row(0)
    as_part = observe(tables, None, (date(2019, 1, 1), date(2021, 1, 1))).frames["cases"].select(days).row(0)
    assert (alone, as_part) == ((date(2020, 5, 1),) * 2, (date(2019, 1, 1), date(2021, 1, 1)))


def test_a_part_without_events_has_its_cases():
    cases = rows("cases", {"case_id": "H1", "observed_from": date(2020, 1, 1), "observed_until": date(2020, 2, 1)})
    parts = {"events": [rows("events", event("a"))[:0]], "cases": [cases]}
    frames = observe(check_tables(parts, None), None, (None, None)).frames
    assert (frames["events"].height, frames["cases"].height) == (0, 1)
