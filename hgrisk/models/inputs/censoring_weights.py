"""Inverse-probability-of-censoring weights for a yes-or-no outcome at a horizon."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.curves import Floats, StepFunction, risk_table
from hgrisk.surv import CENSORED, RE_REPORT


@dataclass(frozen=True)
class HorizonOutcome:
    """What is known at one horizon.

    Attributes
    ----------
    label : ndarray of bool, shape (n,)
        Re-report by the horizon.
    weight : ndarray, shape (n,)
        Censoring weight: 0 where the outcome is not known, else 1 or more.
    least_uncensored : float
        Probability of being uncensored just before the horizon, the smallest that is divided by.
    """

    label: NDArray[np.bool_]
    weight: Floats
    least_uncensored: float


def uncensored_probability(duration: Floats, event: NDArray[np.int8], weight: Floats) -> StepFunction:
    """Return the Kaplan-Meier probability G of not being censored yet, events before censorings on the same day.

    With this order, weighted means equal the Aalen-Johansen estimate exactly (Satten and Datta 2001,
    doi:10.1198/000313001317098185).
    """
    every = risk_table(duration, event != CENSORED, weight)
    censored = risk_table(duration, event == CENSORED, weight).counts
    left = every.at_risk - every.counts
    hazard = np.divide(censored, left, out=np.zeros_like(left), where=censored > 0)
    return StepFunction(every.times, np.asarray(np.cumprod(np.maximum(1.0 - hazard, 0.0)), dtype=np.float64), 1.0)


def outcome_at(
    duration: Floats, event: NDArray[np.int8], uncensored: StepFunction, horizon_days: float
) -> HorizonOutcome:
    """Return label and weight of each row at a horizon h.

    An event or competing event at T <= h weighs 1 / G(T-); a row still followed at h without an event, one censored on
    day h included, weighs 1 / G(h-); a row censored earlier weighs 0.
    """
    happened = (event != CENSORED) & (duration <= horizon_days)
    known = happened | (duration >= horizon_days)
    at = uncensored.before(np.minimum(duration, horizon_days))
    weight = np.divide(1.0, at, out=np.zeros_like(at), where=known)
    label = happened & (event == RE_REPORT)
    return HorizonOutcome(label, weight, float(uncensored.before(horizon_days)))
