"""Precision at capacity: the share of the flagged households that have a re-report."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation.capacity import AT_CAPACITY, DEFAULT_SHARE, flagged_sums
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.sums import ratio


def capacity_precision(
    sample: Sample, horizon_days: float, weights: NDArray[Any], capacity_share: float = DEFAULT_SHARE
) -> Floats:
    """Return the share of the flagged that have a re-report by the horizon.

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
        In [0, 1]; a ranking by chance gives the share with a re-report among everyone. NaN if nobody is flagged of
        whom the status is known.

    Raises
    ------
    ConfigError
        If the share is not above 0 and at most 1.

    Notes
    -----
    The positive predictive value of Uno et al. (2007), doi:10.1198/016214507000000149, at the threshold that fills the
    capacity. Flags and re-reports are both weighted by the inverse probability of censoring, so it is a share whatever
    the sample. It depends on the ranking only.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0], [100, 400, 300, 600])
    >>> sample = Sample.build(y, y, [[0.5], [0.1], [0.2], [0.2]], [365])
    >>> METRIC.with_parameters(capacity_share=0.5).estimate(sample, 365)
    0.75
    """
    sums = flagged_sums(sample, horizon_days, weights, capacity_share)
    return ratio(sums.found, sums.found + sums.needless)


METRIC = Metric(
    name="capacity_precision",
    label="Precision at capacity",
    label_nl="Trefzekerheid bij capaciteit",
    kind="decision",
    direction="higher",
    value_range=(0.0, 1.0),
    source="Uno et al. (2007), doi:10.1198/016214507000000149, positive predictive value",
    function=capacity_precision,
    parameters=AT_CAPACITY,
)
