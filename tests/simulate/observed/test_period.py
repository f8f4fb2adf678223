"""When households are observed."""

import numpy as np

from hgrisk.simulate.observed.period import FAR, Period, whole
from hgrisk.simulate.records import DIED, LOST, OBSERVED
from hgrisk.simulate.scenario import Scenario
from tests.simulate.observed.builders import on, plain_homes


def test_whole_days():
    assert whole(np.array([-0.5, 0.0, 17.99, np.inf])).tolist() == [-1, 0, 17, FAR]


def test_observation_ends_at_the_extraction_or_before():
    terminal_at = [on("2020-05-05") + 0.99, on("2024-12-31") + 0.5, on("2025-01-01"), np.inf, on("2020-05-05")]
    homes = plain_homes(5, terminal_at=terminal_at, terminal=[DIED, LOST, DIED, OBSERVED, OBSERVED])
    period = Period.of(Scenario(), homes)
    last = on("2024-12-31")
    assert period.until.tolist() == [on("2020-05-05"), last, last, last, last]
    assert period.reason.tolist() == [DIED, LOST, OBSERVED, OBSERVED, OBSERVED]
    assert (period.start, period.extraction) == (on("2015-01-01"), last)
