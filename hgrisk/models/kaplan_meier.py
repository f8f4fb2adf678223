"""Kaplan-Meier and Nelson-Aalen curves by group."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.hazards.clustered_curves import EndedRows, clustered_variance
from hgrisk.hazards.product_limit import Curves, curves, hazard_variance, survival_variance
from hgrisk.models.by_group.group_curves import GroupCurves, loglog_band, refuse_without
from hgrisk.models.by_group.group_rows import Counted, Rows, check_level
from hgrisk.models.by_group.late_entry import last_entries, refuse_emptied
from hgrisk.surv import RE_REPORT


class KaplanMeier(GroupCurves):
    """The chance of no re-report by each time, for each group: Kaplan-Meier, with Nelson-Aalen beside it.

    Competing events are refused: as censoring they would make the chance of a re-report too high.

    Parameters
    ----------
    by : str or sequence of str
        Columns of X whose values make the groups; none for one curve.
    level : float
        Coverage of the pointwise intervals, between 0 and 1.
    start_days : float
        Curves hold for those still at risk after this day; they are 1 until then. For delayed entry, where few are at
        risk early.

    Attributes
    ----------
    table_ : DataFrame
        The grouping columns, ``time_days, at_risk, n_events, n_censored``, with delayed entry ``n_entered``,
        ``survival, se, lower, upper`` (log(-log) interval), ``cumulative_hazard, cumulative_hazard_se``, and with
        delayed entry ``few_at_risk``. A row for day 0 and each event time of each group. ``n_censored`` and
        ``n_entered`` are from the time on and before the next. Where the curve reaches 0, the interval ends where the
        one before did.
    notes_ : tuple of str
        What a reader should know: groups without events, early risk sets that are small.

    Notes
    -----
    Kaplan and Meier (1958), doi:10.1080/01621459.1958.10501452; Greenwood's variance; Aalen (1978),
    doi:10.1214/aos/1176344247. With clusters the infinitesimal jackknife, added up within them. After day 0 and until
    the first re-report of a group, where the log(-log) scale gives no width, ``lower`` is the exact binomial bound
    ``(alpha / 2)**(1 / n)``, with n the rows still at risk.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"region": ["A", "A", "A", "B", "B"]})
    >>> y = Surv.from_arrays(event=[1, 0, 1, 0, 1], duration_days=[90, 120, 300, 200, 365])
    >>> curves = KaplanMeier(by="region").fit(X, y)
    >>> curves.table_[["region", "time_days", "at_risk", "n_events", "survival"]].round(3)
      region  time_days  at_risk  n_events  survival
    0      A        0.0      3.0       0.0     1.000
    1      A       90.0      3.0       1.0     0.667
    2      A      300.0      1.0       1.0     0.000
    3      B        0.0      2.0       0.0     1.000
    4      B      365.0      1.0       1.0     0.000
    >>> curves.predict_survival(X, [183]).round(3).ravel().tolist()
    [0.667, 0.667, 0.667, 1.0, 1.0]
    """

    def predict_cumulative_incidence(self, X: Any, times: Any) -> Floats:
        """Return the probability of a re-report by each time: 1 minus the Kaplan-Meier curve of the row's group.

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
        return super().predict_cumulative_incidence(X, times)

    def _check_events(self, rows: Rows) -> None:
        if rows.survey.causes.max(initial=RE_REPORT) > RE_REPORT:
            found = f"code {rows.survey.causes.max()}"
            raise DataError(
                "Kaplan-Meier takes no competing events, which are not censoring", found, "use AalenJohansen"
            )
        refuse_without(rows, "Kaplan-Meier")

    def _learn_curves(self, counted: Counted) -> None:
        table = counted.table
        of = curves(table, [0], [0])
        refuse_emptied(of, table, last_entries(table, table.entered > 0), self._group_names())
        self.n_events_, self.event_free_, self.incidence_ = of.removed, of.survival, 1.0 - of.survival
        self.cumulative_hazard_ = of.hazard
        variance, hazard = _variances(counted, of)
        self.se_, self.cumulative_hazard_se_ = np.sqrt(variance), np.sqrt(hazard)

    def _table(self, slots: NDArray[Any], days: Floats | None = None) -> pd.DataFrame:
        survival, error = self.event_free_[slots], self.se_[slots]
        lower, upper = loglog_band(self.event_free_, self.se_, check_level(self.level))
        least = np.where(survival == 1, 1.0 - self._largest_chance(slots, days), lower[slots])
        columns = self._front(slots, days, self.n_events_[slots]) | {
            "survival": survival,
            "se": error,
            "lower": least,
            "upper": upper[slots],
            "cumulative_hazard": self.cumulative_hazard_[slots],
            "cumulative_hazard_se": self.cumulative_hazard_se_[slots],
        }
        return pd.DataFrame(columns | self._back(slots))


def _variances(counted: Counted, of: Curves) -> tuple[Floats, Floats]:
    """Return the variances of survival and of the cumulative hazard."""
    rows = counted.rows
    if rows.cluster is None:
        return survival_variance(of), hazard_variance(of)
    happened = rows.event == RE_REPORT
    variance = clustered_variance(counted.places, of, EndedRows(rows.weight, happened, happened), rows.cluster)
    lasting = curves(counted.table, [], [0])  # nothing removes: what is reached is the hazard
    nobody = np.zeros(len(happened), dtype=np.bool_)
    return variance, clustered_variance(counted.places, lasting, EndedRows(rows.weight, nobody, happened), rows.cluster)
