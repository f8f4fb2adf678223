"""The hazard of a re-report by interval of time, from a logistic regression or any classifier."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.base import clone, is_classifier
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError, FitError, ResultError
from hgrisk.models.by_interval.interval_logit import fit_interval_logit
from hgrisk.models.by_interval.interval_time import check_time, time_columns
from hgrisk.models.by_interval.intervals import (
    OTHER_EVENT,
    Spells,
    cut_into_spells,
    even_edges,
    interval_incidence,
    logit_of,
    row_chunks,
    share_of_rates,
)
from hgrisk.models.by_interval.person_rows import draw_person_rows, other_rates
from hgrisk.models.cause_specific.proportional_hazards import check_cluster
from hgrisk.models.inputs.columns import numeric_matrix
from hgrisk.models.inputs.fit_arguments import checked_penalty
from hgrisk.models.preparation import FeaturePreparer
from hgrisk.models.protocol import SurvivalModel
from hgrisk.surv import RE_REPORT

Z_95 = float(norm.ppf(0.975))
KINDS = ("re_report", "competing")
MOST_CERTAIN = 1.0 - 1e-12


class DiscreteTimeHazard(SurvivalModel):
    """The probability of a re-report in each interval of time for those still free of one, by classification.

    A row takes part in every interval in which it was at risk; the class of an interval is no event, a re-report or a
    competing event. A row that is censored in an interval, or enters in it, takes part with the share of the interval
    that it was at risk. Without a classifier of one's own this is a logistic regression (multinomial where competing
    events are modelled), fitted without laying rows out by interval.

    Parameters
    ----------
    classifier : scikit-learn classifier, optional
        Anything with ``predict_proba`` and sample weights; it is cloned. A logistic regression by default.
    interval_days : float
        Width of an interval.
    horizon_days : float, optional
        Days after which nothing is looked at; by default the longest follow-up.
    competing : bool
        Whether the hazard of competing events depends on the features too, as a class of its own. If not, competing
        events end the time at risk, and predictions take their hazard in each interval to be the same for all.
    time : {"one_hot", "spline", "number"}
        How the interval enters: a level each (neighbours are pooled until each has an event), a natural cubic spline,
        or one number, as trees like it.
    penalty : float
        Ridge penalty of the logistic regression, per event and on standardised columns, as in `CoxRegression`.
    prepare : bool
        Whether to run a `FeaturePreparer` first; if not, features are finite numbers.
    keep_share : float
        Share of the intervals without an event that a classifier is given, above 0 and up to 1; those drawn weigh so
        much more. It bounds memory. The logistic regression needs no such thing and takes all.
    seed : int
        Seed of the draw.

    Attributes
    ----------
    edges_ : ndarray, shape (K + 1,)
        Days at which the intervals begin and end.
    coef_ : ndarray, shape (C, q)
        Log odds ratios, against no event, of a re-report and, if modelled, of a competing event. Only without a
        classifier, as are all below up to ``loglik_``.
    level_ : ndarray, shape (C, K)
        Log odds by interval at the column means.
    center_ : ndarray, shape (q,)
        Column means.
    covariance_, model_covariance_ : ndarray, shape (C q, C q)
        Of ``coef_``: cluster-robust where clusters were given, and the inverse (penalised) information.
    design_names_ : list of str
        Names of the columns.
    loglik_ : float
        Log likelihood, without the penalty.
    competing_rate_ : ndarray, shape (K,)
        Hazard per interval of competing events, the same for all; zeros where they are modelled or there are none.
    classifier_ : classifier
        The fitted classifier, only with one. What it stores is its own: a nearest-neighbours classifier, for example,
        keeps training rows.
    preparer_ : FeaturePreparer
        Only with ``prepare=True``.

    Notes
    -----
    Brown (1975), doi:10.2307/2529811; Singer and Willett (1993), doi:10.3102/10769986018002155; competing events:
    Tutz and Schmid (2016), doi:10.1007/978-3-319-28158-2. Log odds ratios are near log hazard ratios where few have an
    event in an interval; they depend on its width.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"prior_reports": [0, 3, 1, 5, 0, 2]})
    >>> y = Surv.from_arrays(event=[0, 1, 1, 1, 1, 0], duration_days=[365, 90, 200, 30, 300, 365])
    >>> model = DiscreteTimeHazard(interval_days=91, penalty=0.1, prepare=False).fit(X, y)
    >>> model.predict_risk(X, horizon_days=183).round(2).tolist()
    [0.19, 0.65, 0.31, 0.91, 0.19, 0.47]
    """

    _takes_entry = True

    def __init__(
        self,
        classifier: Any = None,
        interval_days: float = 30.0,
        *,
        horizon_days: float | None = None,
        competing: bool = True,
        time: str = "one_hot",
        penalty: float = 0.0,
        prepare: bool = True,
        keep_share: float = 1.0,
        seed: int = 0,
    ) -> None:
        self.classifier = classifier
        self.interval_days = interval_days
        self.horizon_days = horizon_days
        self.competing = competing
        self.time = time
        self.penalty = penalty
        self.prepare = prepare
        self.keep_share = keep_share
        self.seed = seed

    def fit(self, X: Any, y: Any, sample_weight: Any = None, cluster: Any = None) -> Self:
        """Fit the hazard.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features, one row per landmark.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event`` and ``duration_days``, and ``entry_days`` where entry is delayed.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.
        cluster : array-like, shape (n,), optional
            Label of each row's cluster, such as the household, for cluster-robust errors of the logistic regression.

        Returns
        -------
        DiscreteTimeHazard
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
        clusters = check_cluster(cluster, training)
        self.edges_ = even_edges(self.interval_days, self.horizon_days, self.last_followup_days_)
        if self.horizon_days is not None:
            self.last_followup_days_ = min(self.last_followup_days_, float(self.horizon_days))
        rows = (training.duration, training.event, training.entry)
        spells = cut_into_spells(*rows, self.edges_, until=self.last_followup_days_)
        weight = training.weight[spells.kept]
        design = self._learn_design(training.frame)[spells.kept]
        self.competing_rate_ = np.zeros(spells.n_intervals)
        if not self.competing:
            self.competing_rate_ = other_rates(spells, weight)
            spells = replace(spells, kind=np.where(spells.kind == OTHER_EVENT, 0, spells.kind).astype(np.int8))
        if self.classifier is None:
            codes = None if clusters is None else pd.factorize(clusters[spells.kept])[0]
            self._fit_logistic(design, spells, weight, codes)
        else:
            self._fit_classifier(design, spells, weight)
        self.supported_times_ = None
        return self

    @property
    def summary_(self) -> pd.DataFrame:
        """Coefficients: ``cause, feature, coef, se, odds_ratio, lower, upper`` (95 % interval of the odds ratio)."""
        check_is_fitted(self)
        if not hasattr(self, "coef_"):
            found = f"a {type(self.classifier).__name__}"
            raise ResultError("A logistic hazard has a table of coefficients", found, "set classifier=None")
        se, coef = np.sqrt(np.diag(self.covariance_)), self.coef_.ravel()
        n_kinds, n_columns = self.coef_.shape
        return pd.DataFrame(
            {
                "cause": np.repeat(KINDS[:n_kinds], n_columns),
                "feature": np.tile(self.design_names_, n_kinds),
                "coef": coef,
                "se": se,
                "odds_ratio": np.exp(coef),
                "lower": np.exp(coef - Z_95 * se),
                "upper": np.exp(coef + Z_95 * se),
            }
        )

    def predict(self, X: Any) -> Floats:
        """Return the log odds of a re-report by the horizon, or by the end of the training follow-up.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.

        Returns
        -------
        ndarray, shape (n,)
            Log odds; higher is worse.

        Raises
        ------
        FitError
            If a column is missing, extra or moved.
        """
        frame = self._check_columns(X)
        return logit_of(self._cumulative_incidence(frame, np.array([self.last_followup_days_]))[:, 0])

    def predict_hazard(self, X: Any) -> Floats:
        """Return the probability of each event in each interval, for those free of both at its start.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.

        Returns
        -------
        ndarray, shape (2, n, K)
            Of a re-report and of a competing event.
        """
        design = self._design(self._check_columns(X))
        return self._hazards(design)

    def _check_settings(self) -> None:
        check_time(self.time)
        checked_penalty(self.penalty)
        if not 0 < self.keep_share <= 1:
            raise ConfigError("keep_share is above 0 and at most 1", f"{self.keep_share!r}", "use 1 for all rows")
        learner = self.classifier
        if learner is None:
            return
        if not (is_classifier(learner) and hasattr(learner, "predict_proba")):
            found = f"a {type(learner).__name__}"
            raise ConfigError("A classifier has predict_proba", found, "use LogisticRegression(), say")
        if not has_fit_parameter(learner, "sample_weight"):
            found = f"a {type(learner).__name__} without sample_weight in fit"
            raise ConfigError("A classifier takes weights", found, "pass the bare classifier, or another one")

    def _learn_design(self, frame: pd.DataFrame) -> Floats:
        if self.prepare:
            self.preparer_ = FeaturePreparer().fit(frame)
        design = self._design(frame)
        if design.shape[1] == 0:
            raise DataError("A hazard has at least one column that varies", "none", "use BaseRate")
        names = list(self.preparer_.get_feature_names_out() if self.prepare else frame.columns)
        self.design_names_ = [str(name) for name in names]
        return design

    def _design(self, frame: pd.DataFrame) -> Floats:
        return numeric_matrix(self.preparer_.transform(frame) if self.prepare else frame)

    def _fit_logistic(self, design: Floats, spells: Spells, weight: Floats, cluster: NDArray[np.intp] | None) -> None:
        self._forget("classifier_", "time_columns_")
        kinds = [RE_REPORT, OTHER_EVENT] if np.any(spells.kind == OTHER_EVENT) else [RE_REPORT]
        times = [time_columns(self.time, spells, weight, kind) for kind in kinds]
        fitted = fit_interval_logit(
            design, spells, weight, times, penalty=self.penalty, names=self.design_names_, cluster=cluster
        )
        self.coef_, self.level_, self.center_ = fitted.coef, fitted.level, fitted.center
        self.covariance_, self.model_covariance_ = fitted.covariance, fitted.model_covariance
        self.loglik_, self.n_iter_ = fitted.loglik, fitted.n_iter

    def _fit_classifier(self, design: Floats, spells: Spells, weight: Floats) -> None:
        self._forget("coef_", "level_", "center_", "covariance_", "model_covariance_", "loglik_", "n_iter_")
        if self.time == "number":
            self.time_columns_ = ((self.edges_[:-1] + self.edges_[1:]) / 2)[:, None]
        else:
            self.time_columns_ = time_columns(self.time, spells, weight, RE_REPORT)[:, 1:]  # without the constant
        rows = draw_person_rows(spells, weight / weight.mean(), self.keep_share, self.seed)
        if not np.any(rows.label == 0):
            raise FitError("Some interval ends without an event", "none", "use shorter intervals")
        columns = np.hstack((design[rows.row], self.time_columns_[rows.interval]))
        self.classifier_ = clone(self.classifier).fit(columns, rows.label, sample_weight=rows.weight)

    def _forget(self, *names: str) -> None:
        """Remove what an earlier fit of the other sort has left."""
        for name in names:
            if hasattr(self, name):
                delattr(self, name)

    def _hazards(self, design: Floats) -> Floats:
        if hasattr(self, "coef_"):
            return self._logistic_hazards(design)
        n, n_intervals = len(design), len(self.time_columns_)
        columns = np.hstack((np.repeat(design, n_intervals, axis=0), np.tile(self.time_columns_, (n, 1))))
        chance = self.classifier_.predict_proba(columns) if n else np.zeros((0, len(self.classifier_.classes_)))
        hazards = np.zeros((2, n, n_intervals))
        for place, kind in enumerate(self.classifier_.classes_):
            if kind > 0:
                hazards[int(kind) - 1] = chance[:, place].reshape(n, n_intervals)
        return self._with_others(hazards)

    def _logistic_hazards(self, design: Floats) -> Floats:
        score = (design - self.center_) @ self.coef_.T
        logits = score.T[:, :, None] + self.level_[:, None, :]
        total = np.logaddexp.reduce(logits, axis=0, initial=0.0)
        hazards = np.zeros((2, len(design), self.level_.shape[1]))
        hazards[: len(logits)] = np.exp(logits - total)
        return self._with_others(hazards)

    def _with_others(self, hazards: Floats) -> Floats:
        """Let the competing events in, where their hazard is the same for all."""
        if not self.competing_rate_.any():
            return hazards
        rate = -np.log1p(-np.minimum(hazards[0], MOST_CERTAIN))
        return np.stack(share_of_rates(rate, np.broadcast_to(self.competing_rate_, rate.shape)))

    def _cumulative_incidence(self, frame: pd.DataFrame, days: Floats) -> Floats:
        design = self._design(frame)
        result = np.empty((len(design), len(days)))
        for rows in row_chunks(len(design), len(self.edges_) + design.shape[1]):
            first, other = self._hazards(design[rows])
            result[rows] = interval_incidence(first, other, self.edges_, days)
        return result
