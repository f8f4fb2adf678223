"""MEDS-Tab's own functions, which its commands call per shard, brought to windows that leave out the day itself.

As it is, its windows end at the last event before a label, so a marker just before each landmark makes them end there.
It first adds up each moment; version 0.2.0 loses the last row of every moment there, so events of one day are set a
microsecond apart, and its rolling windows are called without that step. It has less to do so.
"""

from __future__ import annotations

import polars as pl
from MEDS_tabular_automl.generate_summarized_reps import aggregate_matrix, get_rolling_window_indicies
from MEDS_tabular_automl.generate_ts_features import get_flat_ts_rep
from work import N_KINDS, WINDOWS_DAYS, in_order

NAME = "MEDS-Tab"
PACKAGE = "meds-tab"
COUNT = "code/count"
CODES = [f"kind_{kind:02d}" for kind in range(N_KINDS)]
MARKER = "landmark"


def read(path):
    log = pl.read_parquet(path)
    place = pl.int_range(pl.len()).over("key", "day")
    return log.select(
        "event",
        "day",
        subject_id=pl.col("key").cast(pl.Int64),
        time=pl.col("day").cast(pl.Datetime("us")) + pl.duration(microseconds=place),
        code=pl.format("kind_{}", pl.col("kind").cast(pl.String).str.zfill(2)),
        numeric_value=pl.lit(None, dtype=pl.Float32),
    )


def count(log):
    just_before = pl.col("day").cast(pl.Datetime("us")) - pl.duration(microseconds=1)
    moments = log.select("subject_id", "day", time=just_before).unique().sort("subject_id", "time")
    markers = moments.select("subject_id", "time", code=pl.lit(MARKER), numeric_value=pl.lit(None, dtype=pl.Float32))
    rows = pl.concat([log.select(markers.columns), markers]).sort("subject_id", "time").lazy()
    features = [f"{code}/code" for code in (*CODES, MARKER)]
    index, matrix = get_flat_ts_rep(COUNT, features, rows)
    labels = moments.lazy().select("subject_id", "time")
    windows = [f"{days}d" for days in WINDOWS_DAYS] + ["full"]
    parts = [
        aggregate_matrix(get_rolling_window_indicies(index, window, labels), matrix, COUNT, len(features))
        for window in windows
    ]
    return log, moments, parts


def column(counts, place):
    log, moments, parts = counts
    window, kind = divmod(place, N_KINDS)
    at_moments = moments.select("subject_id", "day", count=parts[window][:, [kind]].toarray()[:, 0])
    joined = log.join(at_moments, on=["subject_id", "day"], how="left")
    return in_order(joined["event"].to_numpy(), joined["count"].to_numpy())
