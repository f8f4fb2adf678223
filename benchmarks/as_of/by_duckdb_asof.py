"""DuckDB with prefix sums per household and day, and an ASOF join for each window."""

from __future__ import annotations

from by_duckdb_frames import column, read
from work import N_KINDS, WINDOWS_DAYS

NAME = "DuckDB, prefix sums and ASOF joins"
PACKAGE = "duckdb"
__all__ = ["NAME", "PACKAGE", "column", "count", "read"]


def query():
    sums = ", ".join(
        f"(sum(count(*) FILTER (kind = {kind})) OVER sofar)::UINTEGER AS kind_{kind}" for kind in range(N_KINDS)
    )
    joins = "\n".join(
        f"ASOF LEFT JOIN daily w{days} ON log.key = w{days}.key AND log.day - {days} > w{days}.day"
        for days in WINDOWS_DAYS
    )
    columns = ", ".join(
        f"coalesce(ever.kind_{kind}, 0) - coalesce(w{days}.kind_{kind}, 0) AS kind_{kind}_{days}"
        for days in WINDOWS_DAYS
        for kind in range(N_KINDS)
    )
    ever = ", ".join(f"coalesce(ever.kind_{kind}, 0) AS kind_{kind}_ever" for kind in range(N_KINDS))
    return f"""
        WITH daily AS (
            SELECT key, day, {sums} FROM log GROUP BY key, day
            WINDOW sofar AS (PARTITION BY key ORDER BY day ROWS UNBOUNDED PRECEDING)
        )
        SELECT event, {columns}, {ever} FROM log
        ASOF LEFT JOIN daily ever ON log.key = ever.key AND log.day > ever.day
        {joins}"""  # noqa: S608 (built of numbers alone)


def count(connection):
    return connection.sql(query()).to_arrow_table()
