"""What the classifiers with one straight line of prepared columns per horizon share."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import pandas as pd

from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.models.by_horizon.classifier import HorizonClassifier
from hgrisk.models.inputs.censoring_weights import HorizonOutcome
from hgrisk.models.inputs.columns import numeric_matrix
from hgrisk.models.preparation import FeaturePreparer
from hgrisk.models.protocol import Training
from hgrisk.models.score_terms import ScoreTerms, summed_by_source


class LinearLogit(HorizonClassifier):
    """Base of the logistic regressions by horizon; a child says how coefficients are found.

    Attributes
    ----------
    coef_ : ndarray, shape (H, q)
        Log odds ratios of the prepared columns, one row per horizon, shortest first.
    intercept_ : ndarray, shape (H,)
        Intercepts.
    center_ : ndarray, shape (q,)
        Weighted mean of each prepared column over all training rows.
    preparer_ : FeaturePreparer
        The fitted preparer.
    """

    preparer_: FeaturePreparer
    center_: Floats
    coef_: Floats
    intercept_: Floats

    def score_terms(self, X: Any, at_days: float) -> ScoreTerms:
        """Return what each feature adds to the logit of a horizon's own regression.

        A term is coefficient times distance from the training mean, summed over the columns that the feature was
        prepared into. Where the risks of a row were put in rising order, that of the horizon is another than its logit.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        at_days : float
            One of the horizons in days.

        Returns
        -------
        ScoreTerms
            Terms of the features with a column of their own; the base is the weighted mean training logit.

        Raises
        ------
        FitError
            If a column is missing, extra or moved, or the model has no such horizon.
        """
        frame = self._check_columns(X)
        horizon = self._place_of(at_days)
        coef = self.coef_[horizon]
        parts = (numeric_matrix(self.preparer_.transform(frame)) - self.center_) * coef
        names, values = summed_by_source(parts, list(self.preparer_.source_of_.values()))
        base = float(self.intercept_[horizon] + self.center_ @ coef)
        return ScoreTerms(names, values, base, self._logits(frame)[:, horizon], "logit")

    def _learn(self, training: Training, outcomes: tuple[HorizonOutcome, ...]) -> None:
        self._learn_lines(self._design(training), training.weight, outcomes)

    def _design(self, training: Training) -> Floats:
        """Learn the preparation, and return the prepared columns, shape (n, q)."""
        self.preparer_ = FeaturePreparer().fit(training.frame)
        design = numeric_matrix(self.preparer_.transform(training.frame))
        if design.shape[1] == 0:
            raise DataError("A logistic regression has at least one column that varies", "none", "use BaseRate")
        self.center_ = training.weight @ design / training.weight.sum()
        return design

    @abstractmethod
    def _learn_lines(self, design: Floats, case_weight: Floats, outcomes: tuple[HorizonOutcome, ...]) -> None:
        """Learn coefficients and intercepts from the prepared columns, shape (n, q)."""

    def _logits(self, frame: pd.DataFrame) -> Floats:
        design = numeric_matrix(self.preparer_.transform(frame))
        return np.asarray(design @ self.coef_.T + self.intercept_, dtype=np.float64)
