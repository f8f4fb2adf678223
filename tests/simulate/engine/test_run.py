"""A run does not depend on the room it was given, on other households, or on whether futures are followed."""

import numpy as np
import pytest

from hgrisk.simulate.engine import run as engine
from hgrisk.simulate.records import Households
from tests.simulate.engine.worlds import rows, world


@pytest.fixture(scope="module")
def made():
    return world("baseline", households=400)


@pytest.fixture(scope="module")
def whole(made):
    return rows(made)


@pytest.mark.parametrize("room", ["_CANDIDATES", "_INCIDENTS_EACH", "_REPORTS_EACH"])
def test_too_little_room_is_doubled_until_all_fits(made, whole, monkeypatch, room):
    homes, _, expected = whole
    monkeypatch.setattr(engine, room, 1 if room == "_CANDIDATES" else -2)
    for found, wanted in zip(engine.run(homes, made.rules), expected, strict=True):
        np.testing.assert_array_equal(found, wanted)


def test_without_futures_the_world_is_the_same(made, whole):
    homes, _, (incidents, reports, outcomes) = whole
    again, alike, none = engine.run(homes, made.rules, with_futures=False)
    np.testing.assert_array_equal(again, incidents)
    np.testing.assert_array_equal(alike, reports)
    assert len(none) == 0
    assert len(outcomes) == reports["is_landmark"].sum()


def test_a_household_does_not_depend_on_the_others(made, whole):
    homes, _, (incidents, _, _) = whole
    chosen = np.arange(100, 200)
    part = Households(**{name: value[chosen] for name, value in vars(homes).items()})
    alone, _, _ = engine.run(part, made.rules)
    wanted = incidents[np.isin(incidents["household"], chosen)]
    for name in ("at", "kind", "severity", "relation", "witnessed", "reversed"):
        np.testing.assert_array_equal(alone[name], wanted[name])
    np.testing.assert_array_equal(alone["household"] + 100, wanted["household"])


def test_households_without_violence_have_no_rows(made, whole):
    homes, _, _ = whole
    part = Households(**(vars(homes) | {"rate": np.zeros_like(homes.rate)}))
    assert [len(found) for found in engine.run(part, made.rules)] == [0, 0, 0]
