"""The cohort: from index reports or calendar dates to eligible landmarks, with an attrition row for every filter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, Self

import polars as pl
from pydantic import Field, model_validator

from hgrisk.attrition import AttritionRow, attrition_table
from hgrisk.errors import ConfigError, DataError
from hgrisk.histories.apply import filter_expression
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.histories.incidents import REPORT_KINDS, mark_incidents
from hgrisk.histories.mapping import RowFilter
from hgrisk.histories.places import region_on
from hgrisk.landmarks import calendar_landmarks, event_landmarks, with_index_report, without_index
from hgrisk.settings import Settings

LANDMARK = "landmark_id"

Filter = tuple[str, pl.Expr, str]
"""A filter of the attrition table: its step, the condition to stay, and why the others leave."""

_NOT_KNOWN_YET = {"observed_until", "end_reason"}


class CohortSettings(Settings):
    """Who is at risk, and from which moment.

    Attributes
    ----------
    landmarks : "events" or "calendar"
        A landmark at every event of ``landmark_kinds``, or at each of ``dates`` for every open case.
    landmark_kinds : tuple of str
        Kinds of event that set a landmark; a report that repeats an incident sets none.
    which : "all" or "first"
        Every landmark of a household in the period, or its first.
    dates : tuple of date
        Calendar landmarks.
    open_within_days : int
        A case is open at a calendar date if a report became known at most so many days before it ...
    closing_kinds : tuple of str
        ... and no event of these kinds became known since.
    report_kinds : tuple of str
        Kinds that are reports, for merging and for the index report.
    merge_window_days : int
        Reports of one household at most so many days from an incident's first-known report are that incident.
    index_within_days : int, optional
        Where a landmark is not itself a report: the index report is the last one known by then that occurred at most
        so many days before; landmarks without one are removed.
    index_required : bool
        Whether landmarks without an index report are removed at all; false where no report sets the scene, as after a
        release.
    lookback : "none", "require", "cap" or "require_and_cap"
        Remove landmarks observed for less than ``lookback_days``; look back no further than that; or both.
    lookback_days : int
        Length of the lookback window.
    from_on, until_on : date, optional
        Period of the landmarks, both included.
    eligible : tuple of RowFilter
        Further conditions on columns of the landmark, its index report (``index_kind``, ``index_code`` ...) or case.
    """

    landmarks: Literal["events", "calendar"] = "events"
    landmark_kinds: tuple[str, ...] = ("report",)
    which: Literal["all", "first"] = "all"
    dates: tuple[date, ...] = ()
    open_within_days: int = Field(default=365, ge=1)
    closing_kinds: tuple[str, ...] = ("case_closed",)
    report_kinds: tuple[str, ...] = REPORT_KINDS
    merge_window_days: int = Field(default=14, ge=0)
    index_within_days: int | None = Field(default=None, ge=0)
    index_required: bool = True
    lookback: Literal["none", "require", "cap", "require_and_cap"] = "none"
    lookback_days: int = Field(default=730, ge=1)
    from_on: date | None = None
    until_on: date | None = None
    eligible: tuple[RowFilter, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.landmarks == "calendar") != bool(self.dates):
            raise ConfigError(
                "Calendar landmarks, and only those, have dates",
                f"landmarks = {self.landmarks!r} with {len(self.dates)} dates",
                "set landmarks = 'calendar' and list dates, or neither",
            )
        if self.from_on and self.until_on and self.from_on > self.until_on:
            raise ConfigError("A period ends after it starts", f"{self.from_on} to {self.until_on}", "swap the dates")
        return self

    @property
    def index_is_landmark(self) -> bool:
        """Whether every landmark is set by a report, which then is the index report."""
        return self.landmarks == "events" and set(self.landmark_kinds) <= set(self.report_kinds)


@dataclass(frozen=True)
class Cohort:
    """Eligible landmarks.

    Attributes
    ----------
    landmarks : polars.DataFrame
        One row per landmark: ``landmark_id`` (0, 1, ...), ``case_id``, ``landmark_on``, ``landmark_at``,
        ``landmark_event_id``, ``index_event_id``, ``index_kind``, ``index_code``, ``index_severity``, ``index_source``,
        ``index_occurred_on``, ``person_id``, ``exposed_person_id``, ``incident_on``, ``merged_until``,
        ``history_from``, ``region``, ``network_id``, ``observed_from``, ``observed_until`` and the extra columns of
        the cases table. ``index_severity`` is empty where it was corrected on the landmark's date or later.
    marked_events : polars.DataFrame
        All events with their incident marks, for the outcome and the features.
    attrition : polars.DataFrame
        ``step``, ``remaining``, ``removed``, ``reason``, one row per filter.
    settings : CohortSettings
        The settings it was made with.
    """

    landmarks: pl.DataFrame
    marked_events: pl.DataFrame
    attrition: pl.DataFrame
    settings: CohortSettings


def select_landmarks(
    histories: CaseHistories, settings: CohortSettings | None = None, *, may_be_empty: bool = False
) -> Cohort:
    """Select the landmarks of a cohort.

    Parameters
    ----------
    histories : CaseHistories
        The validated histories.
    settings : CohortSettings, optional
        Who is at risk, and from when; a landmark at every index report by default.
    may_be_empty : bool
        Whether no landmark at all is fine, as it is in a part of the histories.

    Returns
    -------
    Cohort
        Landmarks and attrition.

    Raises
    ------
    DataError
        If no landmark is left, or an eligibility filter names a column that is not there or is not known yet.
    """
    settings = settings or CohortSettings()
    marked = mark_incidents(histories.events, settings.report_kinds, settings.merge_window_days)
    frame = _candidates(marked, histories, settings)
    start = "open cases at the calendar dates" if settings.dates else f"events: {', '.join(settings.landmark_kinds)}"
    rows = [AttritionRow(start, frame.height, 0, "")]
    frame = _apply(_filters_of_moment(settings), frame, rows)
    # the index report is looked up for the landmarks that are left: a household can have thousands of reports
    frame = _describe(frame, marked, histories, settings)
    frame = _apply(_filters_of_content(settings, frame.columns), frame, rows)
    attrition = attrition_table(rows)
    if not may_be_empty:
        check_any_landmark(attrition)
    frame = frame.drop("starts_incident", "last_incident_on").sort("landmark_on", "case_id").with_row_index(LANDMARK)
    return Cohort(frame.with_columns(pl.col(LANDMARK).cast(pl.Int64)), marked, attrition, settings)


def check_any_landmark(attrition: pl.DataFrame) -> None:
    """Refuse a cohort without a landmark.

    Parameters
    ----------
    attrition : polars.DataFrame
        What each filter left.

    Raises
    ------
    DataError
        If the last one left none.
    """
    if attrition["remaining"][-1] == 0:
        step = attrition.filter(remaining=0)["step"][0]
        raise DataError("A cohort has at least one landmark", f"none after '{step}'", "loosen that filter")


def _candidates(marked: pl.DataFrame, histories: CaseHistories, settings: CohortSettings) -> pl.DataFrame:
    if settings.landmarks == "calendar":
        moments = calendar_landmarks(
            marked, settings.dates, settings.report_kinds, settings.open_within_days, settings.closing_kinds
        )
    else:
        moments = event_landmarks(marked, settings.landmark_kinds)
    observed = histories.cases.select("case_id", "observed_from", "observed_until")
    # of several landmarks on a day the first comes first
    return moments.join(observed, on="case_id", how="left").sort(
        "case_id", "landmark_on", "landmark_at", "landmark_event_id", nulls_last=True
    )


def _apply(filters: list[Filter], frame: pl.DataFrame, rows: list[AttritionRow]) -> pl.DataFrame:
    """Apply the filters in turn, and add an attrition row for each."""
    for step, keep, reason in filters:
        kept = frame.filter(keep.fill_null(value=False))
        rows.append(AttritionRow(step, kept.height, frame.height - kept.height, reason))
        frame = kept
    return frame


def _describe(
    frame: pl.DataFrame, marked: pl.DataFrame, histories: CaseHistories, settings: CohortSettings
) -> pl.DataFrame:
    if settings.landmarks == "calendar":
        frame = without_index(frame, marked, settings.report_kinds)
    else:
        frame = with_index_report(frame, marked, settings.report_kinds, settings.index_within_days)
    merged_until = pl.col("last_incident_on") + pl.duration(days=settings.merge_window_days)
    history_from = pl.lit(None, dtype=pl.Date)
    if settings.lookback in {"cap", "require_and_cap"}:
        history_from = pl.col("landmark_on") - pl.duration(days=settings.lookback_days)
    region = region_on(frame, histories.cases, histories.case_regions, histories.regions)
    frame = (
        frame.with_columns(region.alias("region"))
        .join(histories.networks, on="case_id", how="left", maintain_order="left")
        .with_columns(merged_until.alias("merged_until"), history_from.alias("history_from"))
    )
    of_case = histories.cases.drop("region", "observed_from", "observed_until")
    clash = sorted((set(of_case.columns) - {"case_id"}) & {LANDMARK, *frame.columns})
    if clash:
        raise DataError(
            "An extra column of the cases table has a name of its own", f"{clash[0]!r}", "rename it in the source"
        )
    return frame.join(of_case, on="case_id", how="left", maintain_order="left")


def _filters_of_moment(settings: CohortSettings) -> list[Filter]:
    """Return the filters on when a landmark falls."""
    day = pl.col("landmark_on")
    filters = [
        ("one landmark per incident", pl.col("starts_incident"), "another report of an incident known before"),
        ("one landmark per day", pl.struct("case_id", "landmark_on").is_first_distinct(), "same household, same day"),
        (
            "observed at the landmark",
            (day >= pl.col("observed_from")) & (day < pl.col("observed_until")),
            "landmark outside the observation of its household",
        ),
    ]
    if settings.from_on or settings.until_on:
        inside = pl.lit(value=True)
        inside &= (day >= settings.from_on) if settings.from_on else inside
        inside &= (day <= settings.until_on) if settings.until_on else inside
        period = f"{settings.from_on or 'the start'} to {settings.until_on or 'the end'}"
        filters.append(("cohort period", inside, f"landmark outside {period}"))
    if settings.which == "first":
        filters.append(("first landmark", pl.struct("case_id").is_first_distinct(), "a later one of the household"))
    return filters


def _filters_of_content(settings: CohortSettings, columns: list[str]) -> list[Filter]:
    """Return the filters on what is known at a landmark."""
    filters = []
    if settings.landmarks == "events" and settings.index_required and not settings.index_is_landmark:
        days = settings.index_within_days
        reason = "no report known by the landmark"
        if days is not None:
            reason = f"no report in the {days} days before the landmark"
        filters.append(("index report", pl.col("index_event_id").is_not_null(), reason))
    if settings.lookback in {"require", "require_and_cap"}:
        seen = (pl.col("landmark_on") - pl.col("observed_from")).dt.total_days() >= settings.lookback_days
        filters.append(("lookback window", seen, f"observed for less than {settings.lookback_days} days"))
    return filters + [_eligibility(condition, columns) for condition in settings.eligible]


def _eligibility(condition: RowFilter, columns: list[str]) -> Filter:
    usable = sorted(set(columns) - _NOT_KNOWN_YET - {"starts_incident", "last_incident_on"})
    if condition.column in _NOT_KNOWN_YET:
        raise DataError(
            "Eligibility is decided by what is known at the landmark",
            f"{condition.column!r}, which lies after it",
            "leave the filter out, or make the end of observation a competing event of the outcome",
        )
    if condition.column not in usable:
        raise DataError(
            "An eligibility filter names a column of the landmark, its index report or its case",
            f"{condition.column!r}",
            f"use one of {', '.join(usable)}",
        )
    return f"eligible: {condition.describe()}", filter_expression(condition), "does not meet the condition"
