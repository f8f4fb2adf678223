"""A made-up world in memory: the same tables as on disk, for a notebook or a test."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

import polars as pl

from hgrisk.simulate.block import Block, block_count, make_block, parameter_tables, prepare
from hgrisk.simulate.calibration.table import calibration_table
from hgrisk.simulate.calibration.tally import Tally
from hgrisk.simulate.observed.residences import region_table
from hgrisk.simulate.parquet import plain
from hgrisk.simulate.planted import faulty_rows
from hgrisk.simulate.scenario import Scenario
from hgrisk.simulate.streaming import stream_blocks
from hgrisk.simulate.truth.effect_tables import effect_table, risk_table
from hgrisk.simulate.truth.effects import EffectSums


@dataclass(frozen=True, eq=False)
class MadeWorld:
    """A made-up world: what registers hold of it, and what is true.

    Attributes
    ----------
    observed : dict of polars.DataFrame
        ``events``, ``cases``, ``persons``, ``memberships``, ``regions`` and ``case_regions``, without those that have
        no row: what a pipeline may see. Faulty rows are among the events, with an ``event_id`` that begins with F.
    truth : dict of polars.DataFrame
        ``households`` and ``violence``, reported or not; ``outcomes``, the futures of each landmark under every
        strategy; ``effects`` and ``risks``, the true effects of the interventions and the true mean risks; ``regions``
        and ``interventions``, what was drawn once for the world.
    calibration : polars.DataFrame
        Every calibrated number beside its target.
    """

    observed: dict[str, pl.DataFrame]
    truth: dict[str, pl.DataFrame]
    calibration: pl.DataFrame


def make_world(scenario: Scenario) -> MadeWorld:
    """Make a world and keep it in memory; ``hgrisk simulate`` writes one of any size to a folder.

    Parameters
    ----------
    scenario : Scenario
        The world. About 5 MB is needed for every thousand households.

    Returns
    -------
    MadeWorld
        The same tables as `folder.write_world` writes for the same scenario.

    Examples
    --------
    >>> world = make_world(Scenario.named("regie_works", households=50, seed=1))
    >>> world.truth["households"].height, world.observed["cases"].height < 50
    (50, True)
    >>> world.truth["outcomes"].columns[3:6]
    ['terminal_days', 'violence_days__natural', 'report_days__natural']
    """
    world, n_blocks = prepare(scenario), block_count(scenario)
    observed, truth = [], []
    tally, effects = Tally.empty(), EffectSums.empty()
    with closing(stream_blocks(partial(make_block, world), n_blocks, os.cpu_count() or 1)) as blocks:
        for block in blocks:
            observed.append(_delivered(scenario, block))
            truth.append(block.truth)
            tally, effects = tally + block.tally, effects + block.effects
    registers = _stacked(observed) | {"regions": region_table(scenario)}
    return MadeWorld(
        observed={name: table for name, table in registers.items() if not table.is_empty()},
        truth=_stacked(truth)
        | {"effects": effect_table(effects), "risks": risk_table(effects)}
        | parameter_tables(world),
        calibration=calibration_table(tally),
    )


def _delivered(scenario: Scenario, block: Block) -> dict[str, pl.DataFrame]:
    """Return the observed tables of a block, with its share of faulty rows."""
    events = block.observed["events"]
    faulty = faulty_rows(scenario, block.number, events).drop("fault")
    return block.observed | {"events": pl.concat([events, faulty])}


def _stacked(blocks: Sequence[Mapping[str, pl.DataFrame]]) -> dict[str, pl.DataFrame]:
    return {name: plain(pl.concat([block[name] for block in blocks]), {}) for name in blocks[0]}
