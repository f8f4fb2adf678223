"""Net benefit at capacity: by hand, with ties, with censoring, and the threshold of each draw."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.errors import ConfigError
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-12


def at(share):
    return get_metric("net_benefit").with_parameters(capacity_share=share)


def of(event, days, risk):
    y = Surv.from_arrays(event, days)
    return Sample.build(y, y, np.asarray(risk, dtype=float)[:, None], [365])


def test_by_hand():
    sample = of([1, 0, 1, 0, 2], [100, 600, 300, 700, 50], [0.8, 0.6, 0.5, 0.2, 0.1])
    # two of five are flagged, the threshold is .6: one found, one not at a price of .6/.4
    assert at(0.4).estimate(sample, 365) == pytest.approx(1 / 5 - 1 / 5 * 1.5, abs=EXACT)
    # all are flagged, the threshold is .1
    assert at(1.0).estimate(sample, 365) == pytest.approx(2 / 5 - 3 / 5 / 9, abs=EXACT)


def test_households_at_the_threshold_are_flagged_in_part():
    sample = of([1, 0, 1, 0], [100, 600, 300, 700], [0.8, 0.5, 0.5, 0.1])
    # room for 2: the first, and half of each of the two at .5
    assert at(0.5).estimate(sample, 365) == pytest.approx((1.5 - 0.5) / 4, abs=EXACT)


def test_with_censoring_by_hand():
    sample = of([1, 0, 1, 0], [100, 200, 300, 700], [0.8, 0.7, 0.5, 0.1])
    # three of four are flagged at .5; the censored one is represented: G is 2/3 from day 200
    assert at(0.75).estimate(sample, 365) == pytest.approx((1 + 1.5) / 4, abs=EXACT)


def test_each_draw_has_its_own_threshold():
    sample = of([1, 0, 1, 0], [100, 600, 300, 700], [0.8, 0.5, 0.4, 0.1])
    # without the first row a third of the others is the second row: nothing found, at a price of .5/.5
    assert at(1 / 3).compute(sample, 365, [[1, 1, 1, 1], [0, 1, 1, 1]])[1] == pytest.approx(-1 / 3, abs=EXACT)


def test_a_threshold_of_1_has_no_price_in_its_own_draw_only():
    sample = of([1, 0, 1, 0], [100, 600, 300, 700], [1.0, 0.5, 0.4, 0.1])
    first, second = at(0.25).compute(sample, 365, [[1, 1, 1, 1], [0, 2, 1, 1]])
    assert np.isnan(first)
    assert second == pytest.approx(-1 / 4, abs=EXACT)


def test_the_default_capacity_is_one_in_twenty(cohort):
    assert get_metric("net_benefit").estimate(cohort.sample(), 365) == at(0.05).estimate(cohort.sample(), 365)
    assert at(0.05).estimate(cohort.sample(), 365) != at(0.06).estimate(cohort.sample(), 365)


def test_a_capacity_that_is_no_share_is_refused(cohort):
    with pytest.raises(ConfigError, match="A capacity is a share above 0 and at most 1"):
        at(5).estimate(cohort.sample(), 365)
