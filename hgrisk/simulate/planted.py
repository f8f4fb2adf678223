"""Faulty rows as deliveries have them, planted among the events on purpose and counted."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from hgrisk.errors import DataError
from hgrisk.simulate.scenario import Scenario

FAULTS: Mapping[str, tuple[str, pl.Expr]] = {
    "known_before_it_occurred": ("known_on", pl.col("occurred_on") - pl.duration(days=5)),
    "ends_before_it_starts": ("ended_on", pl.col("occurred_on") - pl.duration(days=9)),
    "unknown_case": ("case_id", pl.col("case_id") + "-unknown"),
    "date_before_1900": ("occurred_on", pl.date(1800, 1, 1)),
    "date_after_2100": ("known_on", pl.date(2203, 1, 1)),
    "missing_kind": ("kind", pl.lit(None)),
    "missing_occurred_on": ("occurred_on", pl.lit(None)),
    "severity_infinite": ("severity", pl.lit(float("inf"))),
    "known_at_on_another_day": ("known_at", pl.col("known_on").cast(pl.Datetime("us")) + pl.duration(days=3)),
}
"""Per fault: the column that is spoilt, and what is put there. A typed table cannot hold a date such as 31 February,
and NaN is read as missing."""

_INSTANTS = ("occurred_at", "known_at")
"""Emptied first: a spoilt date would not go with them, and a row is to have one fault only."""

_PLANTED = 99
"""Last word of the spawn key of the generator that plants faulty rows, which no other generator uses."""


def faulty_rows(scenario: Scenario, block: int, events: pl.DataFrame) -> pl.DataFrame:
    """Return the faulty rows that go with the events of a block.

    Parameters
    ----------
    scenario : Scenario
        The world: its seed and its share of faulty rows.
    block : int
        Number of the block, 0 or more.
    events : polars.DataFrame
        The sound events of the block.

    Returns
    -------
    polars.DataFrame
        As from `plant`; the same for the same seed, block and events.
    """
    words = np.random.SeedSequence(scenario.seed, spawn_key=(block, _PLANTED))
    return plant(events, scenario.dirty_share, np.random.default_rng(words), f"F{block:05d}-")


def plant(events: pl.DataFrame, share: float, rng: np.random.Generator, prefix: str) -> pl.DataFrame:
    """Copy some events and spoil the copies, each fault in turn, so that a reader sets aside these rows and no other.

    Parameters
    ----------
    events : polars.DataFrame
        Sound events with the types of the event schema; they stay as they are. A fault whose column they lack is left
        out.
    share : float
        Number of faulty rows as a share of the number of events, 0 to 1.
    rng : numpy.random.Generator
        The generator, which moves on.
    prefix : str
        Start of every new ``event_id``; no event has an identifier that starts so.

    Returns
    -------
    polars.DataFrame
        Exactly ``round(share * events.height)`` rows with the columns of the events, then ``fault``.

    Raises
    ------
    DataError
        If the share does not lie in [0, 1], or the prefix is in use.

    Examples
    --------
    >>> from datetime import date
    >>> events = pl.DataFrame({"event_id": ["E1", "E2"], "case_id": "H1", "kind": "report",
    ...                        "occurred_on": date(2023, 1, 5), "known_on": date(2023, 1, 6)})
    >>> planted = plant(events, 0.5, np.random.default_rng(1), "F")
    >>> planted.height, planted["event_id"].to_list()
    (1, ['F1'])
    """
    if not 0 <= share <= 1:
        raise DataError("A share of faulty rows lies between 0 and 1", f"{share}", "give for example 0.02")
    if events["event_id"].str.starts_with(prefix).any():
        raise DataError("Faulty rows have identifiers of their own", f"{prefix!r} in use", "give another prefix")
    faults = [name for name, (column, _) in FAULTS.items() if column in events.columns]
    picked = rng.choice(events.height, round(share * events.height), replace=False)
    turns = (np.arange(picked.size) + rng.integers(len(faults))) % len(faults)
    rows = events[picked].with_columns(
        fault=pl.Series([faults[turn] for turn in turns.tolist()], dtype=pl.String),
        event_id=pl.lit(prefix) + pl.int_range(1, pl.len() + 1).cast(pl.String),
    )
    instants = [pl.lit(None, pl.Datetime("us")).alias(name) for name in _INSTANTS if name in events.columns]
    columns = dict.fromkeys(FAULTS[name][0] for name in faults)
    return rows.with_columns(instants).with_columns(_spoilt(column, faults) for column in columns)


def _spoilt(column: str, faults: list[str]) -> pl.Expr:
    """Return a column with every fault of it put in."""
    value = pl.col(column)
    for name in faults:
        where, wrong = FAULTS[name]
        if where == column:
            value = pl.when(pl.col("fault") == name).then(wrong).otherwise(value)
    return value.alias(column)
