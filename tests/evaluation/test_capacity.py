"""Filling the capacity: exact, with ties flagged in part."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.errors import ConfigError
from hgrisk.evaluation.capacity import at_capacity, fill_capacity, without_capacity
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv


def of(risk):
    y = Surv.from_arrays(np.zeros(len(risk)), np.full(len(risk), 600))
    return Sample.build(y, y, np.asarray(risk, dtype=float)[:, None], [365])


@given(st.lists(st.integers(0, 6), min_size=1, max_size=40), st.floats(0.01, 1.0))
def test_exactly_the_capacity_is_flagged_from_the_top(levels, share):
    risk = np.array(levels) / 6
    flags = fill_capacity(of(risk), 365, share)
    assert flags.share.sum() == pytest.approx(share * len(risk), abs=1e-9)
    assert np.all(flags.share[risk > flags.threshold] == 1)
    assert np.all(flags.share[risk < flags.threshold] == 0)
    assert np.all((flags.share >= 0) & (flags.share <= 1))


def test_a_capacity_of_whole_households_takes_the_last_flagged_as_threshold():
    # 0.07 * 100 is 7.000000000000001 in floating point
    flags = fill_capacity(of(np.arange(100) / 100), 365, 0.07)
    assert flags.threshold == 0.93
    assert flags.share[93:].tolist() == [1.0] * 7


def test_a_group_is_flagged_at_the_threshold_of_its_population():
    whole = of([0.9, 0.8, 0.1, 0.2])
    flags = fill_capacity(whole.take([1, 2, 3]), 365, 0.5)
    assert flags.share.tolist() == [1, 0, 0]
    assert flags.threshold == 0.8


@pytest.mark.parametrize("share", [0.0, -0.1, 1.01, np.nan])
def test_a_capacity_that_is_no_share_is_refused(share):
    with pytest.raises(ConfigError) as caught:
        fill_capacity(of([0.1, 0.2]), 365, share)
    assert str(caught.value) == f"A capacity is a share above 0 and at most 1, but found {share}: give 0.05 for 5 %."


@pytest.mark.parametrize(
    ("share", "name"), [(0.01, "auc@1%"), (0.07, "auc@7%"), (0.125, "auc@12.5%"), (1.0, "auc@100%")]
)
def test_a_row_is_named_after_its_capacity(share, name):
    assert at_capacity("auc", share) == name
    assert without_capacity(name) == "auc"
