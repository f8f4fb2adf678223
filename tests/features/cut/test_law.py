"""The time law on single events: one row of the table for each clause."""

import numpy as np
import pytest

from hgrisk.features.cut.law import history_of, is_known, is_of_landmark, is_seen
from hgrisk.features.cut.layout import ALWAYS, EVENT, MOMENT, NEVER, NO_INSTANT, NONE

HOUR = 3_600_000_000


def an_event(**fields):
    event = np.zeros(1, dtype=EVENT)
    values = {"instant": NO_INSTANT, "day": 90, "known": 90, "begun": ALWAYS, "incident": NONE, "row": 5} | fields
    for name, value in values.items():
        event[name] = value
    return event


def a_moment(**fields):
    moment = np.zeros(1, dtype=MOMENT)
    values = {"instant": NO_INSTANT, "day": 100, "from_day": ALWAYS, "incident": NONE, "event": NONE} | fields
    for name, value in values.items():
        moment[name] = value
    return moment


@pytest.mark.parametrize(
    ("event", "moment", "known"),
    [
        ({}, {}, True),
        ({"known": 99}, {}, True),
        ({"known": 100}, {}, False),
        ({"known": 101}, {}, False),
        ({"known": 100, "instant": 9 * HOUR}, {"instant": 10 * HOUR}, True),
        ({"known": 100, "instant": 10 * HOUR}, {"instant": 10 * HOUR}, True),
        ({"known": 100, "instant": 11 * HOUR}, {"instant": 10 * HOUR}, False),
        ({"known": 100, "instant": 9 * HOUR}, {}, False),
        ({"known": 100}, {"instant": 10 * HOUR}, False),
        ({"known": 100, "instant": -9 * HOUR}, {"instant": 10 * HOUR}, True),
        ({"known": 101, "instant": 9 * HOUR}, {"instant": 10 * HOUR}, False),
        ({"begun": 99}, {}, True),
        ({"begun": 100}, {}, False),
        ({"known": 100, "instant": 9 * HOUR, "begun": 100}, {"instant": 10 * HOUR}, False),
    ],
)
def test_what_is_known(event, moment, known):
    assert is_known(an_event(**event)[0], a_moment(**moment)[0]) == known


@pytest.mark.parametrize(
    ("event", "moment", "own"),
    [
        ({}, {}, False),
        ({"incident": 3}, {"incident": 3}, True),
        ({"incident": 3}, {"incident": 4}, False),
        ({"incident": NONE}, {"incident": NONE}, False),
        ({"row": 7}, {"event": 7}, True),
        ({"row": 7}, {"event": 8}, False),
    ],
)
def test_what_is_the_landmarks_own(event, moment, own):
    assert is_of_landmark(an_event(**event)[0], a_moment(**moment)[0]) == own


def test_an_end_on_the_landmarks_day_is_not_seen():
    assert [is_seen(day, a_moment()[0]) for day in (99, 100, 101)] == [True, False, False]


def the_history(days, moment, within=NEVER):
    events = np.concatenate([an_event(day=day, known=day, row=row) for row, day in enumerate(days)])
    found = np.zeros(len(days), dtype=np.int32)
    places = np.arange(len(days), dtype=np.int32)
    n = history_of(events, places, 0, len(days), moment[0], within, found)
    return [days[place] for place in found[:n]]


def test_a_window_and_a_cap_hold_their_first_day():
    days = [1, 49, 50, 51, 99, 100, 101]
    assert the_history(days, a_moment()) == [1, 49, 50, 51, 99]
    assert the_history(days, a_moment(), within=50) == [50, 51, 99]
    assert the_history(days, a_moment(from_day=51)) == [51, 99]
    assert the_history(days, a_moment(from_day=51), within=2) == [99]
    assert the_history(days, a_moment(event=4)) == [1, 49, 50, 51]
