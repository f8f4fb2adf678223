"""Cox regression with a frailty that the rows of a household, or of a region, share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.hazards.blas import one_blas_thread
from hgrisk.hazards.fit import CoxFit, CoxRows, fit_cox, pose_rows
from hgrisk.hazards.frailty import FrailtyProblem, Groups, covariance_of, fit_at, of_unknown_variance
from hgrisk.hazards.frailty_variance import Profile, profile_variance, without_frailty
from hgrisk.hazards.newton import Optimum, maximise
from hgrisk.hazards.refusals import refuse_unfinite
from hgrisk.models.cause_specific.incidence import CHUNK_VALUES, LARGEST_PREDICTOR, Hazards, cumulative_incidence
from hgrisk.models.cause_specific.proportional_hazards import ProportionalHazards, check_penalty
from hgrisk.models.cause_specific.strata import StrataOfColumns
from hgrisk.models.inputs.columns import columns_as_they_are, numeric_matrix
from hgrisk.models.preparation import FeaturePreparer
from hgrisk.models.protocol import Training
from hgrisk.surv import RE_REPORT


class SharedFrailtyCox(StrataOfColumns, ProportionalHazards):
    """Cox regression of the hazard of a re-report, times a gamma frailty that the rows of a group share.

    The group is given as ``cluster`` at fit, as a rule the household; its rows may be intervals (entry, duration] of
    one course, or several landmarks. The frailty has mean 1, and its variance says how much households differ in ways
    that the features do not tell. Coefficients are those within a group: further from 0 than those of `CoxRegression`.

    Parameters
    ----------
    penalty : float
        Ridge penalty per event on standardised columns, as in `CoxRegression`.
    ties : {"efron", "breslow"}
        How tied re-reports share their risk set.
    prepare : bool
        Whether to run a `FeaturePreparer` first, so that the model takes raw features.
    variance : float, optional
        Variance of the frailty, 0 and above, if it is known; by default it is estimated.
    strata : sequence of str, optional
        Columns of ``X`` whose values make strata: each has a baseline hazard of its own, and they are no features. The
        frailty of a group is the same in all strata that it has rows in.

    Attributes
    ----------
    frailty_variance_ : float
        Variance of the frailty; 0 where the likelihood is largest without any.
    frailty_interval_ : tuple of float
        Its 95 % interval by profile likelihood, from 0 on; not a number where the variance was given.
    frailty_p_value_ : float
        Test of no frailty, half a chi-square tail with 1 degree of freedom; not a number where the variance was given.
    loglik_, loglik_without_frailty_ : float
        Log partial likelihood with the frailties integrated out, and that of the Cox fit without frailty.
    covariance_, model_covariance_ : ndarray, shape (q, q)
        The second is the coefficients' block of the inverse information of coefficients, frailties and baseline at the
        variance found, as R reports it: that the frailties are unknown counts. The first, which the summary rests on,
        adds that the variance was estimated too; this matters for what competes with frailty, such as a prior count.
    n_groups_ : int
        Groups at fit. Neither their labels nor their frailties are kept.
    preparer_ : FeaturePreparer
        The fitted preparer, only with ``prepare=True``.

    Notes
    -----
    Penalised partial likelihood, with the variance by profile likelihood: Therneau, Grambsch and Pankratz (2003),
    doi:10.1198/1061860031365; Klein (1992), doi:10.2307/2532345. R's ``coxph(... + frailty(id))`` has the same
    likelihood, ends its search for the variance when the likelihood changes by less than one in 100,000, and leaves the
    products of frailties out of the information; here they are in, by conjugate gradients.

    A new household has no frailty that is known: its probability is the mean over the gamma distribution v of variance,
    ``1 - (1 + v H(t) exp(predict))**(-1 / v)`` without competing events. The frailty is taken as independent of the
    hazard of competing events, and of the features. Weights are those of groups: the rows of one have the same. A
    group that comes under observation late is taken to be like the others then, as R does: not where only those
    without a re-report until then could come.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> rng = np.random.default_rng(1)
    >>> household = np.repeat(np.arange(100), 3)
    >>> X = pd.DataFrame({"prior_reports": rng.poisson(1.0, 300)})
    >>> rate = rng.gamma(1.0, 1.0, 100)[household] * np.exp(0.5 * X["prior_reports"])
    >>> y = Surv.from_arrays(event=np.ones(300), duration_days=np.ceil(rng.exponential(300 / rate)))
    >>> model = SharedFrailtyCox(prepare=False).fit(X, y, cluster=household)
    >>> round(model.frailty_variance_, 2), model.frailty_p_value_ < 0.001
    (0.87, True)
    """

    _rows_as_given = False
    _has_terms = False

    def __init__(
        self,
        penalty: float = 0.0,
        ties: str = "efron",
        prepare: bool = True,
        variance: float | None = None,
        *,
        strata: Sequence[str] | None = None,
    ) -> None:
        self.penalty = penalty
        self.ties = ties
        self.prepare = prepare
        self.variance = variance
        self.strata = strata

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, entry: Any = None, cluster: Any = None, *, offset: Any = None
    ) -> Self:
        """Fit the hazard of a re-report and the variance of the frailty.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features, one row per landmark, or per interval of a course.
        y : ndarray or DataFrame, shape (n,)
            Outcome with the fields ``event`` and ``duration_days``, and ``entry_days`` where entry is delayed;
            competing events end the time at risk.
        sample_weight : array-like of float, shape (n,), optional
            Case weights, 0 and above.
        entry : array-like of float, shape (n,), optional
            Days at which the row comes under observation, from 0 and below its duration, where ``y`` does not say; 0 by
            default.
        cluster : array-like, shape (n,)
            Required: the group of each row that shares a frailty, as a rule the household.
        offset : array-like of float, shape (n,), optional
            A known part of the linear predictor; predictions are at offset 0.

        Returns
        -------
        SharedFrailtyCox
            The fitted model itself.

        Raises
        ------
        ConfigError
            If a setting is not allowed.
        DataError
            If the input does not meet its rule, there is no cluster, or the rows of a group differ in weight.
        FitError
            If there is no re-report, or a coefficient has no finite estimate; the columns are named.
        """
        return super().fit(X, y, sample_weight, entry, cluster, offset=offset)

    def _fit(
        self,
        training: Training,
        cluster: NDArray[Any] | None,
        labels: NDArray[np.str_] | None = None,
        offset: Floats | None = None,
    ) -> Self:
        penalty, ties = self._check_settings()
        groups = _learn_groups(training, cluster)
        design, names = self._learn_design(training.frame)
        happened = training.event == RE_REPORT
        if not happened.any():
            raise FitError("A Cox regression needs at least one re-report", "none", "give more follow-up")
        stratum = self._learn_strata(labels, training.duration)
        rows = CoxRows(design, training.duration, happened, training.entry, training.weight, stratum, offset)
        with one_blas_thread():
            problem = FrailtyProblem(pose_rows(rows, penalty, efron=ties == "efron"), groups)
            refuse_unfinite(problem.cox.design, names)
            profile = self._profile(problem, maximise(problem.cox, names))
            given = covariance_of(problem, profile.fitted, profile.variance)
            estimated = self.variance is None
            added = of_unknown_variance(problem, profile.fitted, profile.variance) if estimated else 0.0
        self.covariance_, self.model_covariance_ = given + added, given
        self._keep_fit(problem, profile, names)
        self._keep_hazards(_as_cox_fit(problem, profile, given), _competing(rows, training.event > RE_REPORT))
        return self

    def _profile(self, problem: FrailtyProblem, optimum: Optimum) -> Profile:
        if self.variance is None:
            return profile_variance(problem, optimum)
        fitted = without = without_frailty(problem, optimum)
        if self.variance > 0:
            fitted = fit_at(problem, float(self.variance), without.coef, without.log_frailty)
        return Profile(float(self.variance), float("nan"), float("nan"), fitted, without.loglik)

    def _keep_fit(self, problem: FrailtyProblem, profile: Profile, names: Sequence[str]) -> None:
        design = problem.cox.design
        self.coef_ = profile.fitted.coef / design.scale
        self.intercept_ = float(-(design.center @ self.coef_))
        self.design_names_ = [str(name) for name in names]
        self.loglik_, self.loglik_without_frailty_ = profile.fitted.loglik, profile.loglik_without
        self.loglik_null_ = problem.cox.at(np.zeros(len(self.coef_))).loglik
        self.n_events_, self.n_iter_ = problem.cox.weighted.n_events, profile.fitted.n_iter
        self.n_groups_ = len(problem.groups.weight)
        self.frailty_variance_ = profile.variance
        self.frailty_interval_ = (profile.lower, profile.upper)
        self.frailty_p_value_ = profile.p_value if self.variance is None else float("nan")
        self.supported_times_ = None

    def _incidence(self, predictors: Floats, hazards: Hazards, days: Floats) -> Floats:
        if self.frailty_variance_ == 0.0:
            return cumulative_incidence(predictors, hazards, days)
        return mean_over_frailty(predictors, hazards, days, self.frailty_variance_)

    def _check_settings(self) -> tuple[float, str]:
        if self.variance is not None and not (np.isfinite(self.variance) and self.variance >= 0):
            raise ConfigError(
                "A variance is a finite number from 0", f"{self.variance!r}", "leave it out to estimate it"
            )
        return check_penalty(self.penalty, self.ties)

    def _learn_design(self, frame: pd.DataFrame) -> tuple[NDArray[Any], Sequence[str]]:
        features = self._features(frame)
        if self.prepare:
            self.preparer_ = FeaturePreparer().fit(features)
        design = columns_as_they_are(self.preparer_.transform(features) if self.prepare else features)
        if design.shape[1] == 0:
            raise DataError("A shared frailty regression has at least one column that varies", "none", "add a feature")
        return design, list(self.preparer_.get_feature_names_out() if self.prepare else features.columns)

    def _design(self, frame: pd.DataFrame) -> Floats:
        features = self._features(frame)
        return numeric_matrix(self.preparer_.transform(features) if self.prepare else features)


def mean_over_frailty(predictor: Floats, hazards: Hazards, days: Floats, variance: float) -> Floats:
    """Return the probability of a re-report by each time for rows whose gamma frailty is not known.

    Parameters
    ----------
    predictor : ndarray, shape (n,)
        Log relative hazard of a re-report at frailty 1.
    hazards : Hazards
        Baseline hazard at frailty 1, and that of competing events.
    days : ndarray, shape (T,)
        Times in days, in any order.
    variance : float
        Variance of the frailty, above 0.

    Returns
    -------
    ndarray, shape (n, T)
        Probabilities in [0, 1].

    Notes
    -----
    Without competing events ``S(t) = (1 + v r H(t))**(-1 / v)`` (Laplace transform of the gamma distribution, Vaupel
    and others 1979, doi:10.2307/2061224). With them what S loses in a jump is weighted with the chance to be free of a
    competing event, its mean over the jump.
    """
    relative, where = np.unique(np.clip(predictor, -LARGEST_PREDICTOR, LARGEST_PREDICTOR), return_inverse=True)
    relative = np.exp(relative)
    used = np.flatnonzero((hazards.re_report > 0) & (hazards.times <= days.max(initial=0.0)))
    reached = np.concatenate(([0.0], np.cumsum(hazards.re_report)[used]))
    jump = hazards.competing[used]
    before = np.cumsum(hazards.competing)[used] - jump
    free = np.exp(-before) * np.where(jump > 0, -np.expm1(-jump) / np.where(jump > 0, jump, 1.0), 1.0)
    position = np.searchsorted(hazards.times[used], days, side="right")
    result = np.empty((len(relative), len(days)))
    size = max(1, CHUNK_VALUES // len(reached))
    for start in range(0, len(relative), size):
        part = relative[start : start + size, None]
        survival = np.exp(-np.log1p(variance * part * reached) / variance)
        lost = -np.diff(survival, axis=1) * free
        summed = np.concatenate((np.zeros((len(part), 1)), np.cumsum(lost, axis=1)), axis=1)
        result[start : start + size] = summed[:, position]
    return np.clip(result, 0.0, 1.0)[where]


def _learn_groups(training: Training, cluster: NDArray[Any] | None) -> Groups:
    if cluster is None:
        raise DataError("A shared frailty has a group for each row", "none", "pass cluster, such as the household")
    code = pd.factorize(cluster)[0].astype(np.intp)
    n_rows = np.bincount(code)
    if len(n_rows) < 2 or n_rows.max() == 1:
        found = "one group" if len(n_rows) < 2 else "one row in every group"
        raise DataError("A shared frailty needs several groups, some with several rows", found, "use CoxRegression")
    weight = np.bincount(code, weights=training.weight) / n_rows
    if not np.allclose(weight[code], training.weight, rtol=1e-9):
        found = "two weights in one group"
        raise DataError("The rows of a group that share a frailty have one weight", found, "weight whole groups")
    n_events = np.bincount(code[training.event == RE_REPORT], minlength=len(n_rows))
    return Groups(code, weight, n_events)


def _as_cox_fit(problem: FrailtyProblem, profile: Profile, covariance: Floats) -> CoxFit:
    fitted, cox = profile.fitted, problem.cox
    events = ~cox.weighted.sets.opens
    return CoxFit(
        coef=fitted.coef / cox.design.scale,
        covariance=covariance,
        model_covariance=covariance,
        loglik=fitted.loglik,
        loglik_null=profile.loglik_without,
        n_iter=fitted.n_iter,
        n_events=cox.weighted.n_events,
        center=cox.design.center,
        times=cox.weighted.sets.times[events],
        hazard=fitted.point.once[events, 0] * np.exp(-fitted.point.shift[events]),
        stratum=cox.weighted.sets.stratum[events],
    )


def _competing(rows: CoxRows, happened: NDArray[np.bool_]) -> CoxFit | None:
    if not happened.any():
        return None
    return fit_cox(replace(rows, X=np.empty((len(happened), 0)), happened=happened, offset=None), ties="breslow")
