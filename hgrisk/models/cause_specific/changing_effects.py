"""Effects that change at given days: rows are cut there, and a changed column has a second coefficient after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError
from hgrisk.hazards.fit import CoxRows


def check_changes(changes: Mapping[str, Sequence[float]] | None) -> dict[str, tuple[float, ...]]:
    """Return the days at which the effect of each column changes, or refuse them.

    Parameters
    ----------
    changes : mapping of str to sequence of float, optional
        Days, above 0 and rising, by column.

    Returns
    -------
    dict of str to tuple of float
        The same, empty where no effect changes.

    Raises
    ------
    ConfigError
        If days are not above 0 and rising.
    """
    days = {name: tuple(float(day) for day in its) for name, its in (changes or {}).items()}
    for name, its in days.items():
        rising = all(low < high for low, high in zip((0.0, *its), its, strict=False))
        if not its or not rising or not np.isfinite(its[-1]):
            raise ConfigError("An effect changes at days above 0 that rise", f"{list(its)} for {name!r}", "use [183]")
    return days


def changed_columns(changes: Mapping[str, tuple[float, ...]], names: Sequence[str]) -> list[tuple[int, float]]:
    """Return place and day of each change, or refuse a column that is not in the design."""
    unknown = [name for name in changes if name not in names]
    if unknown:
        have = ", ".join(list(names)[:6])
        raise ConfigError("Effects that change are of design columns", f"{unknown[0]!r}", f"name one such as {have}")
    return [(list(names).index(name), day) for name, days in changes.items() for day in days]


def names_after(changed: list[tuple[int, float]], names: Sequence[str]) -> list[str]:
    """Return the names of the added columns."""
    return [f"{names[place]} after {day:g} days" for place, day in changed]


def cut_rows(rows: CoxRows, changed: list[tuple[int, float]]) -> tuple[CoxRows, NDArray[np.intp]]:
    """Cut each row at the days of change, and add the changed columns.

    Parameters
    ----------
    rows : CoxRows
        The n rows.
    changed : list of tuple
        Place of a column, and a day at which its effect changes.

    Returns
    -------
    rows : CoxRows
        The m pieces: after a change the column stands in its added column too.
    source : ndarray of int, shape (m,)
        The row that each piece is of.
    """
    cuts = np.unique([day for _, day in changed])
    entry = np.zeros(len(rows.duration)) if rows.entry is None else rows.entry
    first = np.searchsorted(cuts, entry, side="right")
    last = np.searchsorted(cuts, rows.duration, side="left")
    n_pieces = last - first + 1
    source = np.repeat(np.arange(len(entry)), n_pieces)
    number = np.arange(len(source)) - np.repeat(np.cumsum(n_pieces) - n_pieces, n_pieces)
    period = first[source] + number
    edges = np.concatenate(([0.0], cuts, [np.inf]))
    start = np.maximum(entry[source], edges[period])
    stop = np.minimum(rows.duration[source], edges[period + 1])
    pieces = rows.part(source)
    base = np.asarray(pieces.X, dtype=np.float64)
    added = [base[:, place] * (start >= day) for place, day in changed]
    happened = pieces.happened & (stop == rows.duration[source])
    return replace(pieces, X=np.column_stack([base, *added]), duration=stop, happened=happened, entry=start), source


def predictor_by_period(design: Floats, coef: Floats, changed: list[tuple[int, float]]) -> Floats:
    """Return the linear predictor of each row before, between and after the days of change, shape (n, periods)."""
    cuts = np.unique([day for _, day in changed])
    n_columns = design.shape[1]
    first = design @ coef[:n_columns]
    periods = [first]
    for cut in cuts:
        steps = [design[:, place] * coef[n_columns + at] for at, (place, day) in enumerate(changed) if day == cut]
        periods.append(periods[-1] + np.sum(steps, axis=0))
    return np.column_stack(periods)
