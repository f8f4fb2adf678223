"""The landmarks of a cohort and its attrition again: slow, obvious, in plain Python."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from hgrisk.cohort import CohortSettings
from hgrisk.histories.case_histories import CaseHistories
from tests.features.reference import incidents, known_order

Row = dict[str, Any]


def landmarks(histories: CaseHistories, settings: CohortSettings) -> tuple[list[Row], list[tuple[str, int]]]:
    """Return the landmarks by date and household, and what is left after each step."""
    events = histories.events.to_dicts()
    cases = {one["case_id"]: one for one in histories.cases.to_dicts()}
    marks = incidents(events, settings.report_kinds, settings.merge_window_days)
    candidates = _open_cases(events, settings) if settings.dates else _moments(events, settings)
    candidates.sort(key=lambda one: (one["case_id"], one["landmark_on"], one["order"]))
    steps = [("start", len(candidates))]

    def keep(step: str, condition: Callable[[Row], bool]) -> None:
        candidates[:] = [one for one in candidates if condition(one)]
        steps.append((step, len(candidates)))

    keep("one landmark per incident", lambda one: marks.get(one["landmark_event_id"], (True, None))[0])
    keep("one landmark per day", _first_of(lambda one: (one["case_id"], one["landmark_on"])))
    keep("observed at the landmark", lambda one: _observed(one["landmark_on"], cases[one["case_id"]]))
    if settings.from_on or settings.until_on:
        first, last = settings.from_on or date.min, settings.until_on or date.max
        keep("cohort period", lambda one: first <= one["landmark_on"] <= last)
    if settings.which == "first":
        keep("first landmark", _first_of(lambda one: one["case_id"]))
    for one in candidates:
        one.update(_described(one, events, marks, settings))
    if not settings.dates and settings.index_required and not settings.index_is_landmark:
        keep("index report", lambda one: one["index_event_id"] is not None)
    if settings.lookback.startswith("require"):
        length = timedelta(days=settings.lookback_days)
        keep("lookback window", lambda one: cases[one["case_id"]]["observed_from"] + length <= one["landmark_on"])
    return sorted(candidates, key=lambda one: (one["landmark_on"], one["case_id"])), steps


def _moments(events: list[Row], settings: CohortSettings) -> list[Row]:
    return [
        {
            "case_id": event["case_id"],
            "landmark_on": event["known_on"],
            "landmark_at": event["known_at"],
            "landmark_event_id": event["event_id"],
            "order": (event["known_at"] or datetime.max, event["event_id"]),  # noqa: DTZ901
        }
        for event in events
        if event["kind"] in settings.landmark_kinds
    ]


def _open_cases(events: list[Row], settings: CohortSettings) -> list[Row]:
    found = []
    for on in sorted(set(settings.dates)):
        for case_id in sorted({event["case_id"] for event in events}):
            known = [event for event in events if event["case_id"] == case_id and event["known_on"] < on]
            reported = [event["known_on"] for event in known if event["kind"] in settings.report_kinds]
            closed = [event["known_on"] for event in known if event["kind"] in settings.closing_kinds]
            if not reported or (on - max(reported)).days > settings.open_within_days:
                continue
            if not closed or max(closed) < max(reported):
                moment = {"case_id": case_id, "landmark_on": on, "landmark_at": None, "landmark_event_id": None}
                found.append({**moment, "order": ()})
    return found


def _first_of(key: Callable[[Row], Any]) -> Callable[[Row], bool]:
    seen = set()

    def is_first(one: Row) -> bool:
        new = key(one) not in seen
        seen.add(key(one))
        return new

    return is_first


def _observed(on: date, one: Row) -> bool:
    return one["observed_from"] <= on < one["observed_until"]


def _described(one: Row, events: list[Row], marks: dict[str, tuple[bool, date]], settings: CohortSettings) -> Row:
    """Return the index report, whose re-report is waited for, and to when reports are still merged."""
    reports = [
        event for event in events if event["case_id"] == one["case_id"] and event["kind"] in settings.report_kinds
    ]
    calendar = bool(settings.dates)
    known = [event for event in reports if _known(event, one, calendar=calendar)]
    near = [
        event
        for event in known
        if settings.index_within_days is None
        or (one["landmark_on"] - event["occurred_on"]).days <= settings.index_within_days
    ]
    own = [event for event in reports if event["event_id"] == one["landmark_event_id"]]
    index = own[0] if own else max(near, key=known_order, default=None)
    on_the_day = [event for event in reports if event["known_on"] <= one["landmark_on"] - timedelta(days=calendar)]
    last = max((marks[event["event_id"]][1] for event in on_the_day), default=None)
    cap = settings.lookback in {"cap", "require_and_cap"}
    shown = index and not calendar and not (index["corrected_on"] and index["corrected_on"] >= one["landmark_on"])
    return {
        "index_event_id": index["event_id"] if index and not calendar else None,
        "index_severity": index["severity"] if shown else None,
        "incident_on": marks[index["event_id"]][1] if index else None,
        "person_id": index["person_id"] if index else None,
        "exposed_person_id": index["exposed_person_id"] if index else None,
        "merged_until": last + timedelta(days=settings.merge_window_days) if last else None,
        "history_from": one["landmark_on"] - timedelta(days=settings.lookback_days) if cap else None,
    }


def _known(event: Row, one: Row, *, calendar: bool) -> bool:
    if event["known_on"] == one["landmark_on"] and not calendar:
        return not (event["known_at"] and one["landmark_at"] and event["known_at"] > one["landmark_at"])
    return event["known_on"] < one["landmark_on"]
