"""Calibration slope: whether the risks are too extreme or too timid."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation._recalibration import recalibration, slopes
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.sample import Sample


def calibration_slope(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Return the slope of the outcome on the log odds of the risk.

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
        1 is calibrated, below 1 the risks are too extreme (overfitting), above 1 too timid. NaN if the risk is
        constant, all or none have a re-report, or the risk separates the two completely.

    Notes
    -----
    Logistic regression on logit(risk) with an intercept, weighted by the inverse probability of censoring: Cox
    (1958), doi:10.1093/biomet/45.3-4.562; Van Calster et al. (2019), doi:10.1186/s12916-019-1466-7. Risks are kept at
    least 1e-6 from 0 and 1.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 0, 1, 1, 0], [100, 400, 600, 300, 200, 700])
    >>> risk = [[0.2], [0.2], [0.2], [0.8], [0.8], [0.8]]
    >>> round(METRIC.estimate(Sample.build(y, y, risk, [365]), 365), 4)
    0.5
    """
    return slopes(recalibration(sample, horizon_days, weights))


METRIC = Metric(
    name="calibration_slope",
    label="Calibration slope",
    label_nl="Kalibratiehelling",
    kind="calibration",
    direction="target",
    target=1.0,
    value_range=(-np.inf, np.inf),
    source="Cox (1958), doi:10.1093/biomet/45.3-4.562; Van Calster et al. (2019), doi:10.1186/s12916-019-1466-7",
    function=calibration_slope,
)
