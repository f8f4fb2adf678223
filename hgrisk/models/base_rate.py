"""The base rate: the same probability for everyone."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd

from hgrisk.curves import Floats, StepFunction, aalen_johansen
from hgrisk.models.protocol import SurvivalModel
from hgrisk.surv import RE_REPORT


class BaseRate(SurvivalModel):
    """The cumulative incidence of a re-report in training, for every row alike: what a model must beat.

    Features of any kind are accepted and not looked at.

    Attributes
    ----------
    incidence_times_, incidence_ : ndarray, shape (k,)
        Distinct event times in days and the Aalen-Johansen cumulative incidence from each on.

    Notes
    -----
    Aalen and Johansen (1978). Without competing events it is 1 minus Kaplan-Meier.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"region": ["A", "B", "A"]})
    >>> y = Surv.from_arrays(event=[1, 2, 0], duration_days=[100, 200, 365])
    >>> BaseRate().fit(X, y).predict_cumulative_incidence(X, [99, 365]).round(3).tolist()
    [[0.0, 0.333], [0.0, 0.333], [0.0, 0.333]]
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn the cumulative incidence.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features; only their names are kept.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event`` and ``duration_days``.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.

        Returns
        -------
        BaseRate
            The fitted model itself.

        Raises
        ------
        DataError
            If the input does not meet its rule.
        """
        training = self._check_training(X, y, sample_weight)
        curve = aalen_johansen(training.duration, training.event, cause=RE_REPORT, weights=training.weight)
        jumps = np.diff(curve.values, prepend=0.0) > 0
        self.incidence_times_ = curve.times[jumps]
        self.incidence_ = np.minimum(curve.values[jumps], 1.0)
        self.supported_times_ = None
        return self

    def predict(self, X: Any) -> Floats:
        """Return the same score, 0, for every row.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.

        Returns
        -------
        ndarray, shape (n,)
            Zeros.
        """
        return np.zeros(len(self._check_columns(X)))

    def _cumulative_incidence(self, frame: pd.DataFrame, days: Floats) -> Floats:
        curve = StepFunction(self.incidence_times_, self.incidence_, 0.0)
        return np.tile(curve.at(days), (len(frame), 1))
