"""The metric object: its contract and its refusals."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.errors import ConfigError, DataError
from hgrisk.evaluation.metric import Metric
from hgrisk.evaluation.registry import get_metric

PARTS = {
    "name": "one",
    "label": "One",
    "label_nl": "Een",
    "kind": "accuracy",
    "value_range": (0.0, 1.0),
    "source": "none",
    "function": np.ones,
}


@pytest.mark.parametrize(("direction", "target"), [("target", None), ("higher", 1.0)])
def test_direction_and_target_agree(direction, target):
    with pytest.raises(ConfigError) as caught:
        Metric(**PARTS, direction=direction, target=target)
    assert str(caught.value) == (
        "The metric 'one' has a target exactly when its direction is 'target', "
        f"but found direction {direction!r} and target {target}: give both or neither."
    )


def test_parameters_change_only_where_they_exist():
    assert get_metric("net_benefit").with_parameters(capacity_share=0.2, other=1).parameters == {"capacity_share": 0.2}
    assert get_metric("net_benefit").parameters == {"capacity_share": 0.05}
    assert get_metric("auc").with_parameters(capacity_share=0.2).parameters == {}


@pytest.mark.parametrize("shape", [(300,), (2, 299)])
def test_weights_that_do_not_fit_are_refused(cohort, shape):
    with pytest.raises(DataError) as caught:
        get_metric("brier").compute(cohort.sample(), 365, np.ones(shape))
    assert str(caught.value) == (
        f"Weights have one column per row of the sample, 300, but found shape {shape}: "
        "pass an array of shape (draws, rows)."
    )
