"""The fairness audit: its rows are those of an evaluation of the group, at one capacity for all."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from hgrisk.audit.groups import MEASURES, audit_groups
from hgrisk.audit.own_censoring import ByGroup
from hgrisk.audit.settings import AuditSettings
from hgrisk.errors import DataError
from hgrisk.evaluation.bootstrap import cluster_weights, percentile_interval
from hgrisk.evaluation.capacity import fill_capacity, without_capacity
from hgrisk.evaluation.evaluate import evaluate
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.surv import Surv

SETTINGS = AuditSettings(n_resamples=40, capacity_share=0.2, min_n=50, min_events=5)
SHARED = {
    "calibration_intercept": "calibration_intercept",
    "calibration_slope": "calibration_slope",
    "capacity_recall": "sensitivity",
}
NUMBERS = ["estimate", "lower", "upper"]


@pytest.fixture(scope="module")
def by(households):
    """Two regions with about 40 rows each are withheld, which together hide one another."""
    names, shares = ["east", "south", "west", "north"], [0.48, 0.4, 0.06, 0.06]
    region = np.random.default_rng(0).choice(names, len(households.group), p=shares)
    return pd.DataFrame({"region": region, "sex": np.where(households.group, "f", "m")})


@pytest.fixture(scope="module")
def audit(households, by):
    return audit_groups(households.reported, by, households.clusters, 365, settings=SETTINGS, seed=3)


def test_rows_are_those_of_an_evaluation_of_the_group(households, by, audit):
    sample = households.reported
    y = Surv.from_arrays(sample.event, sample.duration_days)
    settings = EvaluationSettings(
        horizons_days=(365,), metrics=tuple(SHARED), n_resamples=40, capacity_shares=(0.2,), min_group_events=5
    )
    run = evaluate(y, y, sample.risk, [365], clusters=households.clusters, settings=settings, seed=3, by=by).table
    theirs = run.assign(measure=run["metric"].map(without_capacity).map(SHARED)).set_index(["group", "measure"])
    ours = audit.table[audit.table["measure"].isin(SHARED.values())].copy()
    ours["group"] = [g if a == "all" else f"{a}={g}" for a, g in zip(ours["attribute"], ours["group"], strict=True)]
    ours = ours.set_index(["group", "measure"])
    pd.testing.assert_frame_equal(ours[NUMBERS], theirs.loc[ours.index, NUMBERS], rtol=0, atol=0)
    assert ours["shown"].tolist() == theirs.loc[ours.index, "estimate"].notna().tolist()


def test_without_censoring_every_flag_is_a_true_or_a_false_one():
    rng = np.random.default_rng(5)
    again, risk = rng.random(400) < 0.3, rng.random(400)
    y = Surv.from_arrays(again, np.where(again, 100, 900))
    by = pd.DataFrame({"g": np.where(rng.random(400) < 0.5, "a", "b")})
    table = audit_groups(
        Sample.build(y, y, risk[:, None], [365]), by, np.arange(400), 365, settings=SETTINGS
    ).table.set_index(["group", "measure"])["estimate"]
    flagged = risk >= np.sort(risk)[-80]
    for name, rows in (("all", np.ones(400, dtype=bool)), ("a", by["g"] == "a"), ("b", by["g"] == "b")):
        assert table[name, "flag_rate"] == pytest.approx(flagged[rows].mean())
        assert table[name, "sensitivity"] == pytest.approx(flagged[rows & again].mean())
        assert table[name, "false_positive_rate"] == pytest.approx(flagged[rows & ~again].mean())


def test_the_capacity_is_filled_once_over_everyone(audit):
    rates = audit.table[audit.table["measure"] == "flag_rate"].set_index(["attribute", "group"])
    assert rates.loc[("all", "all"), "estimate"] == pytest.approx(0.2)
    sexes = rates.loc["sex"]
    assert (sexes["estimate"] * sexes["n"]).sum() == pytest.approx(0.2 * 600)


def test_every_draw_fills_the_capacity_over_everyone_in_it(households, by):
    weights = cluster_weights(households.clusters, SETTINGS.n_resamples, 0)
    mask = (by["sex"] == "f").to_numpy()
    sample = households.reported
    found = audit_groups(sample, by[["sex"]], households.clusters, 365, settings=SETTINGS).table
    rates = found[found["measure"] == "flag_rate"].set_index("group")
    np.testing.assert_allclose(rates.loc["all", ["estimate", "lower", "upper"]].astype(float), 0.2, atol=1e-12)
    slow = []
    for draw in weights:
        again = np.repeat(np.arange(len(sample)), draw)
        flags = fill_capacity(replace(sample.take(again), population=None), 365, 0.2).share
        slow.append(flags[mask[again]].mean())
    expected = (slow[0], *percentile_interval(np.array(slow), SETTINGS.level))
    np.testing.assert_allclose(rates.loc["f", ["estimate", "lower", "upper"]].astype(float), expected, atol=1e-9)


def test_differences_are_from_all_others_and_pair_the_draws(audit, households, by):
    table = audit.table.set_index(["attribute", "group", "measure"])
    for measure in MEASURES:
        f, m, whole = (
            table.loc[("sex", "f", measure)],
            table.loc[("sex", "m", measure)],
            table.loc[("all", "all", measure)],
        )
        assert f["difference"] == pytest.approx(f["estimate"] - m["estimate"])
        assert m["difference"] == pytest.approx(-f["difference"])
        assert f["difference_lower"] < f["difference"] < f["difference_upper"]
        assert np.isnan(whole["difference"])
    one = pd.DataFrame({"g": ["same"] * len(by)})
    alone = audit_groups(
        households.reported, one, households.clusters, 365, settings=SETTINGS.model_copy(update={"min_events": 0})
    ).table
    own = alone[alone["attribute"] == "g"]
    assert own["estimate"].notna().all()
    assert own["difference"].isna().all()


def test_a_large_group_is_not_compared_with_itself():
    """Of the risks of nine in ten .6 is missing on the logit: the group differs by that, not by a tenth of it."""
    rng = np.random.default_rng(1)
    large = rng.random(6000) < 0.9
    lp = rng.normal(-1, 1, 6000)
    again = rng.random(6000) < expit(lp + 0.6 * large)
    y = Surv.from_arrays(again, np.where(again, 100, 400))
    by = pd.DataFrame({"g": np.where(large, "a", "b")})
    sample = Sample.build(y, y, expit(lp)[:, None], [365])
    table = audit_groups(sample, by, np.arange(6000), 365, settings=SETTINGS).table.set_index(["group", "measure"])
    row = table.loc[("a", "calibration_intercept")]
    assert row["difference"] == pytest.approx(0.6, abs=0.15)
    assert row["difference_lower"] > 0.3


def test_others_are_weighted_with_the_censoring_of_their_own_groups():
    """Right risks in three groups, riskier ones followed shorter: with one distribution for b and c, a looks wrong."""
    gaps, mixed = [], []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        group = rng.choice(3, 4000, p=[0.3, 0.4, 0.3])
        risk = expit(-1 + rng.normal(size=4000) + np.array([0.0, -1.0, 1.0])[group])
        days = np.ceil(rng.exponential(-365 / np.log1p(-risk)))
        end = np.ceil(np.where(group == 2, rng.uniform(50, 450, 4000), rng.uniform(300, 1500, 4000)))
        y = Surv.from_arrays(days <= end, np.minimum(days, end))
        sample, labels = Sample.build(y, y, risk[:, None], [365]), np.array(["a", "b", "c"])[group]
        found = audit_groups(
            sample, pd.DataFrame({"g": labels}), np.arange(4000), 365, settings=AuditSettings(n_resamples=0)
        ).table.set_index(["group", "measure"])
        row = found.loc[("a", "calibration_intercept")]
        gaps.append(row["difference"])
        union = get_metric("calibration_intercept").estimate(sample.take(labels != "a").with_own_censoring(), 365)
        mixed.append(row["estimate"] - union)
    assert np.mean(gaps) == pytest.approx(0.0, abs=0.06)
    assert abs(np.mean(mixed)) > 0.1


def test_withheld_groups_are_among_the_others_if_they_are_followed(audit, by, households):
    """West and north are withheld: they are among the others of east with their own censoring, and of south."""
    sample, others = households.reported, (by["region"] != "east").to_numpy()
    few = by["region"].isin(["west", "north"])
    rest = ByGroup.of(sample.take(others), by["region"].mask(few, "few")[others])
    expected = get_metric("calibration_intercept").estimate(rest, 365)
    row = audit.table.set_index(["group", "measure"]).loc[("east", "calibration_intercept")]
    assert row["estimate"] - row["difference"] == pytest.approx(expected, abs=1e-9)
    short = np.where(few, np.minimum(sample.duration_days, 300), sample.duration_days)
    y = Surv.from_arrays(np.where(short < sample.duration_days, 0, sample.event), short)
    table = audit_groups(
        Sample.build(y, y, sample.risk, [365]), by[["region"]], households.clusters, 365, settings=SETTINGS
    ).table.set_index(["group", "measure"])
    row, south = table.loc[("east", "calibration_intercept")], table.loc[("south", "calibration_intercept")]
    assert row["difference"] == pytest.approx(row["estimate"] - south["estimate"])


def test_others_that_are_too_few_give_no_difference(households):
    by = pd.DataFrame({"g": np.select([np.arange(600) < 45, np.arange(600) < 90], ["few", "some"], "most")})
    settings = SETTINGS.model_copy(update={"min_events": 50})
    table = audit_groups(households.reported, by, households.clusters, 365, settings=settings).table
    most = table[table["group"] == "most"]
    assert most["estimate"].notna().all()
    assert most[["difference", "difference_lower"]].isna().all(axis=None)


def test_a_share_of_none_or_all_has_no_certain_interval():
    """Of a no re-report is found and of b every one, in each draw: that says little, also of the difference."""
    g = np.repeat(["a", "b", "c"], [60, 60, 280])
    again = np.tile([True, False], 200)
    risk = np.select([g == "a", (g == "b") & again, g == "b"], [0.01, 0.95, 0.02], np.linspace(0.05, 0.9, 400))
    y = Surv.from_arrays(again, np.where(again, 100, 900))
    sample, settings = Sample.build(y, y, risk[:, None], [365]), SETTINGS.model_copy(update={"min_n": 20})
    table = audit_groups(sample, pd.DataFrame({"g": g}), np.arange(400), 365, settings=settings).table
    found = table.set_index(["group", "measure"])
    bounds = ["lower", "upper", "difference_lower", "difference_upper"]
    for group, share in (("a", 0.0), ("b", 1.0)):
        row = found.loc[(group, "sensitivity")]
        assert row["estimate"] == share
        assert np.isfinite(row["difference"])
        assert row[bounds].isna().all()
    assert found.loc[("a", "flag_rate"), bounds].isna().all()
    assert found.loc[("c", "sensitivity"), bounds].notna().all()
    assert found.loc[("all", "flag_rate"), ["lower", "upper"]].notna().all()  # the capacity is known, not estimated
    two = audit_groups(
        sample, pd.DataFrame({"g": np.where(g == "a", "a", "rest")}), np.arange(400), 365, settings=settings
    ).table.set_index(["group", "measure"])
    rest = two.loc[("rest", "sensitivity")]
    assert rest[["lower", "upper"]].notna().all()
    assert rest[["difference_lower", "difference_upper"]].isna().all()


def test_small_groups_are_withheld_with_their_number(audit):
    west = audit.table[audit.table["group"] == "west"]
    assert len(west) == len(MEASURES)
    assert not west["shown"].any()
    assert west[["estimate", "lower", "difference", "n", "n_networks", "n_events"]].isna().all(axis=None)
    east = audit.table[audit.table["group"] == "east"]
    assert east["shown"].all()
    assert (east["n"] > 250).all()
    assert (east["n_networks"] < east["n"]).all()


@pytest.mark.parametrize(
    ("sizes", "withheld", "uncounted"),
    [
        ([8, 592], {"a", "b"}, {"a", "b"}),
        ([8, 90, 502], {"a", "b"}, {"a", "b"}),
        ([8, 9, 83, 500], {"a", "b", "c"}, {"a", "b", "c"}),
        ([30, 40, 230, 300], {"a", "b"}, {"a", "b"}),
        ([100, 200, 300], set(), set()),
    ],
)
def test_no_withheld_group_can_be_had_from_everyone_less_the_others(sizes, withheld, uncounted):
    """Of what is shown, n and the number flagged of all withheld groups together stand for min_n rows or more."""
    rng = np.random.default_rng(0)
    again, risk = rng.random(600) < 0.5, rng.random(600)
    y = Surv.from_arrays(again, np.where(again, 100, 900))
    by = pd.DataFrame({"g": np.repeat(list("abcd")[: len(sizes)], sizes)})
    settings = SETTINGS.model_copy(update={"n_resamples": 0})
    sample = Sample.build(y, y, risk[:, None], [365])
    table = audit_groups(sample, by, np.arange(600), 365, settings=settings).table
    own = table[(table["attribute"] == "g") & (table["measure"] == "flag_rate")].set_index("group")
    assert set(own.index[~own["shown"]]) == withheld
    assert set(own.index[own["estimate"].isna()]) == withheld
    assert set(own.index[own["n"].isna()]) == uncounted
    assert set(own.index[own["n_events"].isna()]) == uncounted
    hidden = 600 - own["n"].sum()
    assert hidden == 0 or (hidden >= SETTINGS.min_n and len(uncounted) > 1)


def test_a_group_alone_with_too_few_re_reports_takes_the_next_with_it_but_not_its_number():
    again = np.repeat([True, False, True, False, True], [3, 97, 80, 120, 300])
    y = Surv.from_arrays(again, np.where(again, 100, 900))
    by = pd.DataFrame({"g": np.repeat(["a", "b", "c"], [100, 200, 300])})
    settings = SETTINGS.model_copy(update={"n_resamples": 0})
    risk = np.random.default_rng(0).random((600, 1))
    table = audit_groups(Sample.build(y, y, risk, [365]), by, np.arange(600), 365, settings=settings).table
    shown = table.drop_duplicates("group").set_index("group")
    assert shown["shown"].to_dict() == {"all": True, "a": False, "b": True, "c": False}
    assert shown.loc[["a", "c"], "n"].tolist() == [100, 300]
    alone = audit_groups(
        Sample.build(y, y, risk, [365]),
        by.replace("c", "b"),
        np.arange(600),
        365,
        settings=settings,
    ).table.drop_duplicates("group")
    assert alone["shown"].tolist() == [True, False, False]
    assert alone["n"].tolist() == [600, 100, 500]


def test_a_group_with_few_re_reports_is_counted_and_withheld(households, by):
    table = audit_groups(
        households.reported,
        by[["sex"]],
        households.clusters,
        365,
        settings=SETTINGS.model_copy(update={"min_events": 200}),
    ).table
    f = table[table["group"] == "f"]
    assert f["estimate"].isna().all()
    assert (f["n"] == households.group.sum()).all()


def test_an_unknown_value_is_a_group_and_the_order_of_rows_does_not_matter(households, by):
    holes = by["sex"].where(np.arange(600) % 3 > 0).to_frame()
    first = audit_groups(households.reported, holes, households.clusters, 365, settings=SETTINGS).table
    assert first["group"].unique().tolist() == ["all", "f", "m", "unknown"]
    mixed = np.random.default_rng(1).permutation(600)
    sample = households.reported
    y = Surv.from_arrays(sample.event[mixed], sample.duration_days[mixed])
    again = audit_groups(
        Sample.build(y, y, sample.risk[mixed], [365]),
        holes.iloc[mixed],
        households.clusters[mixed],
        365,
        settings=SETTINGS,
    ).table
    pd.testing.assert_frame_equal(first, again, rtol=1e-9)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            {"by": pd.DataFrame({"a": ["x"]})},
            "'by' has one entry per row, 600, but found 1: align it with the rows.",
        ),
        ({"clusters": [1, 2]}, "'clusters' has one entry per row, 600, but found 2: align it with the rows."),
        (
            {"settings": AuditSettings(by=("age",))},
            "An audit column is a column of 'by', but found 'age': use one of ['region', 'sex'].",
        ),
    ],
)
def test_refused(households, by, change, text):
    given = {"by": by, "clusters": households.clusters, **change}
    with pytest.raises(DataError) as caught:
        audit_groups(households.reported, horizon_days=365, **given)
    assert str(caught.value) == text


def test_audited_are_the_rows_that_could_be_followed_to_the_horizon(households, by):
    sample, asked = households.reported, SETTINGS.model_copy(update={"n_resamples": 0, "min_events": 1})
    able = np.where(np.arange(600) % 4 == 0, 300.0, 900.0)
    rows, y = able >= 365, Surv.from_arrays(sample.event, sample.duration_days)
    whole = Sample.build(y, y, sample.risk, sample.times, followable_days=able)
    alone = Sample.build(y[rows], y[rows], sample.risk[rows], sample.times)
    found = audit_groups(whole, by, households.clusters, 365, settings=asked)
    expected = audit_groups(alone, by[rows], households.clusters[rows], 365, settings=asked)
    pd.testing.assert_frame_equal(found.table, expected.table, rtol=1e-9)
    assert found.threshold == expected.threshold
    assert found.table["n"].iloc[0] == 450
