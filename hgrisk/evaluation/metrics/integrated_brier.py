"""Integrated Brier score: the mean Brier score over all days up to the horizon."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.metrics.brier import squared_errors
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.sums import ratio, weighted_sums

LARGEST_STEP_DAYS = 31.0
"""A coarser grid would leave the integral to interpolation."""


def integrated_brier(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Return the Brier score averaged over time, from 0 to the horizon.

    Parameters
    ----------
    sample : Sample
        Outcomes, risks and the censoring distribution of n rows.
    horizon_days : float
        Days.
    weights : ndarray, shape (b, n)
        How often each row counts.

    Returns
    -------
    ndarray, shape (b,)
        0 is perfect. NaN unless the days with a risk lie at most 31 apart from 0 up to the horizon.

    Notes
    -----
    Graf et al. (1999), doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5, section 5, with
    uniform weight over time and the trapezoid rule. At day 0 nobody has had a re-report and the score is 0.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 1, 0], [10, 30, 90])
    >>> round(METRIC.estimate(Sample.build(y, y, [[0.0, 0.0]] * 3, [20, 40]), 40), 4)
    0.3333
    """
    grid = sample.times[sample.times <= horizon_days]
    if np.max(np.diff(grid, prepend=0.0)) > LARGEST_STEP_DAYS:
        return np.full(len(weights), np.nan)
    errors = np.column_stack([squared_errors(sample, day) for day in grid])
    # the trapezoid rule is linear: integrate each row's error first, then sum over the rows of a draw
    area = np.trapezoid(errors, grid, axis=1) + 0.5 * grid[0] * errors[:, 0]
    return ratio(weighted_sums(weights, area / horizon_days), weights.sum(axis=1))


METRIC = Metric(
    name="integrated_brier",
    label="Integrated Brier score",
    label_nl="Geïntegreerde Brier-score",
    kind="accuracy",
    direction="lower",
    value_range=(0.0, 1.0),
    source="Graf et al. (1999), doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5, "
    "section 5",
    function=integrated_brier,
)
