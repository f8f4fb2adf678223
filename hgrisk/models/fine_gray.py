"""Fine-Gray regression: the probability of a re-report itself is what features act on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import DataError
from hgrisk.hazards.fit import CoxRows
from hgrisk.hazards.subdistribution import fit_subdistribution
from hgrisk.models.cause_specific.proportional_hazards import ProportionalHazards, check_penalty
from hgrisk.models.cause_specific.strata import StrataOfColumns
from hgrisk.models.inputs.columns import columns_as_they_are, numeric_matrix
from hgrisk.models.preparation import FeaturePreparer
from hgrisk.models.protocol import Training
from hgrisk.surv import RE_REPORT


class FineGray(StrataOfColumns, ProportionalHazards):
    """Fine-Gray regression of the subdistribution hazard of a re-report.

    A coefficient is a shift of ``log(-log(1 - F(t)))``, F the cumulative incidence of a re-report: its sign is the
    direction in which the feature moves the probability, by whichever way, a higher hazard of a re-report or fewer
    competing events. It is no hazard ratio among those who could still be re-reported; for causes fit `CoxRegression`.

    Rows that had a competing event stay at risk, weighted with the chance to be still under observation:
    ``G(t-) H(t-) / (G(s-) H(s-))`` at t after a competing event at s, G the Kaplan-Meier chance of being uncensored and
    H that of having come under observation, which matters with delayed entry (Geskus 2011). Both are the same for all
    rows of a stratum: censoring that depends on features biases the fit, unless strata take it up.

    Parameters
    ----------
    penalty : float
        Ridge penalty per event on standardised columns, as in `CoxRegression`.
    ties : {"efron", "breslow"}
        How tied re-reports share their risk set.
    prepare : bool
        Whether to run a `FeaturePreparer` first, so that the model takes raw features.
    strata : sequence of str, optional
        Columns of ``X`` whose values make strata: each has a baseline hazard and a censoring distribution of its own,
        and they are no features.

    Attributes
    ----------
    covariance_ : ndarray, shape (q, q)
        Always robust: score residuals summed within clusters, or by row where no cluster was given. It takes into
        account that one row is at risk with several weights, and that rows of a cluster are alike. It takes the weights
        as known: that they were estimated would, as a rule, make errors a little smaller or leave them as they are.
    model_covariance_ : ndarray, shape (q, q)
        Inverse of the weighted information; it is no variance of the coefficients.
    baseline_hazard_ : ndarray, shape (k,)
        Jumps of the baseline subdistribution hazard, stratum after stratum.
    largest_weight_ : float
        The largest weight of any row. Above 1 only with delayed entry, and then the larger, the more the fit rests on
        the few that were under observation early.
    preparer_ : FeaturePreparer
        The fitted preparer, only with ``prepare=True``.

    Notes
    -----
    Fine and Gray (1999), doi:10.1080/01621459.1999.10474144; Geskus (2011), doi:10.1111/j.1541-0420.2010.01420.x;
    few large strata: Zhou and others (2011), doi:10.1111/j.1541-0420.2010.01493.x.
    ``F(t | x) = 1 - exp(-H(t) exp(predict))``. Such models of a re-report and of each competing event need not fit
    together: for some rows the probabilities of all of them can add up to more than 1 (Austin and others 2021,
    doi:10.1002/sim.9023).

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"prior_reports": [0, 3, 1, 5, 0, 2]})
    >>> y = Surv.from_arrays(event=[2, 1, 1, 1, 1, 0], duration_days=[65, 90, 200, 30, 300, 365])
    >>> model = FineGray(penalty=0.1, prepare=False).fit(X, y)
    >>> model.predict_risk(X, horizon_days=183).round(2).tolist()
    [0.1, 0.47, 0.18, 0.88, 0.1, 0.3]
    """

    _rows_as_given = False

    def __init__(
        self,
        penalty: float = 0.0,
        ties: str = "efron",
        prepare: bool = True,
        *,
        strata: Sequence[str] | None = None,
    ) -> None:
        self.penalty = penalty
        self.ties = ties
        self.prepare = prepare
        self.strata = strata

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, entry: Any = None, cluster: Any = None, *, offset: Any = None
    ) -> Self:
        """Fit the subdistribution hazard of a re-report.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features, one row per landmark.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event`` and ``duration_days``, and ``entry_days`` where entry is delayed;
            a row that ends in a competing event stays in the risk set, with a falling weight.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.
        entry : array-like of float, shape (n,), optional
            Days at which the row comes under observation, from 0 and below its duration, where ``y`` does not say; 0 by
            default.
        cluster : array-like, shape (n,), optional
            Label of each row's cluster, such as the household; by default each row is its own. Errors are robust.
        offset : array-like of float, shape (n,), optional
            A known part of the linear predictor; predictions are at offset 0.

        Returns
        -------
        FineGray
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
        return super().fit(X, y, sample_weight, entry, cluster, offset=offset)

    @property
    def summary_(self) -> pd.DataFrame:
        """Coefficients: ``feature, coef, se, hazard_ratio, lower, upper``.

        ``hazard_ratio`` is the ratio of subdistribution hazards, with its 95 % interval: see the class.
        """
        return super().summary_

    def _fit(
        self,
        training: Training,
        cluster: NDArray[Any] | None,
        labels: NDArray[np.str_] | None = None,
        offset: Floats | None = None,
    ) -> Self:
        penalty, ties = self._check_settings()
        design, names = self._learn_design(training.frame)
        happened, competing = training.event == RE_REPORT, training.event > RE_REPORT
        stratum = self._learn_strata(labels, training.duration)
        rows = CoxRows(design, training.duration, happened, training.entry, training.weight, stratum, offset)
        fitted = fit_subdistribution(rows, competing, cluster=cluster, penalty=penalty, ties=ties, names=names)
        self.coef_ = fitted.coef
        self.intercept_ = float(-(fitted.center @ fitted.coef))
        self.covariance_, self.model_covariance_ = fitted.covariance, fitted.model_covariance
        self.design_names_ = [str(name) for name in names]
        self.loglik_, self.loglik_null_ = fitted.loglik, fitted.loglik_null
        self.n_events_, self.n_iter_ = fitted.n_events, fitted.n_iter
        self._keep_means(fitted.center, rows)
        self._keep_hazards(fitted, None)
        self.largest_weight_ = fitted.largest_weight
        self.supported_times_ = None
        return self

    def _check_settings(self) -> tuple[float, str]:
        return check_penalty(self.penalty, self.ties)

    def _learn_design(self, frame: pd.DataFrame) -> tuple[NDArray[Any], Sequence[str]]:
        features = self._features(frame)
        if self.prepare:
            self.preparer_ = FeaturePreparer().fit(features)
        design = columns_as_they_are(self.preparer_.transform(features) if self.prepare else features)
        names = list(self.preparer_.get_feature_names_out() if self.prepare else features.columns)
        if design.shape[1] == 0:
            raise DataError("A Fine-Gray regression has at least one column that varies", "none", "use BaseRate")
        return design, names

    def _design(self, frame: pd.DataFrame) -> Floats:
        features = self._features(frame)
        return numeric_matrix(self.preparer_.transform(features) if self.prepare else features)
