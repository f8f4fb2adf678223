"""The one-standard-error rule: by hand, with candidates that could not be fitted, and refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hgrisk.errors import DataError
from hgrisk.selection.one_se import best_and_simplest, best_of, mean_and_se, se_of_difference


def rule(losses):
    mean, _ = mean_and_se(losses)
    return best_and_simplest(mean, se_of_difference(losses, best_of(mean)))


def test_mean_and_error_are_those_of_the_folds():
    mean, se = mean_and_se([[1.0, 2.0, 3.0, 4.0], [1.0, np.nan, 1.0, 1.0]])
    assert mean[0] == 2.5
    assert se[0] == pytest.approx(np.sqrt(5 / 3) / 2)
    assert np.isnan(mean[1])


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ([[0.30, 0.30], [0.20, 0.22], [0.19, 0.21], [0.25, 0.25]], (2, 2)),  # worse by .01 in each fold
        ([[0.30, 0.30], [0.20, 0.22], [0.21, 0.19], [0.25, 0.25]], (2, 1)),  # worse in one fold, better in the other
        ([[0.2, 0.2], [0.2, 0.2], [0.2, 0.2]], (0, 0)),
        ([[np.nan, 0.1], [0.20, 0.22], [0.21, 0.19]], (2, 1)),
        ([[0.25, 0.25], [0.0, 0.25]], (1, 0)),  # just within: mean .125 and error .125
    ],
)
def test_the_simplest_within_one_error_of_the_difference(losses, expected):
    assert rule(losses) == expected


def test_what_all_folds_share_is_no_error():
    """Better by about .008 in nine of nine folds, while the base rate drifts from .18 to .25."""
    level = np.array([0.18, 0.185, 0.182, 0.215, 0.22, 0.218, 0.245, 0.25, 0.248])
    noise = np.array([3.0, -2.0, 1.0, 0.0, 2.0, -3.0, 1.0, -1.0, 0.0]) / 10_000
    losses = np.array([level, level - 0.008 + noise])
    mean, se = mean_and_se(losses)
    assert mean[0] < mean[1] + se[1]
    assert rule(losses) == (1, 1)
    error = se_of_difference(losses, 1)
    assert error[1] == 0.0
    assert error[0] == pytest.approx(noise.std(ddof=1) / 3)


@given(arrays(float, (3, 5), elements=st.floats(0, 1)), arrays(float, 5, elements=st.floats(-1, 1)))
@settings(max_examples=50, deadline=None)
def test_a_shift_of_a_fold_changes_no_difference(losses, shift):
    np.testing.assert_allclose(se_of_difference(losses, 1), se_of_difference(losses + shift, 1), atol=1e-12)


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(DataError, match="Losses are candidates by two folds or more, but found shape"):
        mean_and_se([[1.0], [2.0]])
    with pytest.raises(DataError, match="A candidate has a loss in every fold, but found none that has"):
        best_and_simplest(np.full(2, np.nan), np.zeros(2))
