"""Trees for hazards by interval: the best split by brute force, and one meaning of a tree in both walkers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.hazards.boosting import LEAF, add_trees, apply_tree, expected_events, grow_tree, log_likelihood

N_TIMES = 4


def sample(seed, n=60, n_columns=2):
    """Rows with late entry, missing values and weights; the third bin number is the largest."""
    rng = np.random.default_rng(seed)
    bins = rng.integers(0, 5, (n, n_columns)).astype(np.uint8)
    first = rng.integers(0, 2, n).astype(np.int32)
    last = np.minimum(first + rng.integers(0, N_TIMES, n), N_TIMES - 1).astype(np.int32)
    last[0] = N_TIMES - 1
    entered, left = rng.random(n) * 0.4, 0.5 + rng.random(n) * 0.5
    weight = rng.uniform(0.5, 2, n)
    happened = np.where(rng.random(n) < 0.5, weight, 0.0)
    at = np.concatenate(([0], np.cumsum(last - first + 1))).astype(np.int64)
    log_rate = rng.normal(size=N_TIMES) * 0.3 - 1
    expected = expected_events(first, last, at, entered, left, weight, log_rate)
    return bins, first, last, at, expected, happened, (entered, left, weight, log_rate)


def grow(seed, depth, *, ridge=1.0, least=0.5, direction=(0, 0), rows=None):
    bins, first, last, at, expected, happened, _ = sample(seed)
    chosen = np.arange(len(bins)) if rows is None else rows
    limits = (np.full(2, 4), np.array(direction))
    return grow_tree(bins, *limits, first, last, at, expected, happened, chosen, depth, ridge, least)


def laid_out(seed):
    """The same by person and interval: bins, time, expected and observed events."""
    bins, first, last, at, expected, happened, _ = sample(seed)
    row = np.repeat(np.arange(len(bins)), last - first + 1)
    time = np.arange(len(row)) - at[row] + first[row]
    return bins[row], time, expected, np.where(time == last[row], happened[row], 0.0)


def test_expected_events_are_hazard_times_time_at_risk_times_weight():
    _, first, last, at, expected, _, (entered, left, weight, log_rate) = sample(1)
    for row in range(10):
        parts = np.ones(last[row] - first[row] + 1)
        parts[0] -= entered[row]
        parts[-1] -= 1 - left[row]
        hazard = np.exp(log_rate[first[row] : last[row] + 1])
        np.testing.assert_allclose(expected[at[row] : at[row + 1]], weight[row] * parts * hazard)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_the_first_split_is_the_best_by_brute_force(seed):
    columns, time, expected, observed = laid_out(seed)
    excess = observed - expected

    def worth(chosen):
        return 0.5 * excess[chosen].sum() ** 2 / (expected[chosen].sum() + 1.0)

    candidates = [time <= cut for cut in range(N_TIMES - 1)]
    for column in columns.T:
        candidates += [(column <= cut) & (column > 0) for cut in range(1, 4)]
        candidates += [(column <= cut) | (column == 0) for cut in range(4)]
    allowed = [one for one in candidates if min(expected[one].sum(), expected[~one].sum()) >= 0.5]
    best = max((worth(one) + worth(~one) for one in allowed), default=0.0) - worth(np.ones(len(time), dtype=bool))
    feature, *_, gain = grow(seed, 1)
    if feature[0] == LEAF:
        assert best <= 1e-6
    else:
        assert gain[0] == pytest.approx(best, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_leaves_hold_their_newton_step_and_both_walkers_read_a_tree_alike(seed):
    tree = grow(seed, 3)
    bins, first, last, at, expected, happened, (*_, log_rate) = sample(seed)
    changed, own = expected.copy(), log_rate[last].copy()
    apply_tree(bins, first, last, at, changed, own, *tree[:6])
    everywhere = np.zeros((len(bins), N_TIMES))
    add_trees(bins, np.array([0], dtype=np.int32), *tree[:6], everywhere)
    row = np.repeat(np.arange(len(bins)), last - first + 1)
    time = np.arange(len(row)) - at[row] + first[row]
    np.testing.assert_allclose(changed, expected * np.exp(everywhere[row, time]))
    np.testing.assert_allclose(own, log_rate[last] + everywhere[np.arange(len(bins)), last])
    excess = np.where(time == last[row], happened[row], 0.0) - expected
    for value in np.unique(everywhere[row, time]):
        leaf = everywhere[row, time] == value
        assert value == pytest.approx(excess[leaf].sum() / (expected[leaf].sum() + 1.0), abs=1e-9)
        assert expected[leaf].sum() >= 0.5 - 1e-9


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([1, -1]))
def test_a_direction_is_kept_at_every_time_and_whatever_the_other_column(seed, way):
    tree = grow(seed, 3, direction=(way, 0), least=0.1, ridge=0.1)
    grid = np.array([[one, other] for other in range(5) for one in range(1, 5)], dtype=np.uint8)
    said = np.zeros((len(grid), N_TIMES))
    add_trees(grid, np.array([0], dtype=np.int32), *tree[:6], said)
    assert np.all(way * np.diff(said.reshape(5, 4, N_TIMES), axis=1) >= 0)


def test_a_tree_learns_from_the_rows_it_is_given_only():
    some = np.arange(0, 60, 2)
    bins, first, last, at, expected, happened, _ = sample(3)
    expected[at[1] : at[2]] *= 1e6
    happened[1] = 1e6
    tree = grow_tree(
        bins, np.full(2, 4), np.zeros(2, dtype=np.int64), first, last, at, expected, happened, some, 2, 1.0, 0.5
    )
    for found, wanted in zip(tree, grow(3, 2, rows=some), strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_no_allowed_split_gives_one_leaf():
    feature, *_ = grow(1, 3, least=1e9)
    assert feature.tolist() == [LEAF]


def test_the_log_likelihood_is_log_hazards_of_events_less_expected_events():
    _, _, last, at, expected, happened, (*_, log_rate) = sample(2)
    rows = np.array([3, 7])
    total = sum(happened[row] * log_rate[last[row]] - expected[at[row] : at[row + 1]].sum() for row in rows)
    assert log_likelihood(rows, at, expected, happened, log_rate[last]) == pytest.approx(total)
