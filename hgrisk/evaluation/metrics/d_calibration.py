"""D-calibration: whether the days of re-report are spread as the predicted curves say."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation.distribution import N_BINS, bin_counts
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.sums import ratio


def d_calibration(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Return the chi-squared statistic of the risks on the day of re-report, against an even spread.

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
        0 is an even spread; for calibrated risks about 9 without censoring, less with it. It grows with the number of
        rows. NaN if all weights are 0.

    Notes
    -----
    Haider et al. (2020), doi:10.48550/arXiv.1811.11347. Ten bins; `hgrisk.evaluation.distribution` tells
    what is made of the horizon and of competing events, and gives the p value. It is a test, and draws of a bootstrap
    lie higher than the sample, so it is computed on request only.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1] * 10, np.arange(10.0, 110.0, 10.0))
    >>> risk = np.tile(np.arange(0.05, 1.0, 0.1), (10, 1))
    >>> round(METRIC.estimate(Sample.build(y, y, risk, np.arange(10.0, 110.0, 10.0)), 100), 4)
    0.0
    """
    counts = bin_counts(sample, horizon_days, weights)
    expected = counts.sum(axis=1, keepdims=True) / N_BINS
    return ratio(((counts - expected) ** 2).sum(axis=1), expected[:, 0])


METRIC = Metric(
    name="d_calibration",
    label="D-calibration (chi-squared)",
    label_nl="D-kalibratie (chi-kwadraat)",
    kind="calibration",
    direction="lower",
    value_range=(0.0, np.inf),
    source="Haider et al. (2020), doi:10.48550/arXiv.1811.11347, equation for chi-squared with censored rows spread",
    function=d_calibration,
    by_default=False,
)
