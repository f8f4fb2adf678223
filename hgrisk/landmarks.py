"""Candidate landmarks: the moments at which a prediction could be made, before any filter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from hgrisk.histories.incidents import BECAME_KNOWN

_INDEX = {
    "event_id": "index_event_id",
    "kind": "index_kind",
    "code": "index_code",
    "severity": "index_severity",
    "source": "index_source",
    "occurred_on": "index_occurred_on",
    "person_id": "person_id",
    "exposed_person_id": "exposed_person_id",
    "incident_on": "incident_on",
}


def event_landmarks(marked: pl.DataFrame, kinds: Sequence[str]) -> pl.DataFrame:
    """Return a candidate landmark at the moment each event of some kinds became known.

    Parameters
    ----------
    marked : polars.DataFrame
        Events with incident marks.
    kinds : sequence of str
        Kinds of event that set a landmark.

    Returns
    -------
    polars.DataFrame
        ``case_id``, ``landmark_on``, ``landmark_at``, ``landmark_event_id``, ``starts_incident``.
    """
    return marked.filter(pl.col("kind").is_in(kinds)).select(
        "case_id",
        pl.col("known_on").alias("landmark_on"),
        pl.col("known_at").alias("landmark_at"),
        pl.col("event_id").alias("landmark_event_id"),
        "starts_incident",
    )


def calendar_landmarks(
    marked: pl.DataFrame, dates: Sequence[date], report_kinds: Sequence[str], open_days: int, closing: Sequence[str]
) -> pl.DataFrame:
    """Return a candidate landmark at each date for every case that was then open, as known before that date.

    Parameters
    ----------
    marked : polars.DataFrame
        Events with incident marks.
    dates : sequence of date
        The calendar dates.
    report_kinds : sequence of str
        Kinds that open a case.
    open_days : int
        A case is open if a report became known at most so many days before the date.
    closing : sequence of str
        A case is not open if an event of these kinds became known on or after its last report.

    Returns
    -------
    polars.DataFrame
        Columns as :func:`event_landmarks` returns.
    """
    grid = pl.DataFrame({"landmark_on": sorted(set(dates))}, schema={"landmark_on": pl.Date})
    reports = marked.filter(pl.col("kind").is_in(report_kinds)).select("case_id", "known_on")
    state = reports.select("case_id").unique().join(grid, how="cross")
    state = _last_known_before(state, reports, "last").filter(pl.col("last").is_not_null())
    state = _last_known_before(
        state, marked.filter(pl.col("kind").is_in(closing)).select("case_id", "known_on"), "shut"
    )
    still_open = (pl.col("shut") >= pl.col("last")).fill_null(value=False).not_()
    recent = (pl.col("landmark_on") - pl.col("last")).dt.total_days() <= open_days
    return state.filter(still_open & recent).select(
        "case_id",
        "landmark_on",
        pl.lit(None, dtype=pl.Datetime("us")).alias("landmark_at"),
        pl.lit(None, dtype=pl.String).alias("landmark_event_id"),
        pl.lit(value=True).alias("starts_incident"),
    )


def _last_known_before(state: pl.DataFrame, events: pl.DataFrame, name: str) -> pl.DataFrame:
    """Add the last day before the landmark on which one of the events became known."""
    return state.sort("landmark_on").join_asof(
        events.sort("known_on").rename({"known_on": name}),
        left_on="landmark_on",
        right_on=name,
        by="case_id",
        allow_exact_matches=False,
        coalesce=False,
        check_sortedness=False,
    )


def with_index_report(
    candidates: pl.DataFrame, marked: pl.DataFrame, report_kinds: Sequence[str], within_days: int | None = None
) -> pl.DataFrame:
    """Add the index report: the landmark's own event where that is a report, else the last report known by then.

    Parameters
    ----------
    candidates : polars.DataFrame
        Candidate landmarks.
    marked : polars.DataFrame
        Events with incident marks.
    report_kinds : sequence of str
        Kinds that are reports.
    within_days : int, optional
        A report that is not the landmark's own event must have occurred at most so many days before it.

    Returns
    -------
    polars.DataFrame
        The candidates with the index report's columns, empty where there is none, and ``last_incident_on``: the date
        of the latest incident known by then.
    """
    reports = marked.filter(pl.col("kind").is_in(report_kinds)).with_columns(
        pl.col("event_id").is_in(candidates["landmark_event_id"].drop_nulls().implode()).alias("own")
    )
    numbered = candidates.with_row_index("candidate")
    own = numbered.join(reports.filter("own"), left_on="landmark_event_id", right_on="event_id", coalesce=False)
    rest = numbered.join(own, on="candidate", how="anti")
    pairs = rest.join(reports, on="case_id").filter(_known_by_landmark(within_days))
    last = pairs.sort("candidate", *BECAME_KNOWN, nulls_last=True).unique("candidate", keep="last")
    index = pl.concat([frame.select("candidate", **_index_columns()) for frame in (own, last)])
    found = numbered.join(index, on="candidate", how="left", maintain_order="left").drop("candidate")
    return _with_last_incident(found, reports, on_the_day=True)


def without_index(candidates: pl.DataFrame, marked: pl.DataFrame, report_kinds: Sequence[str]) -> pl.DataFrame:
    """Give calendar landmarks empty index columns, but the persons of the last report known before them.

    Parameters
    ----------
    candidates : polars.DataFrame
        Candidate landmarks at calendar dates.
    marked : polars.DataFrame
        Events with incident marks.
    report_kinds : sequence of str
        Kinds that are reports.

    Returns
    -------
    polars.DataFrame
        The candidates with the columns of :func:`with_index_report`, all empty but ``incident_on``,
        ``last_incident_on``, ``person_id`` and ``exposed_person_id``, which say whose re-report is waited for.
    """
    reports = marked.filter(pl.col("kind").is_in(report_kinds))
    numbered = candidates.with_row_index("candidate")
    pairs = numbered.join(reports, on="case_id").filter(pl.col("known_on") < pl.col("landmark_on"))
    last = pairs.sort("candidate", *BECAME_KNOWN, nulls_last=True).unique("candidate", keep="last")
    found = numbered.join(
        last.select("candidate", **_index_columns()), on="candidate", how="left", maintain_order="left"
    ).drop("candidate")
    keep = {"incident_on", "person_id", "exposed_person_id"}
    empty = [pl.lit(None, dtype=found.schema[name]).alias(name) for name in _INDEX.values() if name not in keep]
    return _with_last_incident(found.with_columns(empty), reports, on_the_day=False)


def _index_columns() -> dict[str, pl.Expr]:
    """Return the columns of the index report; a severity that was corrected later is not the one then known."""
    later = (pl.col("corrected_on") >= pl.col("landmark_on")).fill_null(value=False)
    return {new: pl.col(old) for old, new in _INDEX.items()} | {"index_severity": pl.when(~later).then("severity")}


def _known_by_landmark(within_days: int | None) -> pl.Expr:
    """Say whether a report was known by the landmark: before its date, or on it and not at a later instant."""
    later = (pl.col("known_at") > pl.col("landmark_at")).fill_null(value=False)
    known = (pl.col("known_on") < pl.col("landmark_on")) | ((pl.col("known_on") == pl.col("landmark_on")) & ~later)
    if within_days is None:
        return known
    return known & (pl.col("occurred_on") >= pl.col("landmark_on") - pl.duration(days=within_days))


def _with_last_incident(found: pl.DataFrame, reports: pl.DataFrame, *, on_the_day: bool) -> pl.DataFrame:
    """Add the date of the latest incident known by the landmark's date, or before it."""
    reached = reports.sort("known_on").select(
        "case_id", "known_on", pl.col("incident_on").cum_max().over("case_id").alias("last_incident_on")
    )
    placed = found.with_row_index("place").sort("landmark_on")
    joined = placed.join_asof(
        reached,
        left_on="landmark_on",
        right_on="known_on",
        by="case_id",
        strategy="backward",
        allow_exact_matches=on_the_day,
        coalesce=False,
        check_sortedness=False,
    )
    return joined.sort("place").drop("place", "known_on")
