"""The outcome again: slow, obvious, one day after the other, in plain Python."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hgrisk.cohort import Cohort
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.outcome import OutcomeSettings
from hgrisk.schema import TABLES

Row = dict[str, Any]
ONE_DAY = timedelta(days=1)


def known_before(histories: CaseHistories, day: date) -> CaseHistories:
    """Return the histories with all that became known on a day or later taken out."""
    rows = {name: getattr(histories, name).to_dicts() for name in TABLES}
    rows["events"] = [event for event in rows["events"] if event["known_on"] < day]
    for event in rows["events"]:
        if event["ended_on"] and event["ended_on"] >= day:
            event["ended_on"] = None
        if event["corrected_on"] and event["corrected_on"] >= day:
            event["corrected_on"] = event["severity"] = None
    for one in rows["cases"]:
        if one["observed_until"] >= day:
            one["observed_until"], one["end_reason"] = day - ONE_DAY, None
    frames = {name: getattr(histories, name).clear() for name in TABLES}
    frames = {
        name: frame if not rows[name] else type(frame)(rows[name], frame.schema) for name, frame in frames.items()
    }
    return CaseHistories(**frames, account=histories.account)


def outcomes(
    histories: CaseHistories, cohort: Cohort, settings: OutcomeSettings
) -> dict[int, tuple[int, date, int, int]]:
    """Return for each landmark that was ever at risk its event code, the day it stopped, and both ends in days."""
    events = histories.events.to_dicts()
    cases = {one["case_id"]: one for one in histories.cases.to_dicts()}
    found = {}
    for landmark in cohort.landmarks.to_dicts():
        if any(landmark[name] is None for name in _named(settings)):
            continue
        followed = _follow(landmark, events, cases, settings)
        if followed[2] > followed[3]:
            found[landmark["landmark_id"]] = followed
    return found


def _follow(
    landmark: Row, events: list[Row], cases: dict[str, Row], settings: OutcomeSettings
) -> tuple[int, date, int, int]:
    """Walk from the landmark, one day at a time, until something stops."""
    own = cases[landmark["case_id"]]
    delivered = max(one["observed_until"] for one in cases.values())
    last = min(own["observed_until"], delivered - timedelta(days=settings.reporting_lag_days))
    if settings.follow_up_days:
        last = min(last, landmark["landmark_on"] + timedelta(days=settings.follow_up_days))
    today, at_risk, entry = landmark["landmark_on"], 0, 0
    window = landmark["merged_until"] if settings.at_risk_from == "merge_window" else None
    opens = max(today, window or today)
    while today < last:
        today += ONE_DAY
        in_gap = _in_gap(today, landmark, events, cases, settings)
        at_risk += not in_gap
        entry += not in_gap and today <= opens
        least = entry + 1 if today > opens else 0
        reported = any(_is_re_report(event, today, landmark, events, settings) for event in events)
        if reported and not (in_gap and settings.events_in_gaps == "ignored"):
            return 1, today, max(at_risk, least), entry
        for code, cause in enumerate(settings.competing, start=2):
            if _ends(cause, today, landmark, events, own, settings=settings):
                return code, today, max(at_risk, least), entry
    return 0, today, at_risk, entry


def _named(settings: OutcomeSettings) -> list[str]:
    return {"household": [], "person": ["person_id"], "dyad": ["person_id", "exposed_person_id"]}[settings.unit]


def _concerns(event: Row, landmark: Row, settings: OutcomeSettings) -> bool:
    """Say whether a gap or competing event is one of those whom the landmark is about."""
    persons = [landmark[name] for name in _named(settings)] or [landmark["person_id"]]
    if settings.unit != "household" and event["person_id"] is not None and event["person_id"] in persons:
        return True
    if event["case_id"] != landmark["case_id"]:
        return False
    if settings.whose == "anyone" or event["person_id"] is None or landmark["person_id"] is None:
        return True
    return event["person_id"] in persons


def _in_gap(today: date, landmark: Row, events: list[Row], cases: dict[str, Row], settings: OutcomeSettings) -> bool:
    return any(
        event["occurred_on"] < today <= (event["ended_on"] or cases[event["case_id"]]["observed_until"])
        for event in events
        if event["kind"] in settings.gap_kinds and _concerns(event, landmark, settings)
    )


def _is_re_report(event: Row, today: date, landmark: Row, events: list[Row], settings: OutcomeSettings) -> bool:
    if event["occurred_on"] != today or event["kind"] not in settings.re_report_kinds + settings.follow_up_kinds:
        return False
    same_case = event["case_id"] == landmark["case_id"]
    if same_case and landmark["merged_until"] and today <= landmark["merged_until"]:
        return False
    names = _named(settings)
    concerned = {event[name] for name in names} == {landmark[name] for name in names} if names else same_case
    if not concerned or any(event[name] is None for name in names):
        return False
    involved = any(
        spell["occurred_on"] < today <= (spell["ended_on"] or date.max)
        for spell in events
        if spell["case_id"] == event["case_id"] and spell["kind"] in settings.involvement_kinds
    )
    follow_up = involved or event["kind"] in settings.follow_up_kinds
    return settings.counts == "any" or follow_up == (settings.counts == "follow_up")


def _ends(cause: str, today: date, landmark: Row, events: list[Row], own: Row, *, settings: OutcomeSettings) -> bool:
    if own["end_reason"] == cause and own["observed_until"] == today:
        return True
    return any(
        event["kind"] == cause and event["occurred_on"] == today and _concerns(event, landmark, settings)
        for event in events
    )
