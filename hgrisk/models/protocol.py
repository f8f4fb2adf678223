"""The protocol of every model of time to re-report: what goes in, what comes out, what is refused."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from hgrisk.curves import Floats
from hgrisk.errors import DataError, FitError
from hgrisk.hazards.concordance import compare_pairs
from hgrisk.models.inputs.columns import ColumnMemory, refuse_other_rows
from hgrisk.models.inputs.fit_arguments import checked_weight
from hgrisk.models.score_terms import ScoreTerms
from hgrisk.surv import ENTRY, as_surv, without_entry

TERMS_OF = "use a Cox or logistic model, a points card, ExplainableBoosting or BoostedClassifier"
"""Cure for a model without terms."""


@dataclass(frozen=True)
class Training:
    """Checked training rows, for the time of a fit only; rows of weight 0 are left out.

    Attributes
    ----------
    frame : DataFrame, shape (n, p)
        Features.
    duration : ndarray, shape (n,)
        Days at risk.
    event : ndarray of int, shape (n,)
        0 censored, 1 re-report, 2 and above a competing event.
    weight : ndarray, shape (n,)
        Case weights above 0.
    entry : ndarray, shape (n,), or None
        Days at which each row came under observation; None where all did at day 0.
    kept : ndarray of bool, shape (n_rows_given,)
        Which of the given rows these are.
    """

    frame: pd.DataFrame
    duration: Floats
    event: NDArray[np.int8]
    weight: Floats
    entry: Floats | None
    kept: NDArray[np.bool_]


class SurvivalModel(ColumnMemory, BaseEstimator, ABC):  # type: ignore[misc]  # scikit-learn has no types
    """Base of every model of time to re-report.

    A model learns from a table ``X`` and an outcome ``y`` (see `hgrisk.surv`) and gives, for each row, a risk score and
    the probability of a re-report by any time it supports. Competing events are part of that probability, not
    censoring. A fitted model keeps numbers and names only, never rows or identifiers, so that skops can load it without
    running code.

    Attributes
    ----------
    feature_names_in_ : ndarray of str, shape (p,)
        Columns at fit, in order (only if ``X`` was a DataFrame).
    n_features_in_ : int
        Number of columns at fit.
    last_followup_days_ : float
        Longest follow-up at fit; later times are refused.
    supported_times_ : tuple of float or None
        The only times, in days, that the model can predict; None for any time up to ``last_followup_days_``.
    """

    last_followup_days_: float
    supported_times_: tuple[float, ...] | None
    _takes_entry: ClassVar[bool] = False

    @property
    def takes_entry(self) -> bool:
        """Whether the model takes rows that enter late, as those of a hazard do."""
        return self._takes_entry

    @abstractmethod
    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Learn from features and outcomes.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features, one row per landmark.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event`` and ``duration_days``, and ``entry_days`` where entry is delayed.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.

        Returns
        -------
        SurvivalModel
            The fitted model itself.
        """

    @abstractmethod
    def predict(self, X: Any) -> Floats:
        """Return a risk score per row; higher is worse.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.

        Returns
        -------
        ndarray, shape (n,)
            Log relative hazard or logit; unbounded.
        """

    def predict_cumulative_incidence(self, X: Any, times: Any) -> Floats:
        """Return the probability of a re-report by each time, competing events allowed for.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        times : array-like of float, shape (T,)
            Days since the landmark, in any order.

        Returns
        -------
        ndarray, shape (n, T)
            Probabilities in [0, 1], not falling with time.

        Raises
        ------
        FitError
            If a column is missing, extra or moved, or a time lies outside what the training follow-up supports.
        """
        frame = self._check_columns(X)
        return self._cumulative_incidence(frame, self._check_times(times))

    def predict_survival(self, X: Any, times: Any) -> Floats:
        """Return the probability of no re-report by each time: 1 minus the cumulative incidence.

        Under competing events this is the probability to be free of a re-report whether or not a competing event came
        first (a household that can no longer re-report stays free of one); it is not the chance to be free of every
        event.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        times : array-like of float, shape (T,)
            Days since the landmark, in any order.

        Returns
        -------
        ndarray, shape (n, T)
            Probabilities in [0, 1], not rising with time.
        """
        return 1.0 - self.predict_cumulative_incidence(X, times)

    def predict_risk(self, X: Any, horizon_days: float) -> Floats:
        """Return the probability of a re-report within one horizon.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        horizon_days : float
            Days since the landmark.

        Returns
        -------
        ndarray, shape (n,)
            Probabilities in [0, 1].
        """
        return np.asarray(self.predict_cumulative_incidence(X, [horizon_days])[:, 0], dtype=np.float64)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return how well the risk scores rank the rows: Harrell's concordance, for searches and cross-validation.

        It depends on the pattern of censoring, and says nothing about calibration: to judge a model, evaluate it.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event`` and ``duration_days``, and ``entry_days`` where entry is delayed: a
            re-report is compared with the rows that were under observation before it.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.

        Returns
        -------
        float
            In [0, 1]; 0.5 is chance. A competing event ranks as longer than any re-report.

        Raises
        ------
        DataError
            If no two rows can be compared.

        Notes
        -----
        Harrell et al. (1982), doi:10.1001/jama.1982.03320430047030; Wolbers et al. (2014),
        doi:10.1093/biostatistics/kxt059.
        """
        refuse_other_rows(X, y)
        predicted, outcome = self.predict(X), as_surv(y)
        if len(predicted) != len(outcome):
            found = f"{len(predicted)} rows of features and {len(outcome)} outcomes"
            raise DataError("Features and outcomes have one row per landmark", found, "pass the same landmarks to both")
        columns = {name: np.ascontiguousarray(outcome[name]) for name in outcome.dtype.names or ()}
        weight = checked_weight(sample_weight, len(outcome))
        counted = np.stack((weight, weight > 0)) if ENTRY in columns else weight[None]  # whole weights count exactly
        outcomes = columns["duration_days"], columns["event"]
        won, compared = compare_pairs(outcomes, predicted, counted, entry=columns.get(ENTRY))
        if not compared[-1] > 0:
            raise DataError("A concordance is of rows that can be compared", "no such pair", "pass more rows")
        return float(won[0] / compared[0])

    @property
    def has_terms(self) -> bool:
        """Whether a score can be taken apart by :meth:`score_terms`."""
        return type(self).score_terms is not SurvivalModel.score_terms

    def score_terms(self, X: Any, at_days: float) -> ScoreTerms:  # noqa: ARG002
        """Return what each feature adds to the score of each row.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        at_days : float
            Days since the landmark for which the score is.

        Returns
        -------
        ScoreTerms
            Terms that add up to the score.

        Raises
        ------
        FitError
            If the model has no terms, or a column is missing, extra or moved.
        """
        raise FitError("A score is taken apart where a model adds up terms", f"{type(self).__name__}", TERMS_OF)

    @abstractmethod
    def _cumulative_incidence(self, frame: pd.DataFrame, days: Floats) -> Floats:
        """Return the probabilities, shape (n, T), for checked columns and times."""

    def _check_training(self, X: Any, y: Any, sample_weight: Any) -> Training:
        refuse_other_rows(X, y)
        frame = self._learn_columns(X)
        outcome = as_surv(y) if self._takes_entry else without_entry(y, type(self).__name__)
        if len(frame) != len(outcome) or len(frame) == 0:
            raise DataError(
                "Features and outcomes have one row per landmark",
                f"{len(frame)} rows of features and {len(outcome)} outcomes",
                "pass the same landmarks to both",
            )
        weight = checked_weight(sample_weight, len(frame))
        kept = weight > 0
        if not kept.all():
            frame, outcome, weight = frame.loc[kept], outcome[kept], weight[kept]
        self.last_followup_days_ = float(outcome["duration_days"].max())
        columns = {name: np.ascontiguousarray(outcome[name]) for name in outcome.dtype.names or ()}
        return Training(frame, columns["duration_days"], columns["event"], weight, columns.get(ENTRY), kept)

    def _check_times(self, times: Any) -> Floats:
        days = np.atleast_1d(np.asarray(times, dtype=np.float64))
        if days.ndim != 1 or not np.all(np.isfinite(days)) or np.any(days < 0):
            raise FitError("Times are a list of days, each 0 or more", f"{times!r}", "give days such as [183, 365]")
        if self.supported_times_ is not None:
            unknown = days[~np.isin(days, self.supported_times_)]
            known = ", ".join(f"{time:g}" for time in self.supported_times_)
            if len(unknown):
                raise FitError(f"This model predicts {known} days only", f"{unknown[0]:g}", "ask for one of these")
        if np.any(days > self.last_followup_days_):
            raise FitError(
                f"Predictions end at the longest training follow-up of {self.last_followup_days_:g} days",
                f"{days.max():g}",
                "ask for an earlier time",
            )
        return days
