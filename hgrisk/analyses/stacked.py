"""Tables of several models below each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

Tables = dict[str, pd.DataFrame]
"""Tables by the name under which a run keeps them; see `hgrisk.report.content.FURTHER`."""


def stacked(tables: Iterable[tuple[Mapping[str, Any], pd.DataFrame]]) -> pd.DataFrame:
    """Put tables below each other, each with what it is of in front.

    Parameters
    ----------
    tables : iterable of (mapping, DataFrame)
        Columns of one value, such as the name of a model, and a table.

    Returns
    -------
    DataFrame
        Without rows or columns if there is nothing to stack.

    Examples
    --------
    >>> stacked([({"model": "cox"}, pd.DataFrame({"n": [1]})), ({"model": "count"}, pd.DataFrame({"n": [2]}))])
       model  n
    0    cox  1
    1  count  2
    """
    parts = []
    for facts, table in tables:
        part = table.copy()
        for place, (name, value) in enumerate(facts.items()):
            part.insert(place, name, value)
        if len(part):
            parts.append(part)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def not_empty(tables: Tables) -> Tables:
    """Return the tables that have a row."""
    return {name: table for name, table in tables.items() if len(table)}
