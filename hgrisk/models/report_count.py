"""The plainest baseline: the share that was re-reported after so many earlier reports."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.models.by_horizon.total_score import TotalScore
from hgrisk.models.inputs.censoring_weights import HorizonOutcome
from hgrisk.models.inputs.history_columns import pick_column
from hgrisk.models.protocol import Training


class ReportCount(TotalScore):
    """The risk by each horizon after 0, 1, 2, ... earlier reports, as it was seen in training.

    Counts with few rows are pooled with their neighbours, and the risk does not fall as the count rises. Labels,
    weights for censoring and crossing horizons: see `HorizonClassifier`. It assumes no curve, other than `PriorCount`.

    Parameters
    ----------
    horizons_days : tuple of float
        Horizons in days, each above 0.
    count_feature : str
        Column with the number of earlier reports, 0 and above; all other columns are ignored. A part of a report does
        not count.
    min_rows : int
        Fewest training rows of a group of counts.

    Attributes
    ----------
    lowest_total_ : ndarray, shape (k,)
        Lowest count of each group, rising.
    n_rows_ : ndarray of int, shape (k,)
        Training rows of each group.
    risk_, risk_lower_, risk_upper_ : ndarray, shape (k, H)
        Risk of each group by each horizon and its 95 % interval, which allows for household networks if fit is given
        their names as ``cluster``.
    own_risk_ : ndarray, shape (k, H)
        The same before a risk below that of a shorter horizon was raised to it.
    center_ : ndarray, shape (1,)
        Weighted mean count in training.
    least_uncensored_ : ndarray, shape (H,)
        Smallest probability of being uncensored that a weight divides by.
    reordered_share_ : float
        Weighted share of training rows in which a horizon was raised: see `HorizonClassifier`.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"prior_reports_ever": [0, 0, 0, 1, 1, 1, 2, 4]})
    >>> y = Surv.from_arrays(event=[0, 0, 1, 1, 0, 1, 1, 0], duration_days=[400, 400, 90, 9, 400, 200, 30, 400])
    >>> model = ReportCount(horizons_days=(365,), min_rows=2).fit(X, y)
    >>> model.risk_by_total_.round(2).to_numpy().tolist()
    [[365.0, '0', 3, 0.33, 0.06, 0.79], [365.0, '1', 3, 0.6, 0.23, 0.88], [365.0, '2 or more', 2, 0.6, 0.23, 0.88]]
    """

    def __init__(
        self,
        horizons_days: tuple[float, ...] = (183, 365, 548),
        count_feature: str = "prior_reports_ever",
        min_rows: int = 20,
    ) -> None:
        self.horizons_days = horizons_days
        self.count_feature = count_feature
        self.min_rows = min_rows

    def _learn_points(
        self, training: Training, outcomes: tuple[HorizonOutcome, ...], labels: NDArray[Any] | None
    ) -> None:
        """Nothing is to be learned: each report is a point."""

    def _points(self, frame: pd.DataFrame) -> Floats:
        return np.floor(pick_column(frame, self.count_feature))[:, None]

    def _sources(self) -> tuple[str, ...]:
        return (self.count_feature,)
