"""The calendar of a world in arrays: months, and working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import numpy as np

from hgrisk.simulate.parameters.population import Population
from hgrisk.simulate.records import HORIZON_DAYS, Floats, Ints, day_number
from hgrisk.working_days import dutch_holidays

_SLACK_DAYS = 400
"""Steps that start within the horizon may end this much later."""


@dataclass(frozen=True, eq=False)
class Periods:
    """Months of equal length from the first onset until after the last horizon.

    Each array has one value per period; ``since`` and ``within`` give the share of each period.
    """

    first_day: int
    length: float
    starts: Floats
    register_day: int

    @classmethod
    def of(cls, settings: Population) -> Self:
        """Lay out the periods of a world."""
        first = day_number(settings.first_onset)
        last = day_number(settings.extraction_on) + HORIZON_DAYS + 2 * _SLACK_DAYS
        length = 365.25 / 12
        return cls(first, length, np.arange(first, last, length), day_number(settings.register_on))

    @property
    def years_since_register(self) -> Floats:
        """Years from the start of registration to the middle of each period, 0 before."""
        years: Floats = ((self.starts + self.length / 2 - self.register_day) / 365.25).clip(0)
        return years

    @property
    def half_year(self) -> Ints:
        """Number of the half-year of each period."""
        return np.arange(self.starts.size) // 6

    def since(self, day: date) -> Floats:
        """Return the share of each period that lies on or after a day."""
        return 1 - self._share_before(day_number(day))

    def within(self, start: date, end: date) -> Floats:
        """Return the share of each period that lies from one day up to another."""
        return self._share_before(day_number(end)) - self._share_before(day_number(start))

    def _share_before(self, day: int) -> Floats:
        share: Floats = ((day - self.starts) / self.length).clip(0, 1)
        return share


@dataclass(frozen=True, eq=False)
class Workdays:
    """Dutch working days.

    ``until`` counts those from the first day up to and including each day; ``day[n]`` is the n-th, counted from 1.
    """

    until: Ints
    day: Ints

    @classmethod
    def of(cls, periods: Periods) -> Self:
        """Count the working days of a world."""
        first = date(1970, 1, 1) + timedelta(days=periods.first_day)
        last = date(1970, 1, 1) + timedelta(days=int(periods.starts[-1]) + _SLACK_DAYS)
        days = np.arange(periods.first_day, day_number(last) + 1)
        working = np.is_busday(days.astype("datetime64[D]"), holidays=dutch_holidays(first, last))
        return cls(np.cumsum(working), np.append(periods.first_day, days[working]))
