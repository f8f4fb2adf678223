"""The prior-history baseline with recency: how many reports before, and how long ago the last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hgrisk.curves import Floats
from hgrisk.models.inputs.history_columns import pick_column
from hgrisk.models.prior_count import PriorCount


class PriorCountRecency(PriorCount):
    """Cox regression on log(1 + prior reports), any prior, and log(1 + days since the last one).

    The days count only where there is a prior report, and are 0 elsewhere; with a prior report but unknown days, the
    training median of the known ones is taken. A column that does not vary, or is determined by the others (any prior
    when the count is 0 or 1), is left out and named in ``dropped_``.

    Parameters
    ----------
    count_feature : str
        Column with the number of prior reports, 0 and above.
    recency_feature : str
        Column with the days since the last report, 0 and above; may be missing.
    penalty : float
        Ridge penalty as in `PriorCount`.

    Attributes
    ----------
    dropped_ : dict of str to str
        Columns left out and the reason.
    usual_recency_ : float
        Training median of the known days since the last report, among those with one; 0 if none.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame(
    ...     {"prior_reports_ever": [0, 3, 1, 5, 0, 2], "days_since_last_report": [None, 9, 300, 40, None, 80]}
    ... )
    >>> y = Surv.from_arrays(event=[0, 1, 1, 1, 1, 0], duration_days=[365, 90, 200, 30, 300, 365])
    >>> PriorCountRecency().fit(X, y).summary_["feature"].tolist()
    ['log1p(prior_reports_ever)', 'any_prior', 'log1p(days_since_last_report)']
    """

    def __init__(
        self,
        count_feature: str = "prior_reports_ever",
        recency_feature: str = "days_since_last_report",
        penalty: float = 0.001,
    ) -> None:
        super().__init__(count_feature, penalty)
        self.recency_feature = recency_feature

    def _learn_design(self, frame: pd.DataFrame) -> tuple[Floats, Sequence[str]]:
        days = pick_column(frame, self.recency_feature, allow_missing=True)
        known = days[(pick_column(frame, self.count_feature) > 0) & ~np.isnan(days)]
        self.usual_recency_ = float(np.median(known)) if len(known) else 0.0
        return super()._learn_design(frame)

    def _sources(self, n_columns: int) -> list[str]:  # noqa: ARG002
        of_days = f"log1p({self.recency_feature})"
        return [self.recency_feature if name == of_days else self.count_feature for name in self.design_names_]

    def _columns(self, frame: pd.DataFrame) -> dict[str, Floats]:
        count = pick_column(frame, self.count_feature)
        days = pick_column(frame, self.recency_feature, allow_missing=True)
        since = np.where(np.isnan(days), self.usual_recency_, days)
        return {
            **super()._columns(frame),
            "any_prior": (count > 0).astype(np.float64),
            f"log1p({self.recency_feature})": np.where(count > 0, np.log1p(since), 0.0),
        }
