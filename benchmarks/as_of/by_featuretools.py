"""featuretools: counts with a condition, at cutoff times, one calculation per training window.

With ``include_cutoff_time=False`` a window holds what happened before the cutoff and not before it less the window.
"""

from __future__ import annotations

import warnings

import pandas as pd

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import featuretools as ft
from work import EVER_DAYS, N_KINDS, WINDOWS_DAYS, in_order

NAME = "featuretools"
PACKAGE = "featuretools"


def read(path):
    log = pd.read_parquet(path)
    log["day"] = pd.to_datetime(log["day"])
    entities = ft.EntitySet("log")
    entities.add_dataframe(
        dataframe_name="households", dataframe=log[["key"]].drop_duplicates().reset_index(drop=True), index="key"
    )
    entities.add_dataframe(
        dataframe_name="events", dataframe=log, index="event", time_index="day",
        logical_types={"kind": "Categorical", "key": "Integer"},
    )  # fmt: skip
    entities.add_relationship("households", "key", "events", "key")
    entities.add_interesting_values(dataframe_name="events", values={"kind": list(range(N_KINDS))})
    return entities


def count(entities):
    log = entities["events"]
    moments = pd.DataFrame({"key": log["key"], "time": log["day"]}).drop_duplicates()
    features = ft.dfs(
        entityset=entities, target_dataframe_name="households", agg_primitives=["count"], where_primitives=["count"],
        trans_primitives=[], features_only=True,
    )  # fmt: skip
    by_kind = {feature.get_name(): feature for feature in features}
    features = [by_kind[f"COUNT(events WHERE kind = {kind})"] for kind in range(N_KINDS)]
    parts = {
        days: ft.calculate_feature_matrix(
            features, entities, cutoff_time=moments, training_window=f"{days} days", include_cutoff_time=False,
            cutoff_time_in_index=True,
        )
        for days in (*WINDOWS_DAYS, EVER_DAYS)
    }  # fmt: skip
    counts = pd.concat(parts, axis=1)
    at = pd.MultiIndex.from_arrays([log["key"], log["day"]])
    return counts.reindex(at).set_index(log["event"].to_numpy())


def column(counts, place):
    return in_order(counts.index.to_numpy(), counts.iloc[:, place].to_numpy())
