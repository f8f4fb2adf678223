"""What all estimates by group read: checked rows, their groups and clusters, placed and counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError
from hgrisk.hazards.clustered_curves import EndedRows
from hgrisk.hazards.day_counts import count_days
from hgrisk.hazards.placing import Codes, Places, place_rows
from hgrisk.hazards.reading import Survey, longest_by_group, survey_outcome
from hgrisk.hazards.tables import EventTable, event_table
from hgrisk.models.inputs.columns import refuse_other_rows
from hgrisk.models.inputs.fit_arguments import as_labels, checked_weight
from hgrisk.surv import CENSORED, ENTRY, LARGEST_CODE, SURV_DTYPE, as_surv

LARGEST_WEIGHT = 1e12
SHOWN_ROWS = 12


@dataclass(frozen=True)
class Rows:
    """Checked rows with a case weight above 0, for the time of a fit only.

    Columns are laid out when they are first looked at: counting by day reads the outcome where it lies.

    Attributes
    ----------
    outcome : ndarray, shape (n,)
        Outcome array, see `hgrisk.surv`.
    group : ndarray of int64, shape (n,)
        Group of each row, from 0.
    case_weight : ndarray, shape (n,), or None
        Case weights; None where each row counts once.
    cluster : ndarray of int64, shape (n,), or None
        Cluster of each row, from 0.
    subject : ndarray of int64, shape (n,), or None
        Subject of each row, from 0, where one has several.
    start_days : float
        Day before which no row is at risk.
    """

    outcome: NDArray[np.void]
    group: Codes
    case_weight: Floats | None = None
    cluster: Codes | None = None
    subject: Codes | None = None
    start_days: float = 0.0

    @property
    def delayed(self) -> bool:
        """Whether the outcome has entry times."""
        return ENTRY in (self.outcome.dtype.names or ())

    @cached_property
    def survey(self) -> Survey:
        """What the outcome holds."""
        return survey_outcome(self.outcome["event"], self.outcome["duration_days"])

    @cached_property
    def duration(self) -> Floats:
        """Days at the end of the time at risk, shape (n,)."""
        return np.ascontiguousarray(self.outcome["duration_days"])

    @cached_property
    def entry(self) -> Floats:
        """Days at its start, shape (n,)."""
        given = self.outcome[ENTRY] if self.delayed else np.zeros(len(self.outcome))
        return np.maximum(given, self.start_days)

    @cached_property
    def event(self) -> NDArray[np.int8]:
        """0 censored, otherwise the event, shape (n,)."""
        return np.ascontiguousarray(self.outcome["event"])

    @cached_property
    def weight(self) -> Floats:
        """Case weights, shape (n,)."""
        return np.ones(len(self.outcome)) if self.case_weight is None else self.case_weight

    @cached_property
    def late(self) -> NDArray[np.bool_]:
        """Whether it comes under observation after day 0, or the day of a later start, shape (n,)."""
        return self.entry > self.start_days if self.delayed else np.zeros(len(self.outcome), dtype=np.bool_)

    @cached_property
    def any_late(self) -> bool:
        """Whether any row does."""
        return self.delayed and bool(self.late.any())

    def select(self, kept: NDArray[np.bool_]) -> Rows:
        """Return some of the rows."""
        if kept.all():
            return self
        return Rows(
            self.outcome[kept],
            self.group[kept],
            None if self.case_weight is None else self.case_weight[kept],
            None if self.cluster is None else self.cluster[kept],
            None if self.subject is None else self.subject[kept],
            self.start_days,
        )

    def from_day(self, start_days: float) -> Rows:
        """Return the rows that are still at risk after a day, from that day on."""
        if start_days <= self.start_days:
            return self
        return replace(self.select(self.duration > start_days), start_days=start_days)


@dataclass(frozen=True)
class Counted:
    """Rows and what is counted of them.

    Attributes
    ----------
    rows : Rows
        The rows.
    table : EventTable
        Counts at the event times of each group, one cause for each of ``causes``.
    causes : ndarray of int64, shape (n_causes,)
        The event codes that occur, in order.
    longest : ndarray, shape (n_groups,)
        Longest duration of each group; 0 where it has no rows.
    placed : Places, or None
        The places, where the rows were placed to be counted.
    """

    rows: Rows
    table: EventTable
    causes: Codes
    longest: Floats
    placed: Places | None = None

    @cached_property
    def places(self) -> Places:
        """Where each row begins and ends among the event times of its group."""
        return _places(self.rows, len(self.longest)) if self.placed is None else self.placed

    def ended(self, removing: list[int], counting: list[int]) -> EndedRows:
        """Return how the rows end, where these causes remove and are counted."""
        removes, counts = np.zeros((2, LARGEST_CODE + 1), dtype=np.bool_)
        removes[self.causes[removing]], counts[self.causes[counting]] = True, True
        return EndedRows(self.rows.weight, removes[self.rows.event], counts[self.rows.event])


def table_of(X: Any, y: Any) -> Any:
    """Return X, or a table without columns where there is none; refuse an outcome of other rows."""
    if X is not None:
        refuse_other_rows(X, y)
        return X
    return pd.DataFrame(index=pd.RangeIndex(len(y if _is_plain(y) else as_surv(y))))


def read_rows(
    y: Any, sample_weight: Any, group: Codes, cluster: Any = None, subject: Any = None, *, of: str = "features"
) -> Rows:
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
    of : str
        What the groups come from, to be said where there are more or fewer of them.

    Returns
    -------
    Rows
        The rows of weight above 0.

    Raises
    ------
    DataError
        If the lengths differ or a value is not allowed.
    """
    outcome = y if _is_plain(y) else as_surv(y)
    rows = Rows(outcome, group)
    if not (rows.survey.sound and rows.survey.whole):
        outcome = as_surv(outcome)  # which names what is wrong, and makes ties of times that differ by rounding
        rows = Rows(outcome, group)
    if len(group) != len(outcome) or not len(outcome):
        found = f"{len(group)} rows of {of} and {len(outcome)} outcomes"
        raise DataError(
            f"{of.capitalize()} and outcomes have one row per landmark", found, "pass the same landmarks to both"
        )
    weight = None if sample_weight is None else _checked_weight(sample_weight, len(outcome))
    subjects = _codes(subject, len(outcome), "subject")
    clusters = _codes(cluster, len(outcome), "cluster")
    if weight is None and subjects is None and clusters is None:
        return rows
    labelled = Rows(outcome, group, weight, clusters, subjects)
    return labelled if weight is None else labelled.select(weight > 0)


def _is_plain(y: Any) -> bool:
    """Return whether it has the form of an outcome without entry times, whatever its values."""
    return isinstance(y, np.ndarray) and y.dtype == SURV_DTYPE and y.ndim == 1


def count_rows(rows: Rows, n_groups: int) -> Counted:
    """Count the rows at the event times of their groups."""
    outcome, survey = rows.outcome, rows.survey
    if rows.case_weight is None and not rows.any_late:
        days = count_days(outcome["event"], outcome["duration_days"], rows.group, survey, n_groups=n_groups)
        if days is not None:
            table, longest = days.settled()
            return Counted(rows, table, survey.causes, longest)
    index = np.full(LARGEST_CODE + 1, -1, dtype=np.int8)
    index[survey.causes] = np.arange(len(survey.causes))
    late = rows.late if rows.any_late else None
    places = _places(rows, n_groups)
    table = event_table(places, index[rows.event], rows.weight, n_causes=len(survey.causes), late=late)
    longest = longest_by_group(rows.duration, rows.group, n_groups)
    return Counted(rows, table, survey.causes, longest, places)


def _places(rows: Rows, n_groups: int) -> Places:
    entry = rows.entry if rows.any_late else None  # others are at risk at the first event of their group
    return place_rows(rows.duration, rows.event != CENSORED, entry, rows.group, n_groups=n_groups)


def slots_at(times: Floats, first: Codes, days: Floats) -> NDArray[np.intp]:
    """Return for each group and day the last slot at or before the day, shape (n_groups * T,)."""
    parts = [
        begin + times[begin:end].searchsorted(days, side="right") - 1
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
        found = repr(labels) if array.ndim == 0 else f"shape {array.shape}"
        raise DataError(f"A {what} has one label per row", found, f"pass a column of {n_rows} labels")
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
