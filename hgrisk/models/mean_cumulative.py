"""The mean number of re-reports by each time, by group, where a terminal event can end them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import FitError
from hgrisk.hazards.clustered_curves import clustered_variance
from hgrisk.hazards.product_limit import curves
from hgrisk.hazards.reading import longest_by_group
from hgrisk.models.by_group.group_rows import (
    Counted,
    check_level,
    check_start,
    count_rows,
    read_rows,
    slots_at,
    table_as_html,
    table_of,
)
from hgrisk.models.by_group.groups import GroupMemory, columns_of
from hgrisk.models.by_group.late_entry import few_at_risk, last_entries, notes_on_few, refuse_emptied
from hgrisk.models.by_group.subjects import check_subjects
from hgrisk.models.inputs.columns import ColumnMemory
from hgrisk.surv import RE_REPORT


class MeanCumulativeFunction(GroupMemory, ColumnMemory, BaseEstimator):  # type: ignore[misc]
    """The mean number of re-reports of a subject by each time, for each group (Ghosh and Lin).

    A subject, such as a household, has as many rows as it needs: a row is at risk in (entry, duration] and ends in a
    re-report (code 1), after which its next row goes on; in a terminal event (2 and above), after which nothing can
    happen; or in neither. After a terminal event the count stays as it is: it is not censored. Without terminal events
    this is Nelson's mean cumulative function.

    Parameters
    ----------
    by : str or sequence of str
        Columns of X whose values make the groups; none for one curve.
    level : float
        Coverage of the pointwise intervals, between 0 and 1.
    start_days : float
        Re-reports count from this day on, for those still at risk after it. For delayed entry, where few are at risk
        early.

    Attributes
    ----------
    table_ : DataFrame
        The grouping columns, ``time_days, at_risk, n_events`` (re-reports), ``n_terminal``, ``mean_count, se, lower,
        upper`` (log interval), ``terminal_free`` (Kaplan-Meier of terminal events), and where subjects enter late
        ``few_at_risk``. A row for day 0 and each event time of each group.
    notes_ : tuple of str
        What a reader should know: groups without re-reports, early risk sets that are small.
    n_subjects_ : int
        Number of subjects.

    Notes
    -----
    Ghosh and Lin (2000), doi:10.1111/j.0006-341X.2000.00554.x; Cook and Lawless (1997),
    doi:10.1002/(SICI)1097-0258(19970430)16:8<911::AID-SIM544>3.0.CO;2-I. The variance adds up the influence of each
    subject, or of each cluster of subjects.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays(event=[1, 0, 2, 1, 1, 0], duration_days=[90, 365, 200, 30, 60, 365],
    ...                      entry_days=[0, 90, 0, 0, 30, 60])
    >>> counts = MeanCumulativeFunction().fit(None, y, subject=["a", "a", "b", "c", "c", "c"])
    >>> counts.at([60, 365])[["time_days", "mean_count", "terminal_free"]].round(3)
       time_days  mean_count  terminal_free
    0       60.0       0.667          1.000
    1      365.0       1.000          0.667
    """

    def __init__(self, by: str | Sequence[str] = (), level: float = 0.95, start_days: float = 0.0) -> None:
        self.by = by
        self.level = level
        self.start_days = start_days

    def fit(self, X: Any, y: Any, subject: Any = None, sample_weight: Any = None, cluster: Any = None) -> Self:
        """Learn the mean count of each group.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p), or None
            Features; only the columns in ``by`` are looked at. None where there is no grouping.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event``, ``duration_days`` and ``entry_days``.
        subject : array-like, shape (n,)
            Label of the subject of each row.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.
        cluster : array-like, shape (n,), optional
            Label of each row's cluster, such as a network of households, for errors robust to more than the subject; it
            holds whole subjects.

        Returns
        -------
        MeanCumulativeFunction
            The fitted estimator itself.

        Raises
        ------
        ConfigError
            If a setting is not allowed.
        DataError
            If the input does not meet its rule: rows of a subject that overlap, follow on a terminal event, or lie
            in several clusters.
        FitError
            If there is no re-report, or a terminal event ends all at risk before others of their group enter.
        """
        by, _, start_days = columns_of(self.by), check_level(self.level), check_start(self.start_days)
        frame = self._learn_columns(table_of(X, y))
        group = self._learn_groups(frame, by)
        rows = read_rows(y, sample_weight, group, subject if cluster is None else cluster, subject)
        check_subjects(rows)
        rows = rows.from_day(start_days)
        if not (rows.event == RE_REPORT).any():
            raise FitError("A mean count takes at least one re-report (code 1)", "none", "follow for longer")
        self.n_subjects_ = int((np.bincount(rows.subject) > 0).sum()) if rows.subject is not None else 0
        self.group_followup_days_ = longest_by_group(rows.duration, rows.group, len(self.group_keys_))
        self._learn_curves(count_rows(rows, len(self.group_keys_)), check_subjects(rows))
        return self

    @property
    def table_(self) -> pd.DataFrame:
        """The curves, a row for day 0 and each event time of each group; see the class."""
        check_is_fitted(self)
        slots = np.arange(len(self.times_))
        counts = {
            "at_risk": self.at_risk_,
            "n_events": self.n_events_,
            "n_terminal": self.n_terminal_,
        }
        late = {"few_at_risk": self.few_at_risk_} if self.has_late_ else {}
        return pd.DataFrame(self._named(slots) | {"time_days": self.times_} | counts | self._estimates(slots) | late)

    def at(self, times: Any) -> pd.DataFrame:
        """Return the mean count of every group at some times.

        Parameters
        ----------
        times : array-like of float, shape (T,)
            Days since the landmark.

        Returns
        -------
        DataFrame
            Grouping columns, ``time_days, mean_count, se, lower, upper, terminal_free``; a row for each group and time.

        Raises
        ------
        FitError
            If a time is no day from 0, or lies after the follow-up of a group.
        """
        check_is_fitted(self)
        days = np.atleast_1d(np.asarray(times, dtype=np.float64))
        if days.ndim != 1 or not np.all(np.isfinite(days)) or np.any(days < 0):
            raise FitError("Times are a list of days, each 0 or more", f"{times!r}", "give days such as [183, 365]")
        short = np.flatnonzero((self.group_followup_days_ < days.max(initial=0.0)) & (self._last_survival() > 0))
        if len(short):
            name, longest = self._group_names()[short[0]], self.group_followup_days_[short[0]]
            rule = f"The mean count of {name} ends at its longest follow-up of {longest:g} days"
            raise FitError(rule, f"{days.max():g}", "ask for an earlier time")
        slots = slots_at(self.times_, self.first_, days)
        columns = {"time_days": np.tile(days, len(self.group_keys_))}
        return pd.DataFrame(self._named(slots) | columns | self._estimates(slots))

    def predict_mean_count(self, X: Any, times: Any) -> Floats:
        """Return the mean count of each row's group at some times.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        times : array-like of float, shape (T,)
            Days since the landmark.

        Returns
        -------
        ndarray, shape (n, T)
            Mean counts, not falling with time.

        Raises
        ------
        FitError
            If a column is missing, extra or moved, a group is not known, or a time lies after the follow-up of a group.
        """
        group = self._find_groups(self._check_columns(X))
        counts = self.at(times)["mean_count"].to_numpy()
        return np.asarray(counts.reshape(len(self.group_keys_), -1)[group], dtype=np.float64)

    def _learn_curves(self, counted: Counted, begins: NDArray[np.bool_]) -> None:
        table, names = counted.table, self._group_names()
        recurs = [i for i, cause in enumerate(counted.causes) if cause == RE_REPORT]
        ends = [i for i, cause in enumerate(counted.causes) if cause != RE_REPORT]
        of = curves(table, ends, recurs)
        entering = np.zeros(len(table.times), dtype=np.bool_)
        entering[counted.places.start[begins]] = True
        refuse_emptied(of, table, last_entries(table, entering), names)
        self.first_, self.times_, self.at_risk_ = table.first, table.times, table.at_risk
        self.n_events_, self.n_terminal_ = of.counted, of.removed
        self.mean_count_, self.terminal_free_ = of.reached, of.survival
        clusters = counted.rows.cluster if counted.rows.cluster is not None else np.arange(len(begins))
        self.se_ = np.sqrt(clustered_variance(counted.places, of, counted.ended(ends, recurs), clusters))
        self.has_late_ = bool(begins.any())
        self.few_at_risk_ = few_at_risk(table, entering)
        idle = np.flatnonzero(np.add.reduceat(of.counted, table.first[:-1]) == 0)
        notes = [f"{names[group]}: no re-report, so that its interval tells nothing." for group in idle]
        self.notes_ = (*notes, *notes_on_few(self.few_at_risk_, table, names))

    def _last_survival(self) -> Floats:
        return np.asarray(self.terminal_free_[self.first_[1:] - 1], dtype=np.float64)

    def _estimates(self, slots: NDArray[Any]) -> dict[str, Floats]:
        mean, error = self.mean_count_[slots], self.se_[slots]
        width = check_level(self.level) * np.divide(error, mean, out=np.zeros(len(mean)), where=mean > 0)
        return {
            "mean_count": mean,
            "se": error,
            "lower": mean * np.exp(-width),
            "upper": mean * np.exp(width),
            "terminal_free": self.terminal_free_[slots],
        }

    def _named(self, slots: NDArray[Any]) -> dict[str, Any]:
        return self._group_values_of(np.searchsorted(self.first_, slots, side="right") - 1)

    def _html_repr(self) -> str:
        return table_as_html(self, self.notes_) if hasattr(self, "times_") else f"<pre>{self!r}</pre>"
