"""Sums that must come out: rows of the input, steps of the cohort."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

FATES = ("used", "merged", "excluded", "quarantined")


class BrokenStep(NamedTuple):
    """A step of the attrition that does not add up."""

    step: str
    before: int
    removed: int
    remaining: int


def row_gaps(rows: pd.DataFrame) -> list[int]:
    """Return, per source, rows read minus rows accounted for.

    Parameters
    ----------
    rows : DataFrame
        Columns ``source``, ``read``, ``used``, ``merged``, ``excluded``, ``quarantined``.

    Returns
    -------
    list of int
        Zero where the account reconciles.

    Examples
    --------
    >>> row_gaps(pd.DataFrame({"read": [10], "used": [6], "merged": [1], "excluded": [2], "quarantined": [0]}))
    [1]
    """
    return [int(gap) for gap in rows["read"] - rows[list(FATES)].sum(axis=1)]


def unbalanced_sources(rows: pd.DataFrame) -> tuple[str, ...]:
    """Return the sources whose rows do not add up.

    Parameters
    ----------
    rows : DataFrame
        See :func:`row_gaps`.

    Returns
    -------
    tuple of str
        Names of sources.
    """
    return tuple(str(source) for source, gap in zip(rows["source"], row_gaps(rows), strict=True) if gap)


def broken_steps(attrition: pd.DataFrame) -> tuple[BrokenStep, ...]:
    """Return the steps in which what remains is not what was there minus what was removed.

    Parameters
    ----------
    attrition : DataFrame
        Columns ``step``, ``remaining``, ``removed``.

    Returns
    -------
    tuple of BrokenStep
        Empty if every step adds up.
    """
    remaining = attrition["remaining"].astype(int).tolist()
    steps = zip(
        attrition["step"].iloc[1:], remaining, attrition["removed"].iloc[1:].astype(int), remaining[1:], strict=False
    )
    return tuple(
        BrokenStep(str(step), before, gone, left) for step, before, gone, left in steps if before - gone != left
    )
