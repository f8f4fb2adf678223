"""When memberships began: the part of the time law that is about who belonged to a household."""

from __future__ import annotations

import polars as pl


def with_beginnings(memberships: pl.DataFrame, persons: pl.DataFrame) -> pl.DataFrame:
    """Add when each membership began: on its date, else when the person was born; empty where neither is known.

    Parameters
    ----------
    memberships : polars.DataFrame
        ``person_id``, ``from_on`` and whatever else.
    persons : polars.DataFrame
        ``person_id`` and ``born_on``, one row per person; a person may be missing.

    Returns
    -------
    polars.DataFrame
        The memberships in their order, with ``born_on`` and ``begun``.
    """
    known = persons.select("person_id", "born_on")
    stays = memberships.join(known, on="person_id", how="left", maintain_order="left")
    return stays.with_columns(pl.coalesce("from_on", "born_on").alias("begun"))
