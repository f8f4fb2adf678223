"""Number needed to flag: flagged households per re-report among them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation.capacity import AT_CAPACITY, DEFAULT_SHARE, flagged_sums
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.sums import ratio


def number_needed_to_flag(
    sample: Sample, horizon_days: float, weights: NDArray[Any], capacity_share: float = DEFAULT_SHARE
) -> Floats:
    """Return how many households are flagged for each one that has a re-report by the horizon.

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
        1 if every flag finds a re-report. NaN without a re-report among the flagged.

    Raises
    ------
    ConfigError
        If the share is not above 0 and at most 1.

    Notes
    -----
    1 over the positive predictive value of Uno et al. (2007), doi:10.1198/016214507000000149: a workload, after the
    number needed to treat of Laupacis et al. (1988), doi:10.1056/NEJM198806303182605. It says nothing of what a flag
    prevents. Draws without a re-report among the flagged have no value, so small capacities may lack an interval; that
    of precision then tells as much.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0], [100, 400, 300, 600])
    >>> sample = Sample.build(y, y, [[0.5], [0.1], [0.2], [0.4]], [365])
    >>> METRIC.with_parameters(capacity_share=0.5).estimate(sample, 365)
    2.0
    """
    sums = flagged_sums(sample, horizon_days, weights, capacity_share)
    return ratio(sums.found + sums.needless, sums.found)


METRIC = Metric(
    name="number_needed_to_flag",
    label="Number needed to flag",
    label_nl="Aantal signaleringen per her-melding",
    kind="decision",
    direction="lower",
    value_range=(1.0, np.inf),
    source="1 / positive predictive value of Uno et al. (2007), doi:10.1198/016214507000000149",
    function=number_needed_to_flag,
    parameters=AT_CAPACITY,
    by_default=False,
)
