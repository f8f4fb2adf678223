"""Number needed to flag: 1 over precision, at every capacity."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-12


@pytest.mark.parametrize("share", [0.02, 0.05, 0.1, 1.0])
def test_it_is_one_over_precision(cohort, share):
    sample, weights = cohort.sample(), np.random.default_rng(0).integers(0, 3, (20, 300))
    needed, precision = (
        get_metric(name).with_parameters(capacity_share=share).compute(sample, 365, weights)
        for name in ("number_needed_to_flag", "capacity_precision")
    )
    defined = precision > 0
    assert defined.sum() > 10
    np.testing.assert_allclose(needed[defined], 1 / precision[defined], rtol=EXACT)
    assert np.all(np.isnan(needed[~defined]))


def test_flags_that_find_no_one_have_no_number():
    y = Surv.from_arrays([0, 1, 0], [400, 200, 600])
    sample = Sample.build(y, y, [[0.9], [0.5], [0.1]], [365])
    metric = get_metric("number_needed_to_flag")
    assert np.isnan(metric.with_parameters(capacity_share=1 / 3).estimate(sample, 365))
    assert metric.with_parameters(capacity_share=2 / 3).estimate(sample, 365) == 2.0
