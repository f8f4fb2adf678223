"""hgrisk: one compiled pass over the events of each household."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
from work import N_KINDS, WINDOWS_DAYS

from hgrisk.features.engine.logs import count_windows

NAME = "hgrisk"
PACKAGE = "hgrisk"


def read(path):
    table = pq.read_table(path, columns=["key", "day", "kind"]).combine_chunks()
    day = table["day"].cast("int32")
    return table["key"].to_numpy(), day.to_numpy(), table["kind"].to_numpy()


def count(log):
    keys, days, kinds = log
    return count_windows((keys, days, kinds), (keys, days), WINDOWS_DAYS)


def column(counts, place):
    return np.ascontiguousarray(counts[:, place // N_KINDS, place % N_KINDS])
