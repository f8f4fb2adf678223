"""What Kaplan-Meier and Aalen-Johansen share: a step curve for each group, as a table and as a model."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import FitError
from hgrisk.hazards.placing import Codes
from hgrisk.models.by_group.group_rows import (
    Counted,
    Rows,
    check_level,
    check_start,
    count_rows,
    read_rows,
    slots_at,
    table_as_html,
    table_of,
)
from hgrisk.models.by_group.groups import GroupMemory, columns_of
from hgrisk.models.by_group.late_entry import few_at_risk, notes_on_few
from hgrisk.models.protocol import SurvivalModel
from hgrisk.surv import RE_REPORT

SMALLEST = 1e-12
"""Probabilities are kept this far from 0 and 1 before their complementary log-log is taken."""

LARGEST_WIDTH = 500.0
"""Intervals on the log(-log) scale end here, far beyond all that is told from 0 or 1."""


class GroupCurves(GroupMemory, SurvivalModel):
    """Base of the curves by group; a child says what it learns from the counts.

    Attributes
    ----------
    group_columns_, group_values_, group_keys_
        The groups, see ``groups_``.
    first_ : ndarray of int64, shape (n_groups + 1,)
        Where the times of each group begin.
    times_ : ndarray, shape (k,)
        Day 0 and the event times of each group, one group after the other.
    at_risk_, n_censored_, n_entered_ : ndarray, shape (k,)
        Weight at risk just before each time (at day 0 just after), and weight censored and entered from it on and
        before the next.
    n_at_risk_ : ndarray, shape (k,)
        ``at_risk_``, with clusters as a number of rows.
    few_at_risk_ : ndarray of bool, shape (k,)
        Fewer than ten rows are at risk although others of the group enter later.
    incidence_ : ndarray, shape (k,)
        Cumulative incidence of a re-report.
    event_free_ : ndarray, shape (k,)
        Chance to be free of any event.
    group_followup_days_ : ndarray, shape (n_groups,)
        Longest follow-up of each group.
    score_ : ndarray, shape (n_groups,)
        Complementary log-log of the cumulative incidence at the last time at which all groups are followed.
    notes_ : tuple of str
        What a reader of the curves should know.
    """

    _takes_entry: ClassVar[bool] = True

    def __init__(self, by: str | Sequence[str] = (), level: float = 0.95, start_days: float = 0.0) -> None:
        self.by = by
        self.level = level
        self.start_days = start_days

    def fit(self, X: Any, y: Any, sample_weight: Any = None, cluster: Any = None) -> Self:
        """Learn the curve of each group.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p), or None
            Features; only the columns in ``by`` are looked at. None where there is no grouping.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event`` and ``duration_days``, and ``entry_days`` where entry is delayed.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above. Without clusters they count as copies in the errors.
        cluster : array-like, shape (n,), optional
            Label of each row's cluster, such as the household, for cluster-robust errors; a label for each row gives
            the robust errors that weights other than copies need.

        Returns
        -------
        GroupCurves
            The fitted model itself.

        Raises
        ------
        ConfigError
            If a setting is not allowed.
        DataError
            If the input does not meet its rule.
        FitError
            If nobody has an event, or all at risk early have one before others of their group enter.
        """
        by, _, start_days = columns_of(self.by), check_level(self.level), check_start(self.start_days)
        frame = self._learn_columns(table_of(X, y))
        rows = read_rows(y, sample_weight, self._learn_groups(frame, by), cluster)
        self.last_followup_days_ = rows.survey.longest
        self._check_events(rows)
        counted = count_rows(rows.from_day(start_days), len(self.group_keys_))
        self._refuse_empty(counted, start_days)
        self._learn_curves(counted)
        self._keep(counted)
        self.supported_times_ = None
        return self

    def predict(self, X: Any) -> Floats:
        """Return a risk score per row: that of its group.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p), or None
            Features with the columns of fit, in the order of fit; None, as at fit, is one row.

        Returns
        -------
        ndarray, shape (n,)
            Log of the cumulative hazard that belongs to the cumulative incidence of a re-report at the last time at
            which all groups are followed; higher is worse.

        Raises
        ------
        FitError
            If a column is missing, extra or moved, or a group is not known.
        """
        check_is_fitted(self)
        return np.asarray(self.score_[self._find_groups(self._check_columns(_row_of(X)))], dtype=np.float64)

    def predict_cumulative_incidence(self, X: Any, times: Any) -> Floats:
        """Return the probability of a re-report by each time, competing events allowed for.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p), or None
            Features with the columns of fit, in the order of fit; None, as at fit, is one row.
        times : array-like of float, shape (T,)
            Days since the landmark, in any order.

        Returns
        -------
        ndarray, shape (n, T)
            Probabilities in [0, 1], not falling with time.

        Raises
        ------
        FitError
            If a column is missing, extra or moved, a group is not known, or a time lies after the follow-up of a row's
            group.
        """
        return super().predict_cumulative_incidence(_row_of(X), times)

    @property
    def table_(self) -> pd.DataFrame:
        """The curves, a row for day 0 and each event time of each group; see the class."""
        check_is_fitted(self)
        return self._table(np.arange(len(self.times_)))

    def at(self, times: Any) -> pd.DataFrame:
        """Return the curve of every group at some times.

        Parameters
        ----------
        times : array-like of float, shape (T,)
            Days since the landmark.

        Returns
        -------
        DataFrame
            The columns of ``table_`` that are estimates, a row for each group and time.

        Raises
        ------
        FitError
            If a time lies after the follow-up of a group.
        """
        check_is_fitted(self)
        days = self._check_times(times)
        groups = np.arange(len(self.group_keys_))
        self._check_followed(groups, days)
        slots = slots_at(self.times_, self.first_, days)
        table = self._table(slots, np.tile(days, len(groups)))
        counts = {"at_risk", "n_events", "n_censored", "n_entered", "few_at_risk"}
        return table[[name for name in table.columns if name not in counts]]

    @abstractmethod
    def _check_events(self, rows: Rows) -> None:
        """Refuse events that the curve cannot take."""

    @abstractmethod
    def _learn_curves(self, counted: Counted) -> None:
        """Learn the curves, ``incidence_`` and ``event_free_`` among them."""

    @abstractmethod
    def _table(self, slots: NDArray[Any], days: Floats | None = None) -> pd.DataFrame:
        """Return the table of some slots, at these days instead of their own times."""

    def _keep(self, counted: Counted) -> None:
        table = counted.table
        self.first_, self.times_, self.at_risk_ = table.first, table.times, table.at_risk
        clustered = counted.rows.cluster is not None  # weights are copies otherwise
        self.n_at_risk_ = table.rows_at_risk.astype(np.float64) if clustered else table.at_risk
        self.n_censored_, self.n_entered_ = table.censored, table.entered
        self.few_at_risk_ = few_at_risk(table, table.entered > 0)
        self.group_followup_days_ = counted.longest
        self.score_ = self._scores()
        names = self._group_names()
        idle = np.add.reduceat(table.event_rows, table.first[:-1]).sum(axis=1) == 0
        notes = [
            f"{names[group]}: no event, so that its interval rests on the number of its rows alone."
            for group in np.flatnonzero(idle)
        ]
        self.notes_ = (*notes, *notes_on_few(self.few_at_risk_, table, names))

    def _refuse_empty(self, counted: Counted, start_days: float) -> None:
        empty = np.flatnonzero(counted.longest == 0)
        if len(empty):
            found = f"nobody of {self._group_names()[empty[0]]} after {start_days:g} days"
            raise FitError("Each group has a row at risk after start_days", found, "start earlier")

    def _scores(self) -> Floats:
        at = slots_at(self.times_, self.first_, self.group_followup_days_.min(keepdims=True))
        risk = np.clip(self.incidence_[at], SMALLEST, 1.0 - SMALLEST)
        return np.asarray(np.log(-np.log1p(-risk)), dtype=np.float64)

    def _check_followed(self, groups: Codes, days: Floats) -> None:
        latest = days.max(initial=0.0)
        ended = self.event_free_[self.first_[1:] - 1] <= 0
        short = groups[(self.group_followup_days_[groups] < latest) & ~ended[groups]]
        if len(short):
            name, longest = self._group_names()[short[0]], self.group_followup_days_[short[0]]
            rule = f"The curve of {name} ends at its longest follow-up of {longest:g} days"
            raise FitError(rule, f"{latest:g}", "ask for an earlier time")

    def _cumulative_incidence(self, frame: pd.DataFrame, days: Floats) -> Floats:
        group = self._find_groups(frame)
        self._check_followed(np.flatnonzero(np.bincount(group)), days)
        curves = self.incidence_[slots_at(self.times_, self.first_, days)].reshape(len(self.group_keys_), len(days))
        return np.asarray(np.minimum(curves[group], 1.0), dtype=np.float64)

    def _front(self, slots: NDArray[Any], days: Floats | None, n_events: Floats) -> dict[str, Any]:
        """Return the columns that a table begins with: the group, the time and the counts."""
        columns: dict[str, Any] = self._group_values_of(np.searchsorted(self.first_, slots, side="right") - 1)
        columns["time_days"] = self.times_[slots] if days is None else days
        counts = {"at_risk": self.at_risk_[slots], "n_events": n_events, "n_censored": self.n_censored_[slots]}
        return columns | counts | ({"n_entered": self.n_entered_[slots]} if self.n_entered_.any() else {})

    def _largest_chance(self, slots: NDArray[Any], days: Floats | None) -> Floats:
        """Return the chance by each time that no event at all still allows: the exact binomial bound.

        It is ``1 - (alpha / 2)**(1 / n)`` (Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404), with n the rows
        still at risk at the next event time of the group, or at its last one where none follows; 0 until curves begin.
        """
        time = self.times_[slots] if days is None else days
        last = self.first_[np.searchsorted(self.first_, slots, side="right")] - 1
        still = np.where(time > self.times_[slots], np.minimum(slots + 1, last), slots)
        n_rows = np.maximum(self.n_at_risk_[still], SMALLEST)
        bound = -np.expm1(np.log((1.0 - float(self.level)) / 2) / n_rows)
        return np.where(time > float(self.start_days), bound, 0.0)

    def _back(self, slots: NDArray[Any]) -> dict[str, Any]:
        """Return the column that a table ends with where rows enter late."""
        return {"few_at_risk": self.few_at_risk_[slots]} if self.n_entered_.any() else {}

    def _html_repr(self) -> str:
        return table_as_html(self, self.notes_) if hasattr(self, "times_") else f"<pre>{self!r}</pre>"


def loglog_band(survival: Floats, error: Floats, quantile: float) -> tuple[Floats, Floats]:
    """Return an interval of a probability on the log(-log) scale, along the slots of all groups.

    At 1 it is the probability itself, and callers know what the number of rows allows. At 0, where there is no scale
    left, it goes up to the end of the one before.
    """
    inside = (survival > SMALLEST) & (survival < 1)
    safe = np.where(inside, survival, 0.5)
    width = np.minimum(quantile * error / np.abs(safe * np.log(safe)), LARGEST_WIDTH)
    lower = np.where(inside, safe ** np.exp(width), survival)
    upper = np.where(inside, safe ** np.exp(-width), survival)
    ends = np.flatnonzero(survival <= SMALLEST)
    upper[ends] = upper[ends - 1]
    return lower, upper


def _row_of(X: Any) -> Any:
    return pd.DataFrame(index=pd.RangeIndex(1)) if X is None else X


def refuse_without(rows: Rows, what: str) -> None:
    """Raise FitError where no row ends in a re-report."""
    if RE_REPORT not in rows.survey.causes:
        raise FitError(f"{what} takes at least one re-report (code 1)", "none", "follow the landmarks for longer")
