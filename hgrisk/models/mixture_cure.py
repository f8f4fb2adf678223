"""The mixture cure model: some households will have a re-report sooner or later, the others never."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, FitError
from hgrisk.models.inputs.columns import numeric_matrix
from hgrisk.models.likelihood.families import Cure, Family
from hgrisk.models.likelihood.family_curves import FamilyCurves, linear, pose_stacked
from hgrisk.models.likelihood.likelihood_model import LikelihoodModel, check_common
from hgrisk.models.likelihood.linear_columns import LinearColumns
from hgrisk.models.likelihood.posed import Posed, best
from hgrisk.models.likelihood.rows import TimedRows
from hgrisk.models.parametric import FAMILIES, PROPORTIONAL, SHAPES
from hgrisk.models.protocol import Training
from hgrisk.surv import RE_REPORT

LATENCIES: Mapping[str, Family] = MappingProxyType(
    {name: FAMILIES[name] for name in ("weibull", "exponential", "log_normal", "log_logistic")}
)
"""Families of the susceptible; a Gompertz time has a cured part of its own."""

MOST = 0.1
"""Part of the susceptible that may still be without a re-report at the longest follow-up."""

BEGINNINGS = ((1.05, 0.0), (2.0, 0.0), (1.05, 0.7))
"""Where the search begins: the susceptible part, in parts of those with a re-report, and the log shape."""


class MixtureCure(LikelihoodModel):
    """A mixture of susceptible households, with a re-report sooner or later, and others that never have one.

    ``S(t) = 1 - p + p S_susceptible(t)``, with a logistic p in all design columns. Competing events end a row's time at
    risk; the predicted probability integrates the hazard of a re-report over the chance to be free of both events, with
    the covariate-free Nelson-Aalen hazard of all competing events. The part that is never re-reported is told from a
    late re-report by a plateau alone: where follow-up is too short to see one, the model is refused.

    Parameters
    ----------
    distribution : {"weibull", "exponential", "log_normal", "log_logistic"}
        Times of the susceptible; see `ParametricSurvival`.
    latency : {"none", "all"}
        Whether the times of the susceptible depend on the design columns too.
    short_follow_up : {"refuse", "allow"}
        What to do where follow-up is too short: where nobody is followed after the last re-report, where by the fit
        more than one in ten of the susceptible are without a re-report at the end, or where the same distribution
        without a cured part has an AIC as low.
    penalty : float
        Ridge penalty, 0 and above: ``0.5 * penalty * n_events * sum((coef * sd)**2)`` is taken off the log likelihood,
        with sd the standard deviation of each design column; intercepts have none.
    prepare : bool
        Whether to run a `FeaturePreparer` first, so that the model takes raw features; if not, features are finite
        numbers and coefficients are on their scale.

    Attributes
    ----------
    coef_, intercept_ : ndarray, shape (q,), and float
        Log odds ratios of being susceptible. ``predict = design @ coef_ + intercept_`` where only these depend on
        columns; else it is the log cumulative hazard at the longest follow-up.
    follow_up_p_ : float
        P-value of insufficient follow-up by the test of Maller and Zhou: of n rows, ``(1 - m/n)**n`` with m the
        re-reports in as long a time before the last one as there is follow-up after it. It hangs on the last few rows,
        so that nothing is refused by it unless it is 1.
    plain_aic_ : float
        AIC of the same distribution without a cured part; infinite where that cannot be fitted.
    still_waiting_ : float
        By the fit, the part of the susceptible without a re-report at the longest follow-up; mean over training rows.

    Notes
    -----
    Farewell (1982), doi:10.2307/2529885; follow-up: Maller and Zhou (1994), doi:10.1080/01621459.1994.10476889.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"prior_reports": [0, 3, 1, 5, 0, 2, 0, 1, 4, 0]})
    >>> days = [800, 90, 60, 30, 110, 800, 800, 800, 50, 800]
    >>> y = Surv.from_arrays(event=[0, 1, 1, 1, 1, 0, 0, 0, 1, 0], duration_days=days)
    >>> model = MixtureCure(penalty=0.1, prepare=False).fit(X, y)
    >>> model.predict_susceptible(X).round(2).tolist()
    [0.28, 0.72, 0.42, 0.9, 0.28, 0.58, 0.28, 0.42, 0.83, 0.28]
    """

    def __init__(
        self,
        distribution: str = "weibull",
        latency: str = "none",
        short_follow_up: str = "refuse",
        penalty: float = 0.0,
        prepare: bool = True,
    ) -> None:
        self.distribution = distribution
        self.latency = latency
        self.short_follow_up = short_follow_up
        self.penalty = penalty
        self.prepare = prepare

    @property
    def latency_summary_(self) -> pd.DataFrame:
        """Effects on the times of the susceptible: ``feature, coef, se``, hazard or time ratio and its interval."""
        check_is_fitted(self)
        first = 2 + len(self.coef_)
        places = np.arange(first, first + len(self._latency_names()))
        ratio = "hazard_ratio" if self.distribution in PROPORTIONAL else "time_ratio"
        return self._table(places, self._latency_names(), ratio)

    @property
    def shape_summary_(self) -> pd.DataFrame:
        """Intercept and shape of the times of the susceptible: ``feature, coef, se, lower, upper``."""
        check_is_fitted(self)
        first = 1 + len(self.coef_)
        places = np.array([first, *range(first + 1 + len(self._latency_names()), len(self.parameters_))])
        return self._table(places, [self.parameter_names_[place] for place in places], None)

    def predict_susceptible(self, X: Any) -> Floats:
        """Return the probability of belonging to those who have a re-report sooner or later.

        Parameters
        ----------
        X : DataFrame or ndarray, shape (n, p)
            Features with the columns of fit, in the order of fit.

        Returns
        -------
        ndarray, shape (n,)
            Probabilities in [0, 1]; what is seen of them ends with the training follow-up.

        Raises
        ------
        FitError
            If a column is missing, extra or moved.
        """
        return np.asarray(expit(self._curves(self._check_columns(X)).predictors[0]), dtype=np.float64)

    def _check_settings(self) -> None:
        for name, value, known in (
            ("distribution", self.distribution, tuple(LATENCIES)),
            ("latency", self.latency, ("none", "all")),
            ("short_follow_up", self.short_follow_up, ("refuse", "allow")),
        ):
            if value not in known:
                raise ConfigError(f"{name} is one of {', '.join(known)}", f"{value!r}", f"use {known[0]!r}")
        check_common(self.penalty, self.prepare)

    def _pose(self, training: Training, columns: LinearColumns) -> Posed:
        happened = training.event == RE_REPORT
        self.follow_up_p_ = insufficient_follow_up(training.duration, happened)
        if self.follow_up_p_ == 1 and self.short_follow_up == "refuse":
            found = f"none followed after that at day {self.last_followup_days_:g}"
            raise FitError("A part that never has a re-report shows after the last re-report only", found, _CURE)
        moving = columns if self.latency == "all" else columns.only([])
        shapes = SHAPES[self.distribution]
        blocks = [columns, moving, *(columns.only([]) for _ in shapes)]
        names = ["intercept_susceptible", *columns.names, "intercept_latency"]
        names += [*(f"latency: {name}" for name in moving.names), *shapes]
        rows = TimedRows(Cure(LATENCIES[self.distribution]), training.duration, happened, training.entry)
        share = self.n_events_ / float(training.weight.sum())
        log_day = float(np.log(training.duration[happened]).mean())
        starts = [self._start(blocks, share * more, log_day, shape) for more, shape in BEGINNINGS]
        ridge = self.penalty * self.n_events_
        self.plain_aic_ = self._plain_aic(training, columns, ridge)
        return pose_stacked(rows, blocks, names, weight=training.weight, ridge=ridge, starts=starts)

    def _plain_aic(self, training: Training, columns: LinearColumns, ridge: float) -> float:
        shapes = SHAPES[self.distribution]
        blocks, names = [columns, *(columns.only([]) for _ in shapes)], ["intercept", *columns.names, *shapes]
        rows = TimedRows(LATENCIES[self.distribution], training.duration, training.event == RE_REPORT, training.entry)
        log_rate = float(np.log(self.n_events_ / (training.weight @ training.duration)))
        location = log_rate if self.distribution in PROPORTIONAL else -log_rate
        start = np.array([location, *np.zeros(len(names) - 1)])
        posed = pose_stacked(rows, blocks, names, weight=training.weight, ridge=ridge, starts=[start])
        try:
            optimum = best(posed)
        except FitError:
            return float("inf")
        return float(2 * len(names) - 2 * (optimum.value + 0.5 * posed.ridge @ optimum.parameters**2))

    def _start(self, blocks: list[LinearColumns], susceptible: float, log_day: float, shape: float) -> Floats:
        proportional = self.distribution in PROPORTIONAL
        shape = shape if self.distribution != "exponential" else 0.0
        location = -np.exp(shape) * log_day if proportional else log_day
        firsts = [float(logit(np.clip(susceptible, 0.05, 0.95))), location, shape if proportional else -shape]
        return np.concatenate(
            [[first, *np.zeros(len(block.names))] for first, block in zip(firsts, blocks, strict=False)]
        )

    def _keep(self, posed: Posed, optimum: Any, covariance: Floats) -> None:
        super()._keep(posed, optimum, covariance)
        self.intercept_ = float(self.parameters_[0])

    def _finish(self, training: Training) -> None:
        curves = self._curves(training.frame)
        share, end = (
            expit(curves.predictors[0]) * training.weight,
            np.full(len(training.frame), self.last_followup_days_),
        )
        waiting = np.exp(LATENCIES[self.distribution].log_survival(curves.predictors[1:], end))
        self.still_waiting_ = float(share @ waiting / share.sum())
        if self.still_waiting_ > MOST and self.short_follow_up == "refuse":
            found = f"{self.still_waiting_:.2g} of them without one at day {self.last_followup_days_:g}"
            raise FitError("Most of the susceptible have their re-report within the follow-up", found, _CURE)
        if self.aic_ >= self.plain_aic_ and self.short_follow_up == "refuse":
            found = f"an AIC of {self.aic_:.1f} with one and {self.plain_aic_:.1f} without"
            raise FitError("A model with a part that never has a re-report fits better than one without", found, _CURE)

    def _ratio(self) -> str:
        return "odds_ratio"

    def _latency_names(self) -> list[str]:
        return self.design_names_ if self.latency == "all" else []

    def _score(self, frame: pd.DataFrame) -> Floats:
        if self.latency == "all":
            return self._score_at_end(frame)
        return np.asarray(numeric_matrix(self._prepared(frame)) @ self.coef_ + self.intercept_, dtype=np.float64)

    def _curves(self, frame: pd.DataFrame) -> FamilyCurves:
        values = numeric_matrix(self._prepared(frame))
        n_coef, n_moving = len(self.coef_), len(self._latency_names())
        first = 1 + n_coef
        own = self.parameters_[first : first + 1 + n_moving]
        predictors = [
            linear(values, self.coef_, self.intercept_),
            linear(values[:, :n_moving], own[1:], float(own[0])),
            *(np.full(len(values), shape) for shape in self.parameters_[first + 1 + n_moving :]),
        ]
        return FamilyCurves(Cure(LATENCIES[self.distribution]), np.array(predictors))


_CURE = "follow up longer, use ParametricSurvival, or allow it with short_follow_up='allow'"


def insufficient_follow_up(duration: Floats, happened: NDArray[np.bool_]) -> float:
    """Return the p-value of follow-up being too short to see that some never have the event.

    Parameters
    ----------
    duration : ndarray, shape (n,)
        Days at risk.
    happened : ndarray of bool, shape (n,)
        Whether they end in the event; some do.

    Returns
    -------
    float
        1 where the longest time at risk ends in an event. Maller and Zhou (1994), doi:10.1080/01621459.1994.10476889.

    Examples
    --------
    >>> days, happened = np.array([10.0, 20, 30, 40, 90, 90]), np.array([True, True, True, True, False, False])
    >>> round(insufficient_follow_up(days, happened), 4)
    0.0014
    """
    last, longest = float(duration[happened].max()), float(duration.max())
    n, n_late = len(duration), int(np.sum(happened & (duration > 2 * last - longest)))
    return float((1.0 - n_late / n) ** n)
