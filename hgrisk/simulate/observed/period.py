"""The period in which each household is observed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from hgrisk.simulate.records import OBSERVED, Codes, Days, Floats, Households, day_number
from hgrisk.simulate.scenario import Scenario

FAR = 1_000_000
"""A day after everything."""


def whole(at: Floats) -> Days:
    """Return the day of each time, ``FAR`` for what never comes.

    Examples
    --------
    >>> whole(np.array([3.7, np.inf])).tolist()
    [3, 1000000]
    """
    return np.floor(np.minimum(at, FAR)).astype(np.int32)


@dataclass(frozen=True, eq=False)
class Period:
    """When registration began and ended.

    Attributes
    ----------
    start, extraction : int
        Days since 1970-01-01; what occurred before the first or became known after the last is in no table.
    until : ndarray of int32, shape (households,)
        Last day on which each household is observed.
    reason : ndarray of int8, shape (households,)
        ``OBSERVED``, or why observation ended before the extraction or on it.
    """

    start: int
    extraction: int
    until: Days
    reason: Codes

    @classmethod
    def of(cls, scenario: Scenario, homes: Households) -> Self:
        """Return the period of each household.

        Parameters
        ----------
        scenario : Scenario
            The world.
        homes : Households
            The households.

        Returns
        -------
        Period
            The periods; one that ended before registration began ends before its start.
        """
        extraction = day_number(scenario.population.extraction_on)
        last = whole(homes.terminal_at)
        ended = (homes.terminal != OBSERVED) & (last <= extraction)
        until = np.where(ended, last, extraction).astype(np.int32)
        reason = np.where(ended, homes.terminal, OBSERVED).astype(np.int8)
        return cls(day_number(scenario.population.register_on), extraction, until, reason)
