"""Incidents, the time cut and every feature of prior violence again: slow, obvious, in plain Python."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise
from statistics import fmean
from typing import Any

from hgrisk.cohort import Cohort
from hgrisk.features.settings import FeatureSettings
from hgrisk.histories.case_histories import CaseHistories

Row = dict[str, Any]


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


def own_history(landmark: Row, events: list[Row], marks: dict[str, tuple[bool, date]]) -> list[Row]:
    """Return the earlier events of the landmark's household, without the index incident."""
    history = []
    for event in events:
        in_index = (
            landmark["index_event_id"] is not None
            and event["event_id"] in marks
            and marks[event["event_id"]][1] == landmark["incident_on"]
        )
        if event["case_id"] != landmark["case_id"] or event["event_id"] == landmark["landmark_event_id"] or in_index:
            continue
        if is_known(event, landmark) and (
            not landmark["history_from"] or event["occurred_on"] >= landmark["history_from"]
        ):
            history.append(event)
    return sorted(history, key=lambda event: (event["occurred_on"], event["known_on"], event["event_id"]))


def linked_history(landmark: Row, events: list[Row], memberships: list[Row]) -> list[Row]:
    """Return the earlier events of other households, while a person of the landmark's household belonged to them."""
    begun = [stay for stay in memberships if stay["from_on"] is None or stay["from_on"] < landmark["landmark_on"]]
    persons = {stay["person_id"] for stay in begun if stay["case_id"] == landmark["case_id"]}
    stays = [stay for stay in begun if stay["person_id"] in persons and stay["case_id"] != landmark["case_id"]]
    history = []
    for event in events:
        inside = [
            stay
            for stay in stays
            if stay["case_id"] == event["case_id"]
            and (stay["from_on"] is None or stay["from_on"] <= event["occurred_on"])
            and (stay["until_on"] is None or event["occurred_on"] <= stay["until_on"])
        ]
        in_reach = not landmark["history_from"] or event["occurred_on"] >= landmark["history_from"]
        if inside and in_reach and is_known(event, landmark):
            history.append(event)
    return history


def prior_violence(
    histories: CaseHistories, cohort: Cohort, settings: FeatureSettings
) -> list[dict[str, float | None]]:
    """Return the features of each landmark, by name; None where a value is missing."""
    events, memberships = histories.events.to_dicts(), histories.memberships.to_dicts()
    marks = incidents(events, cohort.settings.report_kinds, cohort.settings.merge_window_days)
    rows = []
    for landmark in cohort.landmarks.to_dicts():
        own = own_history(landmark, events, marks)
        starts = [event for event in own if event["event_id"] in marks and marks[event["event_id"]][0]]
        row = _counts("prior_reports", landmark, starts, settings)
        for kind in settings.kinds:
            once = [event for event in own if event["kind"] == kind and marks.get(event["event_id"], (True,))[0]]
            row |= _counts(f"prior_{kind}", landmark, once, settings)
        whole = [_whole(event, own, marks) for event in starts]
        row |= _gaps(landmark, starts) | _severity(landmark, whole)
        row["n_violence_kinds"] = len({code for event in whole for code in event["codes"]})
        if settings.linked_households:
            linked = linked_history(landmark, events, memberships)
            starts = [event for event in linked if event["event_id"] in marks and marks[event["event_id"]][0]]
            row |= _counts("linked_reports", landmark, starts, settings)
            row["linked_households"] = len({event["case_id"] for event in starts})
            row["days_since_last_linked_report"] = min((_age(landmark, event) for event in starts), default=None)
        rows.append(row)
    return rows


def _whole(start: Row, own: list[Row], marks: dict[str, tuple[bool, date]]) -> Row:
    """Return an incident's first-known report with the severity and kinds of all its known reports."""
    day = marks[start["event_id"]][1]
    reports = [event for event in own if event["event_id"] in marks and marks[event["event_id"]][1] == day]
    rated = [event["severity"] for event in reports if event["severity"] is not None]
    codes = {event["code"] for event in reports} - {None}
    return {**start, "severity": max(rated, default=None), "codes": codes}


def _age(landmark: Row, event: Row) -> int:
    return (landmark["landmark_on"] - event["occurred_on"]).days


def _counts(stem: str, landmark: Row, events: list[Row], settings: FeatureSettings) -> dict[str, float | None]:
    counts: dict[str, float | None] = {f"{stem}_ever": len(events)}
    for window in settings.windows_days:
        counts[f"{stem}_{window}d"] = sum(1 for event in events if _age(landmark, event) <= window)
    return counts


def _gaps(landmark: Row, starts: list[Row]) -> dict[str, float | None]:
    ages = [_age(landmark, event) for event in starts]
    gaps = [earlier - later for earlier, later in pairwise(ages)]
    return {
        "days_since_last_report": ages[-1] if ages else None,
        "days_since_first_report": ages[0] if ages else None,
        "last_gap_days": gaps[-1] if gaps else None,
        "mean_gap_days": fmean(gaps) if gaps else None,
        "gaps_shrink": float(gaps[-1] < fmean(gaps[:-1])) if len(gaps) > 1 else None,
    }


def _severity(landmark: Row, starts: list[Row]) -> dict[str, float | None]:
    rated = [(-_age(landmark, event) / 365.25, event["severity"]) for event in starts if event["severity"] is not None]
    moments, scores = [moment for moment, _ in rated], [score for _, score in rated]
    slope = None
    if len(set(moments)) > 1:
        middle, level = fmean(moments), fmean(scores)
        spread = sum((moment - middle) ** 2 for moment in moments)
        slope = sum((moment - middle) * (score - level) for moment, score in rated) / spread
    return {
        "max_severity": max(scores, default=None),
        "mean_severity": fmean(scores) if scores else None,
        "last_severity": scores[-1] if scores else None,
        "escalation_slope": slope,
    }
