"""Brier score: the mean squared distance between risk and outcome at the horizon."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.sums import ratio, weighted_sums


def squared_errors(sample: Sample, horizon_days: float) -> Floats:
    """Return the weighted squared distance of each row's risk from its outcome.

    Parameters
    ----------
    sample : Sample
        Outcomes, risks and the censoring distribution of n rows.
    horizon_days : float
        Days, one of ``sample.times``.

    Returns
    -------
    ndarray, shape (n,)
        Each row's term of the Brier score; 0 for a row censored by the horizon.

    Raises
    ------
    DataError
        If no risk is given at the horizon.
    """
    status = sample.status(horizon_days)
    return status.weight * (status.happened - sample.risk_at(horizon_days)) ** 2


def brier(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Return the Brier score at the horizon, weighted by the inverse probability of censoring.

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
        0 is perfect; a risk of .5 for all gives .25. NaN if all weights are 0.

    Notes
    -----
    Graf et al. (1999), doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5, eq. 16: the sum
    is divided by the number of rows, censored ones included.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0], [100, 200, 300, 600])
    >>> round(METRIC.estimate(Sample.build(y, y, [[0.5], [0.1], [0.2], [0.4]], [365]), 365), 4)
    0.3625
    """
    return ratio(weighted_sums(weights, squared_errors(sample, horizon_days)), weights.sum(axis=1))


METRIC = Metric(
    name="brier",
    label="Brier score",
    label_nl="Brier-score",
    kind="accuracy",
    direction="lower",
    value_range=(0.0, 1.0),
    source="Graf et al. (1999), doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5; "
    "competing events: Schoop et al. (2011), doi:10.1002/bimj.201000073",
    function=brier,
)
