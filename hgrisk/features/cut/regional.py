"""What was known of a region on each day: daily sums that add up over parts of the cases."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hgrisk.cohort import LANDMARK
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.histories.places import region_on

FOLLOWED_DAYS = 365
"""An incident is followed by another if one becomes known at most so many days later; it matures on the next day."""

WAITING_DAYS = {"reports": 90, "handovers": 365}
"""So long a report waits for its safety assessment, or a handover for its acceptance, before it is counted no more."""

SUMS = (
    "reports",
    "reports_off_list",
    "handovers",
    "handovers_off_list",
    "incidents_matured",
    "incidents_followed",
)
"""The sums of a region's day: reports known; reports that stopped waiting, because they were assessed or have waited
for 90 days; handovers sent; handovers that stopped waiting, because they were accepted or have waited for a year;
incidents that became known 366 days before; and those of them that another incident of the household followed."""

_KEYS = ["region", "known_on"]


def regional_series(
    histories: CaseHistories, marked_events: pl.DataFrame, report_kinds: tuple[str, ...]
) -> pl.DataFrame:
    """Count by region and day what became known.

    Every sum of a day follows from what was known by the end of that day. What becomes of a report or handover is
    counted in the region where the household lived when it became known, and also in the regions which that one later
    went up in, so that a merged region has a past. Parts of the cases have series that add up, see :func:`add_series`.

    Parameters
    ----------
    histories : CaseHistories
        The validated histories, for where households lived.
    marked_events : polars.DataFrame
        Their events with incident marks.
    report_kinds : tuple of str
        Kinds that are reports.

    Returns
    -------
    polars.DataFrame
        ``region``, ``known_on`` and the columns of ``SUMS``; one row per region and day that has any, by region and
        day.
    """
    reports = marked_events.filter(pl.col("kind").is_in(report_kinds))
    # a follow-up report, or one that repeats an incident, asks for no assessment of its own
    asking = reports.filter("starts_incident", pl.col("kind") != "follow_up_report")
    parts = [
        *_waiting("reports", asking, _of_kind(marked_events, "safety_assessment")),
        *_waiting("handovers", _of_kind(marked_events, "handover_sent"), _of_kind(marked_events, "handover_accepted")),
        *_matured(reports.filter("starts_incident")),
    ]
    counted = pl.concat([part.with_columns(pl.lit(name).alias("sum")) for name, part in parts])
    where = region_on(counted, histories.cases, histories.case_regions, histories.regions)
    placed = counted.with_columns(where.alias("region")).drop_nulls("region")
    placed = placed.join(_also_counted_in(histories.regions, placed["region"]), on="region").drop("region")
    daily = placed.group_by(pl.col("counted_in").alias("region"), "known_on").agg(
        [(pl.col("sum") == name).sum().cast(pl.Int64).alias(name) for name in SUMS]
    )
    return daily.sort(_KEYS)


def add_series(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Add the series of parts of the cases.

    Parameters
    ----------
    parts : iterable of polars.DataFrame
        Series of parts that have no case in common; at least one.

    Returns
    -------
    polars.DataFrame
        The series of the whole.
    """
    return pl.concat(parts).group_by(_KEYS).agg(pl.col(SUMS).sum()).sort(_KEYS)


def sums_before(landmarks: pl.DataFrame, regional: pl.DataFrame, within_days: int | None = None) -> pl.DataFrame:
    """Return for each landmark the sums of its region over the days before it.

    Parameters
    ----------
    landmarks : polars.DataFrame
        ``landmark_id``, ``landmark_on`` and ``region``.
    regional : polars.DataFrame
        A series, by region and day.
    within_days : int, optional
        How many days before the landmark, itself not counted; all days without it.

    Returns
    -------
    polars.DataFrame
        ``landmark_id`` and the columns of ``SUMS``, in the order of the landmarks; empty where the region is unknown.
    """
    series = regional.sort(_KEYS)
    names = series["region"].unique().sort()
    keys = _key(series["region"], names, series["known_on"], 0)
    until = np.searchsorted(keys, _key(landmarks["region"], names, landmarks["landmark_on"], 0))
    since = np.searchsorted(keys, _key(landmarks["region"], names, landmarks["landmark_on"], within_days))
    running = np.zeros((series.height + 1, len(SUMS)), dtype=np.int64)
    np.cumsum(series.select(SUMS).to_numpy(), axis=0, out=running[1:])
    sums = pl.DataFrame(running[until] - running[since], schema=list(SUMS))
    known = pl.col("region").is_not_null()
    counted = landmarks.select(LANDMARK, "region").hstack(sums)
    return counted.select(LANDMARK, *(pl.when(known).then(name).alias(name) for name in SUMS))


def _key(region: pl.Series, names: pl.Series, day: pl.Series, back: int | None) -> NDArray[np.int64]:
    """Return one number that puts regions, and then days, in order; without ``back`` a region's beginning."""
    number = region.cast(pl.Enum(names), strict=False).to_physical().cast(pl.Int64).fill_null(-1).to_numpy()
    days = (
        np.zeros(len(day), dtype=np.int64)
        if back is None
        else day.to_physical().cast(pl.Int64).to_numpy() - back + 2**31
    )
    return (number << 33) + days


def _of_kind(events: pl.DataFrame, kind: str) -> pl.DataFrame:
    return events.filter(pl.col("kind") == kind)


def _waiting(name: str, asked: pl.DataFrame, answers: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """Return when each of the asked became known, and when it stopped waiting.

    An answer answers all that its household had waiting, its own day included.
    """
    begun = asked.select("case_id", landmark_on="known_on").sort("landmark_on")
    answered = answers.select("case_id", answered_on="known_on").sort("answered_on")
    closed = begun.join_asof(
        answered, left_on="landmark_on", right_on="answered_on", by="case_id", strategy="forward", coalesce=False,
        check_sortedness=False,
    )  # fmt: skip
    at_last = pl.col("landmark_on") + pl.duration(days=WAITING_DAYS[name])
    off_list = pl.min_horizontal("answered_on", at_last)
    return [
        (name, begun.with_columns(known_on="landmark_on")),
        (f"{name}_off_list", closed.select("case_id", "landmark_on", known_on=off_list)),
    ]


def _matured(incidents: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """Return the day on which each incident matured, of all and of those that another one followed."""
    days = incidents.select("case_id", "known_on").unique().sort("case_id", "known_on")
    days = days.with_columns(pl.col("known_on").shift(-1).over("case_id").alias("next_on"))
    dated = incidents.select("case_id", "known_on").join(days, on=["case_id", "known_on"])
    followed = (pl.col("next_on") - pl.col("known_on")).dt.total_days() <= FOLLOWED_DAYS
    matured = dated.select(
        "case_id",
        followed.fill_null(value=False).alias("followed"),
        landmark_on="known_on",
        known_on=pl.col("known_on") + pl.duration(days=FOLLOWED_DAYS + 1),
    )
    of_followed = matured.filter("followed")
    return [("incidents_matured", matured.drop("followed")), ("incidents_followed", of_followed.drop("followed"))]


def _also_counted_in(regions: pl.DataFrame, present: pl.Series) -> pl.DataFrame:
    """Return each region with itself and the regions that it later went up in."""
    follows = regions.filter(pl.col("successor").is_not_null()).select("region", next="successor")
    reached = pl.DataFrame({"region": present.unique()}).with_columns(pl.col("region").alias("counted_in"))
    size = 0
    while reached.height > size:
        size = reached.height
        further = reached.join(follows, left_on="counted_in", right_on="region").select("region", counted_in="next")
        reached = pl.concat([reached, further]).unique()
    return reached
