"""Polars rolling windows, closed on the left: neither the event itself nor others of its day count."""

from __future__ import annotations

import polars as pl
from work import EVER_DAYS, N_KINDS, WINDOWS_DAYS, in_order

NAME = "Polars, rolling windows"
PACKAGE = "polars"
KINDS = [f"kind_{kind}" for kind in range(N_KINDS)]


def read(path):
    return pl.read_parquet(path)


def count(log):
    """Return one row per event, by household and day: 24 columns of 0 and 1, then a rolling group-by per window."""
    log = log.sort("key", "day").with_columns(
        (pl.col("kind") == kind).cast(pl.UInt32).alias(name) for kind, name in enumerate(KINDS)
    )
    parts = [
        log.rolling("day", period=f"{days}d", closed="left", group_by="key")
        .agg(pl.col(KINDS).sum().name.suffix(f"_{days}"))
        .drop("key", "day")
        for days in (*WINDOWS_DAYS, EVER_DAYS)
    ]
    return pl.concat([log.select("event"), *parts], how="horizontal")


def column(counts, place):
    return in_order(counts["event"].to_numpy(), counts.to_series(1 + place).to_numpy())
