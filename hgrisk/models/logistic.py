"""Ridge logistic regression of a re-report by each of a few horizons, weighted for censoring."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.special import expit
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.hazards.blas import one_blas_thread
from hgrisk.models.inputs.censoring_weights import HorizonOutcome, outcome_at, uncensored_probability
from hgrisk.models.inputs.columns import numeric_matrix
from hgrisk.models.preparation import FeaturePreparer
from hgrisk.models.protocol import SurvivalModel, Training

Z_95 = float(norm.ppf(0.975))


class ReReportLogistic(SurvivalModel):
    """One ridge logistic regression per horizon, with inverse-probability-of-censoring weights.

    At each horizon a re-report by then is a yes; a competing event by then, or follow-up to the horizon without a
    re-report, a no; a row censored earlier has no label and passes its weight on. The censoring distribution is the
    training Kaplan-Meier, so censoring must not depend on features. Where the horizons' probabilities cross in a row,
    they are put in rising order (Chernozhukov et al. 2009, doi:10.1093/biomet/asp030).

    Parameters
    ----------
    horizons_days : tuple of float
        Horizons in days, each above 0.
    penalty : float
        Ridge penalty above 0, per re-report and on the standardised scale, as in `CoxRegression`.

    Attributes
    ----------
    coef_ : ndarray, shape (H, q)
        Log odds ratios of the prepared columns, one row per horizon, shortest first.
    intercept_ : ndarray, shape (H,)
        Intercepts.
    covariance_ : ndarray, shape (H, q, q)
        Sandwich covariance of ``coef_``, weights taken as known (cautious: Robins, Rotnitzky and Zhao 1994,
        doi:10.1080/01621459.1994.10476818).
    least_uncensored_ : ndarray, shape (H,)
        Smallest probability of being uncensored that a weight divides by.
    n_events_ : ndarray, shape (H,)
        Weighted number of re-reports by each horizon.
    preparer_ : FeaturePreparer
        The fitted preparer.

    Notes
    -----
    Zheng, Cai and Feng (2006), doi:10.1111/j.1541-0420.2005.00441.x; with competing events: Blanche et al. (2023),
    doi:10.1007/s10985-022-09564-6.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"prior_reports": [0, 3, 1, 5, 0, 2]})
    >>> y = Surv.from_arrays(event=[0, 1, 1, 1, 2, 0], duration_days=[365, 90, 200, 30, 300, 365])
    >>> model = ReReportLogistic(horizons_days=(183, 365)).fit(X, y)
    >>> model.predict_risk(X, horizon_days=183).round(2).tolist()
    [0.0, 0.82, 0.01, 0.98, 0.0, 0.17]
    """

    supported_times_: tuple[float, ...]

    def __init__(self, horizons_days: tuple[float, ...] = (183, 365, 548), penalty: float = 0.01) -> None:
        self.horizons_days = horizons_days
        self.penalty = penalty

    def fit(self, X: Any, y: Any, sample_weight: Any = None, followable_days: Any = None) -> Self:
        """Fit one regression per horizon.

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
            for a horizon are left out of its regression, whatever happened to them: when follow-up ends at one calendar
            date, no weight makes up for them if a feature depends on the calendar.

        Returns
        -------
        ReReportLogistic
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
        horizons = self._check_settings()
        training = self._check_training(X, y, sample_weight)
        limit = _followable(followable_days, len(training.kept))[training.kept]
        outcomes = [_outcome(training, limit, day) for day in horizons]
        self.preparer_ = FeaturePreparer().fit(training.frame)
        design = numeric_matrix(self.preparer_.transform(training.frame))
        if design.shape[1] == 0:
            raise DataError("A logistic regression has at least one column that varies", "none", "use BaseRate")
        fits = [_fit_horizon(design, outcome, training.weight, self.penalty) for outcome in outcomes]
        self.intercept_ = np.array([intercept for intercept, _, _, _ in fits])
        self.coef_ = np.array([coef for _, coef, _, _ in fits])
        self.covariance_ = np.array([covariance for _, _, covariance, _ in fits])
        self.n_events_ = np.array([n_events for _, _, _, n_events in fits])
        self.least_uncensored_ = np.array([outcome.least_uncensored for outcome in outcomes])
        self.supported_times_ = horizons
        return self

    @property
    def summary_(self) -> pd.DataFrame:
        """Coefficients: ``horizon_days, feature, coef, se, odds_ratio, lower, upper`` (95 % interval of the ratio)."""
        check_is_fitted(self)
        se = np.sqrt(np.diagonal(self.covariance_, axis1=1, axis2=2)).ravel()
        coef = self.coef_.ravel()
        n_horizons, n_columns = self.coef_.shape
        return pd.DataFrame(
            {
                "horizon_days": np.repeat(self.supported_times_, n_columns),
                "feature": np.tile(self.preparer_.get_feature_names_out(), n_horizons),
                "coef": coef,
                "se": se,
                "odds_ratio": np.exp(coef),
                "lower": np.exp(coef - Z_95 * se),
                "upper": np.exp(coef + Z_95 * se),
            }
        )

    def predict(self, X: Any) -> Floats:
        """Return the logit of a re-report by the longest horizon.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.

        Returns
        -------
        ndarray, shape (n,)
            Linear in the prepared columns; higher is worse.

        Raises
        ------
        FitError
            If a column is missing, extra or moved.
        """
        return np.asarray(self._logits(self._check_columns(X))[:, -1], dtype=np.float64)

    def _logits(self, frame: pd.DataFrame) -> Floats:
        design = numeric_matrix(self.preparer_.transform(frame))
        return np.asarray(design @ self.coef_.T + self.intercept_, dtype=np.float64)

    def _cumulative_incidence(self, frame: pd.DataFrame, days: Floats) -> Floats:
        risen = np.sort(expit(self._logits(frame)), axis=1)
        return np.asarray(risen[:, np.searchsorted(self.supported_times_, days)], dtype=np.float64)

    def _check_settings(self) -> tuple[float, ...]:
        horizons = tuple(sorted({float(day) for day in self.horizons_days}))
        if not horizons or not all(np.isfinite(day) and day > 0 for day in horizons):
            raise ConfigError("Horizons are days above 0", f"{self.horizons_days!r}", "use (183, 365, 548), say")
        if not (np.isfinite(self.penalty) and self.penalty > 0):
            raise ConfigError("A ridge penalty is finite and above 0", f"{self.penalty!r}", "use 0.01, say")
        return horizons


def _followable(days: Any, n: int) -> Floats:
    if days is None:
        return np.full(n, np.inf)
    limit = np.asarray(days, dtype=np.float64)
    if limit.shape != (n,) or np.any(np.isnan(limit)):
        raise DataError(
            "followable_days has one number per row", f"shape {limit.shape} for {n} rows", "align it with X"
        )
    return limit


def _outcome(training: Training, limit: Floats, day: float) -> HorizonOutcome:
    """Return label and weight of the rows that could be followed for the horizon; the others weigh nothing.

    The weights rest on the censoring of the rows that are left: that of all rows would count those left out twice.
    """
    able = limit >= day
    duration, event, weight = training.duration[able], training.event[able], training.weight[able]
    if not np.any(duration >= day):
        longest = f"a longest follow-up of {duration.max(initial=0):g} days"
        raise FitError(f"Some row is followed for {day:g} days", longest, "leave this horizon out")
    uncensored = uncensored_probability(duration, event, weight)
    outcome = outcome_at(training.duration, training.event, uncensored, day)
    outcome = replace(outcome, weight=np.where(able, outcome.weight, 0.0))
    for answer, rule in ((True, "re-reports"), (False, "is known not to re-report")):
        if not np.any((outcome.label == answer) & (outcome.weight > 0)):
            raise FitError(f"Some row {rule} within {day:g} days", "none", "leave this horizon out")
    return outcome


def _fit_horizon(
    design: Floats, outcome: HorizonOutcome, case_weight: Floats, penalty: float
) -> tuple[float, Floats, Floats, float]:
    """Return intercept, coefficients, their covariance and the weighted number of events."""
    known = outcome.weight > 0
    weight, label = (outcome.weight * case_weight)[known], outcome.label[known]
    center = weight @ design[known] / weight.sum()
    spread = np.sqrt(weight @ (design[known] - center) ** 2 / weight.sum())
    scale = np.where(spread > 0, spread, 1.0)
    columns = (design[known] - center) / scale
    n_events = float(weight[label].sum())
    ridge = penalty * n_events
    solver = LogisticRegression(C=1.0 / ridge, solver="newton-cholesky", tol=1e-9, max_iter=200)
    with one_blas_thread():
        solver.fit(columns, label, sample_weight=weight)
        covariance = _sandwich(columns, label - solver.predict_proba(columns)[:, 1], weight, ridge)
    coef = solver.coef_[0] / scale
    return float(solver.intercept_[0] - center @ coef), coef, covariance / np.outer(scale, scale), n_events


def _sandwich(columns: Floats, residual: Floats, weight: Floats, ridge: float) -> Floats:
    design = np.column_stack([np.ones(len(columns)), columns])
    chance = np.where(residual > 0, 1.0 - residual, -residual)
    information = design.T @ (design * (weight * chance * (1.0 - chance))[:, None])
    information[1:, 1:] += ridge * np.eye(columns.shape[1])
    # each row's influence first: its square cannot be negative, not by rounding either
    influence = (design * (weight * residual)[:, None]) @ np.linalg.inv(information)
    return np.asarray((influence.T @ influence)[1:, 1:], dtype=np.float64)
