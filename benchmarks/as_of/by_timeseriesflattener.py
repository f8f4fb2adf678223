"""timeseriesflattener: one frame of values per kind, lookbehind from a window's days up to one day.

It joins all pairs of a landmark and an event of its household. Landmarks of one household on one day are one prediction
time, because it tells them apart by household and time; they are given back to all events of that day.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import timeseriesflattener as tsf
from work import EVER_DAYS, N_KINDS, WINDOWS_DAYS, in_order

NAME = "timeseriesflattener"
PACKAGE = "timeseriesflattener"
LOOKBEHIND = [(dt.timedelta(days=1), dt.timedelta(days=days)) for days in (*WINDOWS_DAYS, EVER_DAYS)]
NAMES = {"entity_id_col_name": "key", "value_timestamp_col_name": "day"}


def read(path):
    return pl.read_parquet(path).with_columns(pl.col("day").cast(pl.Datetime("us")))


def count(log):
    specs = [
        tsf.PredictorSpec(
            value_frame=tsf.ValueFrame(
                init_df=log.filter(pl.col("kind") == kind).select("key", "day", pl.lit(1).alias(f"kind_{kind}_")),
                **NAMES,
            ),
            lookbehind_distances=LOOKBEHIND,
            aggregators=[tsf.CountAggregator()],
            fallback=0,
        )
        for kind in range(N_KINDS)
    ]
    moments = tsf.PredictionTimeFrame(
        init_df=log.select("key", "day").unique(), entity_id_col_name="key", timestamp_col_name="day"
    )
    counts = tsf.Flattener(predictiontime_frame=moments).aggregate_timeseries(specs=specs).df
    return log.select("event", "key", "day").join(counts, on=["key", "day"], how="left")


def column(counts, place):
    window, kind = divmod(place, N_KINDS)
    days = (*WINDOWS_DAYS, EVER_DAYS)[window]
    names = [name for name in counts.columns if f"_kind_{kind}__within_1_to_{days}_days" in name]
    return in_order(counts["event"].to_numpy(), counts[names[0]].to_numpy())
