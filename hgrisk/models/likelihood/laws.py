"""Laws of a standardised log time: the distributions behind the parametric models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, gammainc, gammaincc, gammaln, log_expit, log_ndtr

from hgrisk.curves import Floats
from hgrisk.models.likelihood.terms import Terms, chained

HALF_LOG_2PI = 0.5 * float(np.log(2.0 * np.pi))

LARGE_SHAPE = 15.0
"""From this shape on, what Stirling's formula leaves of the log gamma function is taken from its series."""

NEAR_NORMAL = 1e-3
"""Below this shape in size, the generalised gamma law is interpolated: its formula divides by it."""

NEIGHBOURS = 0.02
"""Distance between the shapes that are interpolated."""


@dataclass(frozen=True)
class Law:
    """The law of a standardised log time z.

    Attributes
    ----------
    log_survival, log_density : callable
        Of z.
    slope, bend : callable
        First and second derivative of the log density.
    own_log_hazard : callable, optional
        The log hazard by a formula of its own, where the difference of the first two would lose digits.
    """

    log_survival: Callable[[Floats], Floats]
    log_density: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    bend: Callable[[Floats], Floats]
    own_log_hazard: Callable[[Floats], Floats] | None = None

    def log_hazard(self, z: Floats, log_survival: Floats | None = None) -> Floats:
        """Return the log hazard; the log survival is not computed again where it is given."""
        if self.own_log_hazard is not None:
            return self.own_log_hazard(z)
        return self.log_density(z) - (self.log_survival(z) if log_survival is None else log_survival)

    def survival_terms(self, z: Terms) -> Terms:
        """Return the log survival by the predictors of z."""
        log_survival = self.log_survival(z.value)
        hazard = np.exp(self.log_hazard(z.value, log_survival))
        return chained((log_survival, -hazard, -hazard * (self.slope(z.value) + hazard)), z)

    def density_terms(self, z: Terms) -> Terms:
        """Return the log density of z by its predictors."""
        return chained((self.log_density(z.value), self.slope(z.value), self.bend(z.value)), z)


EXTREME_VALUE = Law(
    log_survival=lambda z: -np.exp(z),
    log_density=lambda z: z - np.exp(z),
    slope=lambda z: -np.expm1(z),
    bend=lambda z: -np.exp(z),
    own_log_hazard=lambda z: z,
)
"""Of the log of a Weibull time."""

LOGISTIC = Law(
    log_survival=lambda z: np.asarray(log_expit(-z)),
    log_density=lambda z: np.asarray(log_expit(z) + log_expit(-z)),
    slope=lambda z: 1.0 - 2.0 * np.asarray(expit(z)),
    bend=lambda z: -2.0 * np.asarray(expit(z) * expit(-z)),
    own_log_hazard=lambda z: np.asarray(log_expit(z)),
)
"""Of the log of a log-logistic time."""

NORMAL = Law(
    log_survival=lambda z: np.asarray(log_ndtr(-z)),
    log_density=lambda z: -0.5 * z**2 - HALF_LOG_2PI,
    slope=lambda z: -z,
    bend=lambda z: np.full_like(z, -1.0),
)
"""Of the log of a log-normal time."""


def log_gamma_law(shape: float) -> Law:
    """Return the law of the log of a generalised gamma time, in Prentice's form.

    Parameters
    ----------
    shape : float
        1 gives the extreme value law (Weibull), 0 the normal law (log-normal); below 0 the long tail is on the right.

    Returns
    -------
    Law
        Prentice (1974), doi:10.1093/biomet/61.3.539: with ``k = shape**-2``, ``k exp(shape z)`` is gamma distributed.

    Examples
    --------
    >>> z = np.array([-1.0, 0.5])
    >>> np.allclose(log_gamma_law(1.0).log_survival(z), EXTREME_VALUE.log_survival(z))
    True
    """

    def log_survival(z: Floats) -> Floats:
        return _log_gamma_survival(shape, z)

    def log_density(z: Floats) -> Floats:
        return _log_gamma_density(shape, z)

    def slope(z: Floats) -> Floats:
        return -z if shape == 0 else np.asarray(-np.expm1(shape * z) / shape)

    return Law(log_survival, log_density, slope, lambda z: -np.exp(shape * z))


def _log_gamma_density(shape: float, z: Floats) -> Floats:
    """Return the log density, with all that grows without bound as the shape nears 0 taken out by hand."""
    return np.asarray(-HALF_LOG_2PI - _stirling_rest(shape) - z**2 * _exponential_rest(shape * z), dtype=np.float64)


def _stirling_rest(shape: float) -> float:
    """Return the log gamma function at ``shape**-2`` less Stirling's formula."""
    inverse = shape**2
    if inverse * LARGE_SHAPE < 1.0:
        return inverse / 12 - inverse**3 / 360 + inverse**5 / 1260 - inverse**7 / 1680
    k = 1.0 / inverse
    return float(gammaln(k) - (k - 0.5) * np.log(k) + k - HALF_LOG_2PI)


def _exponential_rest(x: Floats) -> Floats:
    """Return (exp(x) - 1 - x) / x**2, 1/2 at 0."""
    small = np.abs(x) < 0.5
    inner = np.where(small, x, 0.0)
    series = np.zeros_like(inner)
    for power in range(15, -1, -1):
        series = (1.0 + inner * series) / (power + 2)
    # Horner's rule on 1/2! + x/3! + ...: each factor adds one power
    safe = np.where(small, 1.0, x)
    return np.where(small, series, (np.expm1(safe) - safe) / safe**2)


def _log_gamma_survival(shape: float, z: Floats) -> Floats:
    if abs(shape) < NEAR_NORMAL:
        return _between_neighbours(shape, z)
    k = shape**-2
    tail = gammaincc if shape > 0 else gammainc
    return np.log(tail(k, k * np.exp(shape * z)))


def _between_neighbours(shape: float, z: Floats) -> Floats:
    """Interpolate with a polynomial through six shapes around 0."""
    places = NEIGHBOURS * np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
    total = np.zeros_like(z)
    for at, place in enumerate(places):
        others = np.delete(places, at)
        total += np.prod((shape - others) / (place - others)) * _log_gamma_survival(float(place), z)
    return total
