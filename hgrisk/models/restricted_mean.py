"""Restricted mean time to a re-report, and time lost to each event where several compete, by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, FitError
from hgrisk.hazards.product_limit import Curves, curves
from hgrisk.models.by_group.group_rows import (
    Counted,
    check_level,
    check_start,
    count_rows,
    read_rows,
    table_as_html,
    table_of,
)
from hgrisk.models.by_group.groups import GroupMemory, columns_of
from hgrisk.models.by_group.late_entry import few_at_risk, last_entries, notes_on_few, refuse_emptied
from hgrisk.models.by_group.restricted_areas import Areas, area_variance, clustered_covariance, lost_days
from hgrisk.models.inputs.columns import ColumnMemory

EVENT_FREE = "event_free_days"
LOST = "days_lost_to_event_"
LARGEST_HORIZON = 1e6
NO_ERROR = 1e-9
"""An error below this share of the horizon is 0 but for rounding."""


class RestrictedMean(GroupMemory, ColumnMemory, BaseEstimator):  # type: ignore[misc]
    """The mean time free of any event up to a horizon, and the mean time lost to each event, for each group.

    With re-reports alone the first is the restricted mean time to a re-report. With competing events the time lost to
    re-reports is the area under their cumulative incidence; the times lost to all events and the time free of any add
    up to the horizon.

    Parameters
    ----------
    horizon_days : float
        Last day, within the follow-up of every group.
    by : str or sequence of str
        Columns of X whose values make the groups; none for one.
    level : float
        Coverage of the intervals, between 0 and 1.
    reference : value or tuple of values, optional
        The group that others are compared with, one value for each column in ``by``; by default the first.
    start_days : float
        Time counts from this day on, for those still at risk after it. For delayed entry, where few are at risk early.

    Attributes
    ----------
    table_ : DataFrame
        The grouping columns, ``quantity`` ("event_free_days", "days_lost_to_event_1" and so on), ``horizon_days, days,
        se, lower, upper``.
    differences_ : DataFrame
        For each other group, its days less those of the reference: the grouping columns, ``quantity, horizon_days,
        difference, se, lower, upper, p_value``; no p-value (NaN) where the rows of either group tell no error: a single
        row, or rows that all lose the same days.
    notes_ : tuple of str
        What a reader should know: groups without events or without an error, early risk sets that are small.

    Notes
    -----
    The error is that of the estimate. Royston and Parmar (2013), doi:10.1186/1471-2288-13-152; time lost: Andersen
    (2013), doi:10.1002/sim.5903. With clusters, influences are added up within them, across groups as well.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"region": ["A", "A", "A", "B", "B", "B"]})
    >>> y = Surv.from_arrays(event=[1, 0, 1, 0, 1, 0], duration_days=[90, 400, 300, 400, 200, 365])
    >>> means = RestrictedMean(horizon_days=365, by="region").fit(X, y)
    >>> means.table_[["region", "quantity", "days", "se"]].round(1)
      region              quantity   days    se
    0      A       event_free_days  251.7  67.8
    1      A  days_lost_to_event_1  113.3  67.8
    2      B       event_free_days  310.0  44.9
    3      B  days_lost_to_event_1   55.0  44.9
    >>> means.differences_[["difference", "se"]].round(1).to_numpy()[0].tolist()
    [58.3, 81.3]
    """

    def __init__(
        self,
        horizon_days: float = 365.0,
        by: str | Sequence[str] = (),
        level: float = 0.95,
        reference: Any = None,
        start_days: float = 0.0,
    ) -> None:
        self.horizon_days = horizon_days
        self.by = by
        self.level = level
        self.reference = reference
        self.start_days = start_days

    def fit(self, X: Any, y: Any, sample_weight: Any = None, cluster: Any = None) -> Self:
        """Estimate the mean times of each group.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p), or None
            Features; only the columns in ``by`` are looked at. None where there is no grouping.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event`` and ``duration_days``, and ``entry_days`` where entry is delayed.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above. Without clusters they count as copies in the errors.
        cluster : array-like, shape (n,), optional
            Label of each row's cluster, such as the household, for cluster-robust errors.

        Returns
        -------
        RestrictedMean
            The fitted estimator itself.

        Raises
        ------
        ConfigError
            If a setting is not allowed.
        DataError
            If the input does not meet its rule.
        FitError
            If nobody has an event, or a group is not followed up to the horizon.
        """
        by, _, start_days = columns_of(self.by), check_level(self.level), check_start(self.start_days)
        horizon = _check_horizon(self.horizon_days, start_days)
        frame = self._learn_columns(table_of(X, y))
        rows = read_rows(y, sample_weight, self._learn_groups(frame, by), cluster)
        self._reference()
        if not len(rows.survey.causes):
            raise FitError("A restricted mean takes at least one event", "none", "follow the landmarks for longer")
        counted = count_rows(rows.from_day(start_days), len(self.group_keys_))
        self._estimate(counted, start_days, horizon)
        return self

    @property
    def table_(self) -> pd.DataFrame:
        """Mean days by group and quantity; see the class."""
        check_is_fitted(self)
        error = np.sqrt(np.diagonal(self.covariance_, axis1=1, axis2=2))
        n_groups, n_quantities = len(self.group_keys_), len(self.quantities_)
        front = self._group_values_of(np.repeat(np.arange(n_groups), n_quantities))
        columns = {"days": self.days_.T.ravel(), "se": error.T.ravel()}
        return self._finished(front, columns, (0.0, float(self.horizon_days)), n_groups)

    @property
    def differences_(self) -> pd.DataFrame:
        """Differences of mean days from those of the reference group; see the class."""
        check_is_fitted(self)
        reference = self._reference()
        others = np.array([group for group in range(len(self.group_keys_)) if group != reference], dtype=np.int64)
        own = np.diagonal(self.covariance_, axis1=1, axis2=2)
        shared = self.covariance_[:, others, reference]
        error = np.sqrt(np.maximum(own[:, others] + own[:, [reference]] - 2 * shared, 0.0))
        difference = self.days_[:, others] - self.days_[:, [reference]]
        front = self._group_values_of(np.repeat(others, len(self.quantities_)))
        columns = {"difference": difference.T.ravel(), "se": error.T.ravel()}
        table = self._finished(front, columns, (-np.inf, np.inf), len(others))
        known = self._has_error()
        tested = (known[:, others] & known[:, [reference]]).T.ravel()
        ratio = np.divide(table["difference"], table["se"], out=np.full(len(table), np.nan), where=tested)
        return table.assign(p_value=2 * norm.sf(np.abs(ratio)))

    def _has_error(self) -> NDArray[np.bool_]:
        """Return whether the data tell an error of each quantity of each group, shape (n_quantities, n_groups).

        They do not where all its rows lose the same days, such as none, or where it has one row.
        """
        error = np.sqrt(np.diagonal(self.covariance_, axis1=1, axis2=2))
        return np.asarray(error > NO_ERROR * float(self.horizon_days), dtype=np.bool_)

    def _finished(
        self, front: dict[str, Any], columns: dict[str, Floats], limits: tuple[float, float], n_groups: int
    ) -> pd.DataFrame:
        (_, estimate), (_, error) = columns.items()
        width = check_level(self.level) * error
        labels = {"quantity": self.quantities_ * n_groups, "horizon_days": float(self.horizon_days)}
        bounds = {"lower": np.clip(estimate - width, *limits), "upper": np.clip(estimate + width, *limits)}
        return pd.DataFrame(front | labels | columns | bounds, index=pd.RangeIndex(len(estimate)))

    def _estimate(self, counted: Counted, start_days: float, horizon: float) -> None:
        every, names = list(range(len(counted.causes))), self._group_names()
        last = last_entries(counted.table, counted.table.entered > 0)
        whole = curves(counted.table, every, every)
        refuse_emptied(whole, counted.table, last, names)
        self._refuse_short(counted, whole, horizon)
        days, covariances = [], []
        for counting in (every, *([cause] for cause in every)):
            of = curves(counted.table, every, counting)
            areas = lost_days(of, counted.table.times, start_days, horizon)
            days.append(areas.lost)
            covariances.append(_covariance(counted, of, areas, counting))
        self.quantities_ = [EVENT_FREE, *(f"{LOST}{cause}" for cause in counted.causes)]
        self.days_ = np.array([horizon - start_days - days[0], *days[1:]])
        self.covariance_ = np.array(covariances)
        few = few_at_risk(counted.table, counted.table.entered > 0)
        idle = np.flatnonzero(np.add.reduceat(whole.removed, whole.first[:-1]) == 0)
        notes = [f"{names[group]}: no event, so that its interval tells nothing." for group in idle]
        for group, unknown in enumerate(~self._has_error().T):
            if unknown.any() and group not in idle:
                listed = ", ".join(np.array(self.quantities_)[unknown])
                notes.append(f"{names[group]}: its rows tell no error of {listed}, so that these have no p-value.")
        self.notes_ = (*notes, *notes_on_few(few, counted.table, names))

    def _refuse_short(self, counted: Counted, whole: Curves, horizon: float) -> None:
        longest = counted.longest
        short = np.flatnonzero((longest < horizon) & (whole.survival[whole.first[1:] - 1] > 0))
        if len(short):
            name = self._group_names()[short[0]]
            rule = f"{name} is followed up to the horizon of {horizon:g} days"
            raise FitError(rule, f"{longest[short[0]]:g} days at most", "set an earlier horizon_days")

    def _reference(self) -> int:
        """Return the group that others are compared with."""
        if self.reference is None:
            return 0
        values = self.reference if isinstance(self.reference, tuple) else (self.reference,)
        groups = self.groups_
        if len(values) == groups.shape[1] > 0:
            same = np.all([groups[name] == value for name, value in zip(groups, values, strict=True)], axis=0)
            if same.any():
                return int(np.flatnonzero(same)[0])
        known = ", ".join(self._group_names()[:5])
        raise ConfigError("reference is a group of the data", f"{self.reference!r}", f"use one such as {known}")

    def _html_repr(self) -> str:
        return table_as_html(self, self.notes_) if hasattr(self, "days_") else f"<pre>{self!r}</pre>"


def _covariance(counted: Counted, of: Curves, areas: Areas, counting: list[int]) -> Floats:
    rows = counted.rows
    if rows.cluster is None:
        return np.diag(area_variance(of, areas))
    ended = counted.ended(list(range(len(counted.causes))), counting)
    return clustered_covariance(counted.places, of, areas, ended, (rows.cluster, rows.group))


def _check_horizon(horizon_days: Any, start_days: float) -> float:
    number = isinstance(horizon_days, int | float | np.number) and np.isfinite(horizon_days)
    if not number or not start_days < horizon_days <= LARGEST_HORIZON:
        rule = f"horizon_days is a number of days above start_days, at most {LARGEST_HORIZON:g}"
        raise ConfigError(rule, f"{horizon_days!r}", "use 365 for a year")
    return float(horizon_days)
