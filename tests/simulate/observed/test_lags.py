"""Days until registration."""

import numpy as np
import pytest

from hgrisk.simulate.observed.lags import STRAIN, draw_known, draw_lags, strain
from tests.simulate.observed.builders import on, plain_homes, with_reporting

DRAWS = 40_000
TOLERANCE = 0.01  # four standard errors of a share


@pytest.mark.parametrize("late", [0.0, 0.1, 0.6])
def test_shares_of_late_and_prompt_registrations(late):
    lags = draw_lags(np.full(DRAWS, late), np.random.default_rng(1))
    assert np.mean(lags >= 3) == pytest.approx(late, abs=TOLERANCE)
    assert np.mean(lags[lags < 3] == 0) == pytest.approx(0.60, abs=TOLERANCE * 1.6)
    assert np.mean(lags[lags < 3] == 1) == pytest.approx(0.27, abs=TOLERANCE * 1.6)
    assert lags.min() == 0
    assert lags.max() <= 63


def test_all_late_above_a_share_of_one():
    lags = draw_lags(np.full(DRAWS, 1.5), np.random.default_rng(1))
    assert lags.min() == 3
    assert lags.max() == 63
    assert lags.mean() == pytest.approx(3 + 13.3, abs=0.5)  # exponential of mean 14, in whole days and cut at 60


def test_the_change_of_system_goes_from_region_to_region():
    reporting = with_reporting(system_change_on="2021-07-01").reporting
    homes = plain_homes(2, region=[0, 3], next_region=[3, 0], moved_at=[np.inf, on("2021-08-20")])
    change = on("2021-07-01")
    days = np.array([change - 1, change, change + 89, change + 90])
    assert strain(reporting, homes, np.zeros(4, int), days).tolist() == [1.0, STRAIN, STRAIN, 1.0]
    third = np.array([change + 41, change + 42, on("2021-08-19"), change + 89, change + 90])
    assert strain(reporting, homes, np.ones(5, int), third).tolist() == [1.0, STRAIN, STRAIN, STRAIN, 1.0]


def test_more_comes_late_after_the_change():
    reporting = with_reporting(late_share=0.1, system_change_on="2021-07-01").reporting
    homes = plain_homes(1, region=0)
    home = np.zeros(DRAWS, int)
    shares = []
    for day in ("2021-06-30", "2021-07-01"):
        known = draw_known(reporting, homes, home, np.full(DRAWS, on(day)), np.random.default_rng(2))
        shares.append(np.mean(known - on(day) >= 3))
    assert shares == pytest.approx([0.1, 0.3], abs=TOLERANCE)
