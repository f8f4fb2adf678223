"""Event ids that stand on rows of more than one shard: a whole delivery would quarantine them, so each shard must."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hgrisk.shards.plan import Keys, keys_of

_BUCKETS = 32
_MARK = np.dtype([("key", np.uint64), ("shard", np.int32)])


class EventIds:
    """The ids of all events as numbers on disk, by the first bits of the number.

    Parameters
    ----------
    stage : pathlib.Path
        The folder for them.
    """

    def __init__(self, stage: Path) -> None:
        self._files = [stage / f"ids-{bucket:02}" for bucket in range(_BUCKETS)]

    def add(self, events: pl.DataFrame, shards: NDArray[np.int32]) -> None:
        """Add the ids of a batch.

        Parameters
        ----------
        events : polars.DataFrame, shape (n, ...)
            Events; without ``event_id``, and where it is empty, they clash with none.
        shards : ndarray of int32, shape (n,)
            The shard of each.
        """
        if "event_id" not in events.columns:
            return
        ids = events["event_id"]
        stated = ids.is_not_null().to_numpy()
        marks = np.empty(int(stated.sum()), dtype=_MARK)
        marks["key"], marks["shard"] = keys_of(ids)[stated], shards[stated]
        bucket = (marks["key"] >> np.uint64(59)).astype(np.int64)
        order = np.argsort(bucket, kind="stable")
        starts = np.searchsorted(bucket[order], np.arange(_BUCKETS + 1))
        for at, file in enumerate(self._files):
            with file.open("ab") as out:
                marks[order[starts[at] : starts[at + 1]]].tofile(out)

    def standing_twice(self, shards: Iterable[pl.Series]) -> pl.Series:
        """Return the ids that stand in more than one shard, and remove the files.

        Parameters
        ----------
        shards : iterable of polars.Series
            The ids of each shard; looked at only if two numbers are alike.

        Returns
        -------
        polars.Series
            ``event_id``.
        """
        alike = np.concatenate([np.empty(0, dtype=np.uint64), *map(_in_two_shards, self._files)])
        for file in self._files:
            file.unlink(missing_ok=True)
        none = pl.DataFrame(schema={"event_id": pl.String, "shard": pl.Int64})
        if not len(alike):
            return none["event_id"]
        # numbers can be alike by chance: the ids themselves decide
        found = [
            _suspects(ids, alike).with_columns(pl.lit(shard).cast(pl.Int64).alias("shard"))
            for shard, ids in enumerate(shards)
        ]
        counts = pl.concat([none, *found]).group_by("event_id").agg(pl.col("shard").n_unique())
        return counts.filter(pl.col("shard") > 1)["event_id"].sort()


def _in_two_shards(file: Path) -> Keys:
    if not file.exists():
        return np.empty(0, dtype=np.uint64)
    marks = np.fromfile(file, dtype=_MARK)
    marks = marks[np.argsort(marks["key"])]
    later, sooner = marks[1:], marks[:-1]
    return np.unique(later["key"][(later["key"] == sooner["key"]) & (later["shard"] != sooner["shard"])])


def _suspects(ids: pl.Series, alike: Keys) -> pl.DataFrame:
    suspect = np.isin(keys_of(ids), alike) & ids.is_not_null().to_numpy()
    return pl.DataFrame({"event_id": ids.filter(pl.Series(suspect))})
