"""The strategies: natural, nothing, and each intervention with and without."""

import pytest

from hgrisk.simulate.parameters.interventions import NAMES
from hgrisk.simulate.strategies import NATURAL, NOTHING, STRATEGIES, with_, without


def test_every_strategy_is_there_once():
    assert (STRATEGIES[NATURAL], STRATEGIES[NOTHING]) == ("natural", "nothing")
    assert len(set(STRATEGIES)) == len(STRATEGIES) == 2 + 2 * len(NAMES)


@pytest.mark.parametrize("place", range(len(NAMES)))
def test_places_of_an_intervention_lead_to_its_strategies(place):
    assert STRATEGIES[with_(place)] == f"with_{NAMES[place]}"
    assert STRATEGIES[without(place)] == f"without_{NAMES[place]}"
