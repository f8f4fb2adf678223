"""The variance of a gamma frailty by profile likelihood: its best value, an interval, and the test of no frailty."""

from __future__ import annotations

from dataclasses import dataclass, field

from scipy.optimize import brentq
from scipy.stats import chi2

from hgrisk.errors import FitError
from hgrisk.hazards.frailty import Fitted, FrailtyProblem, fit_at
from hgrisk.hazards.newton import Optimum
from hgrisk.hazards.steps import expected_events

LARGEST = 100.0
"""No variance above it is looked for: 99 % of such groups would be next to free of events."""

SMALLEST = 1e-4
"""A variance below it is as good as 0."""

SECOND_LOOK = (0.1, 0.5, 2.0)
"""Variances that are tried where the likelihood falls at 0, for it may rise again."""


@dataclass(frozen=True)
class Profile:
    """What the likelihood says about the variance.

    Attributes
    ----------
    variance : float
        Where the likelihood is largest; 0 where frailties add nothing.
    lower, upper : float
        The variances whose likelihood is near enough to the largest; the upper end is infinite where none is too large.
    fitted : Fitted
        The optimum there.
    loglik_without : float
        Log likelihood without frailty.
    """

    variance: float
    lower: float
    upper: float
    fitted: Fitted
    loglik_without: float

    @property
    def p_value(self) -> float:
        """Test of no frailty: half the chi-square tail, as 0 is the end of the range (Self and Liang 1987)."""
        ratio = 2 * (self.fitted.loglik - self.loglik_without)
        return float(0.5 * chi2.sf(ratio, 1)) if ratio > 0 else 1.0


@dataclass
class _Search:
    """Fits at one variance after the other, each begun where the one before ended; what they found is remembered."""

    problem: FrailtyProblem
    without: Fitted
    last: Fitted
    seen: dict[float, tuple[float, float]] = field(default_factory=dict)

    def fit(self, variance: float) -> Fitted:
        if variance <= 0.0:
            return self.without
        self.last = fit_at(self.problem, variance, self.last.coef, self.last.log_frailty)
        self.seen[variance] = self.last.loglik, self.last.slope
        return self.last

    def loglik(self, variance: float) -> float:
        return self.seen[variance][0] if variance in self.seen else self.fit(variance).loglik

    def slope(self, variance: float) -> float:
        if variance <= 0.0:
            return self.without.slope
        return self.seen[variance][1] if variance in self.seen else self.fit(variance).slope

    def spread(self, variance: float) -> float:
        """Return about the standard error of the variance, from the slopes at it and at the one nearest to it."""
        near = min((other for other in self.seen if other != variance), key=lambda other: abs(other - variance))
        bend = (self.slope(near) - self.slope(variance)) / (variance - near)
        return float(min(bend**-0.5, variance)) if bend > 0 else variance


def without_frailty(problem: FrailtyProblem, optimum: Optimum) -> Fitted:
    """Return the Cox fit as the limit of small variances, where the likelihood changes by half of ``(d - e)**2 - d``.

    Commenges and Andersen (1995), doi:10.1007/BF00985764: d are the events of a group, e those expected.
    """
    groups = problem.groups
    expected = groups.add_up(expected_events(problem.cox.weighted.sets, optimum.point)) / groups.weight
    slope = 0.5 * float(groups.weight @ ((groups.n_events - expected) ** 2 - groups.n_events))
    return Fitted(optimum.coef, 0.0 * expected, optimum.point, optimum.point.loglik, slope, optimum.n_iter)


def profile_variance(problem: FrailtyProblem, optimum: Optimum, level: float = 0.95) -> Profile:
    """Find the variance at which the likelihood, frailties integrated out, is largest, and those near enough to it.

    Parameters
    ----------
    problem : FrailtyProblem
        The likelihood.
    optimum : Optimum
        Its largest value without frailty.
    level : float
        Coverage of the interval.

    Returns
    -------
    Profile
        Estimate, interval and test.

    Raises
    ------
    FitError
        If the likelihood rises without end.
    """
    without = without_frailty(problem, optimum)
    search = _Search(problem, without, without)
    low, high = _bracket(search)
    variance = low if low == high else float(brentq(search.slope, low, high, rtol=1e-6))
    fitted = search.fit(variance)
    lower, upper = _interval(search, variance, fitted.loglik, float(chi2.ppf(level, 1)) / 2)
    return Profile(variance, lower, upper, fitted, without.loglik)


def _interval(search: _Search, variance: float, largest: float, allowed: float) -> tuple[float, float]:
    def left(other: float) -> float:
        """Return how much nearer the likelihood is to the largest than it has to be, in roots: nearly a line."""
        return float(allowed**0.5 - max(largest - search.loglik(other), 0.0) ** 0.5)

    step = 2.5 * search.spread(variance) if variance > 0 else 0.1
    lower = 0.0
    if variance > 0 and left(0.0) < 0:
        near = max(variance - step, 0.0)
        near = near if left(near) < 0 else 0.0
        lower = float(brentq(left, near, variance, rtol=1e-4))
    below, upper = variance, variance + step
    while left(upper) > 0:
        if upper > LARGEST:
            return lower, float("inf")
        below, upper, step = upper, upper + 2 * step, 2 * step
    return lower, float(brentq(left, below, upper, rtol=1e-4))


def _bracket(search: _Search) -> tuple[float, float]:
    """Return two variances between which the likelihood stops to rise; twice 0 where it never does."""
    low = 0.0
    if search.without.slope <= 0:
        better = [variance for variance in SECOND_LOOK if search.loglik(variance) > search.without.loglik]
        if not better:
            return 0.0, 0.0
        low = better[0]
        while search.slope(low) <= 0:
            low /= 2
            if low < SMALLEST:
                return 0.0, 0.0
    high = max(0.5, 2 * low)
    while search.slope(high) > 0:
        low, high = high, 2 * high
        if high > LARGEST:
            raise FitError(
                "A frailty has a finite variance",
                f"a likelihood that still rises at {LARGEST:g}",
                "look for groups with many events and many groups with none, or fix the variance",
            )
    return low, high
