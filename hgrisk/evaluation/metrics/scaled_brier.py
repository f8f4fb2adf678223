"""Scaled Brier score: the share of the uncertainty that the predictions take away."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.metrics.brier import squared_errors
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.sums import ratio, weighted_sums


def scaled_brier(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Return 1 minus the Brier score over that of one risk for all, the index of prediction accuracy.

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
        1 is perfect, 0 no better than the best single risk for all, below 0 worse. NaN if the outcome does not vary.

    Notes
    -----
    Kattan and Gerds (2018), doi:10.1186/s41512-018-0029-2. The null is the weighted mean outcome of the same rows,
    which is the Aalen-Johansen incidence if G is estimated on them; no constant prediction can beat it.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0], [100, 200, 300, 600])
    >>> round(METRIC.estimate(Sample.build(y, y, [[0.8], [0.1], [0.7], [0.4]], [365]), 365), 4)
    0.5573
    """
    status = sample.status(horizon_days)
    terms = (squared_errors(sample, horizon_days), status.weight, status.weight * status.happened)
    error, total, events = weighted_sums(weights, np.column_stack(terms)).T
    return 1.0 - ratio(error, events * (1.0 - ratio(events, total)))


METRIC = Metric(
    name="scaled_brier",
    label="Scaled Brier score",
    label_nl="Geschaalde Brier-score",
    kind="accuracy",
    direction="higher",
    value_range=(-np.inf, 1.0),
    source="Kattan and Gerds (2018), doi:10.1186/s41512-018-0029-2, index of prediction accuracy",
    function=scaled_brier,
)
