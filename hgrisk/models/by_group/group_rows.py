"""What all estimates by group read: checked rows, their groups and clusters, placed and counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError
from hgrisk.hazards.clustered_curves import EndedRows
from hgrisk.hazards.placing import Codes, Places, place_rows
from hgrisk.hazards.reading import read_outcome
from hgrisk.hazards.tables import EventTable, event_table
from hgrisk.models.inputs.fit_arguments import as_labels, checked_weight
from hgrisk.surv import CENSORED, ENTRY, LARGEST_CODE, SURV_DTYPE, as_surv, merge_rounded

LARGEST_WEIGHT = 1e12
SHOWN_ROWS = 12


@dataclass(frozen=True)
class Rows:
    """Checked rows with a case weight above 0, for the time of a fit only.

    Attributes
    ----------
    duration, entry : ndarray, shape (n,)
        Days at the end and at the start of the time at risk.
    event : ndarray of int8, shape (n,)
        0 censored, otherwise the event.
    weight : ndarray, shape (n,)
        Case weights.
    group : ndarray of int64, shape (n,)
        Group of each row, from 0.
    cluster : ndarray of int64, shape (n,), or None
        Cluster of each row, from 0.
    late : ndarray of bool, shape (n,)
        Whether it comes under observation after day 0.
    subject : ndarray of int64, shape (n,), or None
        Subject of each row, from 0, where one has several.
    """

    duration: Floats
    entry: Floats
    event: NDArray[np.int8]
    weight: Floats
    group: Codes
    cluster: Codes | None
    late: NDArray[np.bool_]
    subject: Codes | None = None

    def select(self, kept: NDArray[np.bool_]) -> Rows:
        """Return some of the rows."""
        if kept.all():
            return self
        return Rows(
            self.duration[kept],
            self.entry[kept],
            self.event[kept],
            self.weight[kept],
            self.group[kept],
            None if self.cluster is None else self.cluster[kept],
            self.late[kept],
            None if self.subject is None else self.subject[kept],
        )

    def from_day(self, start_days: float) -> Rows:
        """Return the rows that are still at risk after a day, from that day on."""
        if start_days == 0:
            return self
        later = self.select(self.duration > start_days)
        entry = np.maximum(later.entry, start_days)
        return replace(later, entry=entry, late=later.late & (entry > start_days))


@dataclass(frozen=True)
class Counted:
    """Rows, where they are placed and what is counted.

    Attributes
    ----------
    rows : Rows
        The rows.
    places : Places
        Where each begins and ends among the event times of its group.
    table : EventTable
        Counts at these times, one cause for each of ``causes``.
    causes : ndarray of int64, shape (n_causes,)
        The event codes that occur, in order.
    """

    rows: Rows
    places: Places
    table: EventTable
    causes: Codes

    def ended(self, removing: list[int], counting: list[int]) -> EndedRows:
        """Return how the rows end, where these causes remove and are counted."""
        removes, counts = np.zeros((2, LARGEST_CODE + 1), dtype=np.bool_)
        removes[self.causes[removing]], counts[self.causes[counting]] = True, True
        return EndedRows(self.rows.weight, removes[self.rows.event], counts[self.rows.event])


def table_of(X: Any, y: Any) -> Any:
    """Return X, or a table without columns where there is none."""
    return pd.DataFrame(index=pd.RangeIndex(len(as_surv(y)))) if X is None else X


def read_rows(y: Any, sample_weight: Any, group: Codes, cluster: Any = None, subject: Any = None) -> Rows:
    """Check outcomes, weights, clusters and subjects of rows whose groups are known.

    Parameters
    ----------
    y : ndarray or DataFrame, shape (n,)
        Outcome, see `hgrisk.surv`.
    sample_weight : array-like of float, shape (n,), optional
        Case weights, 0 and above; rows of weight 0 are left out.
    group : ndarray of int64, shape (n,)
        Group of each row.
    cluster : array-like, shape (n,), optional
        Label of each row's cluster.
    subject : array-like, shape (n,), optional
        Label of each row's subject, where one has several rows.

    Returns
    -------
    Rows
        The rows of weight above 0.

    Raises
    ------
    DataError
        If the lengths differ or a value is not allowed.
    """
    event, duration, entry = _outcome(y)
    if len(group) != len(event) or not len(event):
        found = f"{len(group)} rows of features and {len(event)} outcomes"
        raise DataError("Features and outcomes have one row per landmark", found, "pass the same landmarks to both")
    weight = _checked_weight(sample_weight, len(duration))
    late = np.zeros(len(duration), dtype=np.bool_) if entry is None else entry > 0
    entry = np.zeros(len(duration)) if entry is None else entry
    subjects = _codes(subject, len(duration), "subject")
    clusters = _codes(cluster, len(duration), "cluster")
    return Rows(duration, entry, event, weight, group, clusters, late, subjects).select(weight > 0)


def _outcome(y: Any) -> tuple[NDArray[np.int8], Floats, Floats | None]:
    """Return event codes, durations and entry times of an outcome, or refuse it."""
    plain = isinstance(y, np.ndarray) and y.dtype == SURV_DTYPE and y.ndim == 1
    read = read_outcome(y["event"], y["duration_days"]) if plain else None
    if read is not None:
        (duration,) = merge_rounded(read[1])
        return read[0], duration, None
    outcome = as_surv(y)
    fields = {name: np.ascontiguousarray(outcome[name]) for name in outcome.dtype.names or ()}
    return fields["event"], fields["duration_days"], fields.get(ENTRY)


def count_rows(rows: Rows, n_groups: int) -> Counted:
    """Place the rows among the event times of their groups, and count them there."""
    seen = np.zeros(int(rows.event.max()) + 1, dtype=np.bool_)
    seen[rows.event] = True
    causes = np.flatnonzero(seen[1:]) + 1
    index = np.full(len(seen), -1, dtype=np.int8)
    index[causes] = np.arange(len(causes))
    late = rows.late if rows.late.any() else None
    entry = None if late is None else rows.entry  # those who are not late are at risk at the first event of their group
    places = place_rows(rows.duration, rows.event != CENSORED, entry, rows.group, n_groups=n_groups)
    table = event_table(places, index[rows.event], rows.weight, n_causes=len(causes), late=late)
    return Counted(rows, places, table, causes)


def slots_at(times: Floats, first: Codes, days: Floats) -> NDArray[np.intp]:
    """Return for each group and day the last slot at or before the day, shape (n_groups * T,)."""
    parts = [
        begin + np.searchsorted(times[begin:end], days, side="right") - 1
        for begin, end in zip(first[:-1].tolist(), first[1:].tolist(), strict=True)
    ]
    return np.concatenate(parts).astype(np.intp)


def table_as_html(estimator: Any, notes: tuple[str, ...]) -> str:
    """Return a fitted estimator with a dozen rows of its table and its notes, for notebooks."""
    table = estimator.table_
    some = table.iloc[np.unique(np.linspace(0, len(table) - 1, SHOWN_ROWS).astype(np.intp))]
    shown = some.to_html(index=False, float_format="{:.4g}".format)
    left = f"<p>{len(some)} of {len(table)} rows of table_.</p>" if len(some) < len(table) else ""
    return f"<pre>{escape(repr(estimator))}</pre>{shown}{left}" + "".join(f"<p>{escape(note)}</p>" for note in notes)


def check_level(level: Any) -> float:
    """Return the normal quantile of a two-sided interval, or refuse its level."""
    if not isinstance(level, int | float | np.floating) or not 0 < level < 1:
        raise ConfigError("level is a probability between 0 and 1", f"{level!r}", "use 0.95")
    return float(ndtri(0.5 + level / 2))


def check_start(start_days: Any) -> float:
    """Return the first day of the curves, or refuse it."""
    if not isinstance(start_days, int | float | np.number) or not (np.isfinite(start_days) and start_days >= 0):
        raise ConfigError("start_days is a number of days, 0 or more", f"{start_days!r}", "use 0 to start at once")
    return float(start_days)


def _codes(labels: Any, n_rows: int, what: str) -> Codes | None:
    """Return labels as numbers from 0, or refuse them."""
    if labels is None:
        return None
    array = as_labels(labels)
    if array.shape != (n_rows,):
        raise DataError(f"A {what} has one label per row", f"shape {array.shape}", f"pass {n_rows} labels")
    codes = np.asarray(pd.factorize(array)[0], dtype=np.int64)
    if (codes < 0).any():
        raise DataError(f"Each row has a label of its {what}", "a missing one", f"give each {what} a label")
    return codes


def _checked_weight(sample_weight: Any, n_rows: int) -> Floats:
    weight = checked_weight(sample_weight, n_rows)
    if weight.max() > LARGEST_WEIGHT or weight[weight > 0].min() < 1 / LARGEST_WEIGHT:
        extreme = weight.max() if weight.max() > LARGEST_WEIGHT else weight[weight > 0].min()
        raise DataError("A case weight is 0, or from 1e-12 to 1e12", f"{extreme:g}", "rescale the weights")
    return weight
