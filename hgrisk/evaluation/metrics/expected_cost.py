"""Expected cost: re-reports that were not flagged and flags that were not needed, in one unit."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError
from hgrisk.evaluation.capacity import AT_CAPACITY, DEFAULT_COST_RATIO, DEFAULT_SHARE, flagged_sums
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.sums import ratio


def expected_cost(
    sample: Sample,
    horizon_days: float,
    weights: NDArray[Any],
    capacity_share: float = DEFAULT_SHARE,
    cost_ratio: float = DEFAULT_COST_RATIO,
) -> Floats:
    """Return the cost per household of flagging the highest risks that fill the capacity.

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
    cost_ratio : float
        Cost of a re-report that was not flagged, above 0; a flag without a re-report costs 1.

    Returns
    -------
    ndarray, shape (b,)
        Cost in units of one flag that was not needed; 0 if exactly the households with a re-report are flagged. NaN if
        all weights are 0.

    Raises
    ------
    ConfigError
        If the share is not above 0 and at most 1, or the ratio not above 0.

    Notes
    -----
    (c FN + FP) / n: Elkan (2001), doi:10.5555/1642194.1642224; counts are weighted by the inverse probability of
    censoring. With true risks it is lowest if the capacity ends at a risk of 1/(1 + c). At one capacity it depends on
    the ranking only, so models can be compared whatever their calibration. What a flag prevents is not in it.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0], [100, 400, 300, 600])
    >>> sample = Sample.build(y, y, [[0.5], [0.1], [0.2], [0.4]], [365])
    >>> METRIC.with_parameters(capacity_share=0.5, cost_ratio=3.0).estimate(sample, 365)
    1.0
    """
    if not 0.0 < cost_ratio < np.inf:
        raise ConfigError("A cost ratio is a number above 0", f"{cost_ratio}", "give 10 if a miss costs ten flags")
    sums = flagged_sums(sample, horizon_days, weights, capacity_share)
    return ratio(cost_ratio * sums.missed + sums.needless, weights.sum(axis=1))


METRIC = Metric(
    name="expected_cost",
    label="Expected cost at capacity",
    label_nl="Verwachte kosten bij capaciteit",
    kind="decision",
    direction="lower",
    value_range=(0.0, np.inf),
    source="Elkan (2001), doi:10.5555/1642194.1642224, cost matrix with a miss of c and a false alarm of 1",
    function=expected_cost,
    parameters=MappingProxyType({**AT_CAPACITY, "cost_ratio": DEFAULT_COST_RATIO}),
    by_default=False,
)
