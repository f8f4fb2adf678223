"""What all models with a full likelihood share: fit, errors, probabilities, hazards and quantiles."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, FitError
from hgrisk.hazards.blas import one_blas_thread
from hgrisk.models.cause_specific.incidence import (
    CHUNK_VALUES,
    Hazards,
    competing_hazard,
    incidence_of_curves,
    survival_when_reached,
)
from hgrisk.models.cause_specific.proportional_hazards import Z_95, check_cluster
from hgrisk.models.inputs.fit_arguments import checked_penalty
from hgrisk.models.likelihood.linear_columns import LinearColumns, learn_columns
from hgrisk.models.likelihood.newton import Optimum
from hgrisk.models.likelihood.posed import Posed, best, robust_covariance
from hgrisk.models.preparation import FeaturePreparer
from hgrisk.models.protocol import SurvivalModel, Training
from hgrisk.surv import RE_REPORT

EARLIEST = 1e-9
"""A quantile is searched for from this part of the longest follow-up on."""

N_HALVINGS = 60


class Curves(Protocol):
    """The curves of n rows, as if a re-report were all that could happen."""

    def part(self, rows: slice) -> Curves:
        """Return the curves of some rows."""

    def log_survival(self, days: Floats) -> Floats:
        """Return the log probability of no re-report, shape (n, T), by days above 0, shape (1, T) or (n, T)."""

    def log_hazard(self, days: Floats) -> Floats:
        """Return the log hazard per day, shape (n, T), at days above 0, shape (1, T) or (n, T)."""


class LikelihoodModel(SurvivalModel):
    """Base of the models of the cause-specific hazard of a re-report that are smooth in time.

    Attributes
    ----------
    coef_ : ndarray, shape (q,)
        Coefficients of the design columns; the class says of what.
    intercept_ : float
        Goes with ``coef_``.
    parameters_ : ndarray, shape (P,)
        All parameters, on the scale of the columns as they are.
    parameter_names_ : list of str
        Their names.
    covariance_, model_covariance_ : ndarray, shape (P, P)
        Of all parameters: cluster-robust where clusters were given, and the inverse of the (penalised) information.
    design_names_ : list of str
        Names of the design columns.
    loglik_ : float
        Log likelihood without the penalty, of times in days.
    aic_ : float
        Akaike's criterion, ``2 P - 2 loglik_``; to compare models of this family on the same rows, unpenalised.
    n_events_ : float
        Weighted number of re-reports.
    n_iter_ : int
        Newton steps taken.
    competing_times_, competing_hazard_ : ndarray, shape (k,)
        Times of competing events in days and the covariate-free hazard of all of them at each.
    preparer_ : FeaturePreparer
        The fitted preparer, only with ``prepare=True``; coefficients are on the prepared scale, unstandardised.
    """

    penalty: float
    prepare: bool
    _takes_entry = True

    def fit(self, X: Any, y: Any, sample_weight: Any = None, cluster: Any = None) -> Self:
        """Maximise the likelihood of the hazard of a re-report.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features, one row per landmark.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event`` and ``duration_days``, and ``entry_days`` where entry is delayed: the row
            is at risk in (entry, duration]. Competing events end the time at risk.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.
        cluster : array-like, shape (n,), optional
            Label of each row's cluster, such as the household, for cluster-robust errors. A label of its own for each
            row gives Huber's errors.

        Returns
        -------
        LikelihoodModel
            The fitted model itself.

        Raises
        ------
        ConfigError
            If a setting is not allowed.
        DataError
            If the input does not meet its rule.
        FitError
            If there are too few re-reports, or a parameter has no finite estimate of its own; it is named.
        """
        self._check_settings()
        training = self._check_training(X, y, sample_weight)
        labels = check_cluster(cluster, training)
        happened = training.event == RE_REPORT
        self._refuse_few(training.duration[happened])
        self.n_events_ = float(training.weight[happened].sum())
        if self.prepare:
            self.preparer_ = FeaturePreparer().fit(training.frame)
        columns = learn_columns(self._prepared(training.frame), training.weight, penalised=self.penalty > 0)
        self.design_names_ = columns.names
        with one_blas_thread():
            posed = self._pose(training, columns)
            optimum = best(posed)
            covariance = robust_covariance(posed.objective, optimum, labels)
        self._keep(posed, optimum, covariance)
        self.competing_times_, self.competing_hazard_ = competing_hazard(
            training.duration, training.event > RE_REPORT, training.weight, training.entry
        )
        self.supported_times_ = None
        self._finish(training)
        return self

    @property
    def summary_(self) -> pd.DataFrame:
        """Coefficients: ``feature, coef, se``, their ratio if they have one, and its 95 % interval ``lower, upper``."""
        check_is_fitted(self)
        first = self._first_coef()
        places = np.arange(first, first + len(self.design_names_))
        return self._table(places, self.design_names_, self._ratio())

    def predict(self, X: Any) -> Floats:
        """Return a risk score per row; higher is worse.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.

        Returns
        -------
        ndarray, shape (n,)
            The linear predictor of risk, or, where hazards are not in one order at all times, the log cumulative hazard
            at the longest follow-up.

        Raises
        ------
        FitError
            If a column is missing, extra or moved.
        """
        return self._score(self._check_columns(X))

    def predict_hazard(self, X: Any, times: Any) -> Floats:
        """Return the hazard of a re-report.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        times : array-like of float, shape (T,)
            Days above 0.

        Returns
        -------
        ndarray, shape (n, T)
            Re-reports per day at risk.

        Raises
        ------
        FitError
            If a column is missing, extra or moved, or a time is not supported.
        """
        frame, days = self._check_columns(X), self._check_times(times)
        if np.any(days == 0):
            raise FitError("A hazard is given after day 0", "0", "ask for a later time")
        with np.errstate(over="ignore", under="ignore"):
            return np.exp(self._curves(frame).log_hazard(days[None, :]))

    def predict_quantile(self, X: Any, probability: float = 0.5) -> Floats:
        """Return the day by which the probability of a re-report comes to a given one, competing events allowed for.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        probability : float
            Above 0 and below 1; 0.5 for the median.

        Returns
        -------
        ndarray, shape (n,)
            Days; infinite where it is not reached within the longest training follow-up.

        Raises
        ------
        FitError
            If a column is missing, extra or moved, or the probability is not between 0 and 1.
        """
        if not 0 < probability < 1:
            raise FitError("A probability to reach lies between 0 and 1", f"{probability!r}", "use 0.5 for the median")
        curves, result = self._curves(self._check_columns(X)), np.empty(len(X))
        for rows in _chunks(len(X), len(self.competing_times_) + 1):
            part = curves.part(rows)
            wanted = survival_when_reached(_survival(part), self._competing(), probability, self.last_followup_days_)
            result[rows] = _first_below(part, wanted, self.last_followup_days_)
        return result

    @abstractmethod
    def _check_settings(self) -> None:
        """Refuse a setting that is not allowed."""

    @abstractmethod
    def _pose(self, training: Training, columns: LinearColumns) -> Posed:
        """Return the likelihood of the rows."""

    @abstractmethod
    def _curves(self, frame: pd.DataFrame) -> Curves:
        """Return the curves of checked rows."""

    @abstractmethod
    def _ratio(self) -> str | None:
        """Return what the exponential of a coefficient is, such as ``hazard_ratio``; None for nothing."""

    @abstractmethod
    def _score(self, frame: pd.DataFrame) -> Floats:
        """Return the risk score of checked rows."""

    def _finish(self, training: Training) -> None:
        """Learn what follows on the parameters, or refuse them."""

    def _first_coef(self) -> int:
        """Return the place of the first coefficient among the parameters."""
        return 1

    def _refuse_few(self, event_days: Floats) -> None:
        """Refuse re-reports that are too few to learn from."""
        n_distinct = len(np.unique(event_days))
        if n_distinct < 2:
            found = f"{n_distinct} day{'' if n_distinct == 1 else 's'} with a re-report"
            raise FitError("A curve over time needs re-reports on 2 days or more", found, "give more follow-up or rows")

    def _prepared(self, frame: pd.DataFrame) -> pd.DataFrame:
        return self.preparer_.transform(frame) if self.prepare else frame

    def _keep(self, posed: Posed, optimum: Optimum, covariance: Floats) -> None:
        back = posed.back
        self.parameters_ = back @ optimum.parameters
        self.parameter_names_ = posed.names
        self.covariance_ = back @ covariance @ back.T
        self.model_covariance_ = back @ optimum.covariance @ back.T
        self.loglik_ = float(optimum.value + 0.5 * posed.ridge @ optimum.parameters**2)
        self.aic_ = 2.0 * len(self.parameters_) - 2.0 * self.loglik_
        self.n_iter_ = optimum.n_iter
        first = self._first_coef()
        self.coef_ = self.parameters_[first : first + len(self.design_names_)].copy()

    def _table(self, places: NDArray[np.intp], names: Sequence[str], ratio: str | None) -> pd.DataFrame:
        return coefficient_table(names, self.parameters_[places], np.sqrt(np.diag(self.covariance_))[places], ratio)

    def _score_at_end(self, frame: pd.DataFrame) -> Floats:
        with np.errstate(over="ignore", under="ignore", divide="ignore"):
            last = self._curves(frame).log_survival(np.array([[self.last_followup_days_]]))
            return np.log(-last[:, 0])

    def _competing(self) -> Hazards:
        return Hazards(self.competing_times_, np.zeros(len(self.competing_times_)), self.competing_hazard_)

    def _cumulative_incidence(self, frame: pd.DataFrame, days: Floats) -> Floats:
        curves, result = self._curves(frame), np.empty((len(frame), len(days)))
        for rows in _chunks(len(frame), len(self.competing_times_) + len(days)):
            result[rows] = incidence_of_curves(_survival(curves.part(rows)), self._competing(), days)
        return result


def check_common(penalty: Any, prepare: Any) -> None:
    """Refuse a penalty or a preparation that is not allowed."""
    checked_penalty(penalty)
    if not isinstance(prepare, bool | np.bool_):
        raise ConfigError("prepare is true or false", f"{prepare!r}", "use True for raw features")


def coefficient_table(names: Sequence[str], coef: Floats, se: Floats, ratio: str | None) -> pd.DataFrame:
    """Return coefficients with errors and 95 % intervals, of their ratio where they have one."""
    table = pd.DataFrame({"feature": list(names), "coef": coef, "se": se})
    with np.errstate(over="ignore"):
        turn = np.exp if ratio else np.positive
        if ratio:
            table[ratio] = turn(coef)
        table["lower"], table["upper"] = turn(coef - Z_95 * se), turn(coef + Z_95 * se)
    return table


def _survival(curves: Curves) -> Any:
    """Return the survival of the curves as a function of increasing days, day 0 included."""

    def survival(days: Floats) -> Floats:
        later = np.where(days > 0, days, 1.0)
        with np.errstate(over="ignore", under="ignore", divide="ignore"):
            return np.where(days > 0, np.exp(curves.log_survival(later[None, :])), 1.0)

    return survival


def _first_below(curves: Curves, wanted: Floats, last_day: float) -> Floats:
    """Return the day at which each curve falls to a value, infinite where it does not by the last day."""
    with np.errstate(over="ignore", under="ignore", divide="ignore", invalid="ignore"):
        target = np.where(wanted > 0, np.log(np.maximum(wanted, np.finfo(float).tiny)), -np.inf)[:, None]
        low = np.full(target.shape, np.log(EARLIEST * last_day))
        high = np.full(target.shape, np.log(last_day))
        reached = curves.log_survival(np.exp(high)) <= target
        for _ in range(N_HALVINGS):
            middle = 0.5 * (low + high)
            below = curves.log_survival(np.exp(middle)) <= target
            low, high = np.where(below, low, middle), np.where(below, middle, high)
        return np.where(reached, np.exp(high), np.inf)[:, 0]


def _chunks(n_rows: int, width: int) -> Iterator[slice]:
    size = max(64, CHUNK_VALUES // max(1, width))
    return (slice(start, min(start + size, n_rows)) for start in range(0, n_rows, size))
