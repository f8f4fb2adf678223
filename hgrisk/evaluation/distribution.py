"""Distribution calibration: the days of re-report on the scale of their own predicted risks, in bins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chi2

from hgrisk.curves import Floats
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.sums import draw_blocks, weighted_sums
from hgrisk.surv import CENSORED, RE_REPORT

N_BINS = 10


@dataclass(frozen=True, eq=False)
class Distribution:
    """How the days of re-report are spread over the predicted curves.

    Attributes
    ----------
    table : DataFrame
        Columns ``lower`` and ``upper`` (risks, 0 to 1), ``observed`` and ``expected`` (rows); one row per bin.
    statistic : float
        Chi-squared, on one degree of freedom less than there are bins.
    p : float
        Its p value. Too high with censoring, which spreads rows evenly whatever the risks; with competing events or
        recurring households a guide only.
    """

    table: pd.DataFrame
    statistic: float
    p: float


def distribution(sample: Sample, horizon_days: float) -> Distribution:
    """Compare the spread of the days of re-report with that of the predicted curves.

    Parameters
    ----------
    sample : Sample
        Outcomes and risks of n rows.
    horizon_days : float
        Days, one of ``sample.times``; follow-up after it is not looked at.

    Returns
    -------
    Distribution
        Ten bins of risk with their statistic.

    Raises
    ------
    DataError
        If the horizon is refused.

    Notes
    -----
    Haider et al. (2020), doi:10.48550/arXiv.1811.11347. If the curves are right, the risk of a row on its own day of
    re-report is uniform. A row that is censored, or followed past the horizon, is spread evenly over the higher risks.
    With competing events by the horizon the rows of known status stand in for the others, weighted by the inverse
    probability of censoring: those without a re-report by the horizon are spread over the risks above theirs at the
    horizon. The two agree without censoring. Between the days of ``sample.times`` the risk is taken to be linear.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> y = Surv.from_arrays([1, 1, 0, 1], [100, 200, 250, 300])
    >>> sample = Sample.build(y, y, [[0.15, 0.25], [0.35, 0.65], [0.1, 0.5], [0.2, 0.4]], [100, 290])
    >>> distribution(sample, 290).table["observed"].round(2).tolist()
    [0.0, 1.0, 0.0, 0.0, 0.31, 1.34, 0.34, 0.34, 0.34, 0.34]
    """
    sample = sample.judged_at(horizon_days)
    observed = bin_counts(sample, horizon_days, np.ones((1, len(sample))))[0]
    expected = observed.sum() / N_BINS
    statistic = float(((observed - expected) ** 2).sum() / expected)
    edges = np.arange(N_BINS + 1) / N_BINS
    table = pd.DataFrame({"lower": edges[:-1], "upper": edges[1:], "observed": observed, "expected": expected})
    return Distribution(table, statistic, float(chi2.sf(statistic, N_BINS - 1)))


def bin_counts(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Count the rows in ten bins of their risk on the day of re-report.

    Parameters
    ----------
    sample : Sample
        Outcomes and risks of n rows.
    horizon_days : float
        Days.
    weights : ndarray, shape (b, n)
        How often each row counts.

    Returns
    -------
    ndarray, shape (b, 10)
        Weight in each bin, lowest risk first; see :func:`distribution`.
    """
    ended = np.minimum(sample.duration_days, horizon_days)
    happened = (sample.event == RE_REPORT) & (sample.duration_days <= horizon_days)
    competing = (sample.event != RE_REPORT) & (sample.event != CENSORED) & (sample.duration_days <= horizon_days)
    counted = np.ones(len(sample))
    if competing.any():
        counted = sample.status(horizon_days).weight
        ended = np.where(happened, ended, horizon_days)
    counts = np.empty((len(weights), N_BINS))
    survival = 1.0 - _risk_on_the_day(sample, ended)
    shares = counted[:, None] * _shares_of_bins(survival, happened)[:, ::-1]
    for block in draw_blocks(*weights.shape):
        counts[block] = weighted_sums(weights[block], shares)
    return counts


def _shares_of_bins(survival: Floats, happened: NDArray[np.bool_]) -> Floats:
    """Put each row in the bin of its survival, or spread it evenly from there down to 0: shape (n, 10)."""
    place = np.minimum((survival * N_BINS).astype(np.int64), N_BINS - 1)
    whole = np.eye(N_BINS)[place]
    lower = np.arange(N_BINS) / N_BINS
    below = np.clip(survival[:, None] - lower, 0.0, 1.0 / N_BINS)
    spread = np.divide(below, survival[:, None], out=whole.copy(), where=survival[:, None] > 0)
    return np.where(happened[:, None], whole, spread)


def _risk_on_the_day(sample: Sample, days: Floats) -> Floats:
    """Interpolate each row's risk on its own day, from 0 on day 0; no day is past the last of the grid."""
    times = np.concatenate(([0.0], sample.times))
    risk = np.column_stack((np.zeros(len(sample)), sample.risk))
    right = np.searchsorted(times, days)
    rows = np.arange(len(sample))
    part = (days - times[right - 1]) / (times[right] - times[right - 1])
    return np.asarray(risk[rows, right - 1] + part * (risk[rows, right] - risk[rows, right - 1]), dtype=np.float64)
