"""Observed risk as a smooth function of the predicted risk, and the distance between the two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import DataError, FitError
from hgrisk.evaluation.metric import Metric, MetricFunction
from hgrisk.evaluation.sample import Sample
from hgrisk.hazards.fit import CoxFit, CoxRows, fit_cox
from hgrisk.hazards.subdistribution import SubdistributionFit, fit_subdistribution
from hgrisk.surv import CENSORED, RE_REPORT

RISK_FLOOR = 1e-12
"""Risks are kept this far from 0 and 1, where the complementary log-log is infinite."""

KNOTS = (0.1, 0.5, 0.9)
"""Quantiles at which the spline has its knots; outside the outer two it is a straight line."""


@dataclass(frozen=True, eq=False)
class ObservedRisk:
    """A smooth curve of observed on predicted risk at one horizon.

    Attributes
    ----------
    knots : ndarray, shape (3,)
        Complementary log-logs of predicted risks.
    coef : ndarray, shape (2,)
        Log hazard ratios of the two columns of the spline.
    center : ndarray, shape (2,)
        The columns of the row that has the baseline hazard.
    cumulative_hazard : float
        Baseline cumulative hazard at the horizon.
    """

    knots: Floats
    coef: Floats
    center: Floats
    cumulative_hazard: float

    def at(self, risk: Floats) -> Floats:
        """Return the observed risk where a risk is predicted, shapes (m,)."""
        predictor = (spline(clog_log(risk), self.knots) - self.center) @ self.coef
        return np.asarray(-np.expm1(-self.cumulative_hazard * np.exp(predictor)), dtype=np.float64)


def observed_risks(
    sample: Sample, horizon_days: float, weights: NDArray[Any]
) -> Iterator[tuple[Floats, ObservedRisk | None]]:
    """Fit the curve in each draw.

    Parameters
    ----------
    sample : Sample
        Outcomes and risks of n rows.
    horizon_days : float
        Days, one of ``sample.times``.
    weights : ndarray, shape (b, n)
        How often each row counts, in whole numbers.

    Yields
    ------
    risk, curve : ndarray and ObservedRisk or None
        The predicted risks of the draw's rows, each as often as it counts, and the curve; None where it has fewer than
        three distinct knots or no finite coefficients.

    Raises
    ------
    DataError
        If a weight is not a whole number.

    Notes
    -----
    Austin et al. (2020), doi:10.1002/sim.8570: Cox regression, with Efron ties, on a restricted cubic spline of the
    complementary log-log of the risk; with competing events Fine-Gray regression, Austin et al. (2022),
    doi:10.1186/s41512-021-00114-6. Unlike theirs, follow-up ends at the horizon: the curve is about the risk by then,
    and hazards that are proportional for years, which a longer follow-up supposes, would let what happens afterwards
    decide it. Rows are repeated rather than weighted, for in Efron's method the two differ.
    """
    copies = weights.astype(np.int64)
    if np.any(copies != weights):
        found = f"{weights[copies != weights][0]}"
        raise DataError("Calibration errors take rows a whole number of times", found, "pass counts of copies")
    risk, start = sample.risk_at(horizon_days), None
    # a row followed for longer is at risk up to the horizon, and nothing that happens to it afterwards counts
    duration, event = sample.duration_days, np.where(sample.duration_days > horizon_days, CENSORED, sample.event)
    for draw in copies:
        rows = np.repeat(np.arange(len(sample)), draw)
        curve = fit_curve(duration[rows], event[rows], risk[rows], horizon_days, start)
        start = curve.coef if curve is not None and start is None else start
        yield risk[rows], curve


def mean_error(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Return the mean distance between predicted and observed risk in each draw, shape (b,)."""
    return _summaries(sample, horizon_days, weights, lambda distance: float(np.mean(distance)))


def quantile_error(sample: Sample, horizon_days: float, weights: NDArray[Any], share: float) -> Floats:
    """Return a quantile of the distance between predicted and observed risk in each draw, shape (b,)."""
    return _summaries(sample, horizon_days, weights, lambda distance: float(np.quantile(distance, share)))


def distance_metric(function: MetricFunction, label: str, label_nl: str) -> Metric:
    """Describe a metric that sums up the distance between predicted and observed risk; its name is the function's."""
    return Metric(
        name=function.__name__,
        label=label,
        label_nl=label_nl,
        kind="calibration",
        direction="lower",
        value_range=(0.0, 1.0),
        source="Austin et al. (2020), doi:10.1002/sim.8570; competing events: Austin et al. (2022), "
        "doi:10.1186/s41512-021-00114-6",
        function=function,
        by_default=False,
    )


def _summaries(
    sample: Sample, horizon_days: float, weights: NDArray[Any], summary: Callable[[Floats], float]
) -> Floats:
    curves = observed_risks(sample, horizon_days, weights)
    values = [np.nan if curve is None else summary(np.abs(curve.at(risk) - risk)) for risk, curve in curves]
    return np.array(values, dtype=np.float64)


def clog_log(risk: Floats) -> Floats:
    """Return log(-log(1 - risk)), finite for 0 and 1 too."""
    return np.asarray(np.log(-np.log1p(-np.clip(risk, RISK_FLOOR, 1.0 - RISK_FLOOR))), dtype=np.float64)


def spline(x: Floats, knots: Floats) -> Floats:
    """Return the columns of a restricted cubic spline with three knots, shape (m, 2).

    The second column is Stone and Koo's, divided by the squared distance of the outer knots, which keeps it of the
    size of the first.
    """
    first, middle, last = (np.maximum(x - knot, 0.0) ** 3 for knot in knots)
    left, right, whole = knots[1] - knots[0], knots[2] - knots[1], knots[2] - knots[0]
    return np.column_stack((x, (first - middle * whole / right + last * left / right) / whole**2))


def fit_curve(
    duration: Floats, event: NDArray[Any], risk: Floats, horizon_days: float, start: Floats | None = None
) -> ObservedRisk | None:
    """Fit the curve at a horizon on all of the follow-up that it is given.

    Parameters
    ----------
    duration : ndarray of float, shape (n,)
        Days at risk.
    event : ndarray of int, shape (n,)
        0 censored, 1 re-report, 2 and above a competing event; `observed_risks` counts none after the horizon.
    risk : ndarray of float, shape (n,)
        Predicted risks by the horizon.
    horizon_days : float
        Days.
    start : ndarray, shape (2,), optional
        Coefficients to begin with, of a Cox regression.

    Returns
    -------
    ObservedRisk or None
        None with fewer than three distinct knots or no finite coefficients.
    """
    if len(risk) == 0:
        return None
    x = clog_log(risk)
    knots = np.quantile(x, KNOTS)
    if not knots[0] < knots[1] < knots[2]:
        return None
    happened = event == RE_REPORT
    rows = CoxRows(spline(x, knots), duration, happened)
    competing = ~happened & (event != CENSORED)
    try:
        fit: CoxFit | SubdistributionFit = (
            fit_subdistribution(rows, competing) if competing.any() else fit_cox(rows, start=start)
        )
    except (FitError, ValueError):  # risks that order the days without fault overflow before they are refused
        return None
    hazard = float(fit.hazard[fit.times <= horizon_days].sum())
    return ObservedRisk(knots, fit.coef, fit.center, hazard)
