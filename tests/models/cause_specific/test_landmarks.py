"""Landmarks of a case: where each row stands, and hazards by landmark."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import DataError
from hgrisk.hazards.fit import CoxRows
from hgrisk.models.cause_specific.landmarks import landmarks_of, timed_name
from hgrisk.models.cause_specific.proportional_hazards import competing_fit, jumps_of, ratio_table

FRAME = pd.DataFrame({"landmark_day": [0, 91], "a": [1.0, 2.0]})


def test_landmarks_come_from_the_column_one_number_or_one_each():
    assert landmarks_of(FRAME, None).tolist() == [0, 91]
    assert landmarks_of(FRAME, 30).tolist() == [30, 30]
    assert landmarks_of(FRAME[["a"]], [1, 2]).tolist() == [1, 2]


def test_rows_without_a_landmark_are_refused():
    with pytest.raises(DataError, match="neither a column 'landmark_day' nor an argument"):
        landmarks_of(FRAME[["a"]], None)
    with pytest.raises(DataError, match=r"found shape \(3,\) for 2 rows"):
        landmarks_of(FRAME, [1, 2, 3])
    with pytest.raises(DataError, match="found a missing one"):
        landmarks_of(FRAME, [1, np.nan])


def test_competing_hazards_are_nelson_aalens_within_each_stratum():
    duration, stratum = np.array([1.0, 2, 3, 1, 2]), np.array([0, 0, 0, 1, 1])
    happened = np.array([True, False, True, False, True])
    rows = CoxRows(np.ones((5, 1)), duration, np.zeros(5, dtype=bool), stratum=stratum)
    fitted = competing_fit(rows, happened)
    times, jumps = jumps_of(fitted, 0)
    assert times.tolist() == [1, 3]
    np.testing.assert_allclose(jumps, [1 / 3, 1])
    np.testing.assert_allclose(jumps_of(fitted, 1)[1], [1])
    assert competing_fit(rows, np.zeros(5, dtype=bool)) is None
    assert jumps_of(None, 0)[0].size == 0


def test_a_table_has_ratios_with_their_interval():
    table = ratio_table([timed_name("a", 2)], np.array([0.5]), np.array([0.1]))
    assert table["feature"].tolist() == ["a x landmark^2"]
    np.testing.assert_allclose(table[["lower", "hazard_ratio", "upper"]], np.exp([[0.304, 0.5, 0.696]]), rtol=1e-4)
