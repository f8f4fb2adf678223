"""Integrated calibration index: the mean distance between risk and smoothed observed risk."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation._observed_risk import distance_metric, mean_error
from hgrisk.evaluation.sample import Sample


def ici(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Return the mean distance between the risks and a smooth curve of the observed risk.

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
    doi:10.1186/s41512-021-00114-6; see `hgrisk.evaluation.smooth_calibration` for the curve. Follow-up ends at the
    horizon, so what happens afterwards does not bear on it. By chance it is above 0 even for true risks, the more so in
    small samples, and its bootstrap draws lie higher still: the interval does not show that bias. Each draw fits a
    regression, so it is computed on request only.

    Examples
    --------
    >>> import numpy as np
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 0, 1, 0, 1, 1] * 20, np.arange(120) * 37 % 120 * 10 + 10)
    >>> risk = np.linspace(0.1, 0.6, 120)[:, None]
    >>> round(METRIC.estimate(Sample.build(y, y, risk, [365]), 365), 3)
    0.181
    """
    return mean_error(sample, horizon_days, weights)


METRIC = distance_metric(ici, "Integrated calibration index", "Geïntegreerde kalibratie-index")
