"""What every classifier of a re-report by a few horizons does: labels and weights in, rising probabilities out."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.special import expit

from hgrisk.curves import Floats
from hgrisk.models.by_horizon.outcomes import checked_followable, checked_horizons, horizon_outcome
from hgrisk.models.inputs.censoring_weights import HorizonOutcome
from hgrisk.models.protocol import SurvivalModel, Training


class HorizonClassifier(SurvivalModel):
    """A logit of a re-report by each horizon, learnt with inverse-probability-of-censoring weights.

    At each horizon a re-report by then is a yes; a competing event by then, or follow-up to the horizon without a
    re-report, a no; a row censored earlier has no label and passes its weight on. The censoring distribution is the
    training Kaplan-Meier, so censoring must not depend on features. Where the horizons' probabilities cross in a row,
    they are put in rising order (Chernozhukov et al. 2009, doi:10.1093/biomet/asp030).

    Attributes
    ----------
    supported_times_ : tuple of float
        The horizons in days, shortest first.
    least_uncensored_ : ndarray, shape (H,)
        Smallest probability of being uncensored that a weight divides by.

    Notes
    -----
    Zheng, Cai and Feng (2006), doi:10.1111/j.1541-0420.2005.00441.x; with competing events: Blanche et al. (2023),
    doi:10.1007/s10985-022-09564-6.
    """

    horizons_days: Any
    supported_times_: tuple[float, ...]

    def fit(self, X: Any, y: Any, sample_weight: Any = None, followable_days: Any = None) -> Self:
        """Fit one classifier per horizon.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features, one row per landmark.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event`` and ``duration_days``.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.
        followable_days : array-like of float, shape (n,), optional
            Calendar days until follow-up of everyone ends, whatever happens to the row. Rows that could not be followed
            for a horizon are left out of its classifier, whatever happened to them: when follow-up ends at one calendar
            date, no weight makes up for them if a feature depends on the calendar.

        Returns
        -------
        HorizonClassifier
            The fitted model itself.

        Raises
        ------
        ConfigError
            If a setting is not allowed.
        DataError
            If the input does not meet its rule.
        FitError
            If by some horizon nobody re-reported, everybody did, or nobody was followed so long.
        """
        training, outcomes = self._known(X, y, sample_weight, followable_days)
        self._learn(training, outcomes)
        return self

    def predict(self, X: Any) -> Floats:
        """Return the logit of a re-report by the longest horizon.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.

        Returns
        -------
        ndarray, shape (n,)
            Higher is worse.

        Raises
        ------
        FitError
            If a column is missing, extra or moved.
        """
        return np.asarray(self._logits(self._check_columns(X))[:, -1], dtype=np.float64)

    def _known(
        self, X: Any, y: Any, sample_weight: Any, followable_days: Any
    ) -> tuple[Training, tuple[HorizonOutcome, ...]]:
        """Check settings and input, and return the rows with what is known of them at each horizon."""
        horizons = checked_horizons(self.horizons_days)
        self._check_settings()
        training = self._check_training(X, y, sample_weight)
        limit = checked_followable(followable_days, len(training.kept))[training.kept]
        outcomes = tuple(horizon_outcome(training, limit, day) for day in horizons)
        self.least_uncensored_ = np.array([outcome.least_uncensored for outcome in outcomes])
        self.supported_times_ = horizons
        return training, outcomes

    def _place_of(self, at_days: float) -> int:
        """Return the place of a horizon among those of the model, or refuse one that it does not have."""
        return self.supported_times_.index(float(self._check_times([at_days])[0]))

    @abstractmethod
    def _check_settings(self) -> None:
        """Refuse a setting that is not allowed."""

    @abstractmethod
    def _learn(self, training: Training, outcomes: tuple[HorizonOutcome, ...]) -> None:
        """Learn from checked rows and what is known of them at each horizon."""

    @abstractmethod
    def _logits(self, frame: pd.DataFrame) -> Floats:
        """Return the logit of each horizon's own classifier, shape (n, H)."""

    def _cumulative_incidence(self, frame: pd.DataFrame, days: Floats) -> Floats:
        risen = np.sort(expit(self._logits(frame)), axis=1)
        return np.asarray(risen[:, np.searchsorted(self.supported_times_, days)], dtype=np.float64)
