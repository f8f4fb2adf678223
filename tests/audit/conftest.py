"""Made-up households of two groups, of which one has its violence reported more often."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

DAYS = 365.0


@dataclass(frozen=True)
class Households:
    """Outcomes as reported and as they would be at equal reporting; the true risks of both."""

    group: np.ndarray
    reported: Sample
    equal: Sample

    @property
    def clusters(self) -> np.ndarray:
        return np.arange(len(self.group)) // 2


def simulate(n: int, seed: int, factor: float, *, censored: bool = True) -> Households:
    """Draw first reports of constant hazards, which do not depend on the group but for the reporting."""
    rng = np.random.default_rng(seed)
    group = rng.random(n) < 0.4
    hazard = np.exp(-7.0 + 0.8 * rng.normal(size=n))
    end = rng.uniform(200, 1000, n) if censored else np.full(n, 2000.0)

    def sample(rate: np.ndarray, days: np.ndarray) -> Sample:
        y = Surv.from_arrays(days <= end, np.minimum(days, end))
        return Sample.build(y, y, 1.0 - np.exp(-rate * DAYS)[:, None], [DAYS])

    first = rng.exponential(1.0 / hazard)
    rate = np.where(group, factor * hazard, hazard)
    return Households(group, sample(rate, rng.exponential(1.0 / rate)), sample(hazard, first))


@pytest.fixture(scope="session")
def households() -> Households:
    """600 households with equal reporting."""
    return simulate(600, 1, 1.0)
