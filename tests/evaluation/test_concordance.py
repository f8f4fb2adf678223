"""The concordance kernel against a slow and obvious count of pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.errors import DataError
from hgrisk.evaluation._concordance import concordance
from hgrisk.hazards import concordance as kernel
from hgrisk.hazards.concordance import compare_pairs

EXACT = 1e-12
UNWEIGHTED = np.ones((1, 3))

rows = st.lists(
    st.tuples(
        st.integers(0, 3), st.integers(1, 6), st.integers(-2, 2), st.integers(0, 3), st.sampled_from([0.0, 0.3, 1, 2.5])
    ),
    max_size=25,
)
horizons = st.sampled_from([0.5, 3, 4, np.inf])
shares = st.lists(st.sampled_from([0.0, 0.0, 0.2, 0.5, 0.9]), min_size=25, max_size=25)
UNIT_OF_TIME = st.sampled_from([1.0, 0.7])
"""Days, and times that are no whole days: they are placed in another way."""


def slow(outcome, predicted, copies, censoring, horizon, *, entry=None):
    """Count pair by pair: Wolbers et al. (2014) with equal risks 1/2 and, on one day, events before censoring."""
    entry = np.zeros(len(predicted)) if entry is None else entry
    (days, event), n = outcome, len(predicted)
    won = compared = 0.0
    for i in range(n):
        if event[i] != 1 or days[i] > horizon:
            continue
        for j in np.flatnonzero(entry < days[i]):
            if days[j] > days[i] or (days[j] == days[i] and event[j] != 1):
                pair = 1 / censoring[i] ** 2
            elif days[j] < days[i] and event[j] >= 2:
                pair = 1 / (censoring[i] * censoring[j])
            else:
                continue
            pair *= copies[i] * copies[j]
            compared += pair
            won += pair * ((predicted[i] > predicted[j]) + 0.5 * (predicted[i] == predicted[j]))
    return won, compared


def check(table, weighted, horizon, unit):
    event, days, predicted, counts, case_weight = np.array(table, dtype=float).reshape(-1, 5).T
    outcome, ones = (days * unit, event.astype(np.int8)), np.ones(len(event))
    censoring = 1 / (1 + days) if weighted else None
    for weights in (ones[None], case_weight[None], np.stack((ones, counts, counts[::-1]))):
        found = compare_pairs(outcome, predicted, weights, censoring=censoring, horizon_days=horizon)
        g = ones if censoring is None else censoring
        expected = np.array([slow(outcome, predicted, row, g, horizon) for row in weights])
        np.testing.assert_allclose(np.transpose(found), expected, rtol=EXACT, atol=EXACT)


@given(rows, st.booleans(), horizons, UNIT_OF_TIME)
@settings(deadline=None)
def test_compiled_kernels_equal_the_slow_count(table, weighted, horizon, unit):
    check(table, weighted, horizon, unit)


@given(rows, st.booleans(), horizons)
@settings(deadline=None, max_examples=50)
def test_uncompiled_kernels_equal_the_slow_count(table, weighted, horizon):
    with pytest.MonkeyPatch.context() as patch:
        uncompile(patch)
        check(table, weighted, horizon, 1.0)


def check_late(table, share, horizon, unit):
    event, days, predicted, counts, case_weight = np.array(table, dtype=float).reshape(-1, 5).T
    outcome, entry = (days * unit, event.astype(np.int8)), np.floor(np.array(share)[: len(event)] * days) * unit
    ones = np.ones(len(event))
    for weights in (ones[None], case_weight[None], np.stack((ones, counts, counts[::-1]))):
        found = compare_pairs(outcome, predicted, weights, entry=entry, horizon_days=horizon)
        expected = np.array([slow(outcome, predicted, row, ones, horizon, entry=entry) for row in weights])
        np.testing.assert_allclose(np.transpose(found), expected, rtol=EXACT, atol=EXACT)


@given(rows, shares, horizons, UNIT_OF_TIME)
@settings(deadline=None)
def test_rows_that_enter_late_are_compared_from_then_on(table, share, horizon, unit):
    check_late(table, share, horizon, unit)


@given(rows, shares, horizons)
@settings(deadline=None, max_examples=50)
def test_uncompiled_kernels_compare_late_rows_from_then_on(table, share, horizon):
    with pytest.MonkeyPatch.context() as patch:
        uncompile(patch)
        check_late(table, share, horizon, 1.0)


def uncompile(patch):
    for name in ("count_once", "count_by_draw"):
        patch.setattr(kernel, name, getattr(kernel, f"_{name}"))
    for name in ("_later", "_hold_later", "_enter_by_draw"):
        patch.setattr(kernel, name, getattr(kernel, name).py_func)


@pytest.mark.parametrize("unit", [1.0, 0.7])
@pytest.mark.parametrize("n_levels", [3, 10**9])
def test_many_unweighted_pairs_are_counted_exactly(unit, n_levels):
    rng = np.random.default_rng(5)
    event, days = rng.integers(0, 3, 1_500).astype(np.int8), rng.integers(1, 300, 1_500) * unit
    predicted = rng.integers(0, n_levels, 1_500) / 7
    case = event == 1
    later = (days[:, None] < days) | ((days[:, None] == days) & ~case) | (event > 1)
    pairs = case[:, None] & later
    twice = 2 * (predicted[:, None] > predicted) + (predicted[:, None] == predicted)
    for draws in (1, 2):
        won, compared = compare_pairs((days, event), predicted, np.ones((draws, 1_500)))
        assert won.tolist() == [np.sum(twice[pairs]) / 2] * draws
        assert compared.tolist() == [np.sum(pairs)] * draws


def test_blocks_of_draws_and_single_draws_agree(cohort, monkeypatch):
    sample = cohort.sample()
    weights = np.random.default_rng(0).integers(0, 3, (40, len(sample)))
    censoring = sample.censoring.before(sample.duration_days)
    together = concordance(sample, 365, weights, censoring)
    one_by_one = [concordance(sample, 365, row[None], censoring)[0] for row in weights]
    np.testing.assert_allclose(together, one_by_one, rtol=EXACT)
    monkeypatch.setattr(kernel, "DRAWS_AT_ONCE", 7)
    np.testing.assert_allclose(together, concordance(sample, 365, weights, censoring), rtol=EXACT)


def test_weights_of_one_are_no_weights(cohort):
    sample = cohort.sample()
    ones = np.ones((2, len(sample)))
    weighted = concordance(sample, 365, ones, np.ones(len(sample)))
    assert concordance(sample, 365, ones).tolist() == weighted.tolist()


def test_rows_that_differ_in_number_and_missing_predictions_are_refused():
    days, event = np.arange(1.0, 4.0), np.array([1, 0, 1])
    with pytest.raises(DataError, match="3 outcomes, 2 predictions and 3 weights"):
        compare_pairs((days, event), np.zeros(2), UNWEIGHTED)
    with pytest.raises(DataError, match=r"A prediction is a number.*nan"):
        compare_pairs((days, event), np.array([0.1, np.nan, 0.3]), UNWEIGHTED)
    with pytest.raises(DataError, match=r"Every row has an outcome.*3 outcomes"):
        compare_pairs((days, event), np.zeros(3), UNWEIGHTED, entry=np.zeros(2))
    late = np.array([0.0, 0.5, 0.0])
    with pytest.raises(DataError, match="observed from day 0, but found 1 that enter late"):
        compare_pairs((days, event), np.zeros(3), UNWEIGHTED, entry=late, censoring=np.ones(3))
