"""hgrisk: one compiled pass over the events of each household."""

from __future__ import annotations

import pyarrow.parquet as pq
from work import N_KINDS, WINDOWS_DAYS, in_order

from hgrisk.features.engine.logs import count_windows_by_key

NAME = "hgrisk"
PACKAGE = "hgrisk"


def read(path):
    table = pq.read_table(path, columns=["key", "day", "kind"]).combine_chunks()
    day = table["day"].cast("int32")
    return table["key"].to_numpy(), day.to_numpy(), table["kind"].to_numpy()


def count(log):
    keys, days, kinds = log
    return count_windows_by_key((keys, days, kinds), (keys, days), WINDOWS_DAYS)


def column(counted, place):
    counts, order = counted
    return in_order(order, counts[:, place // N_KINDS, place % N_KINDS])
