"""Events in one order, as numbers."""

import numpy as np
import polars as pl

from hgrisk.features.cut.event_rows import EventRows, Labels
from hgrisk.features.cut.layout import NEVER, NO_INSTANT, NONE
from hgrisk.histories.incidents import mark_incidents
from tests.builders import build, event, report


def rows(*events, window=14):
    return EventRows.of(mark_incidents(build(events).events, ("report",), window), ("report",))


def test_labels_are_sorted_and_empty_is_none():
    labels = Labels.of(pl.Series(["b", None, "a", "b"]))
    assert labels.labels == ("a", "b")
    assert labels.numbers.tolist() == [1, NONE, 0, 1]
    assert Labels.of(pl.Series([None], dtype=pl.String)).numbers.tolist() == [NONE]


def test_events_are_in_the_order_of_occurring_then_of_becoming_known():
    ordered = rows(report(5, 9), report(5, 6), event("arrest", 3, 20), report(5, 6))
    assert ordered.frame["event_id"].to_list() == ["e02", "e01", "e03", "e00"]
    assert np.diff(ordered.day).tolist() == [2, 0, 0]
    assert (ordered.known - ordered.day).tolist() == [17, 1, 1, 4]


def test_reports_of_an_incident_share_a_number_and_its_days():
    ordered = rows(report(0), report(10), event("arrest", 5), report(30), report(2, case_id="H2"))
    numbers = dict(zip(ordered.frame["event_id"].to_list(), ordered.incident.tolist(), strict=True))
    assert numbers["e00"] == numbers["e01"]
    assert numbers["e02"] == NONE
    assert len({numbers[name] for name in ("e00", "e03", "e04")}) == 3
    first, last = ordered.incident_days
    assert last[numbers["e00"]] - first[numbers["e00"]] == 10
    assert ordered.starts.tolist() == [name != "e01" for name in ordered.frame["event_id"]]


def test_what_is_empty_has_its_own_number():
    ordered = rows(event("arrest", 0), event("detention", 1, ended=4, corrected_on=None, at=9))
    assert ordered.ended.tolist() == [NEVER, ordered.day[1] + 3]
    assert ordered.corrected.tolist() == [-NEVER, -NEVER]
    assert ordered.instant[0] == NO_INSTANT
    assert ordered.instant[1] == int(ordered.day[1]) * 86_400_000_000 + 9 * 3_600_000_000
    assert np.isnan(ordered.numbers("severity")).all()


def test_no_event_at_all_is_no_incident():
    nothing = EventRows.of(mark_incidents(build([]).events, ("report",), 14), ("report",))
    assert len(nothing.incident) == len(nothing.incident_days[0]) == 0
