"""E90: the distance between risk and smoothed observed risk that 90 % stay within."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation._observed_risk import distance_metric, quantile_error
from hgrisk.evaluation.sample import Sample


def e90(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Return the 90th percentile of the distance between the risks and a smooth curve of the observed risk.

    Parameters
    ----------
    sample : Sample
        Outcomes, risks and the censoring distribution of n rows.
    horizon_days : float
        Days.
    weights : ndarray, shape (b, n)
        How often each row counts, in whole numbers.

    Returns
    -------
    ndarray, shape (b,)
        0 is calibrated at every risk. NaN if the curve is not defined: fewer than three distinct knots, as with one
        risk for all, or no re-report.

    Raises
    ------
    DataError
        If a weight is not a whole number.

    Notes
    -----
    Austin et al. (2020), doi:10.1002/sim.8570, with competing events Austin et al. (2022),
    doi:10.1186/s41512-021-00114-6. The curve and what to bear in mind are those of `hgrisk.evaluation.metrics.ici`.

    Examples
    --------
    >>> import numpy as np
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0, 1, 1] * 20, np.arange(120) * 37 % 120 * 10 + 10)
    >>> risk = np.linspace(0.1, 0.6, 120)[:, None]
    >>> round(METRIC.estimate(Sample.build(y, y, risk, [365]), 365), 3)
    0.373
    """
    return quantile_error(sample, horizon_days, weights, 0.9)


METRIC = distance_metric(
    e90, "90th percentile of the calibration error (E90)", "90e percentiel van de kalibratiefout (E90)"
)
