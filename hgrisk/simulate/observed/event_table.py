"""From rows of numbers to the events table: ends that are not known left out, in order, without doubles, with names."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from hgrisk.simulate.observed.people import numbered
from hgrisk.simulate.observed.period import Period
from hgrisk.simulate.observed.residences import date_series
from hgrisk.simulate.observed.rows import CODES, EVENT_KINDS, NONE, Rows, choose
from hgrisk.simulate.parameters.reporting import SOURCES
from hgrisk.simulate.records import NEVER, Bools, Days, Ints

EVENT_SCHEMA = {
    "event_id": pl.String, "case_id": pl.String, "kind": pl.String, "code": pl.String, "further_kinds": pl.String,
    "occurred_on": pl.Date, "known_on": pl.Date, "ended_on": pl.Date, "corrected_on": pl.Date,
    "severity": pl.Float64, "source": pl.String, "person_id": pl.String, "exposed_person_id": pl.String,
    "value": pl.Float64,
}  # fmt: skip
"""Columns of the events, in their order."""

_FURTHER = ("child_abuse",)


def cut_ends(rows: Rows, period: Period) -> Days:
    """Return the ends of spells as they are known: none of what still runs at the extraction.

    Parameters
    ----------
    rows : ndarray of ROW, shape (n,)
        Rows that occurred while their household was observed.
    period : Period
        When each household is observed; a spell that runs on after that ends with it.

    Returns
    -------
    ndarray of int32, shape (n,)
        Days, ``NEVER`` for what has not ended or has no end.
    """
    until = period.until[rows["home"]]
    ended = np.where(until < period.extraction, np.minimum(rows["ended"], until), rows["ended"])
    return np.where(ended <= period.extraction, ended, NEVER).astype(np.int32)


def in_order(rows: Rows, period: Period) -> Rows:
    """Put rows in the order in which they became known, and leave out what says the same as an earlier one.

    Parameters
    ----------
    rows : ndarray of ROW, shape (n,)
        Rows that are known at the extraction.
    period : Period
        When registration began and ended.

    Returns
    -------
    ndarray of ROW
        The rows, sorted by day known, day occurred, household, kind and code.
    """
    days, homes = period.extraction - period.start + 1, period.until.size
    key = (rows["known"] - period.start).astype(np.int64) * days + rows["occurred"] - period.start
    key = (key * homes + rows["home"]) * len(EVENT_KINDS) + rows["kind"]
    key = key * (len(CODES) + 1) + rows["code"] + 1
    order = np.argsort(key)
    key = key.take(order)
    alike = np.append(False, key[1:] == key[:-1])
    tied = np.flatnonzero(alike | np.append(alike[1:], False))
    order[tied] = order[tied][np.lexsort((order[tied], key[tied]))]  # a stable sort of all would take far longer
    rows = rows.take(order)
    return choose(rows, ~_repeated(rows, tied))


def _repeated(rows: Rows, tied: Ints) -> Bools:
    """Mark rows that equal an earlier one but for the report behind them; only tied rows can be alike."""
    content = rows.take(tied)
    content["report"], content["first"] = NONE, False
    _, once = np.unique(content.view(f"V{content.itemsize}"), return_index=True)
    repeated = np.zeros(rows.size, dtype=bool)
    repeated[np.delete(tied, once)] = True
    return repeated


def event_table(
    rows: Rows, block: int, case_ids: pl.Series, person_ids: pl.Series, exposed_ids: pl.Series
) -> pl.DataFrame:
    """Return the events table.

    Parameters
    ----------
    rows : ndarray of ROW, shape (n,)
        The rows in order.
    block : int
        Number of the block.
    case_ids, person_ids, exposed_ids : polars.Series of String, shape (n,)
        The keys in each row.

    Returns
    -------
    polars.DataFrame
        The columns of ``EVENT_SCHEMA``.
    """
    columns = {
        "event_id": numbered(f"E{block:05d}", np.arange(1, rows.size + 1), 7),
        "case_id": case_ids,
        "kind": _named(EVENT_KINDS, rows["kind"]),
        "code": _named(CODES, rows["code"]),
        "further_kinds": _named(_FURTHER, rows["further"].astype(np.int8) - 1),
        "occurred_on": date_series(rows["occurred"]),
        "known_on": date_series(rows["known"]),
        "ended_on": date_series(rows["ended"]),
        "corrected_on": date_series(rows["corrected"]),
        "severity": _numbers(rows["severity"]),
        "source": _named(SOURCES, rows["source"]),
        "person_id": person_ids,
        "exposed_person_id": exposed_ids,
        "value": _numbers(rows["value"]),
    }
    return pl.DataFrame(columns, schema=EVENT_SCHEMA)


def _named(names: tuple[str, ...], places: npt.NDArray[Any]) -> pl.Series:
    """Return names by their place, null for ``NONE``, which finds the last."""
    return pl.Series([*names, None], dtype=pl.String).gather(np.ascontiguousarray(places))


def _numbers(values: npt.NDArray[Any]) -> pl.Series:
    numbers = pl.Series(np.ascontiguousarray(values, dtype=np.float64))
    return numbers.set(numbers < 0, None)
