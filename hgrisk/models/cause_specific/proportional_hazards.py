"""What all Cox-type models share: fit the hazard of a re-report, predict with competing events allowed for."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.hazards.fit import CoxFit, CoxRows, fit_cox
from hgrisk.models.cause_specific.hazard_terms import HazardTerms
from hgrisk.models.cause_specific.incidence import Hazards, cumulative_incidence, merge_hazards
from hgrisk.models.inputs.fit_arguments import checked_cluster, checked_penalty
from hgrisk.models.protocol import Training
from hgrisk.surv import RE_REPORT, as_numbers, checked_entry

Z_95 = float(norm.ppf(0.975))


class ProportionalHazards(HazardTerms):
    """Base of the models with a Cox hazard of re-report; a child says which design matrix it uses.

    Attributes
    ----------
    coef_ : ndarray, shape (q,)
        Log hazard ratios of the design columns.
    intercept_ : float
        Makes ``predict`` 0 at the training means: ``predict = design @ coef_ + intercept_``.
    covariance_, model_covariance_ : ndarray, shape (q, q)
        Of ``coef_``: cluster-robust where clusters were given, and the inverse (penalised) information.
    center_ : ndarray, shape (q,)
        Weighted training mean of each design column, without those that changing effects add.
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
        covariate-free hazard of all competing events; stratum after stratum.
    baseline_stratum_ : ndarray of int, shape (k,)
        The stratum of each: its place in ``strata_levels_``.
    strata_levels_ : list of str
        The strata, in words; one, empty, where the model has none.
    strata_share_ : ndarray
        Share of the training weight in each stratum.
    stratum_followup_days_ : ndarray, shape (n_strata,)
        Longest follow-up of each; its probabilities end there.
    """

    _takes_entry = True
    _l1_ratio = 0.0
    _rows_as_given = True

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, entry: Any = None, cluster: Any = None, *, offset: Any = None
    ) -> Self:
        """Fit the cause-specific hazard of a re-report.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features, one row per landmark; not copied where they are numbers of one type.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event`` and ``duration_days``, and ``entry_days`` where entry is delayed;
            competing events end the time at risk.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.
        entry : array-like of float, shape (n,), optional
            Days at which the row comes under observation, from 0 and below its duration, where ``y`` does not say; 0 by
            default. The row is at risk in (entry, duration].
        cluster : array-like, shape (n,), optional
            Label of each row's cluster, such as the household, for cluster-robust errors. A label of its own for each
            row gives Huber's errors.
        offset : array-like of float, shape (n,), optional
            A part of the log hazard that is known; predictions are at offset 0.

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
        self._check_settings()
        training = self._check_training(X, y, sample_weight)
        training = _entering(entry, training)
        labels, known = self._stratum_labels(training.frame), _check_offset(offset, training)
        return self._fit(training, check_cluster(cluster, training), labels, known)

    def _fit(
        self,
        training: Training,
        cluster: NDArray[Any] | None,
        labels: NDArray[np.str_] | None = None,
        offset: Floats | None = None,
    ) -> Self:
        """Fit on checked rows; the labels are those of strata."""
        penalty, ties = self._check_settings()
        design, names = self._learn_design(training.frame)
        happened, stratum = training.event == RE_REPORT, self._learn_strata(labels, training.duration)
        whole = CoxRows(design, training.duration, happened, training.entry, training.weight, stratum, offset)
        rows, names, source = self._expanded(whole, names)
        cluster = cluster if cluster is None or source is None else cluster[source]
        fitted = fit_cox(
            rows,
            cluster=cluster,
            penalty=penalty,
            l1_ratio=self._l1_ratio,
            ties=ties,
            names=names,
            start=self._start(names),
        )
        self.coef_ = fitted.coef
        self.intercept_ = float(-(fitted.center @ fitted.coef))
        self.covariance_, self.model_covariance_ = fitted.covariance, fitted.model_covariance
        self.design_names_ = [str(name) for name in names]
        self.loglik_, self.loglik_null_ = fitted.loglik, fitted.loglik_null
        self.n_events_, self.n_iter_ = fitted.n_events, fitted.n_iter
        changing = source is not None
        self._keep_means(training.weight @ design / training.weight.sum() if changing else fitted.center, whole)
        self._keep_hazards(fitted, competing_fit(whole, training.event > RE_REPORT))
        self.supported_times_ = None
        return self

    def rows_of(self, X: Any, y: Any, sample_weight: Any = None, *, entry: Any = None, offset: Any = None) -> CoxRows:
        """Return rows as the fitted model sees them, for a look at how it fits.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        y, sample_weight, entry, offset
            As in fit.

        Returns
        -------
        CoxRows
            Design, time at risk and strata; rows of weight 0 are left out.

        Raises
        ------
        DataError
            If the input does not meet its rule.
        FitError
            If a column is missing, extra or moved.
        """
        if not self._rows_as_given:
            found = f"{type(self).__name__}"
            raise ConfigError(
                "Diagnostics are of Cox regressions of rows as they are given", found, "use CoxRegression"
            )
        self._check_columns(X)
        learned = clone(self)  # takes what is learned of the rows, so that the model stays as it was
        training = _entering(entry, learned._check_training(X, y, sample_weight))  # noqa: SLF001
        labels = self._stratum_labels(training.frame)
        rows = CoxRows(
            self._design(training.frame),
            training.duration,
            training.event == RE_REPORT,
            training.entry,
            training.weight,
            learned._learn_strata(labels, training.duration),  # noqa: SLF001
            _check_offset(offset, training),
        )
        return self._expanded(rows, self.design_names_[: rows.X.shape[1]])[0]

    @property
    def summary_(self) -> pd.DataFrame:
        """Coefficients: ``feature, coef, se, hazard_ratio, lower, upper`` (95 % interval of the hazard ratio).

        A lasso has no errors: then only ``feature, coef, hazard_ratio``.
        """
        check_is_fitted(self)
        if len(self.covariance_) < len(self.coef_):
            columns = {"feature": self.design_names_, "coef": self.coef_, "hazard_ratio": np.exp(self.coef_)}
            return pd.DataFrame(columns)
        return ratio_table(self.design_names_, self.coef_, np.sqrt(np.diag(self.covariance_)))

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

    def _stratum_labels(self, frame: pd.DataFrame) -> NDArray[np.str_] | None:  # noqa: ARG002
        """Return the stratum of each row in words; None where the model has no strata."""
        return None

    def _expanded(self, rows: CoxRows, names: Sequence[str]) -> tuple[CoxRows, Sequence[str], NDArray[np.intp] | None]:
        """Return the rows to fit, their columns, and the row that each is of; None where they are the rows given."""
        return rows, names, None

    def _predictors(self, frame: pd.DataFrame) -> Floats:
        """Return what the probabilities of each row come from."""
        return self._score(frame)

    def _incidence(self, predictors: Floats, hazards: Hazards, days: Floats) -> Floats:
        """Return the probabilities of rows of one stratum."""
        return cumulative_incidence(predictors, hazards, days)

    def _start(self, names: Sequence[str]) -> Floats | None:  # noqa: ARG002
        """Return the coefficients at which the search begins; None for 0."""
        return None

    def _learn_strata(self, labels: NDArray[np.str_] | None, duration: Floats) -> NDArray[np.intp] | None:
        if labels is None:
            self.strata_levels_, self.stratum_followup_days_ = [""], duration.max(keepdims=True)
            return None
        levels, code = np.unique(labels, return_inverse=True)
        self.strata_levels_, self.stratum_followup_days_ = levels.tolist(), np.zeros(len(levels))
        np.maximum.at(self.stratum_followup_days_, code, duration)
        return code

    def _stratum_places(self, frame: pd.DataFrame) -> NDArray[np.intp]:
        """Return the place of each row's stratum among those of fit, or refuse one that was not there."""
        labels = self._stratum_labels(frame)
        if labels is None:
            return np.zeros(len(frame), dtype=np.intp)
        levels, code = np.unique(labels, return_inverse=True)
        unknown = sorted(set(levels.tolist()) - set(self.strata_levels_))
        if unknown:
            raise FitError("A stratum to predict for was there at fit", f"{unknown[0]!r}", "fit with its rows")
        return np.searchsorted(np.array(self.strata_levels_), levels)[code]

    def _cumulative_incidence(self, frame: pd.DataFrame, days: Floats) -> Floats:
        predictors = self._predictors(frame)
        if len(self.strata_levels_) == 1:
            self._stratum_places(frame)
            return self._incidence(predictors, self._hazards(0), days)
        result = np.empty((len(frame), len(days)))
        place = self._stratum_places(frame)
        for stratum in np.unique(place).tolist():
            self._check_stratum(stratum, days)
            rows = np.flatnonzero(place == stratum)
            result[rows] = self._incidence(predictors[rows], self._hazards(stratum), days)
        return result

    def _check_stratum(self, stratum: int, days: Floats) -> None:
        """Refuse probabilities of which the rows of a stratum tell nothing."""
        name, longest = repr(self.strata_levels_[stratum]), self.stratum_followup_days_[stratum]
        if not self._hazards(stratum).re_report.any():
            cure = "join the stratum with another, or fit without strata"
            raise FitError("A stratum to predict for had a re-report at fit", f"none in {name}", cure)
        if days.max(initial=0.0) > longest:
            rule = f"Predictions of stratum {name} end at its longest training follow-up of {longest:g} days"
            raise FitError(rule, f"{days.max():g}", "ask for an earlier time")

    def _hazards(self, stratum: int) -> Hazards:
        its = slice(*np.searchsorted(self.baseline_stratum_, [stratum, stratum + 1]))
        return Hazards(self.baseline_times_[its], self.baseline_hazard_[its], self.competing_hazard_[its])

    def _keep_hazards(self, fitted: CoxFit, competing: CoxFit | None) -> None:
        merged = []
        for stratum in range(len(self.strata_levels_)):
            jumps = (jump for fit in (fitted, competing) for jump in jumps_of(fit, stratum))
            merged.append(merge_hazards(*jumps))
        self.baseline_times_ = np.concatenate([hazards.times for hazards in merged])
        self.baseline_hazard_ = np.concatenate([hazards.re_report for hazards in merged])
        self.competing_hazard_ = np.concatenate([hazards.competing for hazards in merged])
        self.baseline_stratum_ = np.repeat(np.arange(len(merged)), [len(hazards.times) for hazards in merged])


def ratio_table(names: Sequence[str], coef: Floats, se: Floats) -> pd.DataFrame:
    """Return coefficients with errors, hazard ratios and their 95 % interval."""
    return pd.DataFrame(
        {
            "feature": names,
            "coef": coef,
            "se": se,
            "hazard_ratio": np.exp(coef),
            "lower": np.exp(coef - Z_95 * se),
            "upper": np.exp(coef + Z_95 * se),
        }
    )


def check_penalty(penalty: float, ties: str) -> tuple[float, str]:
    """Return both settings, or refuse them."""
    strength = checked_penalty(penalty)
    if ties not in ("efron", "breslow"):
        raise ConfigError("ties is 'efron' or 'breslow'", f"{ties!r}", "use 'efron'")
    return strength, ties


def _entering(entry: Any, training: Training) -> Training:
    """Return the rows with the entry times that are given beside the outcome, or refuse them."""
    if entry is None:
        return training
    if training.entry is not None:
        raise DataError("Entry times are given once", "entry and the outcome's entry_days", "leave one of them out")
    given = one_per_row(as_numbers(entry, "Entry times"), training, "Entry times")
    days, duration = checked_entry(given, training.duration)
    return replace(training, entry=days, duration=duration)


def _check_offset(offset: Any, training: Training) -> Floats | None:
    if offset is None:
        return None
    known = one_per_row(as_numbers(offset, "Offsets"), training, "Offsets")
    if not np.isfinite(known).all():
        raise DataError("An offset is a finite number", f"{known[~np.isfinite(known)][0]}", "correct or remove the row")
    return known


def check_cluster(cluster: Any, training: Training) -> NDArray[Any] | None:
    """Return the labels of the kept rows, or refuse them."""
    return checked_cluster(cluster, training.kept)


def one_per_row(values: NDArray[Any], training: Training, what: str) -> NDArray[Any]:
    """Return the values of the kept rows, or refuse another number of them."""
    if values.shape != training.kept.shape:
        found = repr(values.item()) if values.ndim == 0 else f"shape {values.shape}"
        raise DataError(f"{what} are one per row", found, f"pass a column with {len(training.kept)} of them")
    return values if training.kept.all() else values[training.kept]


def competing_fit(rows: CoxRows, happened: NDArray[np.bool_]) -> CoxFit | None:
    """Return the Nelson-Aalen hazard of all competing events, by stratum: a Cox regression without columns."""
    if not happened.any():
        return None
    return fit_cox(replace(rows, X=np.empty((len(happened), 0)), happened=happened, offset=None), ties="breslow")


def jumps_of(fit: CoxFit | None, stratum: int) -> tuple[Floats, Floats]:
    """Return event times and jumps of the hazard of a stratum; none of a fit that is None."""
    if fit is None:
        return np.empty(0), np.empty(0)
    its = slice(*np.searchsorted(fit.stratum, [stratum, stratum + 1]))
    return fit.times[its], fit.hazard[its]
