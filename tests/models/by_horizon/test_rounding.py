"""Rounding to points: against every rounding there is, on few items."""

import itertools

import numpy as np
import pytest
from scipy.optimize import minimize

from hgrisk.models.by_horizon.rounding import Coded, line_loss, round_points

SAME_LOSS = 1e-8
"""The ridge on the slope is 1e-9: of a card and its double, one is better by that."""


def rows(seed, n=400, n_items=4, n_horizons=2):
    rng = np.random.default_rng(seed)
    level = rng.integers(0, 2, (n, n_items))
    effect = rng.normal(0, 1, n_items)
    chance = 1 / (1 + np.exp(1 - level @ effect))[:, None] * np.linspace(0.6, 1, n_horizons)
    label = rng.random(n)[:, None] < chance
    weight = rng.uniform(1, 2, (n, n_horizons))
    return Coded(level, weight * label, weight * ~label), [np.array([0.0, its]) for its in effect]


def loss(some, points):
    total = sum(np.asarray(its)[level] for its, level in zip(points, some.level.T, strict=True))
    total = total - total.min()
    yes, no = (np.column_stack([np.bincount(total, w) for w in weights.T]) for weights in (some.yes, some.no))
    return line_loss(yes, no)


@pytest.mark.parametrize(("seed", "max_points"), [(0, 2), (1, 2), (2, 2), (3, 2), (4, 3)])
def test_no_card_of_four_items_is_better(seed, max_points):
    """Every card there is: points for one of the two levels of each item, which includes every rounding."""
    some, values = rows(seed, n=150)
    found = round_points(some, values, max_points)
    every = itertools.product(range(-max_points, max_points + 1), repeat=4)
    best = min(loss(some, [np.array([0, its]) for its in points]) for points in every if any(points))
    assert loss(some, found) <= best + SAME_LOSS
    assert all(its.min() == 0 and its.max() <= max_points for its in found)


def test_the_loss_is_that_of_the_best_line():
    rng = np.random.default_rng(0)
    yes, no = rng.uniform(1, 5, (2, 6, 3))

    def plain(theta):
        logit = np.arange(6)[:, None] * theta[-1] + theta[:-1]
        return np.sum((yes + no) * np.logaddexp(0, logit) - yes * logit) / (yes.sum() + no.sum())

    assert line_loss(yes, no) == pytest.approx(minimize(plain, np.zeros(4), tol=1e-12).fun, abs=1e-8)


def test_points_that_are_given_come_back():
    some, _ = rows(1)
    found = round_points(some, [0.5 * np.array([0.0, its]) for its in (1, 0, 3, 2)], 3)
    assert found[1].tolist() in ([0, 0], [0, 1], [1, 0])
    same = Coded(some.level, np.ones_like(some.yes), np.ones_like(some.no))
    assert [its.tolist() for its in round_points(same, [np.zeros(2)] * 4, 3)] == [[0, 0]] * 4


def test_levels_of_equal_value_keep_equal_points_and_points_have_no_common_divisor():
    rng = np.random.default_rng(3)
    level = np.column_stack([rng.integers(0, 4, 500), rng.integers(0, 2, 500)])
    label = rng.random(500) < 1 / (1 + np.exp(1 - 1.2 * (level[:, 0] >= 2)))
    some = Coded(level, label[:, None] * 1.0, ~label[:, None] * 1.0)
    first, second = round_points(some, [np.array([0.0, 0.0, 1.2, 1.2]), np.zeros(2)], 5)
    assert first.tolist() == [0, 0, 1, 1]
    assert second.tolist() == [0, 0]
