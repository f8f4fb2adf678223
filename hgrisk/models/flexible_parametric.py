"""The flexible parametric model of Royston and Parmar: splines of log time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, FitError
from hgrisk.models.cause_specific.proportional_hazards import Z_95
from hgrisk.models.inputs.columns import numeric_matrix
from hgrisk.models.likelihood.family_curves import check_names, design_columns_of, linear
from hgrisk.models.likelihood.laws import EXTREME_VALUE, LOGISTIC, NORMAL, Law
from hgrisk.models.likelihood.likelihood_model import LikelihoodModel, check_common
from hgrisk.models.likelihood.linear_columns import LinearColumns
from hgrisk.models.likelihood.log_splines import LogSpline, shares, spline_through
from hgrisk.models.likelihood.posed import Posed
from hgrisk.models.likelihood.spline_likelihood import SplineParts, SplineTimes, pose_spline
from hgrisk.models.protocol import Training
from hgrisk.surv import RE_REPORT

LAWS: Mapping[str, Law] = MappingProxyType({"hazard": EXTREME_VALUE, "odds": LOGISTIC, "normal": NORMAL})
"""The law of the spline's value by scale."""

RATIOS: Mapping[str, str | None] = MappingProxyType({"hazard": "hazard_ratio", "odds": "odds_ratio", "normal": None})

N_CHECKED = 100
"""Places between the outer knots at which a curve has to rise."""

CHECKED_VALUES = 1_000_000
"""Values of rows and places that are looked at together."""


@dataclass(frozen=True)
class _SplineCurves:
    """Curves of rows: a level, and what each multiplies the functions of the two splines with."""

    law: Law
    level: Floats
    coefs: Floats
    splines: tuple[LogSpline, LogSpline]

    def part(self, rows: slice) -> _SplineCurves:
        """Return the curves of some rows."""
        return _SplineCurves(self.law, self.level[rows], self.coefs[rows], self.splines)

    def log_survival(self, days: Floats) -> Floats:
        """Return the log probability of no re-report, shape (n, T)."""
        return self.law.log_survival(self._z(np.log(days)))

    def log_hazard(self, days: Floats) -> Floats:
        """Return the log hazard per day, shape (n, T)."""
        x = np.log(days)
        steepness = self.steepness(x)
        return np.asarray(self.law.log_hazard(self._z(x)) + np.log(steepness) - x)

    def steepness(self, x: Floats) -> Floats:
        """Return the slope of the spline's value by log days, shape (n, T)."""
        return self._weighed(np.concatenate([spline.slopes(x) for spline in self.splines], axis=-1))

    def _z(self, x: Floats) -> Floats:
        return self.level[:, None] + self._weighed(
            np.concatenate([spline.basis(x) for spline in self.splines], axis=-1)
        )

    def _weighed(self, functions: Floats) -> Floats:
        """Return the sum over functions, of shape (1, T, df) or (n, T, df), times each row's coefficients."""
        return np.asarray((functions @ self.coefs[:, :, None])[:, :, 0])


class FlexibleParametric(LikelihoodModel):
    """Royston and Parmar's model: a transformed survival that is a restricted cubic spline of log time.

    With ``s(log t) = intercept + spline(log t) + design @ coef``: on the scale ``hazard`` the log cumulative hazard is
    s (coefficients are log hazard ratios), on the scale ``odds`` the log odds of a re-report by t (log odds ratios), on
    the scale ``normal`` minus the probit of survival. With ``df=1`` these are the Weibull, log-logistic and log-normal
    models. Competing events end a row's time at risk; the predicted probability integrates the hazard of a re-report
    over the chance to be free of both events, with the covariate-free Nelson-Aalen hazard of all competing events.

    Parameters
    ----------
    df : int
        Functions of the baseline spline, 1 or more: its knots are the first and the last re-report and ``df - 1``
        quantiles of re-reports in log days.
    scale : {"hazard", "odds", "normal"}
        What the spline is of.
    time_varying : tuple of str
        Features whose effect changes with time: each of their design columns also multiplies a second spline.
    df_varying : int
        Functions of that second spline; 1 for an effect that is linear in log time.
    penalty : float
        Ridge penalty, 0 and above: ``0.5 * penalty * n_events * sum((coef * sd)**2)`` is taken off the log likelihood,
        with sd the standard deviation of each design column; the baseline has none.
    prepare : bool
        Whether to run a `FeaturePreparer` first, so that the model takes raw features; if not, features are finite
        numbers and coefficients are on their scale.

    Attributes
    ----------
    coef_ : ndarray, shape (q,)
        Coefficients of the design columns; of one whose effect changes, the effect at ``reference_days_``.
    intercept_ : float
        Makes ``predict`` 0 at the training means: ``predict = design @ coef_ + intercept_``. With effects that change,
        it is the log cumulative hazard at the longest follow-up instead.
    knots_days_, varying_knots_days_ : ndarray
        Knots of the two splines.
    reference_days_ : float
        Median day of re-reports.
    time_varying_names_ : list of str
        Design columns whose effect changes.

    Notes
    -----
    Royston and Parmar (2002), doi:10.1002/sim.1203. The parameters of the spline belong to x = log t and, for each
    inner knot k, ``(x - k)+^3 - a (x - first)+^3 - (1 - a) (x - last)+^3`` with ``a = (last - k) / (last - first)``. A
    fit whose survival would rise somewhere is refused.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"prior_reports": [0, 3, 1, 5, 0, 2]})
    >>> y = Surv.from_arrays(event=[0, 1, 1, 1, 1, 0], duration_days=[365, 90, 200, 30, 300, 365])
    >>> model = FlexibleParametric(df=2, penalty=0.1, prepare=False).fit(X, y)
    >>> model.predict_risk(X, horizon_days=183).round(2).tolist()
    [0.15, 0.84, 0.3, 1.0, 0.15, 0.56]
    """

    def __init__(
        self,
        df: int = 3,
        scale: str = "hazard",
        time_varying: Sequence[str] = (),
        *,
        df_varying: int = 1,
        penalty: float = 0.0,
        prepare: bool = True,
    ) -> None:
        self.df = df
        self.scale = scale
        self.time_varying = time_varying
        self.df_varying = df_varying
        self.penalty = penalty
        self.prepare = prepare

    @property
    def spline_summary_(self) -> pd.DataFrame:
        """The other parameters: ``feature, coef, se, lower, upper``; see the notes for their functions."""
        check_is_fitted(self)
        places = np.append(0, np.arange(1 + len(self.coef_), len(self.parameters_)))
        return self._table(places, [self.parameter_names_[place] for place in places], None)

    def effects_at(self, times: Any) -> pd.DataFrame:
        """Return the effects that change with time, at some times.

        Parameters
        ----------
        times : array-like of float, shape (T,)
            Days above 0.

        Returns
        -------
        DataFrame
            ``feature, days, coef, se, lower, upper``: the coefficient that the column has at that time, on the scale of
            the spline, with its 95 % interval; one row for each column and time.

        Raises
        ------
        FitError
            If a time is not supported.
        """
        days = self._check_times(times)
        if np.any(days == 0):
            raise FitError("An effect is given after day 0", "0", "ask for a later time")
        functions = self._varying_functions(np.log(days))
        tables = []
        for place, name in enumerate(self.time_varying_names_):
            weights = np.zeros((len(days), len(self.parameters_)))
            weights[:, 1 + self.design_names_.index(name)] = 1.0
            weights[:, self._moving_places(place)] = functions
            coef, se = weights @ self.parameters_, np.sqrt(np.einsum("ij,jk,ik->i", weights, self.covariance_, weights))
            interval = {"lower": coef - Z_95 * se, "upper": coef + Z_95 * se}
            tables.append(pd.DataFrame({"feature": name, "days": days, "coef": coef, "se": se, **interval}))
        empty = pd.DataFrame(columns=["feature", "days", "coef", "se", "lower", "upper"])
        return pd.concat(tables, ignore_index=True) if tables else empty

    def _check_settings(self) -> None:
        for name, value in (("df", self.df), ("df_varying", self.df_varying)):
            if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < 1:
                raise ConfigError(f"{name} is a whole number from 1", f"{value!r}", "use 3, say")
        if self.scale not in LAWS:
            raise ConfigError(f"scale is one of {', '.join(LAWS)}", f"{self.scale!r}", "use 'hazard'")
        check_names(self.time_varying, "time_varying")
        check_common(self.penalty, self.prepare)

    def _pose(self, training: Training, columns: LinearColumns) -> Posed:
        self.time_varying_names_ = design_columns_of(self.time_varying, columns.names, "time_varying")
        happened = training.event == RE_REPORT
        at_events = np.log(training.duration[happened])
        of_events = training.weight[happened]
        baseline, varying = (spline_through(at_events, df, of_events) for df in (self.df, self.df_varying))
        self.knots_days_, self.varying_knots_days_ = np.exp(baseline.knots), np.exp(varying.knots)
        self.reference_days_ = float(np.exp(shares(at_events, np.array([0.5]), of_events)[0]))
        self.center_ = columns.center
        reference, moving = float(np.log(self.reference_days_)), columns.only(self.time_varying_names_)
        parts = SplineParts(LAWS[self.scale], baseline, varying, columns, moving, reference)
        exposure = training.duration - (0.0 if training.entry is None else training.entry)
        log_rate = float(np.log(self.n_events_ / (training.weight @ exposure)))
        ridge = self.penalty * self.n_events_
        times = SplineTimes(training.duration, happened, training.entry)
        return pose_spline(parts, times, weight=training.weight, ridge=ridge, log_rate=log_rate)

    def _keep(self, posed: Posed, optimum: Any, covariance: Floats) -> None:
        super()._keep(posed, optimum, covariance)
        self.intercept_ = float(-(self.center_ @ self.coef_))

    def _finish(self, training: Training) -> None:
        some = training.frame if self.time_varying_names_ else training.frame.iloc[:1]
        self._curves(some)

    def _ratio(self) -> str | None:
        return RATIOS[self.scale]

    def _score(self, frame: pd.DataFrame) -> Floats:
        if self.time_varying_names_:
            return self._score_at_end(frame)
        return np.asarray(numeric_matrix(self._prepared(frame)) @ self.coef_ + self.intercept_, dtype=np.float64)

    def _curves(self, frame: pd.DataFrame) -> _SplineCurves:
        prepared = self._prepared(frame)
        moving = numeric_matrix(prepared[self.time_varying_names_])
        first, df = 1 + len(self.coef_), self.df
        level = linear(numeric_matrix(prepared), self.coef_, float(self.parameters_[0]))
        by_column = self.parameters_[first + df :].reshape(moving.shape[1], self.df_varying)
        own = moving @ by_column
        reference = self._varying_spline().basis(np.log([self.reference_days_]))[0]
        coefs = np.concatenate((np.tile(self.parameters_[first : first + df], (len(own), 1)), own), axis=1)
        splines = (LogSpline(np.log(self.knots_days_)), self._varying_spline())
        curves = _SplineCurves(LAWS[self.scale], level - own @ reference, coefs, splines)
        self._refuse_falling(curves)
        return curves

    def _refuse_falling(self, curves: _SplineCurves) -> None:
        """Refuse curves whose cumulative hazard would fall somewhere between the outer knots."""
        x = np.log(self.knots_days_)
        places = np.linspace(x[0], x[-1], N_CHECKED)
        size = max(1, CHECKED_VALUES // N_CHECKED)
        n_checked = len(curves.level) if self.time_varying_names_ else min(1, len(curves.level))
        for start in range(0, n_checked, size):
            steepness = curves.part(slice(start, min(start + size, n_checked))).steepness(places[None, :])
            falling = (steepness <= 0).any(axis=0)
            if falling.any():
                found = f"one that falls near day {np.exp(places[falling][0]):.3g}"
                cure = "set a lower df or df_varying, or fewer time_varying columns"
                raise FitError("The cumulative hazard of a flexible model rises with time", found, cure)

    def _varying_spline(self) -> LogSpline:
        return LogSpline(np.log(self.varying_knots_days_))

    def _varying_functions(self, x: Floats) -> Floats:
        """Return what the second spline adds to an effect, from the reference on, shape (T, df_varying)."""
        spline = self._varying_spline()
        return spline.basis(x) - spline.basis(np.log(np.array([self.reference_days_])))

    def _moving_places(self, place: int) -> slice:
        first = 1 + len(self.coef_) + self.df + place * self.df_varying
        return slice(first, first + self.df_varying)
