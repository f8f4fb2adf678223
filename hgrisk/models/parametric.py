"""Parametric models of the time to re-report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, ResultError
from hgrisk.models.inputs.columns import numeric_matrix
from hgrisk.models.likelihood.families import Family, GeneralisedGamma, Gompertz, LogTime
from hgrisk.models.likelihood.family_curves import FamilyCurves, check_names, design_columns_of, linear, pose_stacked
from hgrisk.models.likelihood.laws import EXTREME_VALUE, LOGISTIC, NORMAL
from hgrisk.models.likelihood.likelihood_model import LikelihoodModel, check_common, coefficient_table
from hgrisk.models.likelihood.linear_columns import LinearColumns
from hgrisk.models.likelihood.posed import Posed
from hgrisk.models.likelihood.rows import TimedRows
from hgrisk.models.protocol import Training
from hgrisk.surv import RE_REPORT

FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "exponential": LogTime(EXTREME_VALUE, hazard_form=True, n_predictors=1),
        "weibull": LogTime(EXTREME_VALUE, hazard_form=True),
        "gompertz": Gompertz(),
        "log_normal": LogTime(NORMAL, hazard_form=False),
        "log_logistic": LogTime(LOGISTIC, hazard_form=False),
        "generalised_gamma": GeneralisedGamma(),
    }
)
"""Family of times by name."""

PROPORTIONAL = ("exponential", "weibull", "gompertz")
"""Those whose location is a log hazard; that of the others is a log time."""

SHAPES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "exponential": (),
        "weibull": ("log_alpha",),
        "gompertz": ("shape",),
        "log_normal": ("log_sigma",),
        "log_logistic": ("log_sigma",),
        "generalised_gamma": ("log_sigma", "shape"),
    }
)
"""Names of the predictors after the location."""

STARTS: Mapping[str, tuple[tuple[float, ...], ...]] = MappingProxyType(
    {
        "exponential": ((),),
        "weibull": ((0.0,),),
        "gompertz": ((0.0,),),
        "log_normal": ((0.4,),),
        "log_logistic": ((-0.2,),),
        "generalised_gamma": ((0.0, 0.9), (0.4, 0.1), (0.4, -0.7)),
    }
)
"""Where the search for the shapes begins."""


class ParametricSurvival(LikelihoodModel):
    """A parametric model of the cause-specific hazard of a re-report.

    With H the cumulative hazard and T the time to a re-report, in days, and u a linear predictor:

    - ``exponential``: ``log H(t) = u + log t``; ``weibull``: ``log H(t) = u + alpha log t``; ``gompertz``: the log
      hazard is ``u + shape t``. Coefficients are log hazard ratios.
    - ``log_normal``, ``log_logistic``, ``generalised_gamma``: ``log T = u + sigma w``, with w standard normal, standard
      logistic, or such that ``exp(shape w) / shape**2`` is gamma distributed with scale 1. Coefficients are log time
      ratios. The generalised gamma is log-normal at shape 0 and Weibull at shape 1.

    Competing events end a row's time at risk; the predicted probability integrates the hazard of a re-report over the
    chance to be free of both events, with the covariate-free Nelson-Aalen hazard of all competing events.

    Parameters
    ----------
    distribution : {"weibull", "exponential", "log_normal", "log_logistic", "generalised_gamma", "gompertz"}
        The family of times.
    ancillary : tuple of str
        Features on which the shape (Gompertz), log alpha or log sigma depends linearly too.
    penalty : float
        Ridge penalty, 0 and above: ``0.5 * penalty * n_events * sum((coef * sd)**2)`` is taken off the log likelihood,
        with sd the standard deviation of each design column. Errors are then those of the penalised information.
    prepare : bool
        Whether to run a `FeaturePreparer` first, so that the model takes raw features; if not, features are finite
        numbers and coefficients are on their scale.

    Attributes
    ----------
    coef_, intercept_ : ndarray, shape (q,), and float
        ``predict = design @ coef_ + intercept_`` for log hazard ratios, and minus that for log time ratios; with
        ancillary columns it is the log cumulative hazard at the longest follow-up.
    ancillary_names_ : list of str
        Design columns of the shape.

    Notes
    -----
    Kalbfleisch and Prentice (2002), The Statistical Analysis of Failure Time Data, chapter 3; generalised gamma:
    Prentice (1974), doi:10.1093/biomet/61.3.539. A Gompertz shape below 0 leaves some without a re-report for good.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"prior_reports": [0, 3, 1, 5, 0, 2]})
    >>> y = Surv.from_arrays(event=[0, 1, 1, 1, 1, 0], duration_days=[365, 90, 200, 30, 300, 365])
    >>> model = ParametricSurvival(penalty=0.1, prepare=False).fit(X, y)
    >>> model.predict_risk(X, horizon_days=183).round(2).tolist()
    [0.13, 0.77, 0.27, 1.0, 0.13, 0.5]
    >>> model.predict_quantile(X.iloc[[3]]).round(0).tolist()
    [40.0]
    """

    def __init__(
        self,
        distribution: str = "weibull",
        ancillary: Sequence[str] = (),
        penalty: float = 0.0,
        prepare: bool = True,
    ) -> None:
        self.distribution = distribution
        self.ancillary = ancillary
        self.penalty = penalty
        self.prepare = prepare

    @property
    def shape_summary_(self) -> pd.DataFrame:
        """The shapes: ``feature, coef, se, lower, upper``, on the scale on which they are linear in the columns."""
        check_is_fitted(self)
        first = 1 + len(self.design_names_)
        return self._table(np.arange(first, len(self.parameters_)), self.parameter_names_[first:], None)

    @property
    def shapes_(self) -> pd.DataFrame:
        """The shapes, where no column changes them: ``shape`` (alpha, sigma or shape), ``value, lower, upper``."""
        check_is_fitted(self)
        if self.ancillary_names_:
            raise ResultError("One shape for all needs a model without ancillary columns", f"{self.ancillary!r}", _LOOK)
        table = self.shape_summary_
        logged = table["feature"].str.startswith("log_").to_numpy()
        columns = {"value": table["coef"], "lower": table["lower"], "upper": table["upper"]}
        plain = {name: np.where(logged, np.exp(values), values) for name, values in columns.items()}
        return pd.DataFrame({"shape": table["feature"].str.removeprefix("log_"), **plain})

    @property
    def time_ratios_(self) -> pd.DataFrame:
        """Coefficients as log time ratios: ``feature, coef, se, time_ratio, lower, upper``.

        For the Weibull and exponential models these are ``-coef_ / alpha``, with errors by the delta method.
        """
        check_is_fitted(self)
        if self.distribution not in PROPORTIONAL:
            return self.summary_
        if self.distribution == "gompertz" or self.ancillary_names_:
            found = "a Gompertz model" if self.distribution == "gompertz" else f"ancillary columns {self.ancillary!r}"
            raise ResultError("A time ratio is the same at all times in a Weibull model with one shape", found, _LOOK)
        n_coef = len(self.coef_)
        is_weibull = self.distribution == "weibull"
        alpha = float(np.exp(self.parameters_[-1])) if is_weibull else 1.0
        slope = np.zeros((n_coef, len(self.parameters_)))
        slope[:, 1 : 1 + n_coef] = -np.eye(n_coef) / alpha
        if is_weibull:
            slope[:, -1] = self.coef_ / alpha
        se = np.sqrt(np.einsum("ij,jk,ik->i", slope, self.covariance_, slope))
        return coefficient_table(self.design_names_, -self.coef_ / alpha, se, "time_ratio")

    def _check_settings(self) -> None:
        if self.distribution not in FAMILIES:
            raise ConfigError(
                f"distribution is one of {', '.join(FAMILIES)}", f"{self.distribution!r}", "use 'weibull'"
            )
        check_names(self.ancillary, "ancillary")
        check_common(self.penalty, self.prepare)
        if self.distribution == "exponential" and len(self.ancillary):
            raise ConfigError("An exponential model has no shape", f"ancillary {self.ancillary!r}", "use 'weibull'")

    def _refuse_few(self, event_days: Floats) -> None:
        if self.distribution != "exponential" or len(event_days) == 0:
            super()._refuse_few(event_days)

    def _pose(self, training: Training, columns: LinearColumns) -> Posed:
        self.ancillary_names_ = design_columns_of(self.ancillary, columns.names, "ancillary")
        shapes = SHAPES[self.distribution]
        blocks, names = [columns], ["intercept", *columns.names]
        for place, shape in enumerate(shapes):
            mine = self.ancillary_names_ if place == 0 else []
            blocks.append(columns.only(mine))
            names += [shape, *(f"{shape}: {name}" for name in mine)]
        happened = training.event == RE_REPORT
        rows = TimedRows(FAMILIES[self.distribution], training.duration, happened, training.entry)
        ridge = self.penalty * self.n_events_
        exposure = training.duration - (0.0 if training.entry is None else training.entry)
        log_rate = float(np.log(self.n_events_ / (training.weight @ exposure)))
        starts = [self._start(log_rate, shape) for shape in STARTS[self.distribution]]
        return pose_stacked(rows, blocks, names, weight=training.weight, ridge=ridge, starts=starts)

    def _start(self, log_rate: float, shapes: Sequence[float]) -> Floats:
        start = [log_rate if self.distribution in PROPORTIONAL else -log_rate, *np.zeros(len(self.design_names_))]
        for place, shape in enumerate(shapes):
            start += [shape, *np.zeros(len(self.ancillary_names_) if place == 0 else 0)]
        return np.array(start)

    def _keep(self, posed: Posed, optimum: Any, covariance: Floats) -> None:
        super()._keep(posed, optimum, covariance)
        self.intercept_ = float(self.parameters_[0])

    def _ratio(self) -> str:
        return "hazard_ratio" if self.distribution in PROPORTIONAL else "time_ratio"

    def _score(self, frame: pd.DataFrame) -> Floats:
        if self.ancillary_names_:
            return self._score_at_end(frame)
        location = numeric_matrix(self._prepared(frame)) @ self.coef_ + self.intercept_
        return np.asarray(location if self.distribution in PROPORTIONAL else -location, dtype=np.float64)

    def _curves(self, frame: pd.DataFrame) -> FamilyCurves:
        prepared = self._prepared(frame)
        predictors = [linear(numeric_matrix(prepared), self.coef_, self.intercept_)]
        at = 1 + len(self.coef_)
        for place in range(len(SHAPES[self.distribution])):
            mine = self.ancillary_names_ if place == 0 else []
            values, own = numeric_matrix(prepared[mine]), self.parameters_[at : at + 1 + len(mine)]
            predictors.append(linear(values, own[1:], own[0]))
            at += 1 + len(mine)
        return FamilyCurves(FAMILIES[self.distribution], np.array(predictors))


_LOOK = "look at summary_ and shape_summary_"
