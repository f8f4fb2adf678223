"""Folds of rows, and where rows stand by rank."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.errors import ConfigError, FitError
from hgrisk.models.by_horizon.out_of_fold import check_folds, deal_rows, parts_within, rank_ends, rank_ranges, some_of
from hgrisk.models.inputs.censoring_weights import HorizonOutcome

EXACT = 1e-12


def test_networks_are_whole_and_their_names_settle_the_folds():
    names = np.repeat([f"n{place:02}" for place in range(23)], 3)
    fold = deal_rows(names, [np.arange(69)])
    assert all(len(np.unique(fold[names == name])) == 1 for name in names)
    assert sorted(np.bincount(fold).tolist()) == [12, 12, 15, 15, 15]
    mixed = np.random.default_rng(0).permutation(69)
    np.testing.assert_array_equal(deal_rows(names[mixed], [np.arange(69)]), fold[mixed])
    assert len(np.unique(deal_rows(np.array([1, 1, 2, 3]), []))) == 3
    with pytest.raises(ConfigError, match="found 1 clusters for 2 folds: pass more networks or leave cluster out"):
        deal_rows(np.zeros(9), [])


def test_rows_are_dealt_whatever_their_order_and_alike_ones_to_all_folds():
    rng = np.random.default_rng(1)
    answer, level = rng.integers(0, 2, 1000), rng.integers(0, 2, 1000)
    fold = deal_rows(None, [level, answer])
    assert np.bincount(fold).tolist() == [200] * 5
    shares = [np.bincount(fold[(answer == a) & (level == b)]) for a in (0, 1) for b in (0, 1)]
    assert np.min(shares) > 30  # of about 50: neither an answer nor a level settles the fold
    mixed = rng.permutation(1000)
    again = deal_rows(None, [level[mixed], answer[mixed]])
    kinds = np.column_stack([level, answer, fold]), np.column_stack([level[mixed], answer[mixed], again])
    np.testing.assert_array_equal(*(its[np.lexsort(its.T)] for its in kinds))


TOTALS = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 3)), min_size=1, max_size=30)


@given(TOTALS)
def test_rows_stand_at_their_own_totals_by_their_own_ranks(rows):
    total, weight = np.array(rows, dtype=float).T
    where = np.unique(total, return_inverse=True)[1]
    parts = parts_within(rank_ranges(total, weight), rank_ends(where, weight)).toarray()
    np.testing.assert_allclose(parts, np.eye(where.max() + 1)[where], atol=EXACT)


@given(TOTALS, st.integers(1, 8), st.integers(0, 99))
def test_parts_add_up_in_rows_and_in_ranks(rows, n_ends, seed):
    total, weight = np.array(rows, dtype=float).T
    ends = np.concatenate(([0], np.sort(np.random.default_rng(seed).uniform(size=n_ends)), [1]))
    parts = parts_within(rank_ranges(total, weight), ends).toarray()
    np.testing.assert_allclose(parts.sum(axis=1), 1, atol=EXACT)
    np.testing.assert_allclose(weight @ parts / weight.sum(), np.diff(ends), atol=1e-7)
    place = parts @ np.arange(len(ends) - 1)
    assert np.all(np.diff(place[np.argsort(total, kind="stable")]) >= -EXACT)


def test_a_fold_that_takes_all_of_an_answer_is_refused():
    label, fold = np.arange(10) < 2, np.arange(10) % 5
    outcome = HorizonOutcome(label, np.ones(10), 1.0)
    check_folds(fold, [outcome], [365])
    with pytest.raises(FitError, match="are left when a fold is left out, but found all rows with one in one"):
        check_folds(np.where(label, 0, fold), [outcome], [365])
    with pytest.raises(FitError, match="found all rows known to be without one in one fold: pass more rows"):
        check_folds(np.where(label, fold, 3), [outcome], [365])
    some = some_of(outcome, label)
    assert (some.label.tolist(), some.weight.tolist()) == ([True, True], [1, 1])
