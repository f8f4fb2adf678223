"""What counts and cards share: points that add up to a total, and the risk at each total."""

from __future__ import annotations

from abc import abstractmethod
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError
from hgrisk.models.by_horizon.classifier import ClusteredClassifier
from hgrisk.models.by_horizon.rising import risen
from hgrisk.models.by_horizon.totals import risk_by_total
from hgrisk.models.inputs.censoring_weights import HorizonOutcome
from hgrisk.models.protocol import Training
from hgrisk.models.score_terms import ScoreTerms


class TotalScore(ClusteredClassifier):
    """Base of models that predict with the share of re-reports at each total; a child says what gives points.

    Attributes
    ----------
    lowest_total_ : ndarray, shape (k,)
        Lowest total of each group of totals, rising.
    n_rows_ : ndarray of int, shape (k,)
        Training rows of each group.
    risk_, risk_lower_, risk_upper_ : ndarray, shape (k, H)
        Risk of each group by each horizon, as it is predicted, and its 95 % interval. It is wider where rows of a
        household network go together, if ``cluster`` was given.
    own_risk_ : ndarray, shape (k, H)
        The same before a risk below that of a shorter horizon was raised to it.
    center_ : ndarray, shape (q,)
        Weighted training mean of the points for each feature that gives any.
    """

    min_rows: int
    center_: Floats

    @property
    def risk_by_total_(self) -> pd.DataFrame:
        """Risk of each group of totals: ``horizon_days, total, n_rows, risk, lower, upper``, with a 95 % interval."""
        check_is_fitted(self)
        n_groups, n_horizons = self.risk_.shape
        return pd.DataFrame(
            {
                "horizon_days": np.repeat(self.supported_times_, n_groups),
                "total": _in_words(self.lowest_total_) * n_horizons,
                "n_rows": np.tile(self.n_rows_, n_horizons),
                "risk": self.risk_.T.ravel(),
                "lower": self.risk_lower_.T.ravel(),
                "upper": self.risk_upper_.T.ravel(),
            }
        )

    def predict_total(self, X: Any) -> Floats:
        """Return the total of each row.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.

        Returns
        -------
        ndarray, shape (n,)
            Whole numbers, 0 and above.
        """
        return np.asarray(self._points(self._check_columns(X)).sum(axis=1), dtype=np.float64)

    def score_terms(self, X: Any, at_days: float) -> ScoreTerms:
        """Return by how many points each feature takes a row away from the mean total.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        at_days : float
            One of the horizons in days; points are the same at all.

        Returns
        -------
        ScoreTerms
            Terms on the scale of points; the base is the weighted mean training total.

        Raises
        ------
        FitError
            If a column is missing, extra or moved, or the model has no such horizon.
        """
        frame = self._check_columns(X)
        self._check_times([at_days])
        points = self._points(frame)
        return ScoreTerms(
            self._sources(), points - self.center_, float(self.center_.sum()), points.sum(axis=1), "points"
        )

    @abstractmethod
    def _learn_points(
        self, training: Training, outcomes: tuple[HorizonOutcome, ...], labels: NDArray[Any] | None
    ) -> Floats | None:
        """Learn what gives points.

        Points that were learnt from the answers say too much of the same rows: return the ranks at which each row
        stands on points learnt without it, shape (n, 2). Where points were given beforehand there are none.
        """

    @abstractmethod
    def _points(self, frame: pd.DataFrame) -> Floats:
        """Return the points of each row for each feature that gives any, shape (n, q)."""

    @abstractmethod
    def _sources(self) -> tuple[str, ...]:
        """Return the features that give points."""

    def _learn_by_cluster(
        self, training: Training, outcomes: tuple[HorizonOutcome, ...], labels: NDArray[Any] | None
    ) -> None:
        ranges = self._learn_points(training, outcomes, labels)
        points = self._points(training.frame)
        self.center_ = training.weight @ points / training.weight.sum()
        total, weight = points.sum(axis=1), training.weight
        found = risk_by_total(total, outcomes, weight, self.min_rows, cluster=labels, ranges=ranges)
        self.lowest_total_, self.n_rows_, self.own_risk_ = found.lowest, found.n_rows, found.risk
        self.risk_, self.risk_lower_, self.risk_upper_ = map(risen, (found.risk, found.lower, found.upper))

    def _logits(self, frame: pd.DataFrame) -> Floats:
        total = self._points(frame).sum(axis=1)
        group = np.maximum(np.searchsorted(self.lowest_total_, total, side="right") - 1, 0)
        return np.asarray(logit(self.own_risk_)[group], dtype=np.float64)

    def _check_settings(self) -> None:
        if not (isinstance(self.min_rows, int | np.integer) and self.min_rows >= 1):
            raise ConfigError("min_rows is a whole number from 1", f"{self.min_rows!r}", "use 20, say")


def _in_words(lowest: Floats) -> list[str]:
    if len(lowest) == 1:
        return ["any"]
    starts = [int(total) for total in lowest]
    starts[0] = 0
    ranges = [f"{low}" if low == up - 1 else f"{low} to {up - 1}" for low, up in pairwise(starts)]
    return [*ranges, f"{starts[-1]} or more"]
