"""The items that a lasso chooses, and the weights of their levels."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.models.by_horizon.card_items import choose_along, choose_items
from hgrisk.models.by_horizon.items import learn_item
from hgrisk.models.by_horizon.rounding import Coded


@pytest.fixture(scope="module")
def made():
    """Ten counts, of which the third and the eighth say something."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.integers(0, 4, (1500, 10)), columns=[f"x{i}" for i in range(10)])
    logit = -1.5 + 1.0 * X["x2"].to_numpy() - 1.2 * (X["x7"].to_numpy() >= 2)
    label = (rng.random(1500) < 1 / (1 + np.exp(-logit)))[:, None] * np.ones(2, dtype=bool)
    items = [learn_item(X[name], 4, 20) for name in X]
    level = np.column_stack([item.levels_of(X[item.feature]) for item in items])
    return items, Coded(level, label * 1.0, ~label * 1.0)


def test_the_items_with_an_effect_come_first(made):
    items, rows = made
    for most in (1, 2):
        chosen, _ = choose_items(items, rows, most, 0.001)
        assert set(chosen) <= {2, 7}
    assert chosen == [2, 7]
    many, values = choose_items(items, rows, 6, 1e-4)
    assert 2 < len(many) <= 6
    assert len(values) == len(many)


def test_levels_weigh_as_they_were_made_and_those_without_a_step_are_one(made):
    items, rows = made
    _, values = choose_items(items, rows, 2, 0.1)
    np.testing.assert_allclose(values[0] - values[0][0], [0, 1, 2, 3], atol=0.5)
    assert values[1][0] == values[1][1]
    assert values[1][2] - values[1][0] == pytest.approx(-1.2, abs=0.3)


def test_a_penalty_too_large_leaves_nothing(made):
    assert choose_items(*made, 2, 100.0) == ([], [])


def test_choices_along_a_path_are_those_of_each_penalty(made):
    """With as many items as there are, no path is cut off."""
    penalties = np.geomspace(0.3, 0.01, 5)
    for penalty, (chosen, values) in zip(penalties, choose_along(*made, 10, penalties), strict=True):
        alone, its = choose_items(*made, 10, penalty)
        assert chosen == alone
        for one, other in zip(values, its, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-9)
    cut = choose_along(*made, 2, np.geomspace(0.3, 1e-4, 8))
    assert cut[-1][0] == [2, 7]
    assert max(len(chosen) for chosen, _ in cut) == 2


def test_items_that_come_in_at_once_are_cut_at_the_strongest(made):
    """Copies have the same slope, so that the first penalty lets all of them in."""
    items, rows = made
    copies = Coded(np.repeat(rows.level[:, [2]], 4, axis=1), rows.yes, rows.no)
    chosen, values = choose_items([items[2]] * 4, copies, 2, 0.001)
    assert 1 <= len(chosen) <= 2
    assert all(np.ptp(its) > 0.5 for its in values)
