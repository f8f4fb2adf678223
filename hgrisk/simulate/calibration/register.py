"""Counts from the observed tables: what a user of the register would compute."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import polars as pl

from hgrisk.simulate.calibration.quantities import (
    FIRST_COHORT_YEAR,
    FIRST_ORDER_YEAR,
    FOLLOWED_DAYS,
    LAST_COHORT_YEAR,
    LAST_ORDER_YEAR,
    MERGE_DAYS,
    ORDER_DAYS,
    WINDOW,
)
from hgrisk.simulate.records import Ints
from hgrisk.simulate.regions import INHABITANTS, MERGED, SUCCESSOR

Counts = dict[str, tuple[int, int]]
"""Quantity to numerator and denominator."""

REPORT, FOLLOW_UP = "report", "follow_up_report"

REGIONS = {name: people for name, people in INHABITANTS.items() if name not in MERGED} | {
    SUCCESSOR: sum(INHABITANTS[name] for name in MERGED)
}
"""The 25 regions since the merger and their inhabitants in thousands."""

_PLACES = {name: place for place, name in enumerate(REGIONS)} | {name: len(REGIONS) - 1 for name in MERGED}

_SOURCES = {
    "police_and_justice_2023": ("police_and_justice",),
    "non_professional_2023": ("non_professional",),
    "health_and_mental_health_care_2023": ("health_care", "mental_health"),
    "education_2023": ("education",),
    "youth_care_2023": ("youth_care",),
}
_KINDS = {f"{kind}_2024": kind for kind in ("child_abuse", "partner_violence", "elder_abuse")}


def register_counts(observed: Mapping[str, pl.DataFrame], extraction_on: date) -> tuple[Counts, Ints]:
    """Count what the observed tables of a block show.

    Parameters
    ----------
    observed : mapping of str to polars.DataFrame
        The tables ``events`` and ``cases``, everything of a household in them, without planted faults.
    extraction_on : date
        The day of the extraction.

    Returns
    -------
    counts : dict
        Numerator and denominator of each quantity.
    by_region : ndarray of int, shape (25,)
        Reports that occurred in 2023 by region of the case, in the order of ``REGIONS``.
    """
    reports = _reports(observed["events"])
    of_2023 = reports.filter(pl.col("occurred_on").dt.year() == 2023)
    orders = observed["events"].filter(pl.col("kind") == "barring_order").select("case_id", "occurred_on")
    counts = (
        _counts_of_2023(of_2023)
        | _kinds_of_2024(reports)
        | _after_first_report(reports, extraction_on)
        | _after_orders(orders, reports, extraction_on)
    )
    return counts, _by_region(of_2023, observed["cases"])


def _reports(events: pl.DataFrame) -> pl.DataFrame:
    """Take the reports, each with the number of days since the first one of its case."""
    rows = events.filter(pl.col("kind").is_in([REPORT, FOLLOW_UP]))
    first = rows.group_by("case_id").agg(first_on=pl.col("occurred_on").min())
    columns = rows.select("case_id", "kind", "code", "source", "occurred_on").join(first, on="case_id")
    return columns.with_columns(day=(pl.col("occurred_on") - pl.col("first_on")).dt.total_days())


def _counts_of_2023(reports: pl.DataFrame) -> Counts:
    known, opens = pl.col("day") > 0, pl.col("kind") == REPORT
    tops = {
        "first_reports_2023": opens & ~known,
        "re_reports_2023": opens & known,
        "follow_up_reports_2023": ~opens,
        "known_before_2023": known,
        **{name: pl.col("source").is_in(sources) for name, sources in _SOURCES.items()},
    }
    cases = reports["case_id"].n_unique()
    return _shares(reports, tops) | {"reports_per_case_2023": (reports.height, cases)}


def _kinds_of_2024(reports: pl.DataFrame) -> Counts:
    of_2024 = reports.filter(pl.col("occurred_on").dt.year() == 2024)
    return _shares(of_2024, {name: pl.col("code") == kind for name, kind in _KINDS.items()})


def _shares(rows: pl.DataFrame, tops: Mapping[str, pl.Expr]) -> Counts:
    """Count the rows for which each condition holds, among all rows."""
    counted = rows.select(**{name: top.sum() for name, top in tops.items()})
    return {name: (int(counted[name].item()), rows.height) for name in tops}


def _after_first_report(reports: pl.DataFrame, extraction_on: date) -> Counts:
    first, day = pl.col("first_on"), pl.col("day")
    cohort = reports.filter(
        first.dt.year().is_between(FIRST_COHORT_YEAR, LAST_COHORT_YEAR),
        first <= extraction_on - timedelta(days=FOLLOWED_DAYS),
    )
    cases = cohort.group_by("case_id").agg(
        next=day.filter(day > MERGE_DAYS).min(), reports_in_days_365_to_548=day.is_between(*WINDOW).any()
    )
    counts = _shares(
        cases,
        {
            "re_report_within_365_days": pl.col("next") <= 365,
            "re_report_within_730_days": pl.col("next") <= 730,
            "reports_in_days_365_to_548": pl.col("reports_in_days_365_to_548"),
        },
    )
    within_year = cases.filter(pl.col("next") <= 365)
    return counts | _shares(within_year, {"first_year_re_reports_within_122_days": pl.col("next") <= 122})


def _after_orders(orders: pl.DataFrame, reports: pl.DataFrame, extraction_on: date) -> Counts:
    start = pl.col("started_on")
    begun = orders.rename({"occurred_on": "started_on"}).filter(
        start.dt.year().is_between(FIRST_ORDER_YEAR, LAST_ORDER_YEAR),
        start <= extraction_on - timedelta(days=ORDER_DAYS),
    )
    days = (pl.col("occurred_on") - start).dt.total_days()
    after = begun.with_row_index("order").join(reports, on="case_id")
    after = after.filter(days.is_between(MERGE_DAYS, ORDER_DAYS, closed="right"))
    by_police = after.filter(pl.col("source") == "police_and_justice")
    return {
        "police_report_after_barring_order": (by_police["order"].n_unique(), begun.height),
        "any_report_after_barring_order": (after["order"].n_unique(), begun.height),
    }


def _by_region(reports: pl.DataFrame, cases: pl.DataFrame) -> Ints:
    places = cases.select(
        "case_id", place=pl.col("region").replace_strict(_PLACES, default=None, return_dtype=pl.Int64)
    )
    found = reports.select("case_id").join(places, on="case_id")["place"].drop_nulls().to_numpy()
    return np.bincount(found, minlength=len(REGIONS)).astype(np.int64)
