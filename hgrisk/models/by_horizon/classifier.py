"""What every classifier of a re-report by a few horizons does: labels and weights in, rising probabilities out."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from hgrisk.curves import Floats
from hgrisk.models.by_horizon.outcomes import checked_followable, checked_horizons, horizon_outcome
from hgrisk.models.by_horizon.rising import risen, share_raised
from hgrisk.models.inputs.censoring_weights import HorizonOutcome
from hgrisk.models.inputs.fit_arguments import checked_cluster
from hgrisk.models.protocol import SurvivalModel, Training


class HorizonClassifier(SurvivalModel):
    """A logit of a re-report by each horizon, learnt with inverse-probability-of-censoring weights.

    At each horizon a re-report by then is a yes; a competing event by then, or follow-up to the horizon without a
    re-report, a no; a row censored earlier has no label and passes its weight on. The censoring distribution is the
    training Kaplan-Meier, so censoring must not depend on features.

    Each horizon learns by itself, with ``followable_days`` from other rows, so that horizons can cross in a row: a
    probability below that of a shorter horizon is raised to it. The shortest horizon is never changed, as most rows
    could be followed for it, the latest among them. All predictions are those after this step.

    Attributes
    ----------
    supported_times_ : tuple of float
        The horizons in days, shortest first.
    least_uncensored_ : ndarray, shape (H,)
        Smallest probability of being uncensored that a weight divides by.
    reordered_share_ : float
        Weighted share of training rows in which a horizon was raised. A large one says that horizons contradict each
        other: rows that could be followed for long may come from years with another risk.

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
        return self._with_order(training)

    def predict(self, X: Any) -> Floats:
        """Return the logit of the risk of a re-report by the longest horizon.

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
        return risen(self._logits(self._check_columns(X)))[:, -1]

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
        self.last_followup_days_ = max(self.last_followup_days_, horizons[-1])  # all may have ended before it
        return training, outcomes

    def _with_order(self, training: Training) -> Self:
        """Note how often horizons cross in training, and return the model."""
        self.reordered_share_ = share_raised(self._logits(training.frame), training.weight)
        return self

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
        risk = expit(risen(self._logits(frame)))
        return np.asarray(risk[:, np.searchsorted(self.supported_times_, days)], dtype=np.float64)


class ClusteredClassifier(HorizonClassifier):
    """Base of the classifiers that are told which rows are of one household network."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None, followable_days: Any = None, cluster: Any = None) -> Self:
        """Fit one classifier per horizon.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Raw features, one row per landmark.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event`` and ``duration_days``.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.
        followable_days : array-like of float, shape (n,), optional
            Calendar days until follow-up of everyone ends: see `HorizonClassifier`.
        cluster : array-like, shape (n,), optional
            Label of each row's household network. Rows that are left out, to learn when to stop or what a card is
            worth, are whole networks, and intervals of risks by total allow for rows that go together.

        Returns
        -------
        ClusteredClassifier
            The fitted model itself.

        Raises
        ------
        ConfigError
            If a setting is not allowed.
        DataError
            If the input does not meet its rule.
        FitError
            If by some horizon nobody re-reported, everybody did, or nobody was followed so long; or if those left out,
            or the others, are all of one kind.
        """
        training, outcomes = self._known(X, y, sample_weight, followable_days)
        self._learn_by_cluster(training, outcomes, checked_cluster(cluster, training.kept))
        return self._with_order(training)

    def _learn(self, training: Training, outcomes: tuple[HorizonOutcome, ...]) -> None:
        self._learn_by_cluster(training, outcomes, None)

    @abstractmethod
    def _learn_by_cluster(
        self, training: Training, outcomes: tuple[HorizonOutcome, ...], labels: NDArray[Any] | None
    ) -> None:
        """Learn from checked rows, what is known of them at each horizon, and their clusters, if given."""
