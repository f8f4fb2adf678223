"""Aalen-Johansen curves by group: the cumulative incidence of each event where several compete."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.hazards.clustered_curves import clustered_variance
from hgrisk.hazards.product_limit import Curves, curves, incidence_variance
from hgrisk.models.by_group.group_curves import GroupCurves, loglog_band, refuse_without
from hgrisk.models.by_group.group_rows import Counted, Rows, check_level
from hgrisk.models.by_group.late_entry import last_entries, refuse_emptied
from hgrisk.surv import RE_REPORT


class AalenJohansen(GroupCurves):
    """The chance of each kind of event by each time, for each group; predictions are of a re-report.

    Parameters
    ----------
    by : str or sequence of str
        Columns of X whose values make the groups; none for one curve.
    level : float
        Coverage of the pointwise intervals, between 0 and 1.
    start_days : float
        Curves hold for those still at risk after this day; they are 0 until then. For delayed entry, where few are at
        risk early.

    Attributes
    ----------
    causes_ : ndarray of int64, shape (n_causes,)
        The event codes that occurred.
    table_ : DataFrame
        The grouping columns, ``cause, time_days, at_risk, n_events`` (of the cause), ``n_censored``, with delayed
        entry ``n_entered``, ``incidence, se, lower, upper`` (log(-log) interval of 1 - incidence), ``event_free`` (the
        chance of no event of any cause), and with delayed entry ``few_at_risk``. For each group and cause a row for
        day 0 and each event time of the group, whatever its cause. ``n_censored`` and ``n_entered`` are from the time
        on and before the next.
    notes_ : tuple of str
        What a reader should know: groups without events, early risk sets that are small.

    Notes
    -----
    Aalen and Johansen (1978); variance: Marubini and Valsecchi (1995), eq. 10.12, and with clusters the infinitesimal
    jackknife, added up within them. Until the first event of a cause in a group, where the log(-log) scale gives no
    width, ``upper`` is the exact binomial bound ``1 - (alpha / 2)**(1 / n)``, with n the rows still at risk; at day 0
    the interval is a point. The incidences of all causes and ``event_free`` add up to 1.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays(event=[1, 2, 0, 1], duration_days=[90, 120, 200, 365])
    >>> curves = AalenJohansen().fit(None, y)
    >>> curves.at([100, 365])[["cause", "time_days", "incidence", "event_free"]].round(3)
       cause  time_days  incidence  event_free
    0      1      100.0       0.25        0.75
    1      1      365.0       0.75        0.00
    2      2      100.0       0.00        0.75
    3      2      365.0       0.25        0.00
    """

    def _check_events(self, rows: Rows) -> None:
        refuse_without(rows, "Aalen-Johansen")

    def _learn_curves(self, counted: Counted) -> None:
        table = counted.table
        every = list(range(len(counted.causes)))
        self.causes_ = counted.causes
        self.n_events_ = table.events
        self.incidences_, self.se_ = np.empty(table.events.shape), np.empty(table.events.shape)
        last = last_entries(table, table.entered > 0)
        for cause in every:
            of = curves(table, every, [cause])
            refuse_emptied(of, table, last, self._group_names())
            self.incidences_[:, cause] = of.reached
            self.se_[:, cause] = np.sqrt(_variance(counted, of, every, cause))
            self.event_free_ = of.survival
        self.incidence_ = self.incidences_[:, list(self.causes_).index(RE_REPORT)]

    def _table(self, slots: NDArray[Any], days: Floats | None = None) -> pd.DataFrame:
        n_causes = len(self.causes_)
        cause, position = np.repeat(np.arange(n_causes), len(slots)), np.tile(np.arange(len(slots)), n_causes)
        group = np.searchsorted(self.first_, slots, side="right") - 1
        order = np.lexsort((position, cause, group[position]))
        cause, position = cause[order], position[order]
        at = slots[position]
        quantile = check_level(self.level)
        bands = [loglog_band(1.0 - self.incidences_[:, i], self.se_[:, i], quantile) for i in range(n_causes)]
        upper, lower = (1.0 - np.column_stack(side)[at, cause] for side in zip(*bands, strict=True))
        given = None if days is None else days[position]
        upper = np.where(self.incidences_[at, cause] == 0, self._largest_chance(at, given), upper)
        columns = self._front(at, given, self.n_events_[at, cause]) | {
            "incidence": self.incidences_[at, cause],
            "se": self.se_[at, cause],
            "lower": lower,
            "upper": upper,
            "event_free": self.event_free_[at],
        }
        table = pd.DataFrame(columns | self._back(at))
        table.insert(len(self.group_columns_), "cause", self.causes_[cause])
        return table


def _variance(counted: Counted, of: Curves, removing: list[int], cause: int) -> Floats:
    if counted.rows.cluster is None:
        return incidence_variance(of)
    return clustered_variance(counted.places, of, counted.ended(removing, [cause]), counted.rows.cluster)
