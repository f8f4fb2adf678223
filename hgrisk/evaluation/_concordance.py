"""The concordance of a sample, one value for each bootstrap draw."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.sums import ratio
from hgrisk.hazards import concordance as pairs
from hgrisk.hazards.concordance import compare_pairs
from hgrisk.surv import CENSORED, RE_REPORT


def concordance(sample: Sample, horizon_days: float, weights: NDArray[Any], censoring: Floats | None = None) -> Floats:
    """Return the share of comparable pairs in which the earlier re-report has the higher risk.

    Parameters
    ----------
    sample : Sample
        Outcomes and risks of n rows.
    horizon_days : float
        The earlier of a pair is a re-report by this day; rows are ranked by their risk at it.
    weights : ndarray, shape (b, n)
        How often each row counts.
    censoring : ndarray, shape (n,), optional
        G just before the end of each row's follow-up, for inverse weights.

    Returns
    -------
    ndarray, shape (b,)
        In [0, 1], equal risks counting 1/2; NaN without a comparable pair. See `compare_pairs`.
    """
    outcome, risk = (sample.duration_days, sample.event), sample.risk_at(horizon_days)
    return ratio(*compare_pairs(outcome, risk, weights, censoring=censoring, horizon_days=horizon_days))


def concordance_on_the_day(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Return the concordance of the risks on the day of each re-report.

    Parameters
    ----------
    sample : Sample
        Outcomes and risks of n rows; a re-report is judged by the risks of the first day of the grid from its own on.
    horizon_days : float
        The earlier of a pair is a re-report by this day.
    weights : ndarray, shape (b, n)
        How often each row counts.

    Returns
    -------
    ndarray, shape (b,)
        In [0, 1], equal risks counting 1/2; NaN without a comparable pair.
    """
    won, compared = np.zeros(len(weights)), np.zeros(len(weights))
    column = np.searchsorted(sample.times, sample.duration_days)
    is_case = (sample.event == RE_REPORT) & (sample.duration_days <= horizon_days)
    for day in np.unique(column[is_case]):
        others = (sample.event == RE_REPORT) & ~(is_case & (column == day))
        event = np.where(others, CENSORED, sample.event)  # a re-report of another day is compared, and asks nothing
        # who left before the first day of this column is in no pair, unless by a competing event
        rows = np.flatnonzero((column >= day) | (event != CENSORED))
        outcome, risk = (sample.duration_days[rows], event[rows]), sample.risk[rows, day]
        some_won, some = compare_pairs(outcome, risk, weights.take(rows, axis=1))
        won += some_won
        compared += some
    return ratio(won, compared)


def mean_won_share(sample: Sample, horizon_days: float, weights: NDArray[Any]) -> Floats:
    """Return the mean over the re-reports of the share of pairs won, shape (b,); rows rank by risk at the horizon."""
    outcome, risk = (sample.duration_days, sample.event), sample.risk_at(horizon_days)
    return pairs.mean_won_share(outcome, risk, weights, horizon_days=horizon_days)
