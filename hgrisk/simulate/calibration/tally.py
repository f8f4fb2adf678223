"""The counts behind the calibration table, block by block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl

from hgrisk.simulate.calibration.hidden import hidden_counts
from hgrisk.simulate.calibration.quantities import RATIOS
from hgrisk.simulate.calibration.register import REGIONS, register_counts
from hgrisk.simulate.records import Households, Incidents, Ints, Reports
from hgrisk.simulate.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Tally:
    """Counts of a block of households, or of several: they add up.

    Parameters
    ----------
    counts : ndarray of int, shape (ratios, 2)
        Numerator and denominator of each quantity, in the order of `quantities.RATIOS`.
    by_region : ndarray of int, shape (25,)
        Reports that occurred in 2023, in the order of `register.REGIONS`.

    Examples
    --------
    >>> both = Tally.empty() + Tally.empty()
    >>> both.counts.shape == (len(RATIOS), 2), both.by_region.shape
    (True, (25,))
    """

    counts: Ints
    by_region: Ints

    @classmethod
    def empty(cls) -> Self:
        """Return the tally of no household."""
        return cls(np.zeros((len(RATIOS), 2), dtype=np.int64), np.zeros(len(REGIONS), dtype=np.int64))

    def __add__(self, other: Tally) -> Tally:
        """Return the tally of both."""
        return Tally(self.counts + other.counts, self.by_region + other.by_region)


def tally(
    scenario: Scenario,
    observed: Mapping[str, pl.DataFrame],
    homes: Households,
    incidents: Incidents,
    reports: Reports,
) -> Tally:
    """Count a block for the calibration table.

    Parameters
    ----------
    scenario : Scenario
        The world: when registration began and when the tables were extracted.
    observed : mapping of str to polars.DataFrame
        The tables ``events`` and ``cases`` of the block, without planted faults; a household is wholly in it.
    homes, incidents, reports : Households, Incidents, Reports
        The truth of the block.

    Returns
    -------
    Tally
        The counts.
    """
    counts, by_region = register_counts(observed, scenario.population.extraction_on)
    counts |= hidden_counts(scenario.population, homes, incidents, reports)
    return Tally(np.array([counts[name] for name in RATIOS], dtype=np.int64), by_region)
