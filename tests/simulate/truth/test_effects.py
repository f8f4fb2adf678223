"""Sums over landmarks: additive, exact, and those of a slow obvious count."""

from dataclasses import fields, replace

import numpy as np
import pytest

from hgrisk.simulate.strategies import STRATEGIES
from hgrisk.simulate.truth.effects import CELLS, HORIZONS, EffectSums
from hgrisk.simulate.truth.populations import CONTRASTS, LEVELS
from tests.simulate.truth.made_block import make_block
from tests.simulate.truth.test_populations import populations_of


@pytest.fixture(scope="module")
def block():
    homes, _, reports, outcomes = make_block(5)
    return homes, reports, outcomes


@pytest.fixture(scope="module")
def sums(block):
    return EffectSums.from_block(*block)


def arrays(sums):
    return {field.name: getattr(sums, field.name).tolist() for field in fields(sums)}


def value_of(days, horizon, measure):
    if measure == "risk":
        return int(0 <= days <= horizon)
    return horizon if days < 0 else min(int(days), horizon)


def household_sums(block, population, cell, contrast):
    """Return, per household of a population, the sums with and without, and its number of landmarks."""
    homes, reports, outcomes = block
    which, horizon, measure = CELLS[cell]
    days = (outcomes.violence_days, outcomes.report_days)[which]
    found = {}
    for row, place in enumerate(outcomes.report):
        if population not in populations_of(homes, reports, place):
            continue
        home = int(reports.household[place])
        first, second, size = found.get(home, (0, 0, 0))
        sides = [value_of(days[row, 2 * contrast + side], horizon, measure) for side in (0, 1)]
        found[home] = (first + sides[0], second + sides[1], size + 1)
    return list(found.values())


CASES = [
    (("all", "all"), 0, 0), (("all", "all"), 11, 3), (("kind", "child_abuse"), 1, 4), (("children", "yes"), 7, 9),
    (("alcohol", "no"), 4, 2), (("under_25", "yes"), 8, 5), (("severity", "4-5"), 3, 1),
    (("reported_before", "no"), 6, 6), (("reported_before", "yes"), 9, 7), (("region", "Gelderland-Zuid"), 2, 8),
    (("treated", "barring_order"), 5, 2), (("treated", "help"), 10, 9), (("treated", "any"), 11, 0),
]  # fmt: skip


@pytest.mark.parametrize(("population", "cell", "contrast"), CASES)
def test_sums_are_those_of_a_slow_count(block, sums, population, cell, contrast):
    rows = household_sums(block, population, cell, contrast)
    at = LEVELS.index(population)
    assert rows
    assert sums.landmarks[at] == sum(size for _, _, size in rows)
    assert sums.households[at] == len(rows)
    assert sums.landmarks_squared[at] == sum(size**2 for _, _, size in rows)
    for side in (0, 1):
        where = (at, cell, contrast, side)
        assert sums.totals[where] == sum(row[side] for row in rows)
        assert sums.squares[where] == sum(row[side] ** 2 for row in rows)
        assert sums.products[where] == sum(row[side] * row[2] for row in rows)
    assert sums.crosses[at, cell, contrast] == sum(first * second for first, second, _ in rows)


def test_blocks_add_up_to_the_whole(block, sums):
    homes, reports, outcomes = block
    early = reports.household[outcomes.report] < 17
    parts = [
        EffectSums.from_block(homes, reports, replace(outcomes, **{name: getattr(outcomes, name)[chosen] for name in (
            "report", "violence_days", "report_days", "terminal_days")}))
        for chosen in (early, ~early)
    ]  # fmt: skip
    assert arrays(parts[0] + parts[1]) == arrays(sums)
    assert arrays(EffectSums.empty() + sums) == arrays(sums)


def test_a_block_without_landmarks_adds_nothing(block):
    homes, reports, outcomes = block
    none = np.zeros((0, len(STRATEGIES)), dtype=np.int16)
    empty = replace(outcomes, report=np.zeros(0, dtype=np.int64), violence_days=none, report_days=none)
    assert arrays(EffectSums.from_block(homes, reports, empty)) == arrays(EffectSums.empty())


def test_sums_are_whole_numbers(sums):
    assert {getattr(sums, field.name).dtype for field in fields(sums)} == {np.dtype(np.int64)}


def test_the_horizons_are_half_a_year_a_year_and_a_year_and_a_half():
    assert HORIZONS == (183, 365, 548)
    assert CONTRASTS[0] == "any"
