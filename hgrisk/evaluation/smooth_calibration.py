"""Smooth calibration: observed risk as a curve of the predicted risk, without groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hgrisk.errors import DataError
from hgrisk.evaluation._observed_risk import observed_risks
from hgrisk.evaluation.bootstrap import percentile_interval
from hgrisk.evaluation.sample import Sample

SHOWN = (0.01, 0.99)
"""The curve runs between these quantiles of the predicted risk; beyond them it rests on too few rows."""


def smooth_calibration_table(
    sample: Sample,
    horizon_days: float,
    weights: NDArray[Any] | None = None,
    n_points: int = 50,
    level: float = 0.95,
) -> pd.DataFrame:
    """Tabulate the observed risk as a smooth function of the predicted risk.

    Parameters
    ----------
    sample : Sample
        Outcomes and risks of n rows.
    horizon_days : float
        Days, one of ``sample.times``.
    weights : ndarray, shape (1 + B, n), optional
        Ones, then how often each row counts in each bootstrap draw, in whole numbers; see
        :func:`hgrisk.evaluation.bootstrap.cluster_weights`. Without it there are no intervals.
    n_points : int
        Points of the curve, evenly spaced from the 1st to the 99th percentile of the predicted risks; 2 or more.
    level : float
        Coverage of the pointwise intervals, between 0 and 1.

    Returns
    -------
    DataFrame
        Columns ``predicted``, ``observed``, ``lower`` and ``upper``. Observed values are NaN if the curve is not
        defined, as with one risk for all; intervals without draws.

    Raises
    ------
    DataError
        If the horizon is refused, there are fewer than two points, or a weight is not a whole number.

    Notes
    -----
    Austin et al. (2020), doi:10.1002/sim.8570: Cox regression on a restricted cubic spline, with knots at the 10th,
    50th and 90th percentile, of log(-log(1 - risk)); with competing events Fine-Gray regression, Austin et al. (2022),
    doi:10.1186/s41512-021-00114-6; here on the follow-up up to the horizon. A curve with three knots cannot show every
    misfit: look at the groups of `calibration_table` too.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0, 1, 1] * 20, np.arange(120) * 37 % 120 * 10 + 10)
    >>> sample = Sample.build(y, y, np.linspace(0.1, 0.6, 120)[:, None], [365])
    >>> table = smooth_calibration_table(sample, 365, n_points=3)
    >>> table[["predicted", "observed"]].round(2).values.tolist()
    [[0.11, 0.26], [0.35, 0.21], [0.6, 0.17]]
    """
    rows, sample = sample.rows_at(horizon_days), sample.judged_at(horizon_days)
    if n_points < 2:
        raise DataError("A curve has at least two points", f"{n_points}", "use 50")
    copies = np.ones((1, len(sample)), dtype=np.int64) if weights is None else np.asarray(weights)[:, rows]
    first, last = np.quantile(sample.risk_at(horizon_days), SHOWN)
    predicted = np.linspace(float(first), float(last), n_points)
    missing = np.full(n_points, np.nan)
    curves = observed_risks(sample, horizon_days, copies)
    observed = np.array([missing if curve is None else curve.at(predicted) for _, curve in curves])
    lower, upper = np.array([percentile_interval(point, level) for point in observed.T]).T
    return pd.DataFrame({"predicted": predicted, "observed": observed[0], "lower": lower, "upper": upper})
