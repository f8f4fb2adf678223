"""What a sample takes; days and risks are refused in tests/evaluation/test_sample.py, as a user meets them."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.errors import DataError
from hgrisk.evaluation._inputs import short, valid_followable, valid_risk, valid_times


def test_inputs_become_floats_of_their_shape():
    assert valid_times([183, 365]).tolist() == [183.0, 365.0]
    assert valid_risk([[0, 1 + 1e-12]], (1, 2)).tolist() == [[0.0, 1.0]]
    assert valid_followable([100, np.inf], 2).tolist() == [100.0, np.inf]


@pytest.mark.parametrize(
    ("days", "text"),
    [
        ([100], "followable_days has one number per test row, 2, but found shape (1,): align it with the rows."),
        (
            [100, np.nan],
            "followable_days has no missing number, but found NaN: use infinity where follow-up has no end.",
        ),
    ],
)
def test_followable_days_that_do_not_fit_are_refused(days, text):
    with pytest.raises(DataError) as caught:
        valid_followable(days, 2)
    assert str(caught.value) == text


def test_a_long_row_of_days_is_shortened():
    assert short(np.arange(1.0, 9.0)) == "[1, 2, 3, 4, 5, 6, 7, 8] days"
    assert short(np.arange(1.0, 10.0)) == "[1, 2, 3, 4, 5, 6, 7, 8, ...] days"
