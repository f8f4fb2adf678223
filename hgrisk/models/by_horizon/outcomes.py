"""What is known of each row at a horizon, and how much it counts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from hgrisk.curves import Floats
from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.inputs.censoring_weights import HorizonOutcome, outcome_at, uncensored_probability
from hgrisk.models.protocol import Training
from hgrisk.surv import CENSORED

HEAVIEST = 100.0
"""The largest censoring weight: a fit that hangs on one row has intervals that say nothing of it."""


def checked_horizons(horizons_days: Any) -> tuple[float, ...]:
    """Return the horizons in rising order, each once, or refuse them."""
    try:
        horizons = tuple(sorted({float(day) for day in horizons_days}))
    except (TypeError, ValueError):
        horizons = ()
    if not horizons or not all(np.isfinite(day) and day > 0 for day in horizons):
        raise ConfigError("Horizons are days above 0", f"{horizons_days!r}", "use (183, 365, 548), say")
    return horizons


def checked_followable(days: Any, n_rows: int) -> Floats:
    """Return for how long each row could be followed, without end where nothing is said, or refuse it."""
    if days is None:
        return np.full(n_rows, np.inf)
    limit = np.asarray(days, dtype=np.float64)
    if limit.shape != (n_rows,) or np.any(np.isnan(limit)):
        raise DataError(
            "followable_days has one number per row", f"shape {limit.shape} for {n_rows} rows", "align it with X"
        )
    return limit


def horizon_outcome(training: Training, followable: Floats, day: float) -> HorizonOutcome:
    """Return label and weight of the rows that could be followed for a horizon; the others weigh nothing.

    The weights rest on the censoring of the rows that are left: that of all rows would count those left out twice.

    Parameters
    ----------
    training : Training
        The rows.
    followable : ndarray, shape (n,)
        For how many days each row could be followed, whatever happens to it.
    day : float
        The horizon in days.

    Returns
    -------
    HorizonOutcome
        Labels, and weights for censoring, without the case weights.

    Raises
    ------
    FitError
        If by the horizon nobody re-reported, everybody did, nobody was followed so long, or so few that one of them
        stands for more than ``HEAVIEST`` rows. Where the last rows ended in an event before the horizon, all is known
        of it.
    """
    able = followable >= day
    duration, event, weight = training.duration[able], training.event[able], training.weight[able]
    longest = duration.max(initial=0)
    if longest < day and (len(event) == 0 or np.any(event[duration == longest] == CENSORED)):
        found = f"a longest follow-up of {longest:g} days"
        raise FitError(f"Some row is followed for {day:g} days", found, "leave this horizon out")
    uncensored = uncensored_probability(duration, event, weight)
    outcome = outcome_at(training.duration, training.event, uncensored, day)
    outcome = replace(outcome, weight=np.where(able, outcome.weight, 0.0))
    for answer, rule in ((True, "re-reports"), (False, "is known not to re-report")):
        if not np.any((outcome.label == answer) & (outcome.weight > 0)):
            raise FitError(f"Some row {rule} within {day:g} days", "none", "leave this horizon out")
    heaviest = float(outcome.weight.max())
    if heaviest > HEAVIEST:
        raise FitError(
            f"A row stands for at most {HEAVIEST:g} rows at {day:g} days",
            f"one that stands for {heaviest:.0f}, as hardly any row is followed so long",
            "leave this horizon out, or say how long rows could be followed",
        )
    return outcome
