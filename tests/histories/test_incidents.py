"""Trap 1: a report is not an incident; several reports of one happening are one, whatever becomes known later."""

from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.histories.incidents import REPORT_KINDS, mark_incidents
from tests.builders import build, day, event, random_histories, report, shuffled
from tests.features.reference import incidents, known_order

WINDOWS = st.sampled_from((0, 1, 7, 14, 28))


def marks(histories, window=14, kinds=REPORT_KINDS):
    """Return (starts an incident, day of the incident from the start) by event."""
    marked = mark_incidents(histories.events, kinds, window)
    rows = marked.select("event_id", "starts_incident", "incident_on").rows()
    return {key: (starts, None if on is None else (on - day(0)).days) for key, starts, on in sorted(rows)}


def starts(events, window=14, kinds=REPORT_KINDS):
    """Return whether each event starts an incident, in the order given."""
    return [start for start, _ in marks(build(events), window, kinds).values()]


@given(random_histories(), WINDOWS)
def test_every_mark_equals_the_slow_reference(histories, window):
    expected = incidents(histories.events.to_dicts(), REPORT_KINDS, window)
    marked = mark_incidents(histories.events, REPORT_KINDS, window)
    assert marked["event_id"].to_list() == histories.events["event_id"].to_list()
    for row in marked.to_dicts():
        assert (row["starts_incident"], row["incident_on"]) == expected.get(row["event_id"], (True, None))


@settings(max_examples=50)
@given(random_histories(min_events=3), WINDOWS, st.data())
def test_a_mark_depends_on_nothing_that_became_known_later(histories, window, data):
    ordered = sorted(histories.events.to_dicts(), key=known_order)
    known = [row["event_id"] for row in ordered[: data.draw(st.integers(1, len(ordered)))]]
    whole = mark_incidents(histories.events, REPORT_KINDS, window)
    part = mark_incidents(histories.events.filter(pl.col("event_id").is_in(known)), REPORT_KINDS, window)
    assert part.equals(whole.filter(pl.col("event_id").is_in(known)))


@settings(max_examples=50)
@given(random_histories(), WINDOWS, st.integers(0, 9))
def test_the_order_of_the_rows_changes_nothing(histories, window, seed):
    assert marks(shuffled(histories, seed), window) == marks(histories, window)


@pytest.mark.parametrize("window", [0, 7, 14, 28])
def test_the_window_holds_its_last_day(window):
    assert starts([report(0), report(window), report(window + 1)], window) == [True, False, True]


def test_an_incident_does_not_grow_with_its_reports():
    assert starts([report(on) for on in (0, 10, 20, 30)], 14) == [True, False, True, False]


def test_an_earlier_day_that_becomes_known_later_belongs_to_the_incident_too():
    events = [report(20), report(6, 21), report(5, 21)]
    assert marks(build(events)) == {"e00": (True, 20), "e01": (False, 20), "e02": (True, 5)}


def test_between_two_incidents_the_one_known_first_wins():
    assert marks(build([report(20, 20), report(0, 30), report(10, 40)]))["e02"] == (False, 20)
    assert marks(build([report(20, 35), report(0, 30), report(10, 40)]))["e02"] == (False, 0)


def test_on_one_day_the_earlier_instant_is_known_first_and_no_instant_comes_last():
    # by the day on which it occurred alone, the report of day 0 would come first
    assert starts([report(10, 12, at=9), report(0, 12, at=15), report(5, 12)]) == [True, False, False]
    assert starts([report(10, 12, at=15), report(0, 12, at=9)]) == [False, True]


def test_households_and_other_kinds_keep_apart():
    events = [report(0), report(3, case_id="H2"), event("advice", 4), event("arrest", 4), event("follow_up_report", 5)]
    assert starts(events) == [True, True, True, True, False]
    assert starts(events, kinds=("report",)) == [True] * 5
    assert marks(build(events))["e02"] == (True, None)


def test_events_without_reports_and_no_events_at_all_are_marked():
    assert starts([event("advice", 0), event("arrest", 0)]) == [True, True]
    empty = mark_incidents(build([]).events, REPORT_KINDS, 14)
    assert empty.height == 0
    assert empty.schema["incident_on"] == pl.Date


def test_dates_before_1970_and_leap_days_are_days_like_others():
    for first, gap in ((-18_266, 14), (-18_266, 15), (59 - 14, 14), (59 - 14, 15)):
        assert starts([report(first), report(first + gap)]) == [True, gap == 15]
    assert day(59).isoformat() == "2020-02-29"
    assert day(-18_266) < day(0) - timedelta(days=50 * 365)
