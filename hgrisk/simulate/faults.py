"""Faulty rows as real exports have them, planted on purpose and counted."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl

Fault = Callable[[pl.DataFrame], pl.DataFrame]

FAULTS: dict[str, tuple[bool, Fault]] = {
    "impossible_date": (True, lambda rows: rows.with_columns(occurred_on=pl.lit("2019-02-31"))),
    "known_before_occurred": (True, lambda rows: rows.with_columns(known_on=_days_before(5))),
    "end_before_start": (True, lambda rows: rows.with_columns(ended_on=_days_before(9))),
    "unknown_case": (True, lambda rows: rows.with_columns(case_id=pl.lit("H99999X"))),
    "exact_duplicate": (False, lambda rows: rows),
    "conflicting_duplicate": (False, lambda rows: rows.with_columns(occurred_on=_days_before(1))),
}
"""Per fault: whether the row gets an event_id of its own, and how a sound row is spoilt."""


def plant_faults(events: pl.DataFrame, share: float, rng: np.random.Generator) -> pl.DataFrame:
    """Copy some events and spoil the copies, each fault equally often.

    Parameters
    ----------
    events : polars.DataFrame
        The sound events; they stay as they are.
    share : float
        Number of faulty rows as a share of the number of events.
    rng : numpy.random.Generator
        The generator, which moves on.

    Returns
    -------
    polars.DataFrame
        The faulty rows as text, with a column ``fault``.
    """
    each = round(share * events.height / len(FAULTS))
    picked = rng.choice(events.height, each * len(FAULTS), replace=False)
    text = events.with_columns(pl.all().cast(pl.String))[picked]
    parts = []
    for turn, (name, (renumber, spoil)) in enumerate(FAULTS.items()):
        rows = spoil(text[turn * each : (turn + 1) * each]).with_columns(fault=pl.lit(name))
        fresh = pl.lit("E") + (events.height + 1 + turn * each + pl.int_range(pl.len())).cast(pl.String).str.zfill(7)
        parts.append(rows.with_columns(event_id=fresh) if renumber else rows)
    return pl.concat(parts)


def _days_before(days: int) -> pl.Expr:
    return (pl.col("occurred_on").str.to_date() - pl.duration(days=days)).cast(pl.String)
