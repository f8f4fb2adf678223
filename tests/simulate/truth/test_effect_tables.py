"""True effects as a table: hand-made futures, clustered errors, and what is left out."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from hgrisk.simulate.records import NEVER, Outcomes
from hgrisk.simulate.strategies import NATURAL, NOTHING, STRATEGIES, with_, without
from hgrisk.simulate.truth.effect_tables import effect_table, risk_table
from hgrisk.simulate.truth.effects import EffectSums
from hgrisk.simulate.truth.populations import CONTRASTS
from tests.simulate.truth.made_block import make_block
from tests.simulate.truth.test_effects import household_sums

REGIE = CONTRASTS.index("intensive_regie") - 1


def futures(days):
    """Give the first landmarks these days to violence under each strategy, and no report."""
    violence = np.full((len(days), len(STRATEGIES)), -1, dtype=np.int16)
    for row, per_strategy in enumerate(days):
        for strategy, value in per_strategy.items():
            violence[row, strategy] = value
    none = np.full_like(violence, -1)
    return Outcomes(np.arange(len(days)), violence, none, np.full(len(days), -1, dtype=np.int16))


def only(table, **where):
    rows = table.filter(**where)
    assert rows.height == 1
    return rows.row(0, named=True)


@pytest.fixture(scope="module")
def block():
    homes, _, reports, outcomes = make_block(8)
    return homes, reports, outcomes


@pytest.fixture(scope="module")
def effects(block):
    return effect_table(EffectSums.from_block(*block))


def test_an_effect_worked_out_by_hand(block):
    homes, reports, _ = block
    given = np.full_like(reports.start_on, NEVER)
    given[0, REGIE] = 1
    reports = replace(reports, start_on=given)
    outcomes = futures([{with_(REGIE): 200, without(REGIE): 100}, {with_(REGIE): -1, without(REGIE): 400}])
    table = effect_table(EffectSums.from_block(homes, reports, outcomes))
    where = {"population": "all", "intervention": "intensive_regie", "outcome": "violence"}
    half = only(table, horizon_days=183, **where)
    assert (half["n"], half["risk_with"], half["risk_without"], half["risk_difference"]) == (2, 0.0, 0.5, -0.5)
    assert (half["rmst_with"], half["rmst_without"], half["rmst_difference"]) == (183, (100 + 183) / 2, 83 / 2)
    year_and_half = only(table, horizon_days=548, **where)
    assert (year_and_half["risk_ratio"], year_and_half["rmst_difference"]) == (0.5, (100 + 148) / 2)
    treated = only(table, horizon_days=365, **(where | {"population": "treated"}))
    assert (treated["level"], treated["n"], treated["risk_difference"], treated["rmst_difference"]) == (
        "treated", 1, 0.0, 100,
    )  # fmt: skip
    assert treated["risk_difference_se"] is None
    assert table.filter(population="treated")["intervention"].unique().to_list() == ["intensive_regie"]
    no_reports = only(table, horizon_days=548, **(where | {"outcome": "report"}))
    assert (no_reports["risk_with"], no_reports["risk_ratio"], no_reports["rmst_with"]) == (0.0, None, 548)


def clustered_error(values, sizes):
    """Return the error of sum(values) / sum(sizes) over independent households."""
    values, sizes = np.array(values, float), np.array(sizes, float)
    mean = values.sum() / sizes.sum()
    rest = values - mean * sizes
    return np.sqrt(rest.size / (rest.size - 1) * (rest**2).sum()) / sizes.sum()


@pytest.mark.parametrize(
    ("population", "level"), [("all", "all"), ("severity", "4-5"), ("treated", "treated"), ("kind", "other")]
)
def test_errors_are_over_households(block, effects, population, level):
    contrast = CONTRASTS.index("barring_order")
    key = (population, "barring_order" if population == "treated" else level)
    row = only(
        effects, population=population, level=level, intervention="barring_order", outcome="report", horizon_days=365
    )
    for cell, measure in ((8, "risk"), (9, "rmst")):
        first, second, sizes = zip(*household_sums(block, key, cell, contrast), strict=True)
        difference = np.subtract(first, second)
        assert row[f"{measure}_difference"] == pytest.approx(difference.sum() / sum(sizes))
        assert row[f"{measure}_difference_se"] == pytest.approx(clustered_error(difference, sizes))
        assert row[f"{measure}_with_se"] == pytest.approx(clustered_error(first, sizes))
        assert row[f"{measure}_without_se"] == pytest.approx(clustered_error(second, sizes))


def test_the_parts_of_a_split_add_up_to_all(effects):
    one = effects.filter(intervention="arrest", outcome="violence", horizon_days=365)
    every = one.filter(population="all")
    for split in ("region", "kind", "children", "under_25", "alcohol", "severity", "reported_before"):
        parts = one.filter(population=split)
        assert parts["n"].sum() == every["n"].item()
        mean = (parts["rmst_difference"] * parts["n"]).sum() / parts["n"].sum()
        assert mean == pytest.approx(every["rmst_difference"].item())


def test_there_is_a_row_for_every_intervention_outcome_and_horizon(effects):
    every = effects.filter(population="all")
    assert every.select("intervention", "outcome", "horizon_days").n_unique() == every.height == 9 * 2 * 3
    assert every["intervention"].unique(maintain_order=True).to_list() == list(CONTRASTS[1:])
    assert effects["n"].min() > 0


def test_natural_and_nothing_risks(block):
    homes, reports, _ = block
    outcomes = futures([{NATURAL: 10, NOTHING: 5}, {NATURAL: 300, NOTHING: 20}, {NATURAL: -1, NOTHING: -1}])
    table = risk_table(EffectSums.from_block(homes, reports, outcomes))
    row = only(table, population="all", outcome="violence", horizon_days=183)
    assert (row["n"], row["risk_natural"], row["risk_nothing"]) == (3, pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert row["rmst_natural"] == pytest.approx((10 + 183 + 183) / 3)
    assert row["rmst_nothing"] == pytest.approx((5 + 20 + 183) / 3)
    assert row["risk_difference"] == pytest.approx(-1 / 3)
    assert "intervention" not in table.columns


def test_errors_of_the_natural_risk(block):
    table = risk_table(EffectSums.from_block(*block))
    row = only(table, population="treated", outcome="violence", horizon_days=548)
    first, second, sizes = zip(*household_sums(block, ("treated", "any"), 4, 0), strict=True)
    assert row["n"] == sum(sizes)
    assert row["risk_natural_se"] == pytest.approx(clustered_error(first, sizes))
    assert row["risk_nothing_se"] == pytest.approx(clustered_error(second, sizes))
    assert row["risk_difference_se"] == pytest.approx(clustered_error(np.subtract(first, second), sizes))


def test_tables_of_nothing_keep_their_columns(effects):
    empty = effect_table(EffectSums.empty())
    assert empty.height == 0
    assert empty.schema == effects.schema


def test_identical_futures_have_no_effect_and_no_error(block):
    homes, reports, outcomes = block
    same = np.repeat(outcomes.violence_days[:, :1], len(STRATEGIES), axis=1)
    table = effect_table(EffectSums.from_block(homes, reports, replace(outcomes, violence_days=same)))
    rows = table.filter(outcome="violence")
    assert rows.select(pl.col("^.*difference(_se)?$").fill_null(0).abs().sum()).row(0) == (0, 0, 0, 0)
    assert rows["risk_with_se"].max() > 0
