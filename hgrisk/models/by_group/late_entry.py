"""The trap of delayed entry: early risk sets so small that the whole curve rests on a few rows, named."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hgrisk.errors import FitError
from hgrisk.hazards.placing import Codes
from hgrisk.hazards.product_limit import Curves
from hgrisk.hazards.tables import EventTable

FEW_AT_RISK = 10
"""Fewer rows at risk than this while others have yet to enter make an early part of a curve shaky."""


def last_entries(table: EventTable, entering: NDArray[np.bool_]) -> Codes:
    """Return the slot after which the last late row of each group enters; -1 where none is late.

    Parameters
    ----------
    table : EventTable
        Counts.
    entering : ndarray of bool, shape (k,)
        Whether late rows enter from a slot on and before the next.

    Returns
    -------
    ndarray of int64, shape (n_groups,)
        Slots.
    """
    return np.maximum.reduceat(np.where(entering, np.arange(len(entering)), -1), table.first[:-1])


def few_at_risk(table: EventTable, entering: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return at which event times fewer than ten rows are at risk although others of the group enter later."""
    if not entering.any():
        return np.zeros(len(table.times), dtype=np.bool_)
    slot = np.arange(len(table.times))
    few = (slot <= last_entries(table, entering)[table.group]) & (table.rows_at_risk < FEW_AT_RISK)
    few[table.first[:-1]] = False
    return np.asarray(few, dtype=np.bool_)


def refuse_emptied(of: Curves, table: EventTable, last: Codes, names: list[str]) -> None:
    """Raise FitError where all at risk are removed before others of their group enter.

    Parameters
    ----------
    of : Curves
        Curves of what removes.
    table : EventTable
        Counts.
    last : ndarray of int64, shape (n_groups,)
        See :func:`last_entries`.
    names : list of str
        Groups in words.
    """
    emptied = np.flatnonzero((of.left <= 0) & (of.removed > 0))
    early = emptied[last[table.group[emptied]] >= emptied]
    if len(early):
        slot = int(early[0])
        name, day, n_rows = names[table.group[slot]], table.times[slot], table.rows_at_risk[slot]
        raise FitError(
            f"Somebody of {name} stays at risk until the last row enters",
            f"that all {n_rows} at risk at {day:g} days leave then, which would end the curve at 0",
            f"set start_days to {day:g} or later, for curves of those still at risk by then",
        )


def notes_on_few(few: NDArray[np.bool_], table: EventTable, names: list[str]) -> list[str]:
    """Return a sentence for each group with small early risk sets."""
    if not few.any():
        return []
    notes = []
    for group, name in enumerate(names):
        slots = slice(table.first[group], table.first[group + 1])
        shaky = np.flatnonzero(few[slots])
        if len(shaky):
            fewest, until = table.rows_at_risk[slots][shaky].min(), table.times[slots][shaky[-1]]
            notes.append(
                f"{name}: until {until:g} days as few as {fewest} rows are at risk although others enter later; the "
                "whole curve rests on them, which a later start_days avoids."
            )
    return notes
