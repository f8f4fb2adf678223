"""Where a household lives on a date: region is a dated dimension."""

from __future__ import annotations

import polars as pl

from hgrisk.errors import DataError

_MERGERS_AT_MOST = 10


def region_on(where: pl.DataFrame, cases: pl.DataFrame, case_regions: pl.DataFrame, regions: pl.DataFrame) -> pl.Series:
    """Return the region of each case on a date.

    The residence that covers the date counts (of several the one that began last), else the case's own region; a region
    that had ended by then gives way to its successor. Only residences that had begun by the date are looked at.

    Parameters
    ----------
    where : polars.DataFrame
        ``case_id`` and ``landmark_on``.
    cases : polars.DataFrame
        ``case_id`` and ``region``.
    case_regions : polars.DataFrame
        ``case_id``, ``region``, ``from_on``, ``until_on`` (the last day, empty while it lasts).
    regions : polars.DataFrame
        ``region``, ``valid_until`` (the last day, empty while it lasts) and ``successor``.

    Returns
    -------
    polars.Series
        Regions in the order of ``where``; empty where unknown.

    Raises
    ------
    DataError
        If successors run in a circle.
    """
    rows = where.select("case_id", "landmark_on").with_row_index("place")
    lived = rows.join(case_regions, on="case_id", suffix="_lived").filter(
        (pl.col("from_on").is_null() | (pl.col("from_on") <= pl.col("landmark_on")))
        & (pl.col("until_on").is_null() | (pl.col("until_on") >= pl.col("landmark_on")))
    )
    lived = (
        lived.sort("from_on", "region", nulls_last=False).group_by("place").agg(pl.col("region").last().alias("lived"))
    )
    own = cases.select("case_id", "region")
    placed = rows.join(own, on="case_id", how="left").join(lived, on="place", how="left").sort("place")
    placed = placed.with_columns(pl.coalesce("lived", "region").alias("region"))
    return _succeeded(placed.select("region", "landmark_on"), regions)["region"]


def _succeeded(placed: pl.DataFrame, regions: pl.DataFrame) -> pl.DataFrame:
    ended = regions.filter(pl.col("successor").is_not_null()).select("region", "valid_until", "successor")
    for _ in range(_MERGERS_AT_MOST + 1):
        step = placed.join(ended, on="region", how="left", maintain_order="left")
        over = (pl.col("landmark_on") > pl.col("valid_until")).fill_null(value=False)
        if not step.select(over.any()).item():
            return placed
        placed = step.select(pl.when(over).then("successor").otherwise("region").alias("region"), "landmark_on")
    raise DataError(
        "Every merged region ends in one that exists",
        f"more than {_MERGERS_AT_MOST} successors in a row",
        "mend the successors in the regions table",
    )
