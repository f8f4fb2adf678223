"""Every household of the world as a table."""

import numpy as np
import polars as pl
import pytest

from hgrisk.simulate.parameters.population import KINDS
from hgrisk.simulate.parameters.violence import COVARIATES
from hgrisk.simulate.records import NEVER
from hgrisk.simulate.regions import INHABITANTS
from hgrisk.simulate.truth.households import household_table
from tests.simulate.truth.made_block import make_block

SEEN = ["key 2", "key 0", "another"]


@pytest.fixture(scope="module")
def homes():
    return make_block(4)[0]


@pytest.fixture(scope="module")
def table(homes):
    return household_table(homes, keys(homes), pl.Series(SEEN))


def keys(homes):
    return pl.Series("case_id", [f"key {place}" for place in range(homes.size)])


def dates(days):
    return [None if day == NEVER else np.datetime64(int(day), "D").item() for day in days]


def finite(values):
    return [None if np.isinf(value) else value for value in values.tolist()]


def test_every_household_is_there_and_marked_if_registered(homes, table):
    assert table["case_id"].to_list() == keys(homes).to_list()
    assert table.filter("in_register")["case_id"].to_list() == ["key 0", "key 2"]


def test_covariates_and_frailty_are_the_true_ones(homes, table):
    assert np.array_equal(table.select(COVARIATES).to_numpy(), homes.covariates)
    assert table["frailty"].to_list() == homes.frailty.tolist()
    assert "recorded" not in table.columns


@pytest.mark.parametrize("relation", [0, 1])
def test_relations(homes, table, relation):
    names = [None if kind < 0 else KINDS[kind] for kind in homes.kind[:, relation]]
    assert table[f"kind_{relation + 1}"].to_list() == names
    assert table[f"rate_{relation + 1}"].to_list() == homes.rate[:, relation].tolist()
    assert table[f"until_{relation + 1}_at"].to_list() == finite(homes.until_at[:, relation])


def test_instants_are_days_and_null_where_nothing_happens(homes, table):
    for name in ("onset_at", "separated_at", "terminal_at", "moved_at"):
        assert table[name].to_list() == finite(getattr(homes, name))
        assert table.schema[name] == pl.Float64


def test_days_are_dates_and_null_where_there_is_nobody(homes, table):
    for name in ("adult_born_on", "partner_born_on", "elder_born_on", "formed_on"):
        assert table[name].to_list() == dates(getattr(homes, name))
    for child in range(3):
        assert table[f"child_{child + 1}_born_on"].to_list() == dates(homes.child_born_on[:, child])


def test_regions_and_ends_have_names(homes, table):
    names = list(INHABITANTS)
    assert table["region"].to_list() == [names[place] for place in homes.region]
    moved = zip(homes.moved_at, homes.next_region, strict=True)
    assert table["next_region"].to_list() == [None if np.isinf(at) else names[place] for at, place in moved]
    assert table["terminal"].to_list() == [("extraction", "died", "lost")[why] for why in homes.terminal]


def test_the_earlier_household_is_named(homes, table):
    wanted = [None if origin < 0 else f"key {origin}" for origin in homes.origin]
    assert table["origin"].to_list() == wanted
    for name in ("as_child", "escalating", "severity_shift"):
        assert table[name].to_list() == getattr(homes, name).tolist()
