"""Points of a card, and ranks on cards that were made without a row."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.models.by_horizon.card_items import largest_penalty
from hgrisk.models.by_horizon.card_points import CardSize, learn_points, losses_out_of_fold, ranges_out_of_fold
from hgrisk.models.by_horizon.items import learn_item
from hgrisk.models.by_horizon.rounding import Coded

SIZE = CardSize(max_items=4, max_points=3, penalty=0.01)


@pytest.fixture(scope="module")
def made():
    """Six counts, of which the second says something; and folds."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.integers(0, 4, (1000, 6)), columns=list("abcdef"))
    label = (rng.random(1000) < 1 / (1 + np.exp(1.5 - X["b"].to_numpy())))[:, None]
    items = [learn_item(X[name], 4, 20) for name in X]
    level = np.column_stack([item.levels_of(X[item.feature]) for item in items])
    return items, Coded(level, label * 1.0, ~label * 1.0), np.arange(1000) % 5


def test_what_tells_gets_points_and_what_does_not_gets_none(made):
    items, rows, _ = made
    card = dict(learn_points(items, rows, CardSize(1, 3, 0.01)))
    assert card[1].tolist() == [0, 1, 2, 3]
    assert learn_points(items, rows, CardSize(4, 3, largest_penalty(items, rows) * 1.001)) == []
    assert learn_points(items, rows, CardSize(4, 3, largest_penalty(items, rows) * 0.9))


def test_a_row_stands_where_it_does_whatever_its_own_answer(made):
    items, rows, fold = made
    before = ranges_out_of_fold(items, rows, np.ones(1000), fold, SIZE)
    turned = Coded(
        rows.level,
        np.where(fold[:, None] == 2, rows.no, rows.yes),
        np.where(fold[:, None] == 2, rows.yes, rows.no),
    )
    after = ranges_out_of_fold(items, turned, np.ones(1000), fold, SIZE)
    np.testing.assert_array_equal(after[fold == 2], before[fold == 2])
    assert np.any(after[fold != 2] != before[fold != 2])
    assert np.all(before[:, 0] < before[:, 1])


def test_without_items_a_row_stands_everywhere(made):
    items, rows, fold = made
    ranges = ranges_out_of_fold(items, rows, np.ones(1000), fold, CardSize(4, 3, 100.0))
    assert np.unique(ranges, axis=0).tolist() == [[0, 1]]


def test_the_loss_is_that_of_the_base_rate_without_items_and_smaller_with_what_tells(made):
    items, rows, fold = made
    rate = rows.yes.mean()
    base = -(rate * np.log(rate) + (1 - rate) * np.log(1 - rate))
    losses = losses_out_of_fold(items, rows, fold, SIZE, np.array([100.0, 0.1, 0.01]))
    assert losses[0] == pytest.approx(base, abs=1e-9)
    assert losses[1:].max() < base - 0.05
    noise = Coded(rows.level, np.roll(rows.yes, 7, axis=0), np.roll(rows.no, 7, axis=0))
    assert losses_out_of_fold(items, noise, fold, SIZE, np.array([0.01])) == pytest.approx(base, abs=0.004)
