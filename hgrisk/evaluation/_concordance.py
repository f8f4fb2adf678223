"""The concordance of a sample, one value for each bootstrap draw."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from hgrisk.curves import Floats
from hgrisk.evaluation._sums import ratio
from hgrisk.evaluation.sample import Sample
from hgrisk.hazards.concordance import compare_pairs


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
