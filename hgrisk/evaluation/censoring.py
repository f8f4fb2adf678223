"""The censoring distribution: how likely it is to be still followed."""

from __future__ import annotations

from typing import Any

import numpy as np

from hgrisk.curves import StepFunction, risk_table
from hgrisk.surv import CENSORED, JUDGED, without_entry


def censoring_curve(y: Any) -> StepFunction:
    """Estimate G(t), the probability of not yet being censored by each day.

    Parameters
    ----------
    y : ndarray or DataFrame, shape (n,)
        Outcome with ``event`` and ``duration_days``. Competing events end the follow-up but are not censoring.

    Returns
    -------
    StepFunction
        G(t) from 1 downwards; its last jump time is the longest follow-up in days.

    Raises
    ------
    DataError
        If ``y`` is not an outcome.

    Notes
    -----
    The reverse Kaplan-Meier estimate with one convention for ties, which are heavy in whole days: on one day events
    come before censoring, so events leave the risk set first. With this convention the mean of the weights 1/G(T-)
    of the re-reports by a day is exactly the Aalen-Johansen incidence on that day.

    Satten and Datta (2001), doi:10.1198/000313001317098185.

    Examples
    --------
    >>> from hgrisk.surv import Surv
    >>> censoring_curve(Surv.from_arrays([1, 0, 2, 1], [10, 10, 20, 30])).at([9, 10, 30]).round(4).tolist()
    [1.0, 0.6667, 0.6667]
    """
    outcome = without_entry(y, "A censoring distribution", JUDGED)
    days, censored = outcome["duration_days"], outcome["event"] == CENSORED
    leaving = risk_table(days, censored)
    at_risk = np.append(leaving.at_risk[1:], 0.0) + leaving.counts  # those who stay, and those who are censored
    hazard = np.divide(leaving.counts, at_risk, out=np.zeros_like(at_risk), where=at_risk > 0)
    return StepFunction(leaving.times, np.asarray(np.cumprod(1.0 - hazard), dtype=np.float64), 1.0)
