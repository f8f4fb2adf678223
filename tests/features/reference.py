"""Incidents, the time law and every measure again: slow, obvious, in plain Python."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from statistics import fmean, pstdev
from typing import Any

from hgrisk.cohort import Cohort
from hgrisk.features import measures as m
from hgrisk.features.spec import FeatureSpec
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.working_days import dutch_holidays

Row = dict[str, Any]
Value = float | str | None

PERSONS: dict[str, tuple[str, ...]] = {
    "household": (),
    "linked": (),
    "reported": ("person_id",),
    "as_exposed": ("person_id",),
    "exposed": ("exposed_person_id",),
    "dyad": ("person_id", "exposed_person_id"),
    "reversed": ("person_id", "exposed_person_id"),
}
"""Whom a landmark has to name for each stream to have values."""


@dataclass(frozen=True)
class Past:
    """All that ever happened, with incident marks; what of it was known at a landmark is for :func:`known_events`."""

    events: list[Row]
    memberships: list[Row]
    merge_window_days: int
    memo: dict[tuple[int, str], list[Row] | None] = field(default_factory=dict)

    @classmethod
    def of(cls, histories: CaseHistories, cohort: Cohort) -> Past:
        """Mark the events, and put them in the order of occurring, then of becoming known."""
        kinds = cohort.settings.report_kinds
        events = histories.events.to_dicts()
        marks = incidents(events, kinds, cohort.settings.merge_window_days)
        for event in events:
            event["is_report"] = event["kind"] in kinds
            event["starts_incident"], event["incident_on"] = marks.get(event["event_id"], (True, None))
        events.sort(key=lambda event: (event["occurred_on"], event["known_on"], event["event_id"]))
        born = {person["person_id"]: person["born_on"] for person in histories.persons.to_dicts()}
        stays = histories.memberships.to_dicts()
        for stay in stays:
            stay["from_on"] = stay["from_on"] or born.get(stay["person_id"])
        return cls(events, stays, cohort.settings.merge_window_days)

    def known(self, landmark: Row, stream: str) -> list[Row] | None:
        """Return :func:`known_events`, and keep it."""
        key = landmark["landmark_id"], stream
        if key not in self.memo:
            self.memo[key] = known_events(self, landmark, stream)
        return self.memo[key]


def known_order(event: Row) -> tuple[Any, ...]:
    """Return the place of an event in the order in which things became known; without an instant, last of its day."""
    instant = event["known_at"] or datetime.max  # noqa: DTZ901
    return event["known_on"], instant, event["occurred_on"], event["event_id"]


def incidents(events: list[Row], kinds: tuple[str, ...], window: int) -> dict[str, tuple[bool, date]]:
    """Return for each report whether it starts an incident, and the day of its incident."""
    marks: dict[str, tuple[bool, date]] = {}
    begun: dict[str, list[date]] = {}
    for event in sorted(events, key=known_order):
        if event["kind"] not in kinds:
            continue
        days = begun.setdefault(event["case_id"], [])
        near = [one for one in days if abs((event["occurred_on"] - one).days) <= window]
        marks[event["event_id"]] = (not near, near[0] if near else event["occurred_on"])
        if not near:
            days.append(event["occurred_on"])
    return marks


def is_known(event: Row, landmark: Row) -> bool:
    """Say whether an event is history at a landmark: the time law."""
    if event["known_on"] == landmark["landmark_on"] and event["known_at"] and landmark["landmark_at"]:
        return event["known_at"] <= landmark["landmark_at"]
    return event["known_on"] < landmark["landmark_on"]


def is_own(event: Row, landmark: Row) -> bool:
    """Say whether an event set the landmark, or is of the incident that did."""
    if event["event_id"] == landmark["landmark_event_id"]:
        return True
    has_index = landmark["index_event_id"] is not None and event["is_report"]
    return has_index and incident_of(event) == (landmark["case_id"], landmark["incident_on"])


def is_own_elsewhere(event: Row, landmark: Row, window: int) -> bool:
    """Say whether a report of the same persons is taken for the incident that set the landmark."""
    if landmark["index_event_id"] is None or not event["is_report"]:
        return False
    return abs((event["occurred_on"] - landmark["incident_on"]).days) <= window


def in_stream(event: Row, landmark: Row, stream: str, memberships: list[Row]) -> bool:
    """Say whether an event belongs to a stream of a landmark, whenever it became known."""
    reported, exposed = landmark["person_id"], landmark["exposed_person_id"]
    names = event["person_id"], event["exposed_person_id"]
    if stream == "household":
        return event["case_id"] == landmark["case_id"]
    if stream == "linked":
        return event["case_id"] != landmark["case_id"] and is_linked(event, landmark, memberships)
    if stream == "dyad":
        return names in {(reported, exposed), (exposed, reported)}
    if stream == "reversed":
        return names == (exposed, reported)
    return {"reported": names[0] == reported, "as_exposed": names[1] == reported, "exposed": names[1] == exposed}[
        stream
    ]


def is_linked(event: Row, landmark: Row, memberships: list[Row]) -> bool:
    """Say whether a person of the landmark's household belonged to that of the event when it occurred."""
    begun = [stay for stay in memberships if stay["from_on"] is None or stay["from_on"] < landmark["landmark_on"]]
    persons = {stay["person_id"] for stay in begun if stay["case_id"] == landmark["case_id"]}
    return any(
        (stay["from_on"] is None or stay["from_on"] <= event["occurred_on"])
        and (stay["until_on"] is None or event["occurred_on"] <= stay["until_on"])
        for stay in begun
        if stay["case_id"] == event["case_id"] and stay["person_id"] in persons
    )


def known_events(past: Past, landmark: Row, stream: str) -> list[Row] | None:
    """Return the history of a landmark in one stream, as it was known; None where the landmark names nobody."""
    if any(landmark[name] is None for name in PERSONS[stream]):
        return None
    known = [
        as_known(event, landmark)
        for event in past.events
        if is_known(event, landmark)
        and not is_own(event, landmark)
        and (landmark["history_from"] is None or event["occurred_on"] >= landmark["history_from"])
        and in_stream(event, landmark, stream, past.memberships)
        and not (PERSONS[stream] and is_own_elsewhere(event, landmark, past.merge_window_days))
    ]
    highest = worst(known)
    for event in known:
        event["severity_once"] = highest[incident_of(event)] if event["is_report"] else event["severity"]
    return known


def as_known(event: Row, landmark: Row) -> Row:
    """Return an event as it looked at the landmark: with an age, and without what was learnt later."""
    today = landmark["landmark_on"]
    ended, corrected = event["ended_on"], event.get("corrected_on")
    codes = {event["code"], *(event.get("further_kinds") or "").split(";")}
    return {
        **event,
        "age": (today - event["occurred_on"]).days,
        "ended_on": ended if ended is not None and ended < today else None,
        "severity": event["severity"] if corrected is None or corrected < today else None,
        "codes": codes - {None, ""},
    }


def selected(events: m.Events, known: list[Row], within_days: int | None) -> list[Row]:
    """Return the events of a selection, in order."""
    inside = [event for event in known if within_days is None or event["age"] <= within_days]
    return [event for event in inside if belongs(event, events)]


def belongs(event: Row, events: m.Events) -> bool:
    """Say whether an event meets every condition of a selection."""
    return (
        (not events.kinds or event["kind"] in events.kinds)
        and (not events.reports or event["is_report"])
        and (not events.codes or bool(event["codes"] & set(events.codes)))
        and (not events.sources or event["source"] in events.sources)
        and (not events.values or event["value"] in events.values)
        and (not events.once or event["starts_incident"])
    )


def incident_of(report: Row) -> tuple[str, date]:
    """Return the incident of a report."""
    return report["case_id"], report["incident_on"]


def worst(known: list[Row]) -> dict[tuple[str, date], float | None]:
    """Return the highest severity among the reports of each incident; None where none has one."""
    highest: dict[tuple[str, date], float | None] = {}
    for report in known:
        if report["is_report"]:
            scores = [highest.get(incident_of(report)), report["severity"]]
            highest[incident_of(report)] = max((score for score in scores if score is not None), default=None)
    return highest


def reference_value(measure: m.Measure, landmark: Row, past: Past) -> Value:
    """Return a measure at a landmark; None where it has no value."""
    known = past.known(landmark, measure.events.stream)
    if known is None:
        return None
    events = selected(measure.events, known, measure.within_days)
    if isinstance(measure, m.OpenSince | m.Latency):
        answers = past.known(landmark, measure.until.stream)
        if answers is None:
            return None
        return WAITS[type(measure)](measure, events, selected(measure.until, answers, measure.within_days), landmark)
    return MEASURES[type(measure)](measure, events, landmark)


def reference_table(histories: CaseHistories, cohort: Cohort, specs: Iterable[FeatureSpec]) -> list[dict[str, Value]]:
    """Return the features with a measure of each landmark, by name."""
    past = Past.of(histories, cohort)
    return [
        {spec.name: reference_value(spec.measure, landmark, past) for spec in specs if spec.measure is not None}
        for landmark in cohort.landmarks.to_dicts()
    ]


def _days_since(measure: m.DaysSince, events: list[Row], _: Row) -> Value:
    ages = [event["age"] for event in events]
    return (min if measure.which == "last" else max)(ages, default=None)


def _decayed(measure: m.Decayed, events: list[Row], _: Row) -> Value:
    return sum(2.0 ** (-event["age"] / measure.half_life_days) for event in events)


def _gaps(measure: m.Gaps, events: list[Row], _: Row) -> Value:
    gaps = [earlier["age"] - later["age"] for earlier, later in pairwise(events)]
    if not gaps:
        return None
    if measure.how == "last":
        return gaps[-1]
    if measure.how == "mean":
        return fmean(gaps)
    if len(gaps) == 1:
        return None
    if measure.how == "shrink":
        return float(gaps[-1] < fmean(gaps[:-1]))
    mean, spread = fmean(gaps), pstdev(gaps)
    return (spread - mean) / (spread + mean) if any(gaps) else None


def _periods(measure: m.Periods, events: list[Row], _: Row) -> Value:
    return len({event["age"] // measure.period_days for event in events})


def _field(measure: m.Field, events: list[Row], _: Row) -> Value:
    name = "severity_once" if measure.field == "severity" and measure.events.once else measure.field
    known = [event for event in events if event[name] is not None]
    if not known:
        return None
    if (measure.field, measure.how) == ("value", "last"):
        return events[-1]["value"]
    numbers = [event[name] for event in known]
    if measure.how == "slope":
        return _slope([-event["age"] / 365.25 for event in known], numbers)
    if measure.how == "change":
        return numbers[-1] - numbers[0] if len(numbers) > 1 else None
    simple = {"max": max, "min": min, "mean": fmean, "sum": sum}
    ends = {"first": numbers[0], "last": numbers[-1]}
    return ends[measure.how] if measure.how in ends else simple[measure.how](numbers)


def _slope(years: list[float], numbers: list[float]) -> float | None:
    if len(set(years)) < 2:
        return None
    middle, level = fmean(years), fmean(numbers)
    spread = sum((year - middle) ** 2 for year in years)
    return sum((year - middle) * (number - level) for year, number in zip(years, numbers, strict=True)) / spread


def _distinct(measure: m.Distinct, events: list[Row], _: Row) -> Value:
    if measure.of == "code":
        return len({code for event in events for code in event["codes"]})
    columns = {"case": "case_id", "reported": "person_id", "exposed": "exposed_person_id"}
    return len({event[columns.get(measure.of, measure.of)] for event in events} - {None})


def _spells(measure: m.Spells, events: list[Row], landmark: Row) -> Value:
    today = landmark["landmark_on"]
    ends = [event["ended_on"] for event in events if event["ended_on"] is not None]
    if measure.how == "active":
        return len(events) - len(ends)
    if measure.how == "ended":
        return len(ends)
    if measure.how == "days_since_end":
        return (today - max(ends)).days if ends else None
    return sum(((event["ended_on"] or today) - event["occurred_on"]).days for event in events)


def _last(measure: m.Last, events: list[Row], _: Row) -> Value:
    return events[-1][measure.of] if events else None


def _changes(_: m.Changes, events: list[Row], __: Row) -> Value:
    codes = [event["code"] for event in events if event["code"] is not None]
    return sum(1 for before, after in pairwise(codes) if before != after)


def _share(measure: m.Share, events: list[Row], _: Row) -> Value:
    return sum(1 for event in events if belongs(event, measure.part)) / len(events) if events else None


def _open_since(measure: m.OpenSince, events: list[Row], answers: list[Row], landmark: Row) -> Value:
    answered = max((answer["occurred_on"] for answer in answers), default=date.min)
    waiting = [on for on in _asked(measure, events) if on > answered]
    return _length(min(waiting), landmark["landmark_on"], working=measure.working) if waiting else None


def _latency(measure: m.Latency, events: list[Row], answers: list[Row], _: Row) -> Value:
    waiting = _asked(measure, events)
    found = None
    for day in sorted({answer["occurred_on"] for answer in answers}):
        answered = [on for on in waiting if on <= day]
        if answered:
            found = _length(answered[0], day, working=measure.working)
        waiting = [on for on in waiting if on > day]
    return found


def _asked(measure: m.OpenSince | m.Latency, events: list[Row]) -> list[date]:
    """Return the days from which the events wait, in order."""
    return sorted(event["known_on" if measure.from_known else "occurred_on"] for event in events)


def _length(start: date, end: date, *, working: bool) -> int:
    """Return the days after the start up to and including the end; of these the Dutch working days, if asked."""
    if not working:
        return (end - start).days
    days = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    return sum(1 for day in days if day.weekday() < 5 and day not in _holidays(day.year))


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(dutch_holidays(date(year, 1, 1), date(year, 12, 31)).tolist())


MEASURES: dict[type[m.Measure], Callable[[Any, list[Row], Row], Value]] = {
    m.Count: lambda _, events, __: len(events),
    m.DaysSince: _days_since,
    m.Decayed: _decayed,
    m.Gaps: _gaps,
    m.Periods: _periods,
    m.Field: _field,
    m.Distinct: _distinct,
    m.Spells: _spells,
    m.Last: _last,
    m.Changes: _changes,
    m.Share: _share,
}
WAITS: dict[type[m.Measure], Callable[[Any, list[Row], list[Row], Row], Value]] = {
    m.OpenSince: _open_since,
    m.Latency: _latency,
}
