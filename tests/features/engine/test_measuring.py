"""Measures on one history worked out by hand; that they hold on any history is the matter of test_measures.py."""

from datetime import date

import numpy as np
import pytest

from hgrisk.cohort import CohortSettings, select_landmarks
from hgrisk.features.cut.history import CutHistory
from hgrisk.features.engine.measuring import measure_all
from hgrisk.features.measures import (
    Changes,
    Count,
    DaysSince,
    Decayed,
    Distinct,
    Events,
    Field,
    Gaps,
    Last,
    Latency,
    OpenSince,
    Periods,
    Share,
    Spells,
)
from tests.builders import build, event, report

REPORTS, ASSESSED, STAY = Events(reports=True), Events(("assessment",)), Events(("stay",))
BY_PERSON = Events(reports=True, stream="reported")
HISTORY = [
    report(0, severity=2.0, code="a", source="police", person_id="p"),
    report(6, severity=5.0, code="b", source="school"),
    event("assessment", 8),
    report(100, severity=3.0, code="b", source="police", person_id="p"),
    report(110, severity=4.0, code="a", corrected_on=date(2030, 1, 1), source="police"),
    report(140, code="b", source="school"),
    event("assessment", 155),
    event("assessment", 156),
    report(180, severity=1.0, code="c", person_id="p"),
    event("stay", 20, ended=50),
    event("stay", 150, ended=200),
    event("stay", 160),
    report(200, person_id="p"),
]


def values(*measures, events=HISTORY):
    histories = build(events)
    cut = CutHistory.of(histories, select_landmarks(histories, CohortSettings()))
    measured = measure_all(cut, measures)
    return [
        measured.labels[place].to_list()[-1] if place in measured.labels else float(measured.numbers[place, -1])
        for place in range(len(measures))
    ]


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        # incidents start on days 0, 100, 140 and 180: ages 200, 100, 60 and 20 (day 6 and 110 repeat one)
        (Count(REPORTS), 4),
        (Count(REPORTS, 60), 2),
        (Count(Events(reports=True, once=False)), 6),
        (Count(BY_PERSON), 3),
        (DaysSince(REPORTS), 20),
        (DaysSince(REPORTS, which="first"), 200),
        (DaysSince(Events(("advice",))), np.nan),
        (Decayed(REPORTS, half_life_days=100.0), 2**-2 + 2**-1 + 2**-0.6 + 2**-0.2),
        (Gaps(REPORTS), 40),
        (Gaps(REPORTS, how="mean"), 60),
        (Gaps(REPORTS, how="shrink"), 1),
        (Gaps(REPORTS, 100, how="shrink"), 0),
        (Gaps(REPORTS, 60, how="shrink"), np.nan),
        (Periods(REPORTS, period_days=100), 3),
        (Field(REPORTS), 5),
        (Field(REPORTS, how="first"), 5),
        (Field(REPORTS, how="last"), 1),
        (Field(REPORTS, how="mean"), 3),
        (Field(REPORTS, how="sum"), 9),
        (Field(REPORTS, how="min"), 1),
        (Field(REPORTS, how="change"), -4),
        (Field(REPORTS, how="slope"), np.polyfit([0, 100, 180], [5, 3, 1], 1)[0] * 365.25),
        (Field(REPORTS, 5), np.nan),
        (Distinct(Events(reports=True, once=False)), 3),
        (Distinct(REPORTS, of="source"), 2),
        (Distinct(REPORTS, 30, of="source"), 0),
        (Spells(STAY), 2),
        (Spells(STAY, how="ended"), 1),
        (Spells(STAY, how="days_since_end"), 150),
        (Spells(STAY, how="days"), 30 + 50 + 40),
        (Changes(REPORTS), 2),
        (Share(Events(reports=True, codes=("a", "b")), part=Events(sources=("police",))), 2 / 3),
        (Share(Events(("advice",)), part=REPORTS), np.nan),
        (OpenSince(REPORTS, until=ASSESSED), 20),
        (OpenSince(ASSESSED, until=REPORTS), np.nan),
        (Latency(REPORTS, until=ASSESSED), 55),
        (Latency(REPORTS, 90, until=ASSESSED), 15),
        (OpenSince(REPORTS, until=ASSESSED, working=True), np.busday_count(date(2020, 6, 30), date(2020, 7, 20))),
    ],
)
def test_a_measure_by_hand(measure, expected):
    assert values(measure) == pytest.approx([expected], rel=1e-6, nan_ok=True)


def test_what_waits_from_when_it_was_known_is_taken_in_that_order():
    sent, answered = Events(("sent",)), Events(("answer",))
    asked = [event("sent", 0, 90), event("sent", 10, 20), event("sent", 30, 50), event("sent", 120)]
    known, occurred = (
        (Latency(sent, until=answered, from_known=late), OpenSince(sent, until=answered, from_known=late))
        for late in (True, False)
    )
    for answers, expected, by_day in (
        ((), [np.nan, 180], [np.nan, 200]),
        ((19,), [np.nan, 180], [19, 170]),  # none was known yet
        ((20,), [0, 150], [20, 170]),
        ((60,), [40, 110], [60, 80]),  # the one of day 0 came in on day 90
        ((60, 100), [10, 80], [60, 80]),
        ((130,), [110, np.nan], [130, np.nan]),
    ):
        events = [*asked, *(event("answer", on) for on in answers), report(200)]
        assert values(*known, *occurred, events=events) == pytest.approx([*expected, *by_day], nan_ok=True)


def test_the_last_label_is_empty_where_there_is_none():
    measures = (Last(REPORTS), Last(REPORTS, of="source"), Last(Events(("advice",)), of="kind"))
    assert values(*measures) == ["c", None, None]


def test_the_same_measure_twice_gives_two_columns():
    assert values(Field(REPORTS), Field(REPORTS), Count(REPORTS), Count(REPORTS)) == [5, 5, 4, 4]


def test_bursts_and_regularity():
    even, burst = ([report(n) for n in (*days, 900)] for days in ((0, 100, 200, 300), (0, 15, 30, 800)))
    measure = Gaps(REPORTS, how="burstiness")
    assert values(measure, events=even) == [-1]
    gaps = np.array([15, 15, 770])
    assert values(measure, events=burst) == pytest.approx(
        [(gaps.std() - gaps.mean()) / (gaps.std() + gaps.mean())], rel=1e-6
    )


def test_a_landmark_without_a_person_has_no_value():
    measures = (Count(BY_PERSON), Decayed(BY_PERSON), Share(BY_PERSON, part=REPORTS), DaysSince(BY_PERSON))
    assert np.isnan(values(*measures, events=[report(0, person_id="p"), report(100)])).all()


def test_more_selections_than_fit_one_pass():
    kinds = [f"k{n}" for n in range(40)]
    events = [event(kind, n) for n, kind in enumerate(kinds)] * 2 + [report(100)]
    measures = [Count(Events((kind,)), days) for kind in kinds for days in (None, 80)]
    expected = [count for n in range(40) for count in (2, 2 * (100 - n <= 80))]
    assert values(*measures, events=events) == expected
