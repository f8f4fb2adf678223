"""A penalty that a classifier chooses by its own loss, on household networks that it was not trained on."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError
from hgrisk.models.by_horizon.classifier import HorizonClassifier
from hgrisk.models.by_horizon.out_of_fold import check_folds
from hgrisk.models.inputs.censoring_weights import HorizonOutcome
from hgrisk.models.inputs.network_folds import network_folds
from hgrisk.models.protocol import Training

ANY_PENALTY = 1.0
"""Stands in the settings while a penalty is chosen."""
SAME_LOSS = 1e-9


class OwnPenalty(HorizonClassifier):
    """Base of the classifiers with a lasso: its penalty has a scale of its own, which that of a ridge does not have."""

    penalty: Any

    def choose_penalty(
        self, X: pd.DataFrame, y: Any, clusters: Any, *, n_folds: int = 5, seed: int = 0, followable_days: Any = None
    ) -> float:
        """Return the penalty with the smallest weighted log loss of rows that the model was not trained on.

        Penalties go down in equal steps of their logarithm, from the smallest that leaves nothing of the model.

        Parameters
        ----------
        X : DataFrame, shape (n, p)
            Raw training features.
        y : ndarray or DataFrame, shape (n,)
            Training outcome.
        clusters : array-like, shape (n,)
            Household network of each row; whole networks are left out.
        n_folds : int
            Folds, 2 or more.
        seed : int
            Seed of the folds.
        followable_days : array-like of float, shape (n,), optional
            See `HorizonClassifier.fit`.

        Returns
        -------
        float
            Of penalties with equal losses the largest.

        Raises
        ------
        ConfigError
            If a setting is not allowed, or there are fewer networks than folds.
        DataError
            If the input does not meet its rule.
        FitError
            If by some horizon nobody re-reported, everybody did, or nobody was followed so long; in all rows, or
            without a fold.

        Notes
        -----
        The folds of a row and its weight for censoring are those of all rows. Losses are summed over horizons.
        """
        asking: Self = clone(self).set_params(penalty=ANY_PENALTY)
        training, outcomes = asking._known(X, y, None, followable_days)
        keys = np.asarray(clusters)
        if keys.shape != training.duration.shape:
            found = f"{len(keys)} clusters for {len(training.duration)} rows"
            raise DataError("Every row has a cluster", found, "pass the same landmarks to both")
        fold = network_folds(keys, n_folds, seed, cure="set the penalty")
        check_folds(fold, outcomes, asking.supported_times_)
        penalties = asking._penalties(training, outcomes)
        losses = asking._losses(training, outcomes, fold, penalties)
        return float(penalties[losses <= losses.min() + SAME_LOSS].max())

    def _check_penalty(self, model: str) -> None:
        number = isinstance(self.penalty, int | float | np.number) and not isinstance(self.penalty, bool)
        if not (number and np.isfinite(self.penalty) and self.penalty > 0):
            raise ConfigError(f"{model} is finite and above 0", f"{self.penalty!r}", "use 0.01, say")

    @abstractmethod
    def _penalties(self, training: Training, outcomes: tuple[HorizonOutcome, ...]) -> Floats:
        """Return the penalties to choose from, largest first."""

    @abstractmethod
    def _losses(
        self,
        training: Training,
        outcomes: tuple[HorizonOutcome, ...],
        fold: NDArray[np.int64],
        penalties: Floats,
    ) -> Floats:
        """Return the weighted log loss of each penalty, per unit of weight, of rows predicted without their fold."""
