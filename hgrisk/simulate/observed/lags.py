"""How many days pass before something that occurred is registered."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hgrisk.simulate.observed.residences import region_at
from hgrisk.simulate.parameters.reporting import Reporting
from hgrisk.simulate.records import Bools, Days, Floats, Households, day_number

SAME_DAY, BY_NEXT_DAY = 0.60, 0.87
"""Of the registrations in time, those on the day itself, and those by the next [M]."""

LATE_MEAN_DAYS, LATE_FROM, LATE_UNTIL = 14.0, 3, 63
STRAINED_DAYS, REGIONS_APART, STRAIN = 90, 14, 3.0
"""After a change of system: days of trouble, days between the changes of two regions, times as much that goes wrong."""


def strain(reporting: Reporting, homes: Households, home: npt.NDArray[Any], on: npt.NDArray[Any]) -> Floats:
    """Return how many times as often registration goes wrong, because the region has just changed its system.

    Parameters
    ----------
    reporting : Reporting
        The settings.
    homes : Households
        The households.
    home, on : ndarray of int, shape (n,)
        Household and day of what is registered.

    Returns
    -------
    ndarray of float, shape (n,)
        1, or ``STRAIN`` for ``STRAINED_DAYS`` after the change.
    """
    changed = day_number(reporting.system_change_on) + REGIONS_APART * region_at(homes, home, on).astype(np.int32)
    strained: Bools = (on >= changed) & (on < changed + STRAINED_DAYS)
    return np.where(strained, STRAIN, 1.0)


def draw_lags(late_share: npt.NDArray[np.float64], rng: np.random.Generator) -> Days:
    """Draw days from occurrence to registration: mostly 0 to 2, a late share 3 days to 9 weeks.

    Parameters
    ----------
    late_share : ndarray of float, shape (n,)
        Chance of a late registration; above 1 counts as 1.
    rng : numpy.random.Generator
        The generator, which moves on.

    Returns
    -------
    ndarray of int32, shape (n,)
        Days.

    Examples
    --------
    >>> lags = draw_lags(np.full(1000, 0.1), np.random.default_rng(1))
    >>> int(lags.min()), int(np.median(lags)), int(lags.max()) <= 63
    (0, 0, True)
    """
    u = rng.random(late_share.size)
    rest = (u - late_share) / np.maximum(1 - late_share, 1e-12)
    lags = (rest >= SAME_DAY).astype(np.int32) + (rest >= BY_NEXT_DAY)
    late = np.flatnonzero(u < late_share)
    drawn = LATE_FROM + rng.exponential(LATE_MEAN_DAYS, late.size)
    lags[late] = np.minimum(drawn, LATE_UNTIL).astype(np.int32)
    return lags.astype(np.int32)


def draw_known(
    reporting: Reporting, homes: Households, home: npt.NDArray[Any], on: npt.NDArray[Any], rng: np.random.Generator
) -> Days:
    """Draw the day on which each of some events becomes known.

    Parameters
    ----------
    reporting : Reporting
        The settings.
    homes : Households
        The households.
    home, on : ndarray of int, shape (n,)
        Household and day of each event.
    rng : numpy.random.Generator
        The generator, which moves on.

    Returns
    -------
    ndarray of int32, shape (n,)
        Days since 1970-01-01, on or after ``on``.
    """
    share = reporting.late_share * strain(reporting, homes, home, on)
    return np.asarray(on + draw_lags(share, rng), dtype=np.int32)
