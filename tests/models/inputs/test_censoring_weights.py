"""Censoring weights: by hand, and the identity with Aalen-Johansen."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.curves import aalen_johansen, kaplan_meier
from hgrisk.models.inputs.censoring_weights import outcome_at, uncensored_probability

EXACT = 1e-9

ROWS = st.lists(st.tuples(st.integers(1, 20), st.integers(0, 2), st.integers(1, 3)), min_size=1, max_size=60)


@given(ROWS, st.integers(1, 20))
def test_weighted_means_equal_the_aalen_johansen_estimate(rows, horizon):
    days, event, weight = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    if not np.any(days >= horizon):
        return
    known = outcome_at(days, event.astype(np.int8), uncensored_probability(days, event, weight), horizon)
    total = weight.sum()
    expected = aalen_johansen(days, event, weights=weight).at(horizon)
    assert np.isclose((weight * known.weight) @ known.label / total, expected, atol=EXACT)
    survivors = ~known.label & (days >= horizon) & ~((event > 0) & (days <= horizon))
    event_free = kaplan_meier(days, event > 0, weights=weight).at(horizon)
    if survivors.any():  # else everyone at risk had an event on the horizon's own day
        assert np.isclose((weight * known.weight) @ survivors / total, event_free, atol=EXACT)
    assert np.isclose((weight * known.weight).sum(), total, atol=1e-7)


def test_by_hand():
    days = np.array([10.0, 10, 20, 30, 40, 40])
    event = np.array([1, 0, 2, 0, 1, 0], dtype=np.int8)
    uncensored = uncensored_probability(days, event, np.ones(6))
    np.testing.assert_allclose(uncensored.at([9, 10, 29, 30, 40]), [1, 0.8, 0.8, 0.8 * 2 / 3, 0])
    at_40 = outcome_at(days, event, uncensored, 40.0)
    assert at_40.label.tolist() == [True, False, False, False, True, False]
    g = 0.8 * 2 / 3
    np.testing.assert_allclose(at_40.weight, [1, 0, 1 / 0.8, 0, 1 / g, 1 / g])
    assert np.isclose(at_40.least_uncensored, g)
    at_25 = outcome_at(days, event, uncensored, 25.0)
    np.testing.assert_allclose(at_25.weight, [1, 0, 1 / 0.8, 1 / 0.8, 1 / 0.8, 1 / 0.8])
