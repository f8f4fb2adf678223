"""Polars with prefix sums: every window is the difference of two rows of one running sum, found by binary search.

The strongest way we know. Joins as of a day (``join_asof``) in place of the search took 20 times as long.
"""

from __future__ import annotations

import polars as pl
from work import EVER_DAYS, N_KINDS, WINDOWS_DAYS, in_order

NAME = "Polars, prefix sums"
PACKAGE = "polars"
KINDS = [f"kind_{kind}" for kind in range(N_KINDS)]


def read(path):
    return pl.read_parquet(path)


def count(log):
    # one line on which each household has its own stretch, longer than any window
    line = pl.col("key").cast(pl.Int64) * 100_000 + pl.col("day").cast(pl.Int32)
    log = log.with_columns(line=line).sort("line")
    line = log["line"]
    events = {name: pl.col("kind") == kind for kind, name in enumerate(KINDS)}
    before = log.select((event.cum_sum() - event).cast(pl.UInt32).alias(name) for name, event in events.items())
    until = before[line.search_sorted(line, "left")]
    parts = [log.select("event")]
    for days in (*WINDOWS_DAYS, EVER_DAYS):
        since = before[line.search_sorted(line - days, "left")]
        parts.append((until - since).rename(lambda name, days=days: f"{name}_{days}"))
    return pl.concat(parts, how="horizontal")


def column(counts, place):
    return in_order(counts["event"].to_numpy(), counts.to_series(1 + place).to_numpy())
