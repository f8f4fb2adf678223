"""Recall at capacity: the share of the re-reports that fall among the flagged households."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation.capacity import AT_CAPACITY, DEFAULT_SHARE, flagged_sums
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.sums import ratio


def capacity_recall(
    sample: Sample, horizon_days: float, weights: NDArray[Any], capacity_share: float = DEFAULT_SHARE
) -> Floats:
    """Return the share of the re-reports by the horizon that fall among the flagged.

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
        In [0, 1]; a ranking by chance finds the capacity share itself. NaN without a re-report.

    Raises
    ------
    ConfigError
        If the share is not above 0 and at most 1.

    Notes
    -----
    The true positive rate of Uno et al. (2007), doi:10.1198/016214507000000149, at the threshold that fills the
    capacity; each draw fills its own. It depends on the ranking only, so models can be compared whatever their
    calibration. The rest of the
    re-reports come from households that were not flagged: not flagged does not mean safe.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0], [100, 400, 300, 600])
    >>> sample = Sample.build(y, y, [[0.5], [0.1], [0.2], [0.4]], [365])
    >>> METRIC.with_parameters(capacity_share=0.5).estimate(sample, 365)
    0.5
    """
    sums = flagged_sums(sample, horizon_days, weights, capacity_share)
    return ratio(sums.found, sums.found + sums.missed)


METRIC = Metric(
    name="capacity_recall",
    label="Recall at capacity",
    label_nl="Gevonden aandeel bij capaciteit",
    kind="decision",
    direction="higher",
    value_range=(0.0, 1.0),
    source="Uno et al. (2007), doi:10.1198/016214507000000149, true positive rate",
    function=capacity_recall,
    parameters=AT_CAPACITY,
)
