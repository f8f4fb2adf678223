"""Small worlds for the tests of the engine."""

import numpy as np

from hgrisk.simulate.block import World, make_records, prepare
from hgrisk.simulate.engine.homes import home_records
from hgrisk.simulate.engine.run import run
from hgrisk.simulate.engine.state import N_INTERVENTIONS, SIZE, START
from hgrisk.simulate.scenario import Scenario

PLAIN = {
    "population": {
        "kind_shares": {
            "child_abuse": 0.0, "partner_violence": 1.0, "violence_against_parents": 0.0, "elder_abuse": 0.0,
            "other": 0.0,
        },
        "second_relation_share": 0.0, "separation_rate": 0.0, "death_rate": 0.0, "lost_rate": 0.0, "move_rate": 0.0,
        "next_household_share": 0.0,
    },
    "violence": {
        "stop_rate": 0.0, "brief_share": 0.0, "region_log_sd": 0.0, "separation_ratio": 1.0, "breach_ratio": 1.0,
        "hazard_ratios": {
            "alcohol": 1.0, "drugs": 1.0, "threats": 1.0, "coercive_control": 1.0, "unemployment": 1.0,
            "under_25": 1.0, "children": 1.0,
        },
        "kind_ratios": {
            "child_abuse": 1.0, "partner_violence": 1.0, "violence_against_parents": 1.0, "elder_abuse": 1.0,
            "other": 1.0,
        },
    },
}  # fmt: skip
"""Changes after which every household has one relation whose hazard depends on frailty and time alone."""


def world(name="null_effects", households=300, seed=5, **changes) -> World:
    return prepare(Scenario.named(name, households=households, seed=seed, **changes))


def plain_world(households=300, seed=5, **violence) -> World:
    changes = PLAIN | {"violence": PLAIN["violence"] | violence}
    quiet = {"detention_share": 0.0, "breach_share": 0.0}
    return world(households=households, seed=seed, interventions=quiet, **changes)


def records(world):
    return make_records(world, 0)


def rows(world):
    """Return households, their records, and the rows of the engine."""
    homes = make_records(world, 0).homes
    return homes, home_records(homes), run(homes, world.rules)


def one_rule(world, **changes):
    """Return the rules of a world as one record, with fields changed."""
    rules = world.rules.copy()
    for name, value in changes.items():
        rules[name] = value
    return rules[0]


def empty_state():
    state = np.full(SIZE, -np.inf)
    state[START : START + N_INTERVENTIONS] = np.inf
    return state
