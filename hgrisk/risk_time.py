"""Time at risk: spells that do not count, and the days they take away."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def gap_spells(events: pl.DataFrame, kinds: Sequence[str], cases: pl.DataFrame, key: str = "case_id") -> pl.DataFrame:
    """Return the spells out of risk of each case (or landmark), overlapping ones merged.

    Parameters
    ----------
    events : polars.DataFrame
        Events with ``case_id``, ``kind``, ``occurred_on``, ``ended_on`` and the key.
    kinds : sequence of str
        Kinds of spell that are out of risk.
    cases : polars.DataFrame
        ``case_id`` and ``observed_until``, the end of a spell that has none.
    key : str
        What the spells belong to: ``case_id``, or ``landmark_id`` where events were paired with landmarks.

    Returns
    -------
    polars.DataFrame
        The key, ``from_on``, ``until_on``: disjoint spells (from, until] of each key, sorted.

    Examples
    --------
    >>> from datetime import date
    >>> events = pl.DataFrame({"case_id": "H1", "kind": "detention",
    ...                        "occurred_on": [date(2023, 1, 1), date(2023, 1, 5)],
    ...                        "ended_on": [date(2023, 1, 10), date(2023, 1, 20)]})
    >>> cases = pl.DataFrame({"case_id": ["H1"], "observed_until": [date(2024, 1, 1)]})
    >>> gap_spells(events, ["detention"], cases).select("from_on", "until_on").row(0)
    (datetime.date(2023, 1, 1), datetime.date(2023, 1, 20))
    """
    spells = events.filter(pl.col("kind").is_in(kinds)).join(
        cases.select("case_id", "observed_until"), on="case_id", how="left"
    )
    spells = spells.select(key, from_on="occurred_on", until_on=pl.coalesce("ended_on", "observed_until"))
    spells = spells.filter(pl.col("until_on") > pl.col("from_on")).sort(key, "from_on", "until_on")
    reach = pl.col("until_on").cum_max().shift(1).over(key)
    fresh = (pl.col("from_on") > reach).fill_null(value=True)
    numbered = spells.with_columns(fresh.cast(pl.Int64).cum_sum().over(key).alias("spell"))
    merged = numbered.group_by(key, "spell").agg(pl.col("from_on").min(), pl.col("until_on").max())
    return merged.sort(key, "from_on").select(key, "from_on", "until_on")


def in_gap(dated: pl.DataFrame, spells: pl.DataFrame, key: str = "case_id") -> pl.Series:
    """Say for each dated row whether it falls in a spell (from, until] of its case (or landmark).

    Parameters
    ----------
    dated : polars.DataFrame
        The key and ``occurred_on``.
    spells : polars.DataFrame
        The key, ``from_on``, ``until_on``.
    key : str
        What the spells belong to.

    Returns
    -------
    polars.Series
        Boolean, in the order of ``dated``.
    """
    rows = dated.select(key, "occurred_on").with_row_index("place")
    pairs = rows.join(spells, on=key)
    inside = (pl.col("occurred_on") > pl.col("from_on")) & (pl.col("occurred_on") <= pl.col("until_on"))
    hits = pairs.filter(inside)["place"].unique()
    return rows.select(pl.col("place").is_in(hits.implode())).to_series()


def days_in_gaps(followed: pl.DataFrame, gaps: pl.DataFrame) -> pl.Series:
    """Return the days of (landmark, stop] that fall in gaps.

    Parameters
    ----------
    followed : polars.DataFrame
        ``landmark_id``, ``landmark_on``, ``stopped_on``.
    gaps : polars.DataFrame
        ``landmark_id``, ``from_on``, ``until_on``: disjoint spells (from, until].

    Returns
    -------
    polars.Series
        Whole days, in the order of ``followed``.
    """
    pairs = followed.select("landmark_id", "landmark_on", "stopped_on").join(gaps, on="landmark_id")
    start = pl.max_horizontal("from_on", "landmark_on")
    stop = pl.min_horizontal("until_on", "stopped_on")
    days = (stop - start).dt.total_days().clip(lower_bound=0)
    total = pairs.group_by("landmark_id").agg(days.sum().alias("days"))
    joined = followed.select("landmark_id").join(total, on="landmark_id", how="left", maintain_order="left")
    return joined["days"].fill_null(0)
