"""Weights by group: those of each group's own sample, whatever the order of the rows."""

import numpy as np
import pytest

from hgrisk.audit.own_censoring import ByGroup
from hgrisk.errors import DataError
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv


def test_each_row_has_the_weight_that_it_has_in_its_group(households):
    sample = households.reported
    whole = sample.take(np.arange(600) < 500)
    labels = np.arange(500) % 3
    mixed = ByGroup.of(whole, labels)
    for number in range(3):
        own = whole.take(labels == number).with_own_censoring().status(365)
        known = mixed.status(365)
        np.testing.assert_array_equal(known.weight[labels == number], own.weight)
        np.testing.assert_array_equal(known.happened[labels == number], own.happened)
    assert mixed.population is sample
    assert mixed.status(365).weight.sum() == pytest.approx(500)


def test_one_group_is_a_sample_with_its_own_censoring(households):
    part = households.reported.take(np.arange(600) < 300)
    one, plain = ByGroup.of(part, np.zeros(300)), part.with_own_censoring()
    for name in ("calibration_intercept", "brier", "auc", "capacity_recall"):
        assert get_metric(name).estimate(one, 365) == pytest.approx(get_metric(name).estimate(plain, 365), rel=1e-12)


def test_a_group_that_is_followed_shorter_is_refused():
    y = Surv.from_arrays([1, 0, 1, 0], [100, 300, 100, 500])
    sample = Sample.build(y, y, np.full((4, 1), 0.5), [365])
    with pytest.raises(DataError, match="A horizon of 365 days needs"):
        ByGroup.of(sample, ["a", "a", "b", "b"]).status(365)
