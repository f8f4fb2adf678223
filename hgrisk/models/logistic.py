"""Ridge logistic regression of a re-report by each of a few horizons, weighted for censoring."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError
from hgrisk.hazards.blas import one_blas_thread
from hgrisk.models.by_horizon.known_rows import KnownRows, known_rows
from hgrisk.models.by_horizon.linear_logit import LinearLogit
from hgrisk.models.inputs.censoring_weights import HorizonOutcome
from hgrisk.models.inputs.cluster_sums import clustered_square
from hgrisk.models.inputs.fit_arguments import checked_cluster

Z_95 = float(norm.ppf(0.975))


class ReReportLogistic(LinearLogit):
    """One ridge logistic regression per horizon, with inverse-probability-of-censoring weights.

    Labels, weights and crossing horizons: see `HorizonClassifier`.

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
    center_ : ndarray, shape (q,)
        Weighted mean of each prepared column over all training rows.
    covariance_ : ndarray, shape (H, q, q)
        Sandwich covariance of ``coef_``, weights taken as known (cautious: Robins, Rotnitzky and Zhao 1994,
        doi:10.1080/01621459.1994.10476818). Where clusters were given, influences are added up within them and the sum
        is times G / (G - 1) for the G clusters with an answer at the horizon; else rows are taken as independent, and
        errors are too small if households recur.
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

    def __init__(self, horizons_days: tuple[float, ...] = (183, 365, 548), penalty: float = 0.01) -> None:
        self.horizons_days = horizons_days
        self.penalty = penalty

    def fit(self, X: Any, y: Any, sample_weight: Any = None, followable_days: Any = None, cluster: Any = None) -> Self:
        """Fit one logistic regression per horizon.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features, one row per landmark.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event`` and ``duration_days``.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.
        followable_days : array-like of float, shape (n,), optional
            Calendar days until follow-up of everyone ends: see `HorizonClassifier.fit`.
        cluster : array-like, shape (n,), optional
            Label of each row's household network, for errors that hold when its rows fare alike. Coefficients do not
            depend on it.

        Returns
        -------
        ReReportLogistic
            The fitted model itself.

        Raises
        ------
        ConfigError
            If a setting is not allowed.
        DataError
            If the input does not meet its rule, or the rows known at a horizon are of one cluster.
        FitError
            If by some horizon nobody re-reported, everybody did, or nobody was followed so long.
        """
        training, outcomes = self._known(X, y, sample_weight, followable_days)
        labels = checked_cluster(cluster, training.kept)
        self._learn_by_cluster(self._design(training), training.weight, outcomes, labels)
        return self

    def _learn_lines(self, design: Floats, case_weight: Floats, outcomes: tuple[HorizonOutcome, ...]) -> None:
        self._learn_by_cluster(design, case_weight, outcomes, None)

    def _learn_by_cluster(
        self,
        design: Floats,
        case_weight: Floats,
        outcomes: tuple[HorizonOutcome, ...],
        labels: NDArray[Any] | None,
    ) -> None:
        fits = [_fit_horizon(design, outcome, case_weight, self.penalty, labels) for outcome in outcomes]
        self.intercept_ = np.array([intercept for intercept, _, _, _ in fits])
        self.coef_ = np.array([coef for _, coef, _, _ in fits])
        self.covariance_ = np.array([covariance for _, _, covariance, _ in fits])
        self.n_events_ = np.array([n_events for _, _, _, n_events in fits])

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

    def _check_settings(self) -> None:
        if not (np.isfinite(self.penalty) and self.penalty > 0):
            raise ConfigError("A ridge penalty is finite and above 0", f"{self.penalty!r}", "use 0.01, say")


def _fit_horizon(
    design: Floats, outcome: HorizonOutcome, case_weight: Floats, penalty: float, labels: NDArray[Any] | None
) -> tuple[float, Floats, Floats, float]:
    """Return intercept, coefficients, their covariance and the weighted number of events."""
    rows = known_rows(design, outcome, case_weight)
    ridge = penalty * rows.n_events
    its = None if labels is None else labels[outcome.weight > 0]
    solver = LogisticRegression(C=1.0 / ridge, solver="newton-cholesky", tol=1e-9, max_iter=200)
    with one_blas_thread():
        solver.fit(rows.columns, rows.label, sample_weight=rows.weight)
        covariance = _sandwich(rows, rows.label - solver.predict_proba(rows.columns)[:, 1], ridge, its)
    coef = solver.coef_[0] / rows.scale
    intercept = float(solver.intercept_[0] - rows.center @ coef)
    return intercept, coef, covariance / np.outer(rows.scale, rows.scale), rows.n_events


def _sandwich(rows: KnownRows, residual: Floats, ridge: float, labels: NDArray[Any] | None) -> Floats:
    columns, weight = rows.columns, rows.weight
    design = np.column_stack([np.ones(len(columns)), columns])
    chance = np.where(residual > 0, 1.0 - residual, -residual)
    information = design.T @ (design * (weight * chance * (1.0 - chance))[:, None])
    information[1:, 1:] += ridge * np.eye(columns.shape[1])
    # each row's influence first: its square cannot be negative, not by rounding either
    influence = (design * (weight * residual)[:, None]) @ np.linalg.inv(information)
    return clustered_square(influence[:, 1:], labels)
