"""Attrition: one row for every filter, so that nothing leaves the cohort unseen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

SCHEMA = {"step": pl.String, "remaining": pl.Int64, "removed": pl.Int64, "reason": pl.String}


@dataclass(frozen=True)
class AttritionRow:
    """What one filter did.

    Attributes
    ----------
    step : str
        Name of the filter.
    remaining, removed : int
        Landmarks left and taken out.
    reason : str
        Why they were taken out.
    """

    step: str
    remaining: int
    removed: int
    reason: str


def attrition_table(rows: Iterable[AttritionRow]) -> pl.DataFrame:
    """Return the rows as a table.

    Parameters
    ----------
    rows : iterable of AttritionRow
        The filters, in the order in which they were applied.

    Returns
    -------
    polars.DataFrame
        Columns ``step``, ``remaining``, ``removed``, ``reason``.
    """
    return pl.DataFrame(
        [(row.step, row.remaining, row.removed, row.reason) for row in rows], schema=SCHEMA, orient="row"
    )
