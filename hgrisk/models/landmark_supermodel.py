"""Dynamic prediction as the case goes on: one Cox model over several landmarks of the same cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import DataError, FitError, ResultError
from hgrisk.hazards.fit import CoxFit, CoxRows, fit_cox
from hgrisk.models.by_interval.intervals import check_above_zero, logit_of
from hgrisk.models.cause_specific.incidence import Hazards, cumulative_incidence, merge_hazards
from hgrisk.models.cause_specific.landmarks import (
    LANDMARK,
    changing_columns,
    check_landmarks,
    known_landmarks,
    landmarks_of,
    timed_name,
)
from hgrisk.models.cause_specific.proportional_hazards import (
    check_cluster,
    check_penalty,
    competing_fit,
    jumps_of,
    one_per_row,
    ratio_table,
)
from hgrisk.models.inputs.columns import numeric_matrix
from hgrisk.models.preparation import FeaturePreparer
from hgrisk.models.protocol import SurvivalModel, Training
from hgrisk.surv import RE_REPORT, merge_rounded


@dataclass(frozen=True)
class _Stacked:
    """Checked rows and the days of the case at which each looks ahead."""

    training: Training
    day: Floats


class LandmarkSupermodel(SurvivalModel):
    """Cox regression over stacked landmarks: the risk from several days of a case on, for a window ahead.

    A case gives a row for each of its landmarks that it reaches, with the features as known there and the outcome
    counted from there. Follow-up ends with the window, so that effects are those over the window that follows, and may
    differ by landmark. Rows of one case tell of the same events, so that errors need clusters.

    Parameters
    ----------
    landmark_days : sequence of float
        Days of the case at which predictions are made, from 0 and increasing.
    window_days : float
        How far ahead a prediction looks.
    baseline : {"stratified", "smooth"}
        A baseline hazard for each landmark; or one over the days of the case, multiplied by a smooth effect of the
        landmark, which also predicts between landmarks. The latter needs windows that overlap.
    time_effects : sequence of str or "all"
        Features whose effect changes with the landmark.
    degree : int
        Of the polynomials in the landmark: 1 straight, 2 curved.
    penalty : float
        Ridge penalty, as in `CoxRegression`.
    ties : {"efron", "breslow"}
        How tied events share their risk set.
    prepare : bool
        Whether to run a `FeaturePreparer` first; if not, features are finite numbers.

    Attributes
    ----------
    coef_ : ndarray, shape (q,)
        Log hazard ratios.
    covariance_, model_covariance_ : ndarray, shape (q, q)
        Of ``coef_``: cluster-robust where clusters were given, and the inverse information, which takes the rows of one
        case for those of several.
    robust_ : bool
        Whether clusters were given.
    design_names_ : list of str
        Features, then features times powers of the landmark in years of the last landmark, then those powers.
    baseline_day_, baseline_times_, baseline_hazard_, competing_hazard_ : ndarray, shape (k,)
        For each event time the landmark that it belongs to (0 with a smooth baseline), days since the landmark (days of
        the case with a smooth baseline), and the jumps of both hazards.
    n_events_ : dict of str to float
        Weighted number of re-reports by landmark.
    preparer_ : FeaturePreparer
        Only with ``prepare=True``.

    Notes
    -----
    van Houwelingen (2007), doi:10.1111/j.1467-9469.2006.00529.x; van Houwelingen and Putter (2012), Dynamic Prediction
    in Clinical Survival Analysis, chapters 7 and 8. Competing events are let in as in `CoxRegression`, with a hazard
    that is the same for all rows of a landmark; see also Nicolaie et al. (2013), doi:10.1002/sim.5665.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"landmark_day": [0, 0, 0, 0, 91, 91, 91], "reports": [0, 2, 1, 1, 0, 3, 1]})
    >>> y = Surv.from_arrays([1, 1, 0, 1, 0, 1, 1], [320, 80, 365, 200, 365, 30, 109])
    >>> model = LandmarkSupermodel(landmark_days=(0, 91), prepare=False, penalty=0.1)
    >>> model = model.fit(X, y, cluster=["a", "b", "c", "d", "a", "c", "d"])
    >>> model.predict_risk(X[:1], 183).round(3).tolist(), model.predict_risk(X[:1], 183, landmark=91).round(3).tolist()
    ([0.065], [0.257])
    """

    def __init__(
        self,
        landmark_days: Sequence[float] = (0, 91, 183, 365),
        window_days: float = 365.0,
        *,
        baseline: str = "stratified",
        time_effects: Sequence[str] | str = (),
        degree: int = 2,
        penalty: float = 0.0,
        ties: str = "efron",
        prepare: bool = True,
    ) -> None:
        self.landmark_days = landmark_days
        self.window_days = window_days
        self.baseline = baseline
        self.time_effects = time_effects
        self.degree = degree
        self.penalty = penalty
        self.ties = ties
        self.prepare = prepare

    def fit(self, X: Any, y: Any, sample_weight: Any = None, *, landmark_day: Any = None, cluster: Any = None) -> Self:
        """Fit the model on one row for each case and landmark.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features as known at the row's landmark; a column ``landmark_day`` is no feature.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event`` and ``duration_days``, counted from the row's landmark.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.
        landmark_day : array-like of float, shape (n,), optional
            Day of the case at the row's landmark, one of ``landmark_days``; by default the column of that name.
        cluster : array-like, shape (n,), optional
            Label of each row's household, for errors that allow for cases with several rows.

        Returns
        -------
        LandmarkSupermodel
            The fitted model itself.

        Raises
        ------
        ConfigError
            If a setting is not allowed.
        DataError
            If the input does not meet its rule.
        FitError
            If a landmark has no re-report in its window, or a coefficient has no finite estimate.
        """
        self._check_settings()
        stacked = self._stack(X, y, sample_weight, landmark_day)
        training, day = stacked.training, stacked.day
        clusters = check_cluster(cluster, training)
        rows = self._rows(self._learn_design(training.frame, day), stacked)
        names = self.design_names_
        fitted = fit_cox(rows, cluster=clusters, penalty=self.penalty, ties=self.ties, names=names)
        self.coef_, self.center_ = fitted.coef, fitted.center
        self.covariance_, self.model_covariance_ = fitted.covariance, fitted.model_covariance
        self.robust_ = clusters is not None
        self.loglik_, self.loglik_null_ = fitted.loglik, fitted.loglik_null
        others = (training.event > RE_REPORT) & (training.duration <= self.window_days)
        self._keep_hazards(fitted, competing_fit(rows, others))
        self.last_followup_days_ = min(self.last_followup_days_, float(self.window_days))
        self.supported_times_ = None
        return self

    @property
    def summary_(self) -> pd.DataFrame:
        """Coefficients: ``feature, coef, se, hazard_ratio, lower, upper`` (95 % interval of the hazard ratio)."""
        check_is_fitted(self)
        if not self.robust_:
            rule, found = "Errors of stacked landmarks need clusters", "a fit without"
            raise ResultError(rule, found, "pass cluster=, the household of each row; coef_ needs none")
        return ratio_table(self.design_names_, self.coef_, np.sqrt(np.diag(self.covariance_)))

    def effects_at(self, landmark: float) -> pd.DataFrame:
        """Return the effect of each feature at one day of the case.

        Parameters
        ----------
        landmark : float
            Day of the case; one of the landmarks, or one between them with a smooth baseline.

        Returns
        -------
        DataFrame
            ``feature, coef, se, hazard_ratio, lower, upper`` (95 % interval of the hazard ratio).

        Raises
        ------
        FitError
            If the day is not one that the model knows, or clusters were not given.
        """
        _ = self.summary_  # refuses a fit without clusters
        days = self._known_days(np.array([landmark], dtype=np.float64))
        powers = self._powers(days)[0]
        names = self.feature_columns_
        weight = np.zeros((len(names), len(self.coef_)))
        for place, name in enumerate(names):
            weight[place, place] = 1.0
            for power, size in enumerate(powers, start=1):
                if timed_name(name, power) in self.design_names_:
                    weight[place, self.design_names_.index(timed_name(name, power))] = size
        covariance = weight @ self.covariance_ @ weight.T
        return ratio_table(names, weight @ self.coef_, np.sqrt(np.diag(covariance)))

    def predict(self, X: Any, landmark: Any = None) -> Floats:
        """Return the log odds of a re-report within the window.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.
        landmark : float or array-like of float, shape (n,), optional
            Day of the case at each row; by default the column ``landmark_day``.

        Returns
        -------
        ndarray, shape (n,)
            Log odds; higher is worse.
        """
        return logit_of(self.predict_cumulative_incidence(X, [self.last_followup_days_], landmark)[:, 0])

    def predict_cumulative_incidence(self, X: Any, times: Any, landmark: Any = None) -> Floats:
        """Return the probability of a re-report by each time after the landmark, competing events allowed for.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features as known at the landmark, with the columns of fit, in the order of fit.
        times : array-like of float, shape (T,)
            Days since the landmark, within the window, in any order.
        landmark : float or array-like of float, shape (n,), optional
            Day of the case at each row; by default the column ``landmark_day``.

        Returns
        -------
        ndarray, shape (n, T)
            Probabilities in [0, 1], not falling with time.

        Raises
        ------
        DataError
            If a row has no landmark.
        FitError
            If the columns are not those of fit, or a landmark or time is not one that the model knows.
        """
        frame = self._check_columns(X)
        days = self._check_times(times)
        return self._ahead(frame, days, self._known_days(landmarks_of(frame, landmark)))

    def predict_survival(self, X: Any, times: Any, landmark: Any = None) -> Floats:
        """Return the probability of no re-report by each time after the landmark: 1 minus the cumulative incidence.

        Parameters
        ----------
        X, times, landmark
            As in `predict_cumulative_incidence`.

        Returns
        -------
        ndarray, shape (n, T)
            Probabilities in [0, 1], not rising with time.
        """
        return 1.0 - self.predict_cumulative_incidence(X, times, landmark)

    def predict_risk(self, X: Any, horizon_days: float, landmark: Any = None) -> Floats:
        """Return the probability of a re-report within one horizon after the landmark.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features as known at the landmark, with the columns of fit, in the order of fit.
        horizon_days : float
            Days since the landmark, within the window.
        landmark : float or array-like of float, shape (n,), optional
            Day of the case at each row; by default the column ``landmark_day``.

        Returns
        -------
        ndarray, shape (n,)
            Probabilities in [0, 1].
        """
        risk = self.predict_cumulative_incidence(X, [horizon_days], landmark)[:, 0]
        return np.asarray(risk, dtype=np.float64)

    def _cumulative_incidence(self, frame: pd.DataFrame, days: Floats) -> Floats:
        return self._ahead(frame, days, self._known_days(landmarks_of(frame, None)))

    def _check_settings(self) -> None:
        check_penalty(self.penalty, self.ties)
        check_above_zero("window_days", self.window_days, 365)
        check_landmarks(
            self.landmark_days,
            self.window_days,
            baseline=self.baseline,
            degree=self.degree,
            changing=len(self.time_effects) > 0,
        )

    def _stack(self, X: Any, y: Any, sample_weight: Any, landmark_day: Any) -> _Stacked:
        training = self._check_training(X, y, sample_weight)
        if landmark_day is None:
            day = landmarks_of(training.frame, None)
        else:
            day = one_per_row(np.asarray(landmark_day, dtype=np.float64), training, "Landmarks")
        self.landmark_days_ = np.asarray(self.landmark_days, dtype=np.float64)
        self.time_scale_ = max(1.0, float(self.landmark_days_[-1]))
        unknown = ~np.isin(day, self.landmark_days_)
        if unknown.any():
            known = ", ".join(f"{one:g}" for one in self.landmark_days_)
            raise DataError(f"A row stands at landmark {known}", f"{day[unknown][0]:g}", "set landmark_days")
        happened = (training.event == RE_REPORT) & (training.duration <= self.window_days)
        self.n_events_ = {
            f"{one:g}": float(training.weight[happened & (day == one)].sum()) for one in self.landmark_days_
        }
        empty = [one for one, n_events in self.n_events_.items() if n_events == 0]
        if empty and (self.baseline == "stratified" or len(empty) == len(self.n_events_)):
            found = f"none after day {empty[0]} in {self.window_days:g} days"
            raise FitError("Each landmark has a re-report in its window", found, "leave that landmark out")
        return _Stacked(training, day)

    def _rows(self, design: Floats, stacked: _Stacked) -> CoxRows:
        training, day = stacked.training, stacked.day
        end = np.minimum(training.duration, self.window_days)
        happened = (training.event == RE_REPORT) & (training.duration <= self.window_days)
        if self.baseline == "stratified":
            stratum = np.searchsorted(self.landmark_days_, day)
            return CoxRows(design, end, happened, None, training.weight, stratum)
        start, end = merge_rounded(day, day + end)  # sums have rounding errors, which would part ties
        return CoxRows(design, end, happened, start, training.weight)

    def _learn_design(self, frame: pd.DataFrame, day: Floats) -> Floats:
        features = frame.drop(columns=LANDMARK, errors="ignore")
        if self.prepare:
            self.preparer_ = FeaturePreparer().fit(features)
        names = [str(name) for name in (self.preparer_.get_feature_names_out() if self.prepare else features.columns)]
        if not names:
            raise DataError("A supermodel has at least one column that varies", "none", "use AalenJohansen")
        self.feature_columns_ = names
        self.timed_columns_ = changing_columns(self.time_effects, list(features.columns), names)
        powers = range(1, self.degree + 1)
        timed = [timed_name(name, power) for power in powers for name in self.timed_columns_]
        smooth = [f"landmark^{power}" for power in powers] if self.baseline == "smooth" else []
        self.design_names_ = [*names, *timed, *smooth]
        return self._design(frame, day)

    def _design(self, frame: pd.DataFrame, day: Floats) -> Floats:
        features = frame.drop(columns=LANDMARK, errors="ignore")
        columns = numeric_matrix(self.preparer_.transform(features) if self.prepare else features)
        chosen = [self.feature_columns_.index(name) for name in self.timed_columns_]
        powers = self._powers(day)
        parts = [columns, *(columns[:, chosen] * power[:, None] for power in powers.T)]
        return np.hstack([*parts, powers] if self.baseline == "smooth" else parts)

    def _powers(self, day: Floats) -> Floats:
        return np.asarray((day / self.time_scale_)[:, None] ** np.arange(1, self.degree + 1), dtype=np.float64)

    def _known_days(self, day: Floats) -> Floats:
        return known_landmarks(day, self.landmark_days_, between=self.baseline == "smooth")

    def _ahead(self, frame: pd.DataFrame, days: Floats, day: Floats) -> Floats:
        score = (self._design(frame, day) - self.center_) @ self.coef_
        result = np.empty((len(frame), len(days)))
        for one in np.unique(day):
            mine = day == one
            result[mine] = cumulative_incidence(score[mine], self._hazards_from(float(one)), days)
        return result

    def _hazards_from(self, day: float) -> Hazards:
        """Return both hazards by days since a landmark."""
        times = self.baseline_times_
        if self.baseline == "smooth":
            its, shift = times > day, day
        else:
            its, shift = self.baseline_day_ == day, 0.0
        return Hazards(times[its] - shift, self.baseline_hazard_[its], self.competing_hazard_[its])

    def _keep_hazards(self, fitted: CoxFit, others: CoxFit | None) -> None:
        n_strata = len(self.landmark_days_) if self.baseline == "stratified" else 1
        merged = [merge_hazards(*jumps_of(fitted, place), *jumps_of(others, place)) for place in range(n_strata)]
        self.baseline_times_ = np.concatenate([hazards.times for hazards in merged])
        self.baseline_hazard_ = np.concatenate([hazards.re_report for hazards in merged])
        self.competing_hazard_ = np.concatenate([hazards.competing for hazards in merged])
        owner = self.landmark_days_ if n_strata > 1 or self.baseline == "stratified" else np.zeros(1)
        self.baseline_day_ = np.repeat(owner, [len(hazards.times) for hazards in merged])
