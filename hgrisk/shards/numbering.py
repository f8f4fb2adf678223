"""Numbers that a whole reading would give: of landmarks, by date and household, and of household networks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hgrisk.cohort import LANDMARK
from hgrisk.shards.staging import append_rows, read_rows
from hgrisk.shards.survey import Stage

_AT_ONCE = 1_000_000


def number_landmarks(stage: Stage, n_shards: int, folder: Path, at_once: int = _AT_ONCE) -> int:
    """Write the landmarks of every shard, with the numbers they would have in a cohort of all.

    Parameters
    ----------
    stage : Stage
        The shards, surveyed.
    n_shards : int
        Number of shards.
    folder : pathlib.Path
        Where to write ``00000.rows`` and so on: ``landmark_id``, ``case_id``, ``landmark_on``, ``network_id``.
    at_once : int
        Landmarks that are put in order together, about.

    Returns
    -------
    int
        Landmarks of all shards.
    """
    networks = _network_numbers(stage, n_shards)
    days = pl.concat([stage.surveyed(shard, "landmarks")["landmark_on"].value_counts() for shard in range(n_shards)])
    days = days.group_by("landmark_on").agg(pl.col("count").sum()).sort("landmark_on")
    before = 0
    for first, last in _periods(days, at_once):
        parts = []
        for shard in range(n_shards):
            part = stage.surveyed(shard, "landmarks").filter(pl.col("landmark_on").is_between(first, last))
            network = pl.Series("network_id", networks[shard][part["network_id"].to_numpy()], dtype=pl.Int64)
            parts.append(part.with_columns(network, pl.lit(shard).alias("shard")))
        period = pl.concat(parts).sort("landmark_on", "case_id")
        numbers = pl.int_range(before, before + period.height, dtype=pl.Int64, eager=True).alias(LANDMARK)
        period = period.select(numbers, pl.all())
        for shard in range(n_shards):
            append_rows(folder / f"{shard:05}.rows", period.filter(pl.col("shard") == shard).drop("shard"))
        before += period.height
    return before


def numbered_landmarks(folder: Path, shard: int) -> pl.DataFrame:
    """Return the landmarks of a shard with their numbers, in the order of the shard's own cohort.

    Parameters
    ----------
    folder : pathlib.Path
        Where :func:`number_landmarks` wrote them.
    shard : int
        The shard.

    Returns
    -------
    polars.DataFrame
        ``landmark_id``, ``case_id``, ``landmark_on``, ``network_id``.
    """
    return read_rows(folder / f"{shard:05}.rows")


def _periods(days: pl.DataFrame, at_once: int) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of periods with about so many landmarks."""
    period = days["count"].cum_sum() // at_once
    for part in days.with_columns(period.alias("period")).partition_by("period", maintain_order=True):
        yield part["landmark_on"][0], part["landmark_on"][-1]


def _network_numbers(stage: Stage, n_shards: int) -> list[NDArray[np.int64]]:
    """Return for each shard the number among all of each of its networks: by the first household in it."""
    parts = [
        stage.surveyed(shard, "networks").sort("network_id").with_columns(pl.lit(shard).alias("shard"))
        for shard in range(n_shards)
    ]
    ranked = pl.concat(parts).with_columns(pl.col("case_id").rank("ordinal").cast(pl.Int64) - 1)
    return [part["case_id"].to_numpy() for part in ranked.partition_by("shard", maintain_order=True)]
