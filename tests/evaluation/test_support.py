"""The support of the weights at each horizon."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.errors import DataError
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.support import support_table
from hgrisk.surv import Surv


def test_support_by_hand():
    y = Surv.from_arrays([1, 0, 1, 0, 0], [100, 200, 400, 500, 600])
    table = support_table(Sample.build(y, y, np.full((5, 2), 0.1), [365, 450]), (365, 450))
    assert table.columns.tolist() == ["horizon_days", "n_known", "smallest_g", "largest_weight", "effective_n"]
    # G is 3/4 from day 200 on: weights 1, 0, 4/3, 4/3, 4/3
    first = table.iloc[0]
    assert (first["horizon_days"], first["n_known"]) == (365, 4)
    assert first["smallest_g"] == pytest.approx(0.75)
    assert first["largest_weight"] == pytest.approx(4 / 3)
    assert first["effective_n"] == pytest.approx(25 / (1 + 3 * 16 / 9))


def test_a_horizon_beyond_follow_up_is_refused():
    y = Surv.from_arrays([1, 0], [100, 200])
    with pytest.raises(DataError, match="needs training follow-up up to it"):
        support_table(Sample.build(y, y, [[0.1], [0.1]], [365]), (365,))
