"""The decision curve: by hand, at its limits, and against net benefit at capacity."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.errors import DataError
from hgrisk.evaluation.capacity import fill_capacity
from hgrisk.evaluation.decision import decision_curve_table
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-12


def test_by_hand():
    y = Surv.from_arrays([1, 0, 1, 0, 2], [100, 400, 300, 600, 200])
    sample = Sample.build(y, y, np.array([0.6, 0.5, 0.2, 0.1, 0.7])[:, None], [365])
    table = decision_curve_table(sample, 365, [0.5, 0.0, 0.9])
    assert table["threshold"].tolist() == [0.5, 0.0, 0.9]
    # at .5 three are flagged, one of them with a re-report; the competing event is a false positive
    np.testing.assert_allclose(table["net_benefit"], [1 / 5 - 2 / 5, 2 / 5, 0.0], atol=EXACT)
    np.testing.assert_allclose(table["flag_all"], [2 / 5 - 3 / 5, 2 / 5, 2 / 5 - 9 * 3 / 5], atol=EXACT)
    assert table["flag_none"].tolist() == [0.0, 0.0, 0.0]


def test_at_the_capacity_threshold_it_is_the_net_benefit(cohort):
    sample = cohort.sample(uncensored=True)  # with censoring the metric weights, and the curve does not
    threshold = fill_capacity(sample, 365, 0.1).threshold
    table = decision_curve_table(sample, 365, [threshold])
    metric = get_metric("net_benefit").with_parameters(capacity_share=0.1)
    assert table["net_benefit"][0] == pytest.approx(metric.estimate(sample, 365), abs=EXACT)


def test_the_follow_up_of_those_flagged_decides():
    y = Surv.from_arrays([1, 0, 1, 0, 2], [100, 200, 300, 600, 250])
    sample = Sample.build(y, y, np.array([0.9, 0.7, 0.3, 0.1, 0.5])[:, None], [365])
    found = decision_curve_table(sample, 365, [0.8, 0.6, 0.4, 0.2])["net_benefit"]
    # at .8 the one flagged had a re-report; at .6 the other is lost before the horizon; at .4 the third had the
    # competing event, so that 1/3 had a re-report; at .2 half of the 3/4 that
    # are left had a competing event, and the other half a re-report
    np.testing.assert_allclose(found[[0, 2]], [1 / 5, 3 / 5 * (1 / 3 - 2 / 3 * 2 / 3)], atol=EXACT)
    np.testing.assert_allclose(found[3], 4 / 5 * (5 / 8 - 0.25 * 3 / 8), atol=EXACT)
    assert np.isnan(found[1])


def test_everyone_flagged_is_flag_all_and_no_one_flagged_is_nothing(cohort):
    table = decision_curve_table(cohort.sample(), 365, [0.0, 0.99])
    assert table["net_benefit"][0] == table["flag_all"][0]
    assert table["net_benefit"][1] == 0.0


def test_true_risks_never_lose_to_flagging_all_or_none(large_cohort):
    table = decision_curve_table(large_cohort.sample(), 365, np.linspace(0, 0.9, 19))
    assert np.all(table["net_benefit"] >= np.maximum(table["flag_all"], 0.0) - 0.002)


@pytest.mark.parametrize(("thresholds", "found"), [([0.1, 1.0], "1.0"), ([-0.1], "-0.1"), ([[0.1]], "shape (1, 1)")])
def test_thresholds_outside_the_unit_interval_are_refused(cohort, thresholds, found):
    with pytest.raises(DataError) as caught:
        decision_curve_table(cohort.sample(), 365, thresholds)
    assert str(caught.value) == (
        f"Thresholds are one row of risks from 0 to below 1, but found {found}: use for example 0.05 to 0.5."
    )
