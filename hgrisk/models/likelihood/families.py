"""Families of times to an event: log survival and log hazard by a few linear predictors, with derivatives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import log_expit

from hgrisk.curves import Floats
from hgrisk.models.likelihood.laws import Law, log_gamma_law
from hgrisk.models.likelihood.terms import Terms, chained

FIRST = np.array([-1.0, 9.0, -45.0, 0.0, 45.0, -9.0, 1.0]) / 60
SECOND = np.array([2.0, -27.0, 270.0, -490.0, 270.0, -27.0, 2.0]) / 180
"""Central differences over seven points, exact for polynomials of degree six."""

STEP = 0.005
"""Their step in the shape of the generalised gamma law: errors are then near 1e-12."""

SERIES_BELOW = 1.0
"""Size of the argument below which the Gompertz hazard is integrated by its series."""


class Family(ABC):
    """A family of times to an event, by K predictors a row.

    Predictors have the shape (K, n), times (n,). For curves, predictors may have the shape (K, n, 1) and times (1, T)
    or (n, T): the values then have the shape (n, T). Times are above 0.
    """

    n_predictors: int

    @abstractmethod
    def log_survival(self, predictors: Floats, time: Floats) -> Floats:
        """Return the log probability of no event by each time."""

    @abstractmethod
    def log_hazard(self, predictors: Floats, time: Floats) -> Floats:
        """Return the log hazard per day at each time."""

    @abstractmethod
    def survival_terms(self, predictors: Floats, time: Floats) -> Terms:
        """Return the log survival with derivatives by the predictors."""

    @abstractmethod
    def density_terms(self, predictors: Floats, time: Floats) -> Terms:
        """Return the log density per day with derivatives by the predictors."""


@dataclass(frozen=True)
class LogTime(Family):
    """A law of log time with a location and, where ``n_predictors`` is 2, a log shape.

    With ``hazard_form`` the law holds for ``exp(shape) log(t) + location``, so that the location is a log cumulative
    hazard (extreme value law) and the shape the log of Weibull's alpha; else for ``(log(t) - location) exp(-shape)``.

    Attributes
    ----------
    law : Law
        Of the standardised log time.
    hazard_form : bool
        Which form.
    n_predictors : int
        1 where the shape is 0 for all, else 2.
    """

    law: Law
    hazard_form: bool
    n_predictors: int = 2

    def log_survival(self, predictors: Floats, time: Floats) -> Floats:
        """Return the log probability of no event by each time."""
        return self.law.log_survival(self._standardised(predictors, np.log(time))[0])

    def log_hazard(self, predictors: Floats, time: Floats) -> Floats:
        """Return the log hazard per day at each time."""
        log_time = np.log(time)
        z, log_rate = self._standardised(predictors, log_time)
        return np.asarray(self.law.log_hazard(z) + log_rate - log_time)

    def survival_terms(self, predictors: Floats, time: Floats) -> Terms:
        """Return the log survival with derivatives by the predictors."""
        return self._kept(self.law.survival_terms(self._inner(predictors, np.log(time))))

    def density_terms(self, predictors: Floats, time: Floats) -> Terms:
        """Return the log density per day with derivatives by the predictors."""
        log_time = np.log(time)
        log_rate = self._standardised(predictors, log_time)[1]
        sign = np.array([[0.0], [1.0 if self.hazard_form else -1.0]])
        of_z = self.law.density_terms(self._inner(predictors, log_time))
        return self._kept(of_z.plus_value(log_rate - log_time, sign))

    def _standardised(self, predictors: Floats, log_time: Floats) -> tuple[Floats, Floats]:
        """Return z, and the log of its derivative by log time."""
        location = predictors[0]
        shape = predictors[1] if self.n_predictors == 2 else np.zeros_like(location)
        if self.hazard_form:
            return np.exp(shape) * log_time + location, shape
        return (log_time - location) * np.exp(-shape), -shape

    def _inner(self, predictors: Floats, log_time: Floats) -> Terms:
        z, log_rate = self._standardised(predictors, log_time)
        rate = np.exp(log_rate)
        slope, bend = np.empty((2, len(z))), np.zeros((2, 2, len(z)))
        if self.hazard_form:
            slope[0], slope[1] = 1.0, rate * log_time
            bend[1, 1] = slope[1]
        else:
            slope[0], slope[1] = -rate, -z
            bend[0, 1] = bend[1, 0] = rate
            bend[1, 1] = z
        return Terms(z, slope, bend)

    def _kept(self, terms: Terms) -> Terms:
        k = self.n_predictors
        return Terms(terms.value, terms.slope[:k], terms.bend[:k, :k])


class GeneralisedGamma(Family):
    """Generalised gamma: location and log scale of log time, and a shape that is the same for all rows.

    Derivatives by the shape are central differences of seven points; the others are exact.
    """

    n_predictors = 3

    def log_survival(self, predictors: Floats, time: Floats) -> Floats:
        """Return the log probability of no event by each time."""
        return self._at(_one_shape(predictors)).log_survival(predictors, time)

    def log_hazard(self, predictors: Floats, time: Floats) -> Floats:
        """Return the log hazard per day at each time."""
        return self._at(_one_shape(predictors)).log_hazard(predictors, time)

    def survival_terms(self, predictors: Floats, time: Floats) -> Terms:
        """Return the log survival with derivatives by the predictors."""
        return self._differenced(predictors, lambda family: family.survival_terms(predictors, time))

    def density_terms(self, predictors: Floats, time: Floats) -> Terms:
        """Return the log density per day with derivatives by the predictors."""
        return self._differenced(predictors, lambda family: family.density_terms(predictors, time))

    @staticmethod
    def _at(shape: float) -> LogTime:
        return LogTime(log_gamma_law(shape), hazard_form=False)

    def _differenced(self, predictors: Floats, terms_of: Callable[[LogTime], Terms]) -> Terms:
        shape = _one_shape(predictors)
        points = [terms_of(self._at(shape + STEP * step)) for step in range(-3, 4)]
        centre = points[3]
        n_rows = len(centre.value)
        slope, bend = np.empty((3, n_rows)), np.empty((3, 3, n_rows))
        slope[:2], bend[:2, :2] = centre.slope, centre.bend
        values, slopes = (np.array([vars(point)[name] for point in points]) for name in ("value", "slope"))
        slope[2] = np.tensordot(FIRST, values, 1) / STEP
        bend[2, 2] = np.tensordot(SECOND, values, 1) / STEP**2
        bend[2, :2] = bend[:2, 2] = np.tensordot(FIRST, slopes, 1) / STEP
        return Terms(centre.value, slope, bend)


class Gompertz(Family):
    """Gompertz: the log hazard is ``location + shape * time``; a shape below 0 leaves some free of it for good."""

    n_predictors = 2

    def log_survival(self, predictors: Floats, time: Floats) -> Floats:
        """Return the log probability of no event by each time."""
        return np.asarray(-np.exp(predictors[0]) * time * _growth(predictors[1] * time)[0])

    def log_hazard(self, predictors: Floats, time: Floats) -> Floats:
        """Return the log hazard per day at each time."""
        return np.asarray(predictors[0] + predictors[1] * time)

    def survival_terms(self, predictors: Floats, time: Floats) -> Terms:
        """Return the log survival with derivatives by the predictors."""
        growth, first, second = _growth(predictors[1] * time)
        size = -np.exp(predictors[0]) * time
        by_both = size * time * first
        slope = np.array([size * growth, by_both])
        bend = np.array([[size * growth, by_both], [by_both, size * time**2 * second]])
        return Terms(size * growth, slope, bend)

    def density_terms(self, predictors: Floats, time: Floats) -> Terms:
        """Return the log density per day with derivatives by the predictors."""
        return self.survival_terms(predictors, time).plus_value(
            self.log_hazard(predictors, time), np.array([np.ones_like(time), time])
        )


@dataclass(frozen=True)
class Cure(Family):
    """A mixture: the first predictor is the logit of being susceptible, the others are those of the susceptible.

    Attributes
    ----------
    latency : Family
        Times of the susceptible.
    """

    latency: Family

    @property
    def n_predictors(self) -> int:  # type: ignore[override]
        """Number of predictors."""
        return 1 + self.latency.n_predictors

    def log_survival(self, predictors: Floats, time: Floats) -> Floats:
        """Return the log probability of no event by each time."""
        waiting = log_expit(predictors[0]) + self.latency.log_survival(predictors[1:], time)
        return np.asarray(np.logaddexp(log_expit(-predictors[0]), waiting))

    def log_hazard(self, predictors: Floats, time: Floats) -> Floats:
        """Return the log hazard per day at each time."""
        waiting = log_expit(predictors[0]) + self.latency.log_survival(predictors[1:], time)
        log_density = waiting + self.latency.log_hazard(predictors[1:], time)
        return np.asarray(log_density - np.logaddexp(log_expit(-predictors[0]), waiting))

    def survival_terms(self, predictors: Floats, time: Floats) -> Terms:
        """Return the log survival with derivatives by the predictors."""
        logit = predictors[0]
        inner = _with_first(self.latency.survival_terms(predictors[1:], time), None)
        susceptible = np.exp(log_expit(logit))
        still = np.exp(log_expit(logit + inner.value))  # of those without an event, the part that is susceptible
        mixed = still * np.exp(log_expit(-logit - inner.value))
        terms = chained((np.logaddexp(log_expit(-logit), log_expit(logit) + inner.value), still, mixed), inner)
        slope, bend = terms.slope.copy(), terms.bend.copy()
        slope[0] = still - susceptible
        bend[0, 0] = mixed - susceptible * np.exp(log_expit(-logit))
        bend[0, 1:] = bend[1:, 0] = mixed * inner.slope[1:]
        return Terms(terms.value, slope, bend)

    def density_terms(self, predictors: Floats, time: Floats) -> Terms:
        """Return the log density per day with derivatives by the predictors."""
        return _with_first(self.latency.density_terms(predictors[1:], time), predictors[0])


def _with_first(terms: Terms, logit: Floats | None) -> Terms:
    """Return the terms with one more predictor in front: absent, or adding its log probability."""
    k, n_rows = terms.slope.shape
    slope, bend = np.zeros((k + 1, n_rows)), np.zeros((k + 1, k + 1, n_rows))
    slope[1:], bend[1:, 1:] = terms.slope, terms.bend
    if logit is None:
        return Terms(terms.value, slope, bend)
    not_susceptible = np.exp(log_expit(-logit))
    slope[0] = not_susceptible
    bend[0, 0] = -not_susceptible * np.exp(log_expit(logit))
    return Terms(terms.value + np.asarray(log_expit(logit)), slope, bend)


def _one_shape(predictors: Floats) -> float:
    return float(predictors[2].flat[0]) if predictors[2].size else 0.0


def _growth(x: Floats) -> tuple[Floats, Floats, Floats]:
    """Return (exp(x) - 1) / x and its first and second derivative."""
    small = np.abs(x) < SERIES_BELOW
    inner = np.where(small, x, 0.0)
    series, first, second = np.ones_like(inner), np.zeros_like(inner), np.zeros_like(inner)
    for power in range(22, 1, -1):  # Horner's rule on 1 + x/2 (1 + x/3 (...)), and on its derivatives at once
        second = (2.0 * first + inner * second) / power
        first = (series + inner * first) / power
        series = 1.0 + inner * series / power
    safe = np.where(small, 1.0, x)
    grown = np.expm1(safe) / safe
    rising = (np.exp(safe) - grown) / safe
    bending = (np.exp(safe) - 2.0 * rising) / safe
    return np.where(small, series, grown), np.where(small, first, rising), np.where(small, second, bending)
