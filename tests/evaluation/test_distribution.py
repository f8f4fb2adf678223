"""Distribution calibration: bins by hand, and what is made of censoring and of competing events."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from hgrisk.errors import DataError
from hgrisk.evaluation.distribution import bin_counts, distribution
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-12
ONE = np.ones((1, 1))


def bins(event, day, risk, times=(100.0, 200.0), horizon=200.0):
    y = Surv.from_arrays([event], [day])
    everyone = Surv.from_arrays([1, 0], [1, 1000])
    return bin_counts(Sample.build(everyone, y, [risk], times), horizon, ONE)[0]


def test_a_re_report_is_in_the_bin_of_its_risk_that_day():
    assert bins(1, 100, [0.45, 0.85]).tolist() == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    assert bins(1, 150, [0.45, 0.89]).tolist() == [0, 0, 0, 0, 0, 0, 1, 0, 0, 0]  # halfway: .67
    assert bins(1, 50, [0.3, 0.9]).tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0, 0]  # from 0 on day 0: .15


def test_a_censored_row_is_spread_over_the_higher_risks():
    np.testing.assert_allclose(bins(0, 100, [0.75, 0.85]), [0] * 7 + [0.2, 0.4, 0.4], atol=EXACT)
    np.testing.assert_allclose(bins(0, 1000, [0.2, 0.5]), [0] * 5 + [0.2] * 5, atol=EXACT)  # followed past the horizon
    np.testing.assert_allclose(bins(1, 1000, [0.2, 0.5]), [0] * 5 + [0.2] * 5, atol=EXACT)
    np.testing.assert_allclose(bins(0, 100, [1.0, 1.0]), [0] * 9 + [1], atol=EXACT)


def test_a_competing_event_is_spread_from_the_risk_at_the_horizon_on():
    np.testing.assert_allclose(bins(2, 100, [0.2, 0.5]), 2.0 * np.array([0] * 5 + [0.2] * 5) / 2, atol=EXACT)


def test_without_censoring_competing_events_change_no_rule(cohort):
    sample = cohort.sample(uncensored=True)
    event = np.where(sample.event == 2, 0, sample.event)
    day = np.where(sample.event == 2, 10_000.0, sample.duration_days)  # known to have none by the horizon
    y = Surv.from_arrays(event, day)
    other = Sample.build(y, y, cohort.truth, cohort.grid)
    ones = np.ones((1, 300))
    np.testing.assert_allclose(bin_counts(sample, 365, ones), bin_counts(other, 365, ones), atol=EXACT)


def test_the_table_holds_every_row_once_and_its_test(no_competing):
    found = distribution(no_competing.sample(), 365)
    assert found.table["observed"].sum() == pytest.approx(300, abs=1e-9)
    np.testing.assert_allclose(found.table["expected"], 30, atol=1e-9)
    np.testing.assert_allclose(found.table["upper"] - found.table["lower"], 0.1, atol=EXACT)
    assert found.p == pytest.approx(chi2.sf(found.statistic, 9), abs=EXACT)


def test_a_horizon_past_follow_up_is_refused(cohort):
    with pytest.raises(DataError, match="A metric needs a risk at its horizon"):
        distribution(cohort.sample(), 5000)
