"""The one place that cuts time: what was known at a landmark, and nothing else.

History is what was known before the landmark: ``known_on < landmark_on``, or, on the landmark's own date, what bears
an instant not after the landmark's instant. The incident that set the landmark is described by the index report and is
no history. The end of a spell is seen only if it lies before the landmark.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hgrisk.cohort import LANDMARK, Cohort
from hgrisk.histories.case_histories import CaseHistories

_ORDER = "hg:order"

_EVENT_COLUMNS = (
    "event_id",
    "kind",
    "code",
    "occurred_on",
    "known_on",
    "known_at",
    "ended_on",
    "severity",
    "source",
    "value",
    "starts_incident",
    "incident_on",
)
_LANDMARK_COLUMNS = (
    LANDMARK,
    "landmark_on",
    "landmark_at",
    "index_kind",
    "index_code",
    "index_severity",
    "index_source",
    "index_occurred_on",
    "region",
    "history_from",
    "observed_from",
)


@dataclass(frozen=True)
class HistoryView:
    """What a feature family may see.

    Attributes
    ----------
    landmarks : polars.DataFrame
        One row per landmark: ``landmark_id``, ``landmark_on``, the index report's columns, ``region``,
        ``history_from``, ``observed_from`` and the covariates.
    own : polars.DataFrame
        One row per landmark and earlier event of its household: ``landmark_id``, ``days_before`` (whole days from the
        event to the landmark), ``kind``, ``code``, ``severity``, ``source``, ``value``, ``ended_days_before`` (empty
        while a spell lasts), ``is_report``, ``starts_incident`` and, for reports, ``incident_days_before`` (days from
        their incident's first-known report to the landmark).
    linked : polars.DataFrame
        The same for events in other households, while a person of this household belonged to them, with
        ``linked_case`` (a number).
    """

    landmarks: pl.DataFrame
    own: pl.DataFrame
    linked: pl.DataFrame


def cut_history(histories: CaseHistories, cohort: Cohort, covariates: tuple[str, ...], *, linked: bool) -> HistoryView:
    """Cut the histories at every landmark.

    Parameters
    ----------
    histories : CaseHistories
        The validated histories.
    cohort : Cohort
        The landmarks and the events with their incident marks.
    covariates : tuple of str
        Extra columns of the cases table that count as known at the landmark.
    linked : bool
        Whether to follow persons into other households.

    Returns
    -------
    HistoryView
        What was known at each landmark.
    """
    reports = pl.col("kind").is_in(cohort.settings.report_kinds).alias("is_report")
    events = cohort.marked_events.sort("occurred_on", "known_on", "event_id").with_row_index(_ORDER)
    events = events.select(_ORDER, "case_id", *_EVENT_COLUMNS, reports)
    moments = cohort.landmarks.select(
        LANDMARK, "case_id", "landmark_on", "landmark_at", "landmark_event_id", "history_from",
        pl.col("incident_on").alias("index_incident_on"), pl.col("index_event_id").is_not_null().alias("has_index"),
    )  # fmt: skip
    own = moments.lazy().join(events.lazy(), on="case_id").filter(~_of_landmark())
    other = _linked_cases(histories.memberships, moments) if linked else _no_links(moments)
    elsewhere = _as_known(_linked_events(other.lazy(), events.lazy()))
    return HistoryView(
        cohort.landmarks.select(*_LANDMARK_COLUMNS, *covariates),
        _as_known(own).drop("case_id"),
        elsewhere.with_columns(pl.col("case_id").rank("dense").alias("linked_case")).drop("case_id"),
    )


def _of_landmark() -> pl.Expr:
    """Say which events are the index incident or the event that set the landmark, and so no history."""
    of_index = pl.col("has_index") & (pl.col("incident_on") == pl.col("index_incident_on"))
    itself = pl.col("event_id") == pl.col("landmark_event_id")
    return of_index.fill_null(value=False) | itself.fill_null(value=False)


def _as_known(pairs: pl.LazyFrame) -> pl.DataFrame:
    """Keep the pairs in which the event was known at the landmark, and hide ends that were not."""
    same_day = (pl.col("known_on") == pl.col("landmark_on")) & (pl.col("known_at") <= pl.col("landmark_at"))
    known = (pl.col("known_on") < pl.col("landmark_on")) | same_day.fill_null(value=False)
    in_reach = (pl.col("occurred_on") >= pl.col("history_from")).fill_null(value=True)
    days = (pl.col("landmark_on") - pl.col("occurred_on")).dt.total_days()
    ended = (pl.col("landmark_on") - pl.col("ended_on")).dt.total_days()
    kept = pairs.filter(known & in_reach).select(
        _ORDER,
        LANDMARK,
        "case_id",
        days.alias("days_before"),
        "kind",
        "code",
        "severity",
        "source",
        "value",
        pl.when(ended > 0).then(ended).alias("ended_days_before"),
        "is_report",
        "starts_incident",
        (pl.col("landmark_on") - pl.col("incident_on")).dt.total_days().alias("incident_days_before"),
    )
    return kept.collect().sort(LANDMARK, _ORDER).drop(_ORDER)


def _linked_cases(memberships: pl.DataFrame, moments: pl.DataFrame) -> pl.DataFrame:
    """Pair landmarks with the other households of their members, as far as the membership had begun by then."""
    stays = memberships.select("case_id", "person_id", "from_on", "until_on")
    begun = pl.col("from_on").is_null() | (pl.col("from_on") < pl.col("landmark_on"))
    members = moments.join(stays, on="case_id").filter(begun).select(LANDMARK, "case_id", "person_id").unique()
    links = members.join(stays, on="person_id", suffix="_other").filter(pl.col("case_id") != pl.col("case_id_other"))
    links = links.select(LANDMARK, pl.col("case_id_other").alias("case_id"), "from_on", "until_on").unique()
    return moments.drop("case_id").join(links, on=LANDMARK).filter(begun)


def _no_links(moments: pl.DataFrame) -> pl.DataFrame:
    empty = pl.lit(None, dtype=pl.Date)
    return moments.clear().with_columns(empty.alias("from_on"), empty.alias("until_on"))


def _linked_events(links: pl.LazyFrame, events: pl.LazyFrame) -> pl.LazyFrame:
    during = (pl.col("from_on").is_null() | (pl.col("occurred_on") >= pl.col("from_on"))) & (
        pl.col("until_on").is_null() | (pl.col("occurred_on") <= pl.col("until_on"))
    )
    return links.join(events, on="case_id").filter(during).unique([LANDMARK, _ORDER])
