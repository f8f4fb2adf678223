"""The work that all engines are given: a log of events, and counts as of every event of it.

A log is a Parquet file in order of time: ``event`` (its number), ``key`` (the household), ``day`` (a date), ``kind``
(0 to 11). For every event: how many events of each kind its household had in each window before that day. Events of the
day itself do not count, those of exactly the window's age do. So 12 kinds times 6 windows are 72 columns.

Usage: python work.py N_EVENTS LARGEST_HOUSEHOLD LOG EXPECTED
"""

from __future__ import annotations

import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

WINDOWS_DAYS = (30, 90, 180, 365, 730)
"""And after these: ever."""
EVER_DAYS = 4000
"""Longer than any log, for engines that know no window without an end."""
N_KINDS = 12
N_WINDOWS = len(WINDOWS_DAYS) + 1
LOG_DAYS = 3652
FIRST_DAY = 16_071
"""The first of January 2014 in days since 1970."""
EVENTS_PER_KEY = 20
SPREAD = 0.8
"""Standard deviation of the log of the number of events of a household: the heavy tail."""
SAME_DAY = 0.3
"""Share of events on the day of another one of the household; 0.37 in the simulated register."""
KIND_SHARES = np.array([0.2, 0.14, 0.12, 0.1, 0.09, 0.08, 0.07, 0.06, 0.05, 0.04, 0.03, 0.02])
ALL_CHECKED = 1_000_000
"""Up to this size all rows are compared; beyond it those of every tenth household."""


def draw(n_events, seed=1, largest=0):
    """A log in order of time, with one household of ``largest`` events if that is not 0."""
    rng = np.random.default_rng(seed)
    n_keys = max(2, (n_events - largest) // EVENTS_PER_KEY)
    weight = rng.lognormal(0.0, SPREAD, n_keys)
    keys = rng.choice(n_keys, n_events, p=weight / weight.sum()).astype(np.int32)
    keys[:largest] = n_keys
    opened = rng.integers(0, LOG_DAYS - 100, n_keys + 1, dtype=np.int32)
    opened[n_keys] = 0
    span = np.minimum(LOG_DAYS - opened, 100 + rng.exponential(900.0, n_keys + 1)).astype(np.int32)
    span[n_keys] = LOG_DAYS
    days = opened[keys] + (rng.random(n_events) * span[keys]).astype(np.int32)
    order = np.lexsort((days, keys))
    keys, days = keys[order], days[order]
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]) | (rng.random(n_events) >= SAME_DAY))
    days = days[starts[np.searchsorted(starts, np.arange(n_events), side="right") - 1]]
    order = np.argsort(days, kind="stable")
    kinds = rng.choice(N_KINDS, n_events, p=KIND_SHARES).astype(np.uint8)
    return keys[order], days[order] + np.int32(FIRST_DAY), kinds


def write(path, keys, days, kinds):
    columns = {
        "event": pa.array(np.arange(len(keys), dtype=np.int32)),
        "key": pa.array(keys),
        "day": pa.array(days).cast(pa.date32()),
        "kind": pa.array(kinds),
    }
    pq.write_table(pa.table(columns), path)


def arrays(path):
    """Keys, days since 1970 and kinds of a log."""
    table = pq.read_table(path, columns=["key", "day", "kind"])
    return tuple(table[name].to_numpy().astype(kind) for name, kind in _TYPES)


_TYPES = (("key", np.int64), ("day", "datetime64[D]"), ("kind", np.uint8))


def expected(path):
    """Which events of a log are compared, and their counts, by binary search: slow, plain, and of no engine's making.

    Returns
    -------
    rows : ndarray of int64, shape (n_rows,)
    counts : ndarray of uint16, shape (n_rows, 72)
        Window by window, and within it kind by kind.
    """
    keys, days, kinds = arrays(path)
    days = days.astype(np.int64)
    rows = np.flatnonzero(keys % 10 == 0) if len(keys) > ALL_CHECKED else np.arange(len(keys))
    line = keys[rows] * 100_000 + days[rows]  # a line on which each household has its own stretch
    rows = rows[np.argsort(line, kind="stable")]
    line = np.sort(line)
    kinds = kinds[rows]
    counts = np.empty((len(rows), N_WINDOWS, N_KINDS), dtype=np.uint16)
    for kind in range(N_KINDS):
        own = line[kinds == kind]
        before = np.searchsorted(own, line, side="left")
        for place, window in enumerate((*WINDOWS_DAYS, EVER_DAYS)):
            counts[:, place, kind] = before - np.searchsorted(own, line - window, side="left")
    return rows, counts.reshape(len(rows), -1)


def in_order(events, values):
    """Values of events, in the order of the log."""
    ordered = np.empty_like(values)
    ordered[events] = values
    return ordered


def main(n_events, largest, path, expected_path):
    write(path, *draw(n_events, largest=largest))
    rows, counts = expected(path)
    np.savez(expected_path, rows=rows, counts=counts)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
