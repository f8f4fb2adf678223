"""Whose events come to whose landmarks."""

import numpy as np
import pytest

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.features.cut.history import CutHistory
from hgrisk.features.cut.layout import ALWAYS
from tests.builders import build, event, member, report

PEOPLE = {"person_id": "p", "exposed_person_id": "q"}
EVENTS = [
    report(0, **PEOPLE),
    report(10, case_id="H2", **PEOPLE),
    report(20, case_id="H2", person_id="q", exposed_person_id="p"),
    report(30, case_id="H3", person_id="p", exposed_person_id="r"),
    event("arrest", 40, case_id="H3", person_id="p"),
    report(50, case_id="H3", person_id="r", exposed_person_id="q"),
    report(60, case_id="H3"),
    report(100, **PEOPLE),
]


def cut(events, memberships=()):
    histories = build(events, memberships=memberships)
    return CutHistory.of(histories, select_landmarks(histories, CohortSettings(merge_window_days=0)))


def brought(table, rows, landmark):
    """Return the ids of the events that are brought to a landmark."""
    key = np.searchsorted(table.moment_offsets, np.flatnonzero(table.moments["landmark"] == landmark), side="right") - 1
    if len(key) == 0:
        return None
    places = slice(table.event_offsets[key[0]], table.event_offsets[key[0] + 1])
    return [rows.frame["event_id"][int(row)] for row in table.events["row"][places]]


@pytest.mark.parametrize(
    ("stream", "ids"),
    [
        ("household", ["e00", "e07"]),
        ("reported", ["e00", "e01", "e03", "e04", "e07"]),
        ("as_exposed", ["e02"]),
        ("exposed", ["e00", "e01", "e05", "e07"]),
        ("dyad", ["e00", "e01", "e02", "e07"]),
        ("reversed", ["e02"]),
    ],
)
def test_each_stream_brings_its_events(stream, ids):
    history = cut(EVENTS)
    assert brought(history.stream(stream), history.rows, 6) == ids
    assert history.stream(stream) is history.stream(stream)


@pytest.mark.parametrize("stream", ["reported", "as_exposed", "exposed", "dyad", "reversed"])
def test_a_landmark_that_names_nobody_is_in_no_stream_of_persons(stream):
    history = cut(EVENTS)
    table = history.stream(stream)
    assert history.landmarks.frame.height == table.n_landmarks == 7
    assert brought(table, history.rows, 5) is None


def test_links_hold_while_a_person_belonged_and_the_earliest_path_counts():
    stays = [
        member("H1", "p"), member("H1", "q", 30), member("H2", "p", 5, 25), member("H2", "q", 15), member("H3", "s"),
    ]  # fmt: skip
    history = cut(EVENTS, stays)
    table = history.stream("linked")
    assert brought(table, history.rows, 6) == ["e01", "e02"]
    begun = {int(row): int(day) for row, day in zip(table.events["row"], table.events["begun"], strict=True)}
    start = int(history.rows.day[0])
    assert (begun[1] - start, begun[2] - start) == (5, 5)
    assert not table.events["plain"].any()


def test_an_event_is_plain_if_it_was_known_at_once():
    table = cut([report(0), report(9, 12), report(100)]).stream("household")
    assert table.events["plain"].tolist() == [1, 0, 1]
    assert (table.events["begun"] == ALWAYS).all()


def test_landmarks_out_of_order_are_put_in_order():
    history = cut([report(100), report(0), report(50)])
    backwards = history.landmarks.frame.reverse()
    again = CutHistory.of(
        history.histories, type(history.cohort)(backwards, history.cohort.marked_events, None, history.cohort.settings)
    )
    table = again.stream("household")
    assert np.diff(table.moments["day"]).tolist() == [50, 50]
    assert table.moments["landmark"].tolist() == [2, 1, 0]
