"""Tallies of blocks add up to the tally of the whole."""

import numpy as np
import polars as pl
import pytest

from hgrisk.simulate.calibration.quantities import RATIOS
from hgrisk.simulate.calibration.register import register_counts
from hgrisk.simulate.calibration.tally import Tally, tally
from hgrisk.simulate.scenario import Scenario
from tests.simulate.calibration.test_register import EXTRACTION, make_tables
from tests.simulate.truth.made_block import make_block


def renamed(tables, prefix):
    return {name: table.with_columns(case_id=prefix + pl.col("case_id")) for name, table in tables.items()}


@pytest.fixture(scope="module")
def blocks():
    observed = [renamed(make_tables(seed), f"B{seed}") for seed in (1, 2)]
    return [(tables, *make_block(seed)[:3]) for seed, tables in zip((1, 2), observed, strict=True)]


def test_a_tally_holds_every_quantity_in_its_order(blocks):
    found = tally(Scenario(), *blocks[0])
    counts, by_region = register_counts(blocks[0][0], EXTRACTION)
    assert found.counts.shape == (len(RATIOS), 2)
    for name, wanted in counts.items():
        assert tuple(found.counts[RATIOS.index(name)]) == wanted
    assert found.by_region.tolist() == by_region.tolist()
    assert {*RATIOS} - {*counts} == {"late_assessments_2023", "violence_in_days_365_to_548"}


def test_blocks_add_up(blocks):
    apart = [tally(Scenario(), *block) for block in blocks]
    both = Tally.empty() + apart[0] + apart[1]
    whole = {name: pl.concat([block[0][name] for block in blocks]) for name in ("events", "cases")}
    counts, by_region = register_counts(whole, EXTRACTION)
    for name, wanted in counts.items():
        assert tuple(both.counts[RATIOS.index(name)]) == wanted
    assert both.by_region.tolist() == by_region.tolist()
    assert np.array_equal(both.counts, (apart[1] + apart[0]).counts)
