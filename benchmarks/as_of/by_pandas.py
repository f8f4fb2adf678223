"""pandas: rolling windows of dates within each household, closed on the left."""

from __future__ import annotations

import numpy as np
import pandas as pd
from work import N_KINDS, WINDOWS_DAYS, in_order

NAME = "pandas, rolling windows"
PACKAGE = "pandas"


def read(path):
    log = pd.read_parquet(path)
    log["day"] = pd.to_datetime(log["day"])
    return log


def count(log):
    """Return one row per event, by household and day; "ever" is a running sum, which is faster than a long window."""
    log = log.sort_values(["key", "day"], kind="stable")
    kinds = pd.DataFrame(
        {f"kind_{kind}": (log["kind"] == kind).to_numpy(np.float64) for kind in range(N_KINDS)}, index=log["day"]
    )
    key = log["key"].to_numpy()
    grouped = kinds.groupby(key)
    parts = {days: grouped.rolling(f"{days}D", closed="left").sum() for days in WINDOWS_DAYS}
    ever = grouped.cumsum() - kinds
    parts["ever"] = ever.groupby([key, ever.index]).transform("first")
    for part in parts.values():
        part.index = log["event"].to_numpy()
    return pd.concat(parts, axis=1).fillna(0.0)


def column(counts, place):
    return in_order(counts.index.to_numpy(), counts.iloc[:, place].to_numpy())
