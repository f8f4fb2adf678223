"""Blocks: the same for the same seed, whatever else is made; calibrated; and traps that a naive analysis falls into."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from hgrisk.errors import ConfigError
from hgrisk.histories.case_histories import CaseHistories
from hgrisk.simulate.block import BLOCK_HOUSEHOLDS, block_count, make_block, make_records, prepare
from hgrisk.simulate.calibration.table import calibration_table
from hgrisk.simulate.calibration.tally import Tally
from hgrisk.simulate.parameters.interventions import HELP, NAMES
from hgrisk.simulate.records import NEVER
from hgrisk.simulate.scenario import Scenario
from hgrisk.simulate.strategies import NATURAL, with_, without
from hgrisk.simulate.truth.effect_tables import effect_table

REGIE = NAMES.index("intensive_regie")


def world(name="baseline", households=BLOCK_HOUSEHOLDS, **changes):
    return prepare(Scenario.named(name, households=households, **changes))


@pytest.fixture(scope="module")
def baseline():
    return world(households=BLOCK_HOUSEHOLDS + 500)


@pytest.fixture(scope="module")
def block(baseline):
    return make_block(baseline, 1)


def same(block, other):
    for tables, others in ((block.observed, other.observed), (block.truth, other.truth)):
        for name, table in tables.items():
            assert_frame_equal(table, others[name])


def test_the_last_block_holds_the_rest():
    assert [block_count(Scenario(households=n)) for n in (1, BLOCK_HOUSEHOLDS, BLOCK_HOUSEHOLDS + 1)] == [1, 1, 2]
    assert make_records(world(households=700), 0).homes.size == 700


def test_a_block_does_not_depend_on_what_was_made_before(baseline, block):
    make_block(baseline, 0)
    same(block, make_block(baseline, 1))
    same(block, make_block(world(households=BLOCK_HOUSEHOLDS + 500), 1))


def test_another_seed_is_another_world(baseline, block):
    other = make_block(world(households=BLOCK_HOUSEHOLDS + 500, seed=2), 1)
    assert other.observed["events"].height != block.observed["events"].height
    assert not np.allclose(prepare(Scenario(seed=2)).violence_by_region, baseline.violence_by_region)


def test_blocks_share_no_key(baseline, block):
    first = make_block(baseline, 0)
    for table, key in (("events", "event_id"), ("cases", "case_id"), ("persons", "person_id")):
        keys = pl.concat([first.observed[table][key], block.observed[table][key]])
        assert keys.n_unique() == keys.len()


def test_what_is_observed_reads_without_one_row_lost(block):
    histories = CaseHistories.read({name: table for name, table in block.observed.items() if table.height})
    assert histories.account.unused.height == 0


def test_the_truth_of_each_landmark_is_that_of_a_report_in_the_register(block):
    outcomes, events = block.truth["outcomes"], block.observed["events"]
    reports = events.filter(pl.col("kind").is_in(["report", "follow_up_report"]))
    found = outcomes.join(reports, on="event_id")
    assert found.height == outcomes.height > 100
    assert (found["case_id"] == found["case_id_right"]).all()
    assert (found["landmark_on"] == found["occurred_on"]).all()


def test_nothing_observed_tells_the_truth(block):
    hidden = {"frailty", "rate_1", "rate_2", "score", "natural", "at"}
    for table in block.observed.values():
        assert not hidden & set(table.columns)


def test_the_baseline_meets_its_targets_at_a_million_events():
    made = world(households=300_000)
    tally, events = Tally.empty(), 0
    for number in range(block_count(made.scenario)):
        block = make_block(made, number)
        tally, events = tally + block.tally, events + block.observed["events"].height
    table = calibration_table(tally)
    assert events > 1_000_000
    missed = table.filter(~pl.col("within")).select("quantity", "target", "simulated").rows()
    assert missed == []
    assert table.height >= 20


def risk(days, horizon=365):
    return ((days >= 0) & (days <= horizon)).mean()


def test_the_treated_fare_worse_where_treatment_works():
    """Confounding by indication: the naive contrast has the wrong sign, the counterfactual one the right sign."""
    made = world("regie_works", households=3 * BLOCK_HOUSEHOLDS, interventions={"confounding": 2.5})
    found = [make_records(made, number) for number in range(3)]
    days = np.concatenate([one.outcomes.report_days for one in found])
    given = np.concatenate([one.reports.start_on[one.outcomes.report, REGIE] != NEVER for one in found])
    assert given.sum() > 150
    assert risk(days[given, NATURAL]) > risk(days[~given, NATURAL]) + 0.02
    assert risk(days[given, with_(REGIE)]) < risk(days[given, without(REGIE)]) - 0.03


def test_treatment_that_starts_late_looks_good_to_who_forgets_the_wait():
    """Immortal time: under no effect at all, those whom the programme reached before a re-report re-report less."""
    found = make_records(world("null_effects", interventions={"confounding": 0.0}), 0)
    programme = NAMES.index("perpetrator_programme")
    outcomes, reports = found.outcomes, found.reports
    wait = reports.start_on[outcomes.report, programme] - reports.on[outcomes.report]
    days = outcomes.report_days[:, NATURAL]
    reached = (wait >= 0) & ((days < 0) | (days > wait))
    assert reached.sum() > 50
    assert risk(days[reached]) < risk(days[~reached]) - 0.04
    assert risk(days[wait >= 0]) == pytest.approx(risk(days[wait < 0]), abs=0.05)


@pytest.mark.parametrize(
    ("name", "untouched"), [("null_effects", ["violence", "report"]), ("reporting_only", ["violence"])]
)
def test_where_nothing_has_an_effect_every_true_difference_is_zero(name, untouched):
    block = make_block(world(name), 0)
    effects = effect_table(block.effects).filter(pl.col("outcome").is_in(untouched))
    assert effects.height > 500
    assert effects.select(pl.col("risk_difference", "rmst_difference").abs().max()).row(0) == (0.0, 0.0)


def test_more_than_any_household_could_bear_is_refused():
    with pytest.raises(ConfigError) as caught:
        world(violence={"dependence_ratio": 2.0, "dependence_limit": 20})
    assert str(caught.value).startswith(
        "The highest hazard of a household is 400 incidents a year on average at most, but found "
    )


def test_interventions_still_to_come_are_withheld_too():
    """Help that an earlier report has set in motion does not start where the strategy is to do nothing."""
    found = make_records(world("handover_delay_matters"), 0)
    reports, outcomes = found.reports, found.outcomes
    help_on = reports.start_on[:, HELP]
    pending = np.zeros(reports.size, dtype=bool)
    for place in range(1, reports.size):
        earlier = place - 1
        same = reports.household[earlier] == reports.household[place]
        pending[place] = same and help_on[earlier] > reports.on[place] and help_on[place] == NEVER
    rows = pending[outcomes.report]
    assert rows.sum() > 20
    kept, withheld = outcomes.violence_days[rows, NATURAL], outcomes.violence_days[rows, without(HELP)]
    assert (kept != withheld).any()
