"""The one-standard-error rule: by hand, with candidates that could not be fitted, and refusals."""

import numpy as np
import pytest

from hgrisk.errors import DataError
from hgrisk.selection.one_se import best_and_simplest, mean_and_se


def test_mean_and_error_are_those_of_the_folds():
    mean, se = mean_and_se([[1.0, 2.0, 3.0, 4.0], [1.0, np.nan, 1.0, 1.0]])
    assert mean[0] == 2.5
    assert se[0] == pytest.approx(np.sqrt(5 / 3) / 2)
    assert np.isnan(mean[1])


@pytest.mark.parametrize(
    ("mean", "se", "expected"),
    [
        ([0.30, 0.21, 0.20, 0.25], [0.02, 0.02, 0.015, 0.02], (2, 1)),
        ([0.30, 0.21, 0.20, 0.25], [0.02, 0.02, 0.005, 0.02], (2, 2)),
        ([0.215, 0.21, 0.20, 0.2], [9.0, 9.0, 0.015, 9.0], (2, 0)),  # the error is that of the best
        ([0.2, 0.2, 0.2], [0.0, 0.0, 0.0], (0, 0)),
        ([np.nan, 0.21, 0.20], [np.nan, 0.1, 0.1], (2, 1)),
        ([0.25, 0.15], [0.0, 0.1], (1, 0)),  # just within
    ],
)
def test_the_simplest_within_one_error_of_the_best(mean, se, expected):
    assert best_and_simplest(np.array(mean), np.array(se)) == expected


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(DataError, match="Losses are candidates by two folds or more, but found shape"):
        mean_and_se([[1.0], [2.0]])
    with pytest.raises(DataError, match="A candidate has a loss in every fold, but found none that has"):
        best_and_simplest(np.full(2, np.nan), np.full(2, np.nan))
