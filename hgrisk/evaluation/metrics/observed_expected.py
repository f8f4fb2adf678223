"""Observed over expected: re-reports that happened per re-report predicted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.sums import ratio, weighted_sums


def observed_expected(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Return the ratio of observed to predicted re-reports by the horizon.

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
        1 is calibrated in the large, above 1 the risks are too low. NaN if every risk is 0.

    Notes
    -----
    van Geloven et al. (2022), doi:10.1136/bmj-2021-069249. The observed number is weighted by the inverse probability
    of censoring; it is n times the Aalen-Johansen incidence if G is estimated on the same rows.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0], [100, 200, 300, 600])
    >>> round(METRIC.estimate(Sample.build(y, y, [[0.5], [0.5], [0.5], [0.5]], [365]), 365), 4)
    1.25
    """
    status = sample.status(horizon_days)
    terms = np.column_stack((status.weight * status.happened, sample.risk_at(horizon_days)))
    observed, expected = weighted_sums(weights, terms).T
    return ratio(observed, expected)


METRIC = Metric(
    name="observed_expected",
    label="Observed over expected",
    label_nl="Waargenomen / verwacht",
    kind="calibration",
    direction="target",
    target=1.0,
    value_range=(0.0, np.inf),
    source="van Geloven et al. (2022), doi:10.1136/bmj-2021-069249, O/E ratio",
    function=observed_expected,
)
