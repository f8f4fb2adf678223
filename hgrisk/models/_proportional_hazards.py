"""What all Cox-type models share: fit the hazard of a re-report, predict with competing events allowed for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError
from hgrisk.models._cox_newton import fit_cox
from hgrisk.models._incidence import Hazards, cumulative_incidence, merge_hazards
from hgrisk.models.protocol import SurvivalModel, Training
from hgrisk.surv import RE_REPORT

Z_95 = float(norm.ppf(0.975))


class ProportionalHazards(SurvivalModel):
    """Base of the models with a Cox hazard of re-report; a child says which design matrix it uses.

    Attributes
    ----------
    coef_ : ndarray, shape (q,)
        Log hazard ratios of the design columns.
    intercept_ : float
        Makes ``predict`` 0 at the training means: ``predict = design @ coef_ + intercept_``.
    covariance_, model_covariance_ : ndarray, shape (q, q)
        Of ``coef_``: cluster-robust where clusters were given, and the inverse (penalised) information.
    design_names_ : list of str
        Names of the design columns.
    loglik_, loglik_null_ : float
        Log partial likelihood at the coefficients and at zero, without the penalty.
    n_events_ : float
        Weighted number of re-reports.
    n_iter_ : int
        Newton steps taken.
    baseline_times_, baseline_hazard_, competing_hazard_ : ndarray, shape (k,)
        Distinct event times in days, and at each the jump of the baseline hazard of a re-report and of the
        covariate-free hazard of all competing events.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None, entry: Any = None, cluster: Any = None) -> Self:
        """Fit the cause-specific hazard of a re-report.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features, one row per landmark.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event`` and ``duration_days``; competing events end the time at risk.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.
        entry : array-like of float, shape (n,), optional
            Days at which the row comes under observation, from 0 and below its duration; 0 by default. The row is at
            risk in (entry, duration].
        cluster : array-like, shape (n,), optional
            Label of each row's cluster, such as the household, for cluster-robust errors.

        Returns
        -------
        ProportionalHazards
            The fitted model itself.

        Raises
        ------
        ConfigError
            If a setting is not allowed.
        DataError
            If the input does not meet its rule.
        FitError
            If there is no re-report, or a coefficient has no finite estimate; the columns are named.
        """
        penalty, ties = self._check_settings()
        training = self._check_training(X, y, sample_weight)
        start = _check_entry(entry, training)
        design, names = self._learn_design(training.frame)
        fitted = fit_cox(
            design,
            training.duration,
            training.event == RE_REPORT,
            entry=start,
            weight=training.weight,
            cluster=_check_cluster(cluster, training),
            penalty=penalty,
            ties=ties,
            names=names,
        )
        self.coef_ = fitted.coef
        self.intercept_ = float(-(fitted.center @ fitted.coef))
        self.covariance_, self.model_covariance_ = fitted.covariance, fitted.model_covariance
        self.design_names_ = [str(name) for name in names]
        self.loglik_, self.loglik_null_ = fitted.loglik, fitted.loglik_null
        self.n_events_, self.n_iter_ = fitted.n_events, fitted.n_iter
        self._keep_hazards(merge_hazards(fitted.times, fitted.hazard, *_competing_hazard(training, start)))
        self.supported_times_ = None
        return self

    @property
    def summary_(self) -> pd.DataFrame:
        """Coefficients: ``feature, coef, se, hazard_ratio, lower, upper`` (95 % interval of the hazard ratio)."""
        se = np.sqrt(np.diag(self.covariance_))
        return pd.DataFrame(
            {
                "feature": self.design_names_,
                "coef": self.coef_,
                "se": se,
                "hazard_ratio": np.exp(self.coef_),
                "lower": np.exp(self.coef_ - Z_95 * se),
                "upper": np.exp(self.coef_ + Z_95 * se),
            }
        )

    def predict(self, X: Any) -> Floats:
        """Return the log relative hazard of a re-report, 0 at the training means.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.

        Returns
        -------
        ndarray, shape (n,)
            Log relative hazard; higher is worse.

        Raises
        ------
        FitError
            If a column is missing, extra or moved.
        """
        return self._score(self._check_columns(X))

    @abstractmethod
    def _learn_design(self, frame: pd.DataFrame) -> tuple[Floats, Sequence[str]]:
        """Learn the design and return its matrix, shape (n, q), and its column names."""

    @abstractmethod
    def _design(self, frame: pd.DataFrame) -> Floats:
        """Return the design matrix, shape (n, q), of new rows."""

    @abstractmethod
    def _check_settings(self) -> tuple[float, str]:
        """Return penalty and ties, or refuse a setting."""

    def _score(self, frame: pd.DataFrame) -> Floats:
        return np.asarray(self._design(frame) @ self.coef_ + self.intercept_, dtype=np.float64)

    def _cumulative_incidence(self, frame: pd.DataFrame, days: Floats) -> Floats:
        hazards = Hazards(self.baseline_times_, self.baseline_hazard_, self.competing_hazard_)
        return cumulative_incidence(self._score(frame), hazards, days)

    def _keep_hazards(self, hazards: Hazards) -> None:
        self.baseline_times_ = hazards.times
        self.baseline_hazard_ = hazards.re_report
        self.competing_hazard_ = hazards.competing


def check_penalty(penalty: float, ties: str) -> tuple[float, str]:
    """Return both settings, or refuse them."""
    if not (np.isfinite(penalty) and penalty >= 0):
        raise ConfigError("A penalty is a finite number from 0", f"{penalty!r}", "use 0 for none")
    if ties not in {"efron", "breslow"}:
        raise ConfigError("ties is 'efron' or 'breslow'", f"{ties!r}", "use 'efron'")
    return float(penalty), ties


def _check_entry(entry: Any, training: Training) -> Floats:
    if entry is None:
        return np.zeros(len(training.duration))
    days = _one_per_row(np.asarray(entry, dtype=np.float64), training, "Entry times")
    wrong = ~(np.isfinite(days) & (days >= 0) & (days < training.duration))
    if wrong.any():
        raise DataError("A row enters at 0 days or later and before its duration", f"{days[wrong][0]}", "correct it")
    return days


def _check_cluster(cluster: Any, training: Training) -> NDArray[Any] | None:
    if cluster is None:
        return None
    labels = _one_per_row(np.asarray(cluster), training, "Cluster labels")
    if pd.isna(labels).any():
        raise DataError("Each row has a cluster label", "a missing one", "give each household a label")
    return labels


def _one_per_row(values: NDArray[Any], training: Training, what: str) -> NDArray[Any]:
    if values.shape != training.kept.shape:
        raise DataError(f"{what} are one per row", f"shape {values.shape}", f"pass {len(training.kept)} of them")
    return values[training.kept]


def _competing_hazard(training: Training, entry: Floats) -> tuple[Floats, Floats]:
    """Return times and jumps of the Nelson-Aalen hazard of all competing events: a Cox regression without columns."""
    happened = training.event > RE_REPORT
    if not happened.any():
        return np.empty(0), np.empty(0)
    nothing = np.empty((len(entry), 0))
    weight = training.weight
    fitted = fit_cox(nothing, training.duration, happened, entry=entry, weight=weight, ties="breslow")
    return fitted.times, fitted.hazard
