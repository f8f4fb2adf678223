"""DuckDB window frames, up to the day before.

Days are integers, because frames of intervals on dates took half as long again. Counting with FILTER was the fastest of
five ways tried: sums of conditions, of ready columns of 0 and 1, counts of what is not null, and one window over all
households on one line.
"""

from __future__ import annotations

import duckdb
from work import N_KINDS, WINDOWS_DAYS, in_order

NAME = "DuckDB, window frames"
PACKAGE = "duckdb"


def read(path):
    connection = duckdb.connect()
    day = "(day - DATE '1970-01-01')::INTEGER AS day"
    connection.execute(f"CREATE TABLE log AS SELECT event, key, {day}, kind FROM read_parquet(?)", [str(path)])  # noqa: S608
    return connection


def query():
    frames = {f"w{days}": f"{days} PRECEDING" for days in WINDOWS_DAYS} | {"ever": "UNBOUNDED PRECEDING"}
    columns = ", ".join(
        f"count(*) FILTER (kind = {kind}) OVER {name} AS kind_{kind}_{name}"
        for name in frames
        for kind in range(N_KINDS)
    )
    windows = ", ".join(
        f"{name} AS (PARTITION BY key ORDER BY day RANGE BETWEEN {since} AND 1 PRECEDING)"
        for name, since in frames.items()
    )
    return f"SELECT event, {columns} FROM log WINDOW {windows}"  # noqa: S608


def count(connection):
    return connection.sql(query()).to_arrow_table()


def column(counts, place):
    return in_order(counts["event"].to_numpy(), counts.column(1 + place).to_numpy())
