"""How the chance to be under observation changes with time, as rows come under observation late and are censored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from hgrisk.hazards.risk_sets import Floats

NOBODY = 1e-9
"""A factor below this is 0 but for rounding: nobody is left, or everybody has just come."""


@dataclass(frozen=True)
class Observation:
    """The logarithm of ``G(t-) H(t-)``, up to a constant: uncensored just before t, and come under observation by then.

    Attributes
    ----------
    times : ndarray, shape (k,)
        Days at which it jumps, increasing.
    log_chance : ndarray, shape (k,)
        The value after each of them, up to one constant for all.
    gap : float
        The first day on which all at risk are censored, or all have just come, in days; infinite if there is none. The
        chance has no meaning after it.
    """

    times: Floats
    log_chance: Floats
    gap: float

    def before(self, days: Floats) -> Floats:
        """Return the value just before each of the days."""
        return np.concatenate(([0.0], self.log_chance))[np.searchsorted(self.times, days, side="left")]


def observe(duration: Floats, censored: NDArray[np.bool_], entry: Floats | None, weight: Floats) -> Observation:
    """Estimate the chance to be under observation by product limits (Geskus 2011).

    Parameters
    ----------
    duration : ndarray, shape (n,)
        Days at the end of the time at risk.
    censored : ndarray of bool, shape (n,)
        Whether the row was censored there; events come before censorings on the same day.
    entry : ndarray, shape (n,), or None
        Days at the start; None for 0.
    weight : ndarray, shape (n,)
        Case weights above 0.

    Returns
    -------
    Observation
        G, the Kaplan-Meier estimate of being uncensored, times H, that of having come under observation, which is a
        product limit backwards in time.

    Notes
    -----
    Geskus (2011), doi:10.1111/j.1541-0420.2010.01420.x.
    """
    uncensored = _uncensored(duration, censored, entry, weight)
    times, factor = uncensored if entry is None else _joined(uncensored, _come(duration, entry, weight))
    empty = factor <= NOBODY
    with np.errstate(divide="ignore"):
        logs = np.where(empty | ~np.isfinite(factor), 0.0, np.log(np.where(factor > 0, factor, 1.0)))
    gap = times[empty | ~np.isfinite(factor)]
    return Observation(times, np.cumsum(logs), float(gap[0]) if len(gap) else np.inf)


def _uncensored(
    duration: Floats, censored: NDArray[np.bool_], entry: Floats | None, weight: Floats
) -> tuple[Floats, Floats]:
    times, place = np.unique(duration[censored], return_inverse=True)
    leaving = np.bincount(place, weights=weight[censored], minlength=len(times))
    left = _total_from(duration, weight * censored, times) + _total_after(duration, weight * ~censored, times)
    if entry is not None:
        left -= _total_from(entry, weight, times)
    return times, 1.0 - leaving / left


def _come(duration: Floats, entry: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Return by how much the chance to have come rises after each entry time but the first."""
    times, place = np.unique(entry, return_inverse=True)
    coming = np.bincount(place, weights=weight, minlength=len(times))
    there = _total_after(duration, weight, times) - _total_after(entry, weight, times)
    earlier = 1.0 - coming / np.maximum(there, coming)
    with np.errstate(divide="ignore"):
        return times[1:], np.where(earlier[1:] > NOBODY, 1.0 / earlier[1:], np.inf)


def _joined(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    times = np.concatenate((one[0], other[0]))
    order = np.argsort(times, kind="stable")
    return times[order], np.concatenate((one[1], other[1]))[order]


def _total_from(days: Floats, weight: Floats, at: Floats) -> Floats:
    """Return the weight of those whose day is at each time or later."""
    return _total(days, weight, at, "left")


def _total_after(days: Floats, weight: Floats, at: Floats) -> Floats:
    return _total(days, weight, at, "right")


def _total(days: Floats, weight: Floats, at: Floats, side: Literal["left", "right"]) -> Floats:
    order = np.argsort(days, kind="stable")
    upwards = np.concatenate((np.cumsum(weight[order][::-1])[::-1], [0.0]))
    return upwards[np.searchsorted(days[order], at, side=side)]
