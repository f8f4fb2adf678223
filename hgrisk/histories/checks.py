"""The steps from mapped rows to the tables of a history, for a whole delivery or a part of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from hgrisk.histories.observation import KnownDays, exclude_unobserved, observed_cases, quarantine_late
from hgrisk.histories.validate import WORKING, CheckedTable, check_table, quarantine_strangers
from hgrisk.schema import TABLES, column_types

EVENT_ORDER = ("case_id", "known_on", "occurred_on", "event_id")
"""The order of the events of a history."""


@dataclass(frozen=True)
class ObservedTables:
    """The tables of a history.

    Attributes
    ----------
    frames : dict of polars.DataFrame
        Every table by name, empty where the source has none.
    tables : dict of CheckedTable
        The tables that the source has, with the fates of their rows.
    notes : tuple of str
        What was changed about the cases.
    """

    frames: dict[str, pl.DataFrame]
    tables: dict[str, CheckedTable]
    notes: tuple[str, ...]


def check_tables(
    parts: Mapping[str, Sequence[pl.DataFrame]], extracted_on: date | None, elsewhere: pl.Series | None = None
) -> dict[str, CheckedTable]:
    """Check every row by itself, against its namesakes, and against the other tables.

    Parameters
    ----------
    parts : mapping of str to frames
        Mapped rows of each source, by table.
    extracted_on : date, optional
        The day the data were drawn.
    elsewhere : polars.Series, optional
        Where the rows are a part of a delivery: keys of events that stand on other rows of it too.

    Returns
    -------
    dict of CheckedTable
        The tables.
    """
    tables = {
        name: check_table(name, list(frames), elsewhere if name == "events" else None) for name, frames in parts.items()
    }
    return _cross_check(quarantine_late(tables, extracted_on))


def observe(
    tables: Mapping[str, CheckedTable], extracted_on: date | None, known: KnownDays | None = None
) -> ObservedTables:
    """Give every case its observation period, and leave out what lies beyond it.

    Parameters
    ----------
    tables : mapping of CheckedTable
        The tables, checked.
    extracted_on : date, optional
        The day the data were drawn.
    known : tuple of (date or None), optional
        First and last day on which the whole delivery knows anything, where the tables are a part of it.

    Returns
    -------
    ObservedTables
        The tables of the history.
    """
    cases, notes = observed_cases(tables.get("cases"), tables["events"].frame, extracted_on, known)
    closed = {**tables, "events": exclude_unobserved(tables["events"], cases)}
    frames = {name: closed[name].frame.drop(WORKING) if name in closed else _empty(name) for name in TABLES}
    frames["cases"] = cases
    frames["events"] = frames["events"].sort(EVENT_ORDER)
    return ObservedTables(frames, closed, tuple(notes))


def _cross_check(tables: dict[str, CheckedTable]) -> dict[str, CheckedTable]:
    checked = dict(tables)
    if "cases" in checked:
        known = checked["cases"].frame["case_id"]
        for name in {"events", "memberships", "case_regions"} & set(checked):
            checked[name] = quarantine_strangers(checked[name], "case_id", known, "case_id is not among the cases")
    if "persons" in checked:
        known = checked["persons"].frame["person_id"]
        for name in {"memberships"} & set(checked):
            checked[name] = quarantine_strangers(
                checked[name], "person_id", known, "person_id is not among the persons"
            )
    return checked


def _empty(name: str) -> pl.DataFrame:
    return pl.DataFrame(schema=column_types(name))
