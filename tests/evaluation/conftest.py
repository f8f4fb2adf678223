"""Simulated households with a known risk, for the tests of evaluation."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

GRID = np.union1d(np.arange(30, 541, 30), [183, 365, 548]).astype(float)
COMPETING_RATE = 0.0003


@dataclass(frozen=True)
class Cohort:
    """Outcomes of households with and without censoring, and their true cumulative incidence on the grid."""

    y: np.ndarray
    y_uncensored: np.ndarray
    truth: np.ndarray
    grid: np.ndarray = field(default_factory=lambda: GRID)

    def sample(self, risk: np.ndarray | None = None, *, uncensored: bool = False) -> Sample:
        y = self.y_uncensored if uncensored else self.y
        return Sample.build(y, y, self.truth if risk is None else risk, GRID)


def simulate(n: int, seed: int, *, competing: bool = True) -> Cohort:
    """Draw whole days of re-report, competing event and censoring from constant hazards."""
    rng = np.random.default_rng(seed)
    rate = np.exp(-7.0 + 0.8 * rng.normal(size=n))
    other = COMPETING_RATE if competing else 0.0
    report = np.ceil(rng.exponential(1.0 / rate))
    ended = np.ceil(rng.exponential(1.0 / COMPETING_RATE, n)) if competing else np.full(n, np.inf)
    followed = np.ceil(rng.uniform(150, 1000, n))
    first = np.minimum(report, ended)
    cause = np.where(report <= ended, 1, 2)
    total = (rate + other)[:, None]
    return Cohort(
        y=Surv.from_arrays(np.where(first <= followed, cause, 0), np.minimum(first, followed)),
        y_uncensored=Surv.from_arrays(cause, first),
        truth=rate[:, None] / total * (1.0 - np.exp(-total * GRID)),
    )


@pytest.fixture(scope="session")
def cohort() -> Cohort:
    """300 households."""
    return simulate(300, seed=1)


@pytest.fixture(scope="session")
def large_cohort() -> Cohort:
    """40,000 households."""
    return simulate(40_000, seed=2)


@pytest.fixture(scope="session")
def no_competing() -> Cohort:
    """300 households without competing events."""
    return simulate(300, seed=3, competing=False)
