"""The support of the weights at each horizon."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.errors import DataError
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.support import effective_n, support_table
from hgrisk.surv import Surv


def test_support_by_hand():
    y = Surv.from_arrays([1, 0, 1, 0, 0], [100, 200, 400, 500, 600])
    table = support_table(Sample.build(y, y, np.full((5, 2), 0.1), [365, 450]), (365, 450))
    assert table.columns.tolist() == ["horizon_days", "n", "n_known", "smallest_g", "largest_weight", "effective_n"]
    # G is 3/4 from day 200 on: weights 1, 0, 4/3, 4/3, 4/3
    first = table.iloc[0]
    assert (first["horizon_days"], first["n_known"]) == (365, 4)
    assert first["n"] == 5
    assert first["smallest_g"] == pytest.approx(0.75)
    assert first["largest_weight"] == pytest.approx(4 / 3)
    assert first["effective_n"] == pytest.approx(25 / (1 + 3 * 16 / 9))


def test_a_horizon_is_supported_by_the_rows_that_could_be_followed_to_it():
    y = Surv.from_arrays([1, 0, 1, 0, 0], [100, 200, 400, 500, 600])
    sample = Sample.build(y, y, np.full((5, 1), 0.1), [365], followable_days=[900, 200, 700, 500, 600])
    row = support_table(sample, (365,)).iloc[0]
    assert (row["n"], row["n_known"], row["smallest_g"], row["effective_n"]) == (4, 4, 1.0, 4.0)


@given(st.lists(st.floats(0.1, 50.0), min_size=1, max_size=20), st.floats(0.1, 10.0))
def test_the_effective_n_is_at_most_the_number_and_does_not_depend_on_the_scale(weights, scale):
    weight = np.array(weights)
    assert 1.0 - 1e-9 <= effective_n(weight) <= len(weight) + 1e-9
    assert effective_n(scale * weight) == pytest.approx(effective_n(weight))
    assert effective_n(np.full(len(weight), scale)) == pytest.approx(len(weight))


def test_a_horizon_beyond_follow_up_is_refused():
    y = Surv.from_arrays([1, 0], [100, 200])
    with pytest.raises(DataError, match="needs test follow-up up to it"):
        support_table(Sample.build(y, y, [[0.1], [0.1]], [365]), (365,))
