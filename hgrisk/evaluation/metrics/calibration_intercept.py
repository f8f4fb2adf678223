"""Calibration intercept: whether the risks are too low or too high on the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation._recalibration import intercepts, recalibration
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.sample import Sample


def calibration_intercept(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Return the calibration in the large: the shift of the log odds that makes the mean risk right.

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
        0 is calibrated in the large, above 0 the risks are too low. NaN if all or none have a re-report.

    Notes
    -----
    The intercept of a logistic regression with offset logit(risk), weighted by the inverse probability of censoring:
    Cox (1958), doi:10.1093/biomet/45.3-4.562; Van Calster et al. (2019), doi:10.1186/s12916-019-1466-7. Risks are
    kept at least 1e-6 from 0 and 1.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0], [100, 400, 300, 600])
    >>> round(METRIC.estimate(Sample.build(y, y, [[0.2], [0.2], [0.2], [0.2]], [365]), 365), 4)
    1.3863
    """
    return intercepts(recalibration(sample, horizon_days, weights))


METRIC = Metric(
    name="calibration_intercept",
    label="Calibration intercept",
    label_nl="Kalibratie-intercept",
    kind="calibration",
    direction="target",
    target=0.0,
    value_range=(-np.inf, np.inf),
    source="Cox (1958), doi:10.1093/biomet/45.3-4.562; Van Calster et al. (2019), doi:10.1186/s12916-019-1466-7",
    function=calibration_intercept,
)
