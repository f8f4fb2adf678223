"""Histories that are as awkward as the time law allows, and measures of every kind, drawn at random."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from hgrisk.cohort import Cohort, select_landmarks
from hgrisk.errors import DataError
from hgrisk.features import measures as m
from hgrisk.histories.case_histories import CaseHistories
from tests.builders import build, cohort_settings
from tests.features.reference import PERSONS

Row = dict[str, Any]

BASES = (date(2020, 1, 20), date(1969, 12, 10), date(2021, 5, 1), date(1900, 2, 10))
"""Days from which histories start: they cross a leap day, 1970, nothing, and the February of 1900."""

_KINDS = (
    *("report",) * 6, "follow_up_report", "follow_up_report", "advice", "screening", "detention", "detention", "sent",
    "accepted", "signal", "case_closed",
)  # fmt: skip
_DAYS = (0, 0, 1, 3, 14, 15, 28, 29, 30, 31, 60, 90, 91, 92, 182, 365, 366, 400)
_LATE = (0, 0, 0, 0, 1, 7, 30)
_CASES = ("A", "A", "A", "B", "B", "C")
_NAMES = ("p", "p", "q", "q", None)
_PAIRS = (("p", "q"), ("p", "q"), ("q", "p"))


@st.composite
def _events(draw: st.DrawFn, base: date) -> Row:
    occurred = base + timedelta(days=draw(st.sampled_from(_DAYS)))
    known = occurred + timedelta(days=draw(st.sampled_from(_LATE)))
    hour = draw(st.sampled_from((None, None, 8, 9, 10)))
    length = draw(st.sampled_from((None, 0, 1, 14, 30, 200)))
    corrected = draw(st.sampled_from((None, None, None, 0, 15, 60)))
    reported, exposed = draw(st.sampled_from(_PAIRS) | st.tuples(st.sampled_from(_NAMES), st.sampled_from(_NAMES)))
    return {
        "case_id": draw(st.sampled_from(_CASES)),
        "kind": draw(st.sampled_from(_KINDS)),
        "person_id": reported,
        "exposed_person_id": exposed,
        "code": draw(st.sampled_from((None, "a", "a", "b"))),
        "further_kinds": draw(st.sampled_from((None, None, "c", "a;c"))),
        "occurred_on": occurred,
        "known_on": known,
        "known_at": None if hour is None else datetime.combine(known, time(hour)),
        "ended_on": None if length is None else occurred + timedelta(days=length),
        "corrected_on": None if corrected is None else known + timedelta(days=corrected),
        "severity": draw(st.sampled_from((None, 1.0, 2.0, 3.5))),
        "source": draw(st.sampled_from((None, "police", "school"))),
        "value": draw(st.sampled_from((None, 0.0, 1.0, -2.5))),
    }


@st.composite
def _stays(draw: st.DrawFn, base: date) -> Row:
    first = draw(st.sampled_from((None, None, -40, 0, 15, 29, 30)))
    length = draw(st.sampled_from((None, None, 0, 15, 60)))
    begun = base + timedelta(days=first or 0)
    return {
        "case_id": draw(st.sampled_from(("A", "A", "B", "C"))),
        "person_id": draw(st.sampled_from(("p", "p", "q", "r"))),
        "from_on": None if first is None else begun,
        "until_on": None if length is None else begun + timedelta(days=length),
    }


@st.composite
def histories(draw: st.DrawFn) -> CaseHistories:
    """Draw three households with ties, late knowledge, instants, corrections, open spells and shared persons."""
    base = draw(st.sampled_from(BASES))
    events = draw(st.lists(_events(base), max_size=18))
    dates = {"occurred_on": base + timedelta(days=15), "known_on": base + timedelta(days=15)}
    people = {"person_id": "p", "exposed_person_id": "q"}
    events.append({"case_id": "A", "kind": "report", **dates, **people})
    wide = {"observed_from": base - timedelta(days=800), "observed_until": base + timedelta(days=700)}
    cases = [{"case_id": name, **wide} for name in ("A", "B", "C")]
    return build(events, cases, memberships=draw(st.lists(_stays(base), max_size=6)))


@st.composite
def cohorts(draw: st.DrawFn) -> tuple[CaseHistories, Cohort]:
    """Draw histories and a cohort of them that has a landmark: at events or at dates, with and without a cap."""
    drawn = draw(histories())
    settings = draw(cohort_settings(drawn))
    try:
        return drawn, select_landmarks(drawn, settings)
    except DataError as error:
        assume("at least one landmark" not in str(error))
        raise


def _drawn_selection(draw: random.Random, stream: str) -> m.Events:
    """Draw a selection; most conditions are left out most of the time."""
    return m.Events(
        kinds=draw.choice(((), (), ("report",), ("detention", "sent"), ("report", "advice"), ("accepted",))),
        stream=stream,
        reports=draw.random() < 0.3,
        codes=draw.choice(((), (), (), ("a",), ("b", "c"))),
        sources=draw.choice(((), (), (), ("police",), ("none", "school"))),
        values=draw.choice(((), (), (), (1.0,), (0.0, None), (None,))),
        once=draw.random() < 0.5,
    )


def _drawn_measure(draw: random.Random) -> m.Measure:
    """Draw a measure of any kind, stream, selection and window."""
    stream = draw.choice(sorted(PERSONS))
    measure = draw.choice(every_measure(_drawn_selection(draw, stream)))
    rest: dict[str, Any] = {"within_days": draw.choice((None, None, 1, 14, 30, 365))}
    if isinstance(measure, m.Periods):
        rest["period_days"] = draw.choice((91, 1, 30))
    if isinstance(measure, m.Decayed):
        rest["half_life_days"] = draw.choice((180.0, 1.0, 30.5))
    if isinstance(measure, m.Share):
        rest["part"] = _drawn_selection(draw, stream)
    if isinstance(measure, m.OpenSince | m.Latency):
        rest["until"] = _drawn_selection(draw, stream)
    return replace(measure, **rest)


def every_measure(events: m.Events) -> list[m.Measure]:
    """Return every measure of a selection, in each of its ways."""
    sent, some = m.Events(("sent",), stream=events.stream), m.Events(codes=("a",), stream=events.stream)
    fields, ways = ("severity", "value"), ("first", "last", "max", "min", "mean", "sum", "slope", "change")
    return [
        m.Count(events),
        m.Count(events, 400),
        *(m.DaysSince(events, which=which) for which in ("last", "first")),
        m.Decayed(events, half_life_days=90.0),
        *(m.Gaps(events, how=how) for how in ("last", "mean", "shrink", "burstiness")),
        m.Periods(events),
        *(m.Field(events, field=field, how=how) for field in fields for how in ways),
        *(m.Distinct(events, of=of) for of in ("code", "kind", "source", "case", "reported", "exposed")),
        *(m.Spells(events, how=how) for how in ("active", "ended", "days_since_end", "days")),
        *(m.Last(events, of=of) for of in ("code", "source", "kind")),
        m.Changes(events),
        m.Share(events, part=some),
        *(m.OpenSince(events, until=sent, working=working) for working in (False, True)),
        *(m.Latency(events, until=sent, working=working) for working in (False, True)),
    ]


EVERY_MEASURE = [
    measure
    for stream in PERSONS
    for reports, once in ((True, True), (True, False), (False, True))
    for measure in every_measure(m.Events(stream=stream, reports=reports, once=once))
]
"""Every measure of reports and of all events, in each of its ways and in every stream."""

_DRAW = random.Random(20260101)  # noqa: S311
MEASURES = st.lists(st.sampled_from([_drawn_measure(_DRAW) for _ in range(5000)]), min_size=20, max_size=60)
"""Any measures of any streams. Drawn from a fixed lot, because drawing their parts one by one takes far longer."""
SELECTIONS = st.sampled_from([_drawn_selection(_DRAW, stream) for stream in sorted(PERSONS) for _ in range(40)])
"""Any selection from any stream."""
