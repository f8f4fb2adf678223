"""Net benefit at capacity: re-reports found, minus the price of the other flags."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation.capacity import AT_CAPACITY, DEFAULT_SHARE, flagged_sums
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.sums import ratio


def net_benefit(
    sample: Sample, horizon_days: float, weights: NDArray[Any], capacity_share: float = DEFAULT_SHARE
) -> Floats:
    """Return the net benefit of flagging the highest risks that fill the capacity.

    Parameters
    ----------
    sample : Sample
        Outcomes, risks and the censoring distribution of n rows.
    horizon_days : float
        Days.
    weights : ndarray, shape (b, n)
        How often each row counts.
    capacity_share : float
        Share of the households that can be flagged, above 0 and at most 1.

    Returns
    -------
    ndarray, shape (b,)
        Re-reports found per household, net of flags without one; at most 1. NaN if the threshold is a risk of 1.

    Raises
    ------
    ConfigError
        If the share is not above 0 and at most 1.

    Notes
    -----
    TP/n - FP/n * p/(1 - p) with p the risk at which the capacity is filled: Vickers and Elkin (2006),
    doi:10.1177/0272989X06295361; with censoring Vickers et al. (2008), doi:10.1186/1472-6947-8-53, here weighted by
    the inverse probability of censoring. Each bootstrap draw fills its own capacity, and so has its own threshold.
    The price of a flag follows from the model's own threshold, so models that are calibrated differently are compared
    by ``capacity_recall`` or by the decision curve at shared thresholds, not by this number.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0], [100, 400, 300, 600])
    >>> sample = Sample.build(y, y, [[0.5], [0.1], [0.2], [0.4]], [365])
    >>> round(METRIC.with_parameters(capacity_share=0.5).estimate(sample, 365), 4)
    0.0833
    """
    sums = flagged_sums(sample, horizon_days, weights, capacity_share)
    price = ratio(sums.thresholds, 1.0 - sums.thresholds)
    return ratio(sums.found - price * sums.needless, weights.sum(axis=1))


METRIC = Metric(
    name="net_benefit",
    label="Net benefit at capacity",
    label_nl="Netto opbrengst bij capaciteit",
    kind="decision",
    direction="higher",
    value_range=(-np.inf, 1.0),
    source="Vickers and Elkin (2006), doi:10.1177/0272989X06295361; Vickers et al. (2008), doi:10.1186/1472-6947-8-53",
    function=net_benefit,
    parameters=AT_CAPACITY,
)
