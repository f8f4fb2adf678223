"""A world, prepared once, and its households, block by block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from hgrisk.errors import ConfigError
from hgrisk.simulate.calibration.tally import Tally, tally
from hgrisk.simulate.draws import household_keys
from hgrisk.simulate.engine.pilot import with_intercepts
from hgrisk.simulate.engine.results import incidents_of, outcomes_of, reports_of
from hgrisk.simulate.engine.rules import Rules, make_rules
from hgrisk.simulate.engine.run import run
from hgrisk.simulate.family import YEAR
from hgrisk.simulate.observed.tables import observe
from hgrisk.simulate.population import draw_households
from hgrisk.simulate.pseudonyms import case_ids
from hgrisk.simulate.records import Floats, Households, Incidents, Outcomes, Reports
from hgrisk.simulate.regions import regional_log_ratios
from hgrisk.simulate.scenario import Scenario
from hgrisk.simulate.truth.effects import EffectSums
from hgrisk.simulate.truth.households import household_table
from hgrisk.simulate.truth.outcomes import outcome_table
from hgrisk.simulate.truth.parameters import intervention_parameters, region_parameters
from hgrisk.simulate.truth.violence import violence_table

BLOCK_HOUSEHOLDS = 10_000
"""Households of a block; part of what a seed means, since persons only go from household to household within one."""

MOST_PER_YEAR = 400
"""All hazard ratios at once; more candidate incidents would take hours to walk, and say nothing about violence."""

_TRIAL_HOUSEHOLDS = 20_000
_TRIAL_BLOCK = 2**31
"""A block number that no world reaches: the trial households are in no world."""

_REGIONS, _POPULATION, _REGISTRATION = range(3)
"""What each spawned generator is for; no two share one."""


@dataclass(frozen=True, eq=False)
class World:
    """A scenario with all that is the same for every block.

    Attributes
    ----------
    scenario : Scenario
        The scenario.
    rules : Rules
        Its settings for the engine, interventions with their intercepts.
    violence_by_region : ndarray of float, shape (26,)
        Hazard ratio of violence of each region.
    """

    scenario: Scenario
    rules: Rules
    violence_by_region: Floats


@dataclass(frozen=True, eq=False)
class Records:
    """The arrays of one block: all that happened, and would have happened."""

    homes: Households
    incidents: Incidents
    reports: Reports
    outcomes: Outcomes


@dataclass(frozen=True, eq=False)
class Block:
    """The tables of one block of households, and what it adds to the sums over the world.

    Attributes
    ----------
    number : int
        Number of the block, from 0.
    observed, truth : dict of polars.DataFrame
        What registers hold (``events``, ``cases``, ``persons``, ``memberships``, ``case_regions``), and what nobody
        knows (``households``, ``violence``, ``outcomes``).
    tally, effects : Tally, EffectSums
        Counts for the calibration, and sums for the true effects.
    """

    number: int
    observed: dict[str, pl.DataFrame]
    truth: dict[str, pl.DataFrame]
    tally: Tally
    effects: EffectSums


def prepare(scenario: Scenario) -> World:
    """Draw what differs between the regions, and find how often interventions follow upon reports.

    Parameters
    ----------
    scenario : Scenario
        The scenario.

    Returns
    -------
    World
        The same for the same seed; the number of households plays no part.

    Raises
    ------
    ConfigError
        If the hazards are so high that the world would never be finished.
    """
    rng = _generator(scenario, _TRIAL_BLOCK, _REGIONS)
    violence_by_region = np.exp(regional_log_ratios(scenario.violence.region_log_sd, rng))
    rules = make_rules(scenario, violence_by_region, rng)
    shares = np.array([one.share for one in scenario.interventions.each])
    trial = _households(World(scenario, rules, violence_by_region), _TRIAL_BLOCK, _TRIAL_HOUSEHOLDS)
    _check_hazard(float(rules["ceiling"][0] * trial.rate.sum(axis=1).mean() * YEAR))
    return World(scenario, with_intercepts(rules, trial, shares), violence_by_region)


def parameter_tables(world: World) -> dict[str, pl.DataFrame]:
    """Return what is true of the whole world: ``regions`` and ``interventions``, one row each.

    Parameters
    ----------
    world : World
        The world.

    Returns
    -------
    dict of polars.DataFrame
        From `truth.parameters`.
    """
    return {
        "regions": region_parameters(world.violence_by_region, world.rules),
        "interventions": intervention_parameters(world.scenario.interventions, world.rules),
    }


def block_count(scenario: Scenario) -> int:
    """Return the number of blocks of a world.

    Examples
    --------
    >>> block_count(Scenario(households=25_000))
    3
    """
    return -(-scenario.households // BLOCK_HOUSEHOLDS)


def make_records(world: World, number: int) -> Records:
    """Draw the households of a block and walk them through their days.

    Parameters
    ----------
    world : World
        The world.
    number : int
        Number of the block, 0 to ``block_count(scenario) - 1``.

    Returns
    -------
    Records
        The arrays.
    """
    n = min(BLOCK_HOUSEHOLDS, world.scenario.households - number * BLOCK_HOUSEHOLDS)
    homes = _households(world, number, n)
    incidents, reports, outcomes = run(homes, world.rules)
    return Records(homes, incidents_of(incidents), reports_of(reports), outcomes_of(reports, outcomes, homes))


def make_block(world: World, number: int) -> Block:
    """Make the tables of a block.

    Parameters
    ----------
    world : World
        The world.
    number : int
        Number of the block, 0 to ``block_count(scenario) - 1``.

    Returns
    -------
    Block
        The same for the same seed and number, whatever was made before.
    """
    scenario, records, first = world.scenario, make_records(world, number), number * BLOCK_HOUSEHOLDS
    homes, incidents, reports = records.homes, records.incidents, records.reports
    rng = _generator(scenario, number, _REGISTRATION)
    observed = observe(scenario, number, first, homes, incidents, reports, rng)
    landmarks = records.outcomes.at(observed.registered["report"].to_numpy())
    keys = case_ids(scenario.seed, first + np.arange(homes.size))
    truth = {
        "households": household_table(homes, keys, observed.tables["cases"]["case_id"]),
        "violence": violence_table(incidents, reports, keys),
        "outcomes": outcome_table(landmarks, observed.registered),
    }
    counted = tally(scenario, observed.tables, homes, incidents, reports)
    return Block(number, observed.tables, truth, counted, EffectSums.from_block(homes, reports, landmarks))


def _check_hazard(per_year: float) -> None:
    if per_year > MOST_PER_YEAR:
        raise ConfigError(
            f"The highest hazard of a household is {MOST_PER_YEAR} incidents a year on average at most",
            f"{per_year:,.0f}",
            "lower rate_per_year or the hazard ratios",
        )


def _households(world: World, number: int, n: int) -> Households:
    scenario = world.scenario
    rng = _generator(scenario, number, _POPULATION)
    return draw_households(scenario, household_keys(scenario.seed, number, n), world.violence_by_region, rng)


def _generator(scenario: Scenario, block: int, purpose: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(scenario.seed, spawn_key=(block, 1 + purpose)))
