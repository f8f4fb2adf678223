"""The period in which each case is observed, and what lies outside it."""

from __future__ import annotations

from datetime import date

import polars as pl

from hgrisk.histories.validate import WORKING, CheckedTable, exclude_rows, quarantine_rows
from hgrisk.schema import column_types

KnownDays = tuple[date | None, date | None]


def quarantine_late(tables: dict[str, CheckedTable], extracted_on: date | None) -> dict[str, CheckedTable]:
    """Quarantine what cannot have been known when the data were drawn.

    Parameters
    ----------
    tables : dict of CheckedTable
        The tables.
    extracted_on : date, optional
        The day the data were drawn.

    Returns
    -------
    dict of CheckedTable
        Tables without events known, and cases first observed, after that day.
    """
    if extracted_on is None:
        return tables
    late = {**tables, "events": _late(tables["events"], "known_on", extracted_on, "known after the extraction")}
    if "cases" in tables:
        reason = "first observed after the extraction"
        late["cases"] = _late(tables["cases"], "observed_from", extracted_on, reason)
    return late


def _late(table: CheckedTable, column: str, extracted_on: date, reason: str) -> CheckedTable:
    return quarantine_rows(table, pl.col(column) > extracted_on, reason)


def observed_cases(
    cases: CheckedTable | None, events: pl.DataFrame, extracted_on: date | None, known: KnownDays | None = None
) -> tuple[pl.DataFrame, list[str]]:
    """Return every case with its observation period.

    A period that is not stated runs from the first to the last day on which the whole delivery knows anything, and to
    the extraction where its day is known. Nothing is observed after the extraction.

    Parameters
    ----------
    cases : CheckedTable, optional
        The cases; without them, every ``case_id`` of the events is one.
    events : polars.DataFrame
        The events.
    extracted_on : date, optional
        The day the data were drawn.
    known : tuple of (date or None), optional
        First and last day on which the whole delivery knows anything, where these events are a part of it.

    Returns
    -------
    cases : polars.DataFrame
        The cases, sorted.
    notes : list of str
        What was changed about them.
    """
    frame = _cases_of(events) if cases is None else cases.frame.drop(WORKING)
    first_known, last_known = known or known_days(events)
    first = pl.lit(first_known, dtype=pl.Date)
    last = pl.lit(extracted_on or last_known, dtype=pl.Date)
    start, end = pl.col("observed_from"), pl.col("observed_until")
    beyond = frame.filter(end > extracted_on).height if extracted_on else 0
    frame = frame.with_columns(
        start.fill_null(pl.min_horizontal(first, end)),
        pl.min_horizontal(end.fill_null(pl.max_horizontal(last, start)), extracted_on),
    )
    notes = [f"{beyond} case(s) had an end of observation after the extraction: it is put on that day."]
    return frame.sort("case_id"), notes if beyond else []


def known_days(events: pl.DataFrame) -> KnownDays:
    """Return the first and the last day on which something became known.

    Parameters
    ----------
    events : polars.DataFrame
        The events.

    Returns
    -------
    tuple of (date or None)
        The two days; empty without events.
    """
    first, last = events.select(pl.col("known_on").min().alias("first"), pl.col("known_on").max().alias("last")).row(0)
    return first, last


def _cases_of(events: pl.DataFrame) -> pl.DataFrame:
    types = column_types("cases")
    ids = events.select(pl.col("case_id").unique())
    return ids.select(
        pl.col("case_id") if name == "case_id" else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in types.items()
    )


def exclude_unobserved(events: CheckedTable, cases: pl.DataFrame) -> CheckedTable:
    """Exclude events after the end of their case's observation.

    Parameters
    ----------
    events : CheckedTable
        The events.
    cases : polars.DataFrame
        Cases with ``observed_until``.

    Returns
    -------
    CheckedTable
        The events that are observed.
    """
    ends = pl.col("case_id").replace_strict(
        cases["case_id"], cases["observed_until"], return_dtype=pl.Date, default=None
    )
    return exclude_rows(events, pl.col("occurred_on") > ends, "after its case is observed")
