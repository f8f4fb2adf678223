"""Label bias: a factor of 1 changes nothing, and in made-up households the truth at equal reporting comes back."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.audit.groups import audit_groups
from hgrisk.audit.label_bias import ADJUSTED, AS_REPORTED, EQUAL, MEASURES, SCENARIOS, at_others_reporting, label_bias
from hgrisk.audit.settings import AuditSettings
from hgrisk.errors import DataError
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv
from tests.audit.conftest import simulate

FACTOR = 1.5
SETTINGS = AuditSettings(n_resamples=0, capacity_share=0.2)
DRAWN = AuditSettings(n_resamples=40, capacity_share=0.2)
OF_TRUTH = 0.015  # four standard errors of a share among 40,000 households, or of a rate among their re-reports


def values(result):
    return result.table.set_index(["group", "scenario", "measure"])["estimate"]


@pytest.fixture(scope="module")
def world():
    return simulate(40_000, 11, FACTOR)


@pytest.fixture(scope="module")
def table(world):
    return values(label_bias(world.reported, world.group, world.clusters, 365, factor=FACTOR, settings=SETTINGS))


def test_a_factor_of_1_changes_nothing(households):
    result = label_bias(households.reported, households.group, households.clusters, 365, factor=1.0, settings=DRAWN)
    parts = [result.table[result.table["scenario"] == name].drop(columns="scenario") for name in SCENARIOS]
    for part in parts[1:]:
        pd.testing.assert_frame_equal(part.reset_index(drop=True), parts[0].reset_index(drop=True), rtol=0, atol=0)


@pytest.mark.parametrize("able", [None, np.where(np.arange(600) % 4 == 0, 300.0, 900.0)])
def test_as_reported_is_the_audit_of_the_groups(households, able):
    by = pd.DataFrame({"g": np.where(households.group, "group", "others")})
    sample = replace(households.reported, followable_days=able)
    audit = audit_groups(sample, by, households.clusters, 365, settings=DRAWN, seed=2).table
    own = label_bias(sample, households.group, households.clusters, 365, settings=DRAWN, seed=2).table
    own = own[own["scenario"] == AS_REPORTED].set_index(["group", "measure"])
    for row in audit[audit["attribute"] == "g"].to_dict("records"):
        if row["measure"] in MEASURES:
            mine = own.loc[(row["group"], row["measure"])]
            names = ["estimate", "lower", "upper", "n", "shown"]
            assert [mine[name] for name in names] == pytest.approx([row[name] for name in names], rel=1e-9)


def test_the_share_at_equal_reporting_is_the_true_one(world, table):
    for name, rows in (("group", world.group), ("others", ~world.group)):
        truth = world.equal.risk[rows, 0].mean()
        assert table[name, EQUAL, "observed"] == pytest.approx(truth, abs=OF_TRUTH)
        assert table[name, ADJUSTED, "predicted"] == pytest.approx(truth, abs=1e-12)
    assert table["group", AS_REPORTED, "observed"] > table["group", EQUAL, "observed"] + 3 * OF_TRUTH
    assert table["others", EQUAL, "observed"] == table["others", AS_REPORTED, "observed"]


def test_errors_at_equal_reporting_are_those_against_the_true_outcome(world, table):
    """The same risks and flags, judged on the outcomes that equal reporting would have given."""
    flags = world.reported.risk[:, 0] >= np.quantile(world.reported.risk[:, 0], 0.8)
    status = world.equal.status(365)
    for name, rows in (("group", world.group), ("others", ~world.group)):
        again, free = (rows * status.weight * part for part in (status.happened, 1.0 - status.happened))
        truth = {
            "sensitivity": again @ flags / again.sum(),
            "false_positive_rate": free @ flags / free.sum(),
            "precision": again @ flags / ((again + free) @ flags),
        }
        found = {measure: table[name, EQUAL, measure] for measure in truth}
        assert found == pytest.approx(truth, abs=2 * OF_TRUTH)
    assert table["group", EQUAL, "flag_rate"] > table["others", EQUAL, "flag_rate"] + 0.05


def test_adjusted_risks_flag_groups_alike_where_violence_is_alike(table):
    assert table["group", ADJUSTED, "flag_rate"] == pytest.approx(table["others", ADJUSTED, "flag_rate"], abs=OF_TRUTH)
    assert table["group", ADJUSTED, "observed_expected"] == pytest.approx(1.0, abs=0.05)
    for scenario in SCENARIOS:
        assert table["all", scenario, "flag_rate"] == pytest.approx(0.2)
        assert table["group", scenario, "share_of_flags"] + table["others", scenario, "share_of_flags"] == (
            pytest.approx(1.0)
        )


def test_risks_at_the_ends_stay_there():
    assert at_others_reporting(np.array([0.0, 1.0]), 3.0).tolist() == [0.0, 1.0]
    assert np.diff(at_others_reporting(np.linspace(0, 1, 20), 3.0)).min() > 0


def gamma_world(n, variance, factor, seed):
    """Return a group of one risk whose households differ by a gamma frailty, and its true share at equal reporting."""
    rng = np.random.default_rng(seed)
    hazard = 0.667 / 365 * rng.gamma(1 / variance, variance, n)
    group = np.arange(n) % 2 == 0
    days = rng.exponential(1.0 / hazard)
    y = Surv.from_arrays(days <= 400, np.minimum(days, 400))
    risk = 1 - (1 + variance * 0.667) ** (-1 / variance)
    return Sample.build(y, y, np.full((n, 1), risk), [365]), group, (1 - np.exp(-hazard * 365 / factor)).mean()


@pytest.mark.parametrize("variance", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("factor", [1.5, 3.0])
def test_with_a_frailty_the_true_share_comes_back_and_without_it_too_little(variance, factor):
    sample, group, truth = gamma_world(100_000, variance, factor, 7)
    asked = {"factor": factor, "settings": SETTINGS}
    right, plain = (
        values(label_bias(sample, group, np.arange(len(group)), 365, frailty_variance=each, **asked))[
            "group", EQUAL, "observed"
        ]
        for each in (variance, 0.0)
    )
    assert right == pytest.approx(truth, abs=0.006)
    assert plain < truth - 0.007
    of_settings = SETTINGS.model_copy(update={"frailty_variance": variance})
    result = label_bias(sample, group, np.arange(len(group)), 365, factor=factor, settings=of_settings)
    assert values(result)["group", EQUAL, "observed"] == right
    assert result.frailty_variance == variance


def test_the_numbers_of_the_docstring():
    for variance, factor, low in ((1.0, 1.5, 0.06), (1.0, 3.0, 0.14), (2.0, 1.5, 0.11), (2.0, 3.0, 0.25)):
        risk = np.array([0.4])
        share = 1 - at_others_reporting(risk, factor) / at_others_reporting(risk, factor, variance)
        assert share[0] == pytest.approx(low, abs=0.006)


@given(st.floats(0, 1), st.floats(1, 10), st.floats(0, 5))
@settings(deadline=None)
def test_less_reporting_is_less_risk_and_frailty_leaves_more(risk, factor, variance):
    one, plain = (at_others_reporting(np.array([risk]), factor, each)[0] for each in (variance, 0.0))
    assert plain - 1e-9 <= one <= risk + 1e-9
    assert one >= risk / factor - 1e-9
    assert at_others_reporting(np.array([risk]), 1.0, variance)[0] == pytest.approx(risk, abs=1e-9)
    assert at_others_reporting(np.array([risk]), factor, 1e-9)[0] == pytest.approx(plain, abs=1e-6)


def test_a_risk_of_0_or_1_gives_finite_numbers():
    world = simulate(400, 3, 1.0)
    world.reported.risk[:40] = 0.0
    world.reported.risk[40:80] = 1.0
    found = values(label_bias(world.reported, world.group, world.clusters, 365, settings=SETTINGS))
    assert np.isfinite(found).all()
    frail = SETTINGS.model_copy(update={"frailty_variance": 2.0})
    found = values(label_bias(world.reported, world.group, world.clusters, 365, settings=frail))
    assert np.isfinite(found).all()


def test_small_groups_are_withheld(households):
    few = np.arange(600) < 30
    table = label_bias(households.reported, few, households.clusters, 365, settings=SETTINGS).table
    own = table[table["group"] == "group"]
    assert own[["estimate", "n"]].isna().all(axis=None)
    assert not own["shown"].any()
    assert table.loc[table["group"] == "all", "shown"].all()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"factor": 0.5},
            "A reporting factor is 1 or more, but found 0.5: name the others as the group, with one divided by it.",
        ),
        (
            {"frailty_variance": -1.0},
            "A frailty variance is 0 or more, but found -1: give 1, or 0 for households that are alike.",
        ),
        (
            {"group": np.zeros(600, dtype=bool)},
            "A group is some of the rows, true or false for each, but found 0 of 600 rows: pass a mask of the group.",
        ),
        (
            {"group": np.zeros(600)},
            "A group is some of the rows, true or false for each, but found float64 values: pass a mask of the group.",
        ),
        ({"group": [True]}, "'group' has one entry per row, 600, but found 1: align it with the rows."),
        ({"clusters": [1]}, "'clusters' has one entry per row, 600, but found 1: align it with the rows."),
    ],
)
def test_refused(households, change, text):
    passed = {"group": households.group, "clusters": households.clusters, **change}
    with pytest.raises(DataError) as caught:
        label_bias(households.reported, horizon_days=365, **passed)
    assert str(caught.value) == text


def test_tabulated_are_the_rows_that_could_be_followed_to_the_horizon(households):
    sample, asked = households.reported, SETTINGS.model_copy(update={"n_resamples": 0, "min_events": 1})
    able = np.where(np.arange(len(sample)) % 4 == 0, 300.0, 900.0)
    rows, y = able >= 365, Surv.from_arrays(sample.event, sample.duration_days)
    whole = Sample.build(y, y, sample.risk, sample.times, followable_days=able)
    alone = Sample.build(y[rows], y[rows], sample.risk[rows], sample.times)
    found = label_bias(whole, households.group, households.clusters, 365, settings=asked).table
    expected = label_bias(alone, households.group[rows], households.clusters[rows], 365, settings=asked).table
    pd.testing.assert_frame_equal(found, expected, rtol=1e-9)
    assert found["estimate"].notna().all()
