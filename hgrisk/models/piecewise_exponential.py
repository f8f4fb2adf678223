"""The piecewise exponential model of the time to re-report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, FitError
from hgrisk.models.cause_specific.proportional_hazards import Z_95
from hgrisk.models.inputs.columns import numeric_matrix
from hgrisk.models.likelihood.family_curves import linear
from hgrisk.models.likelihood.likelihood_model import LikelihoodModel, check_common
from hgrisk.models.likelihood.linear_columns import LinearColumns
from hgrisk.models.likelihood.pieces import PieceCurves, Pieces
from hgrisk.models.likelihood.posed import Posed
from hgrisk.models.protocol import Training
from hgrisk.surv import RE_REPORT


class PiecewiseExponential(LikelihoodModel):
    """Proportional hazards with a baseline hazard of a re-report that is constant within pieces of time.

    It is the Poisson regression of re-reports on pieces with the log of the days at risk as offset, without ever laying
    out a row for each piece. Competing events end a row's time at risk; the predicted probability integrates the hazard
    of a re-report over the chance to be free of both events, with the covariate-free Nelson-Aalen hazard of all
    competing events.

    Parameters
    ----------
    breaks_days : tuple of float, or int
        Days above 0 at which the hazard changes, increasing; those from the longest follow-up on are left out. A number
        asks for so many pieces with about as many re-reports each.
    penalty : float
        Ridge penalty, 0 and above: ``0.5 * penalty * n_events * sum((coef * sd)**2)`` is taken off the log likelihood,
        with sd the standard deviation of each design column; the baseline has none.
    prepare : bool
        Whether to run a `FeaturePreparer` first, so that the model takes raw features; if not, features are finite
        numbers and coefficients are on their scale.

    Attributes
    ----------
    coef_ : ndarray, shape (q,)
        Log hazard ratios of the design columns.
    intercept_ : float
        Makes ``predict`` 0 at the training means: ``predict = design @ coef_ + intercept_``.
    bounds_days_ : ndarray, shape (J + 1,)
        Ends of the pieces, from 0 to the longest follow-up.
    hazard_ : ndarray, shape (J,)
        Baseline hazard per day in each piece, at the training means.
    piece_events_, piece_days_ : ndarray, shape (J,)
        Weighted re-reports and days at risk in each piece.
    center_ : ndarray, shape (q,)
        The training means.

    Notes
    -----
    Friedman (1982), doi:10.1214/aos/1176345693. A piece is (from, to]. Every piece has a re-report: the log of a hazard
    of 0 is not finite.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> X = pd.DataFrame({"prior_reports": [0, 3, 1, 5, 0, 2]})
    >>> y = Surv.from_arrays(event=[0, 1, 1, 1, 1, 0], duration_days=[365, 90, 200, 30, 300, 365])
    >>> model = PiecewiseExponential(breaks_days=(183,), penalty=0.1, prepare=False).fit(X, y)
    >>> model.predict_risk(X, horizon_days=183).round(2).tolist()
    [0.12, 0.6, 0.22, 0.97, 0.12, 0.38]
    """

    def __init__(self, breaks_days: Sequence[float] | int = 8, penalty: float = 0.0, prepare: bool = True) -> None:
        self.breaks_days = breaks_days
        self.penalty = penalty
        self.prepare = prepare

    @property
    def hazard_table_(self) -> pd.DataFrame:
        """The baseline hazard per day at the training means, by piece, with its 95 % interval."""
        check_is_fitted(self)
        n_pieces = len(self.hazard_)
        width = Z_95 * np.sqrt(np.diag(self.covariance_))[:n_pieces]
        return pd.DataFrame(
            {
                "from_days": self.bounds_days_[:-1],
                "to_days": self.bounds_days_[1:],
                "n_events": self.piece_events_,
                "days_at_risk": self.piece_days_,
                "hazard": self.hazard_,
                "lower": self.hazard_ * np.exp(-width),
                "upper": self.hazard_ * np.exp(width),
            }
        )

    def _check_settings(self) -> None:
        check_common(self.penalty, self.prepare)
        breaks, cure = self.breaks_days, "use (30, 91, 183, 365), say, or a number of pieces"
        if isinstance(breaks, int | np.integer) and not isinstance(breaks, bool):
            if breaks < 1:
                raise ConfigError("A number of pieces is 1 or more", f"{breaks!r}", "use 8, say")
            return
        try:
            days = np.asarray(breaks, dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise ConfigError("breaks_days are days or a number of pieces", f"{breaks!r}", cure) from error
        if days.ndim != 1 or not np.all(np.isfinite(days) & (days > 0)) or np.any(np.diff(days) <= 0):
            raise ConfigError("breaks_days are finite days above 0, increasing", f"{breaks!r}", cure)

    def _refuse_few(self, event_days: Floats) -> None:
        if len(event_days) == 0:
            raise FitError("A hazard is learned from at least one re-report", "none", "give more follow-up or rows")

    def _pose(self, training: Training, columns: LinearColumns) -> Posed:
        happened = training.event == RE_REPORT
        self.bounds_days_ = self._bounds(training.duration[happened])
        n_pieces, n_columns = len(self.bounds_days_) - 1, len(columns.names)
        start = np.zeros(len(happened)) if training.entry is None else training.entry
        ridge = np.concatenate((np.zeros(n_pieces), np.full(n_columns, self.penalty * self.n_events_)))
        pieces = Pieces(columns, self.bounds_days_, start, training.duration, happened, training.weight, ridge)
        self.piece_events_, self.piece_days_ = pieces.totals()
        self.center_ = columns.center
        self._refuse_empty_pieces()
        ends = zip(self.bounds_days_[:-1], self.bounds_days_[1:], strict=True)
        names = [f"log_hazard_{low:g}_{high:g}" for low, high in ends]
        back = np.diag(np.concatenate((np.ones(n_pieces), 1.0 / columns.scale)))
        begin = np.concatenate((np.log(self.piece_events_ / self.piece_days_), np.zeros(n_columns)))
        return Posed(pieces, [begin], names + columns.names, back, ridge)

    def _bounds(self, event_days: Floats) -> Floats:
        if isinstance(self.breaks_days, int | np.integer):
            shares = np.arange(1, self.breaks_days) / self.breaks_days
            breaks = np.unique(np.quantile(event_days, shares, method="inverted_cdf"))
            breaks = breaks[breaks < event_days.max()]
        else:
            breaks = np.asarray(self.breaks_days, dtype=np.float64)
        inside = breaks[breaks < self.last_followup_days_]
        return np.concatenate(([0.0], inside, [self.last_followup_days_]))

    def _refuse_empty_pieces(self) -> None:
        empty = np.flatnonzero(self.piece_events_ <= 0)
        if len(empty):
            low, high = self.bounds_days_[empty[0] : empty[0] + 2]
            found = f"none after day {low:g} and up to {high:g}"
            raise FitError("Every piece of time has a re-report", found, "join it with the next, or ask for a number")

    def _keep(self, posed: Posed, optimum: Any, covariance: Floats) -> None:
        super()._keep(posed, optimum, covariance)
        self.hazard_ = np.exp(self.parameters_[: self._first_coef()])
        self.intercept_ = float(-(self.center_ @ self.coef_))

    def _first_coef(self) -> int:
        return len(self.bounds_days_) - 1

    def _ratio(self) -> str:
        return "hazard_ratio"

    def _score(self, frame: pd.DataFrame) -> Floats:
        return np.asarray(numeric_matrix(self._prepared(frame)) @ self.coef_ + self.intercept_, dtype=np.float64)

    def _curves(self, frame: pd.DataFrame) -> PieceCurves:
        score = linear(numeric_matrix(self._prepared(frame)), self.coef_, self.intercept_)
        return PieceCurves(score, self.bounds_days_, self.hazard_)
