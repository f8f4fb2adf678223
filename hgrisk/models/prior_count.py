"""The simplest serious baseline: more reports before, more after."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from hgrisk.curves import Floats
from hgrisk.models.cause_specific.proportional_hazards import ProportionalHazards, check_penalty
from hgrisk.models.inputs.history_columns import pick_column, redundant_columns


class PriorCount(ProportionalHazards):
    """Cox regression on log(1 + number of prior reports).

    A column without variation (nobody has a prior report) is left out and named in ``dropped_``; the prediction is then
    the same for all.

    Parameters
    ----------
    count_feature : str
        Column with the number of prior reports, 0 and above; all other columns are ignored.
    penalty : float
        Ridge penalty as in `CoxRegression`; the small default keeps the coefficient finite in a fold where only
        households with priors re-report, and otherwise changes its third digit.

    Attributes
    ----------
    dropped_ : dict of str to str
        Column left out and the reason.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"prior_reports_ever": [0, 3, 1, 5, 0, 2]})
    >>> y = Surv.from_arrays(event=[0, 1, 1, 1, 1, 0], duration_days=[365, 90, 200, 30, 300, 365])
    >>> PriorCount().fit(X, y).summary_["feature"].tolist()
    ['log1p(prior_reports_ever)']
    """

    def __init__(self, count_feature: str = "prior_reports_ever", penalty: float = 0.001) -> None:
        self.count_feature = count_feature
        self.penalty = penalty

    def _check_settings(self) -> tuple[float, str]:
        return check_penalty(self.penalty, "efron")

    def _learn_design(self, frame: pd.DataFrame) -> tuple[Floats, Sequence[str]]:
        columns = self._columns(frame)
        self.dropped_ = redundant_columns(columns)
        names = [name for name in columns if name not in self.dropped_]
        return _stack(columns, names, len(frame)), names

    def _design(self, frame: pd.DataFrame) -> Floats:
        return _stack(self._columns(frame), self.design_names_, len(frame))

    def _sources(self, n_columns: int) -> list[str]:  # noqa: ARG002
        return [self.count_feature] * len(self.design_names_)

    def _columns(self, frame: pd.DataFrame) -> dict[str, Floats]:
        return {f"log1p({self.count_feature})": np.log1p(pick_column(frame, self.count_feature))}


def _stack(columns: dict[str, Floats], names: Sequence[str], n_rows: int) -> Floats:
    return np.column_stack([np.empty((n_rows, 0)), *(columns[name] for name in names)])
