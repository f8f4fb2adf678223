"""Elastic-net logistic regression of a re-report by each of a few horizons, weighted for censoring."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError
from hgrisk.models.by_horizon.elastic_logit import ElasticLogit, LogitRows, fit_elastic_logit
from hgrisk.models.by_horizon.known_rows import KnownRows, known_rows
from hgrisk.models.by_horizon.linear_logit import LinearLogit, prepared
from hgrisk.models.by_horizon.out_of_fold import some_of
from hgrisk.models.by_horizon.own_penalty import OwnPenalty
from hgrisk.models.inputs.censoring_weights import HorizonOutcome
from hgrisk.models.inputs.columns import numeric_matrix
from hgrisk.models.protocol import Training

N_PENALTIES = 12
SMALLEST_PART = 0.001
"""Smallest penalty to choose from, as a part of the one that leaves no column."""
LEAST_RATIO = 0.01
"""A ridge leaves every column at any penalty: the largest is then that of so much lasso."""


class ElasticNetLogistic(LinearLogit, OwnPenalty):
    """One elastic-net logistic regression per horizon, with inverse-probability-of-censoring weights.

    The loss is ``sum(weight * log loss) + penalty * n_events * (l1_ratio * sum(abs(coef * sd)) + (1 - l1_ratio) / 2 *
    sum((coef * sd)**2))``: the larger ``l1_ratio``, the more columns are left out. With 0 it is `ReReportLogistic`.
    Labels, weights and crossing horizons: see `HorizonClassifier`.

    Parameters
    ----------
    horizons_days : tuple of float
        Horizons in days, each above 0.
    penalty : float
        Penalty above 0, per re-report and on the standardised scale, as in `CoxRegression`. In an experiment it may be
        "chosen": see `OwnPenalty.choose_penalty`.
    l1_ratio : float
        From 0 (ridge) to 1 (lasso).

    Attributes
    ----------
    coef_ : ndarray, shape (H, q)
        Log odds ratios of the prepared columns, one row per horizon, shortest first; exactly 0 where left out.
    intercept_ : ndarray, shape (H,)
        Intercepts.
    center_ : ndarray, shape (q,)
        Weighted mean of each prepared column over all training rows.
    least_uncensored_ : ndarray, shape (H,)
        Smallest probability of being uncensored that a weight divides by.
    n_events_ : ndarray, shape (H,)
        Weighted number of re-reports by each horizon.
    n_iter_ : ndarray of int, shape (H,)
        Newton steps taken.
    reordered_share_ : float
        Weighted share of training rows in which a horizon was raised: see `HorizonClassifier`.
    preparer_ : FeaturePreparer
        The fitted preparer.

    Notes
    -----
    Zou and Hastie (2005), doi:10.1111/j.1467-9868.2005.00503.x; Friedman, Hastie and Tibshirani (2010),
    doi:10.18637/jss.v033.i01. There are no errors: those of coefficients that were chosen by the same rows would be too
    small.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"prior_reports": [0, 3, 1, 5, 0, 2]})
    >>> y = Surv.from_arrays(event=[0, 1, 1, 1, 2, 0], duration_days=[365, 90, 200, 30, 300, 365])
    >>> model = ElasticNetLogistic(horizons_days=(183, 365), penalty=0.1).fit(X, y)
    >>> model.predict_risk(X, horizon_days=183).round(2).tolist()
    [0.02, 0.63, 0.08, 0.97, 0.02, 0.28]
    """

    def __init__(
        self, horizons_days: tuple[float, ...] = (183, 365, 548), penalty: float = 0.01, l1_ratio: float = 0.5
    ) -> None:
        self.horizons_days = horizons_days
        self.penalty = penalty
        self.l1_ratio = l1_ratio

    @property
    def summary_(self) -> pd.DataFrame:
        """Coefficients: ``horizon_days, feature, coef, odds_ratio``."""
        check_is_fitted(self)
        n_horizons, n_columns = self.coef_.shape
        return pd.DataFrame(
            {
                "horizon_days": np.repeat(self.supported_times_, n_columns),
                "feature": np.tile(self.preparer_.get_feature_names_out(), n_horizons),
                "coef": self.coef_.ravel(),
                "odds_ratio": np.exp(self.coef_.ravel()),
            }
        )

    def _learn_lines(self, design: Floats, case_weight: Floats, outcomes: tuple[HorizonOutcome, ...]) -> None:
        rows = [known_rows(design, outcome, case_weight) for outcome in outcomes]
        fits = [self._fit_horizon(known) for known in rows]
        self.coef_ = np.array([fit.coef / known.scale for fit, known in zip(fits, rows, strict=True)])
        at_zero = [known.center @ coef for known, coef in zip(rows, self.coef_, strict=True)]
        self.intercept_ = np.array([fit.intercept[0] for fit in fits]) - at_zero
        self.n_events_ = np.array([known.n_events for known in rows])
        self.n_iter_ = np.array([fit.n_steps for fit in fits])

    def _fit_horizon(self, known: KnownRows) -> ElasticLogit:
        return self._path(known, np.array([self.penalty]))[0]

    def _path(self, known: KnownRows, penalties: Floats) -> list[ElasticLogit]:
        """Return the fit at each penalty; each search but the first begins where the one before ended."""
        rows = LogitRows(known.columns, known.label, known.weight, np.zeros(len(known.label), dtype=np.intp))
        fits: list[ElasticLogit] = []
        for strength in penalties * known.n_events:
            ridge, lasso = strength * (1.0 - self.l1_ratio), strength * self.l1_ratio
            fits.append(fit_elastic_logit(rows, ridge=ridge, lasso=lasso, start=fits[-1] if fits else None))
        return fits

    def _penalties(self, training: Training, outcomes: tuple[HorizonOutcome, ...]) -> Floats:
        _, design = prepared(training.frame)
        slopes = [_steepest(known_rows(design, outcome, training.weight)) for outcome in outcomes]
        largest = max(slopes) / max(self.l1_ratio, LEAST_RATIO)
        return np.geomspace(largest, SMALLEST_PART * largest, N_PENALTIES)

    def _losses(
        self,
        training: Training,
        outcomes: tuple[HorizonOutcome, ...],
        fold: NDArray[np.int64],
        penalties: Floats,
    ) -> Floats:
        total, whole = np.zeros(len(penalties)), 0.0
        for number in np.unique(fold):
            without = fold != number
            preparer, design = prepared(training.frame[without])
            asked = numeric_matrix(preparer.transform(training.frame[~without]))
            for outcome in outcomes:
                known = known_rows(design, some_of(outcome, without), training.weight[without])
                columns = (asked - known.center) / known.scale
                logits = [columns @ fit.coef + fit.intercept[0] for fit in self._path(known, penalties)]
                weight = (outcome.weight * training.weight)[~without]
                total += [weight @ (np.logaddexp(0.0, its) - outcome.label[~without] * its) for its in logits]
                whole += weight.sum()
        return total / whole

    def _check_settings(self) -> None:
        self._check_penalty("An elastic-net penalty")
        if not (isinstance(self.l1_ratio, int | float) and 0 <= self.l1_ratio <= 1):
            raise ConfigError("l1_ratio is a number from 0 to 1", f"{self.l1_ratio!r}", "use 0.5, say")


def _steepest(known: KnownRows) -> float:
    """Return the smallest lasso penalty that leaves no column, per weighted re-report."""
    rate = known.n_events / known.weight.sum()
    slope = known.columns.T @ (known.weight * (known.label - rate))
    return float(np.abs(slope).max(initial=0.0)) / known.n_events
