"""The evaluation of a model: table, groups, pairing and refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hgrisk.curves import aalen_johansen
from hgrisk.errors import DataError
from hgrisk.evaluation.bootstrap import cluster_weights, percentile_interval
from hgrisk.evaluation.calibration import calibration_table
from hgrisk.evaluation.decision import decision_curve_table
from hgrisk.evaluation.distribution import distribution
from hgrisk.evaluation.evaluate import COLUMNS, evaluate
from hgrisk.evaluation.registry import default_metrics, get_metric, get_metrics
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.evaluation.smooth_calibration import smooth_calibration_table
from hgrisk.surv import Surv

EXACT = 1e-9

SETTINGS = EvaluationSettings(n_resamples=30, horizons_days=(183, 365))
FEW = EvaluationSettings(
    n_resamples=30, horizons_days=(183, 365), metrics=("auc", "net_benefit"), capacity_shares=(0.2,)
)
ALL_ROWS = get_metrics(default_metrics())
ROWS = list(ALL_ROWS)


def run(cohort, risk=None, settings=SETTINGS, clusters=None, **kwargs):
    risk = cohort.truth if risk is None else risk
    clusters = np.arange(len(cohort.y)) // 2 if clusters is None else clusters
    return evaluate(cohort.y, cohort.y, risk, cohort.grid, clusters=clusters, settings=settings, **kwargs)


@pytest.fixture(scope="module")
def groups():
    rng = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "role": np.where(np.arange(300) < 270, "partner", "parent"),
            "band": rng.choice([1.0, 2.0, np.nan], 300),
            "unused": 0,
        },
        index=np.arange(300)[::-1] + 7,
    )


def test_the_table_has_one_row_per_metric_horizon_and_group(cohort):
    result = run(cohort, model="truth")
    table = result.table
    assert tuple(table.columns) == COLUMNS
    assert len(table) == len(ROWS) * 2
    assert table["model"].unique().tolist() == ["truth"]
    assert table["group"].unique().tolist() == ["all"]
    assert table["metric"].tolist() == ROWS * 2
    assert table["n"].unique().tolist() == [300]
    by_horizon = table.groupby("horizon_days")["n_events"].first()
    event, days = cohort.y["event"], cohort.y["duration_days"]
    assert by_horizon.to_dict() == {day: int(np.sum((event == 1) & (days <= day))) for day in (183, 365)}


def test_estimates_and_intervals_are_those_of_the_replicates(cohort):
    result = run(cohort, seed=4)
    weights = cluster_weights(np.arange(300) // 2, 30, 4)
    for row in result.table.itertuples():
        replicates = result.replicates[row.metric, row.horizon_days]
        expected = ALL_ROWS[row.metric].compute(cohort.sample(), row.horizon_days, weights)
        np.testing.assert_allclose(replicates, expected, atol=EXACT)
        assert row.estimate == replicates[0]
        assert (row.lower, row.upper) == percentile_interval(replicates, 0.95)
        assert row.lower <= row.estimate <= row.upper
        assert row.lower < row.upper or row.estimate == row.metric.startswith("capacity_precision")  # 1 of 1 in all
    assert result.level == 0.95
    assert result.support["horizon_days"].tolist() == [183, 365]


def test_the_capacity_of_the_settings_reaches_the_metric(cohort):
    found = run(cohort, settings=FEW).replicates["net_benefit@20%", 365][0]
    expected = get_metric("net_benefit").with_parameters(capacity_share=0.2).estimate(cohort.sample(), 365)
    assert found == pytest.approx(expected, abs=EXACT)
    assert found != get_metric("net_benefit").estimate(cohort.sample(), 365)


def test_intervals_do_not_shrink_when_every_household_is_entered_twice(cohort):
    twice = np.tile(np.arange(300), 2)
    once = run(cohort, settings=FEW, clusters=np.arange(300))
    doubled = evaluate(cohort.y, cohort.y[twice], cohort.truth[twice], cohort.grid, clusters=twice, settings=FEW)
    columns = ["estimate", "lower", "upper"]
    np.testing.assert_allclose(doubled.table[columns], once.table[columns], atol=EXACT)


def test_the_order_of_the_rows_does_not_matter(cohort, groups):
    order = np.random.default_rng(1).permutation(300)
    clusters = np.arange(300) // 2
    plain = run(cohort, by=groups[["role"]], clusters=clusters).table
    shuffled = evaluate(
        cohort.y,
        cohort.y[order],
        cohort.truth[order],
        cohort.grid,
        clusters=clusters[order],
        settings=SETTINGS,
        by=groups[["role"]].iloc[order],
    ).table
    pd.testing.assert_frame_equal(plain, shuffled, rtol=1e-7, atol=1e-9)


@pytest.fixture(scope="module")
def able():
    return np.where(np.arange(300) % 3 == 0, 200.0, np.random.default_rng(8).choice([360.0, 365.0, 2000.0], 300))


@pytest.mark.parametrize("horizon", [183, 365])
def test_each_horizon_is_judged_as_if_there_were_no_other_rows_than_could_be_followed(cohort, groups, able, horizon):
    settings = SETTINGS.model_copy(update={"n_resamples": 0, "horizons_days": (horizon,), "min_group_n": 5})
    by, rows = groups[["role"]], able >= horizon
    found = run(cohort, settings=settings, by=by, followable_days=able)
    y, risk = cohort.y[rows], cohort.truth[rows]
    alone = evaluate(y, y, risk, cohort.grid, clusters=np.arange(len(y)), settings=settings, by=by[rows])
    pd.testing.assert_frame_equal(found.table, alone.table, rtol=1e-9)
    pd.testing.assert_frame_equal(found.support, alone.support, rtol=1e-9)
    assert set(found.table.loc[found.table["group"] == "all", "n"]) == {rows.sum()}


def test_draws_are_those_of_all_networks_whatever_could_be_followed(cohort, able):
    found = run(cohort, settings=FEW, followable_days=able, seed=4)
    weights = cluster_weights(np.arange(300) // 2, 30, 4)[:, able >= 365]
    y = cohort.y[able >= 365]
    alone = Sample.build(y, y, cohort.truth[able >= 365], cohort.grid)
    np.testing.assert_allclose(found.replicates["auc", 365], get_metric("auc").compute(alone, 365, weights), atol=EXACT)
    whole = Sample.build(cohort.y, cohort.y, cohort.truth, cohort.grid, followable_days=able)
    drawn = cluster_weights(np.arange(300) // 2, 30, 4)
    np.testing.assert_array_equal(found.replicates["auc", 365], get_metric("auc").compute(whole, 365, drawn))


def test_who_could_be_followed_is_part_of_the_pairing(cohort, able):
    followed = [None, able, np.where(able == 360, 365, able)]
    assert len({run(cohort, settings=FEW, followable_days=days).pairing for days in followed}) == 3


def test_tables_of_a_horizon_are_of_the_rows_that_could_be_followed_to_it(cohort, able):
    whole = Sample.build(cohort.y, cohort.y, cohort.truth, cohort.grid, followable_days=able)
    rows = able >= 365
    alone = Sample.build(cohort.y[rows], cohort.y[rows], cohort.truth[rows], cohort.grid)
    weights = cluster_weights(np.arange(300), 20, 0)
    pairs = [
        (calibration_table(whole, 365), calibration_table(alone, 365)),
        (decision_curve_table(whole, 365, [0.1, 0.3]), decision_curve_table(alone, 365, [0.1, 0.3])),
        (distribution(whole, 365).table, distribution(alone, 365).table),
        (smooth_calibration_table(whole, 365, weights), smooth_calibration_table(alone, 365, weights[:, rows])),
    ]
    for found, expected in pairs:
        pd.testing.assert_frame_equal(found, expected, rtol=1e-9)


def test_groups_are_the_values_of_the_audit_columns(cohort, groups):
    settings = FEW.model_copy(update={"by": ("role", "band")})
    table = run(cohort, settings=settings, by=groups).table
    assert table["group"].unique().tolist() == [
        *("all", "role=parent", "role=partner"),
        *("band=1.0", "band=2.0", "band=missing"),
    ]
    sizes = table.drop_duplicates("group").set_index("group")["n"]
    assert sizes["role=parent"] == 30
    assert sizes["band=missing"] == groups["band"].isna().sum()
    assert sizes[["band=1.0", "band=2.0", "band=missing"]].sum() == 300


def test_every_audit_column_is_used_when_none_is_named(cohort, groups):
    table = run(cohort, settings=FEW, by=groups[["role", "unused"]]).table
    assert table["group"].unique().tolist() == ["all", "role=parent", "role=partner", "unused=0"]


def test_a_group_is_computed_on_its_rows_with_the_threshold_of_everyone(cohort, groups):
    result = run(cohort, settings=FEW, by=groups[["role"]], seed=4)
    row = result.table.query("group == 'role=partner' and metric == 'net_benefit@20%' and horizon_days == 365").iloc[0]
    inside = (groups["role"] == "partner").to_numpy()
    metric = get_metric("net_benefit").with_parameters(capacity_share=0.2)
    weights = cluster_weights(np.arange(300) // 2, 30, 4)
    values = metric.compute(cohort.sample().take(inside, weights).with_own_censoring(), 365, weights[:, inside])
    assert row["estimate"] == pytest.approx(values[0], abs=EXACT)
    assert row["lower"] == pytest.approx(percentile_interval(values, 0.95)[0], abs=EXACT)
    own = metric.estimate(cohort.sample(), 365)
    assert row["estimate"] != own


def test_small_groups_are_listed_without_estimates(cohort, groups):
    table = run(cohort, settings=FEW, by=groups[["role"]]).table
    small = table[table["group"] == "role=parent"]
    assert small["n"].unique().tolist() == [30]
    assert small["n_events"].min() > 0
    assert small[["estimate", "lower", "upper"]].isna().all(axis=None)
    large = table[table["group"] == "role=partner"]
    assert large["estimate"].notna().all()


def test_groups_with_few_re_reports_are_empty_at_that_horizon_only(cohort, groups):
    inside = (groups["role"] == "parent").to_numpy()
    happened = (cohort.y["event"] == 1) & inside
    early, late = (int(np.sum(happened & (cohort.y["duration_days"] <= day))) for day in (183, 365))
    assert early < late
    settings = FEW.model_copy(update={"min_group_n": 30, "min_group_events": late})
    table = run(cohort, settings=settings, by=groups[["role"]]).table.query("group == 'role=parent'")
    assert table.loc[table["horizon_days"] == 183, "estimate"].isna().all()
    assert table.loc[table["horizon_days"] == 365, "estimate"].notna().all()


def test_a_group_not_followed_past_the_horizon_is_empty(cohort):
    short = pd.DataFrame({"followed": np.where(cohort.y["duration_days"] > 300, "long", "short")})
    table = run(cohort, settings=FEW, by=short).table
    row = table.query("group == 'followed=short' and metric == 'auc'").set_index("horizon_days")["estimate"]
    assert np.isfinite(row[183])
    assert np.isnan(row[365])


def test_risks_at_the_horizons_only_have_no_integrated_brier(cohort):
    columns = [int(np.flatnonzero(day == cohort.grid)[0]) for day in (183, 365)]
    result = evaluate(
        cohort.y, cohort.y, cohort.truth[:, columns], [183, 365], clusters=np.arange(300), settings=SETTINGS
    )
    table = result.table.set_index("metric")["estimate"]
    assert table["integrated_brier"].isna().all()
    assert table.drop("integrated_brier").notna().all()


def test_no_draws_give_estimates_without_intervals(cohort):
    settings = FEW.model_copy(update={"n_resamples": 0})
    table = run(cohort, settings=settings, clusters=np.zeros(300)).table
    assert table["estimate"].notna().all()
    assert table[["lower", "upper"]].isna().all(axis=None)


def refusal(cohort, **kwargs):
    with pytest.raises(DataError) as caught:
        run(cohort, **kwargs)
    return str(caught.value)


def test_misaligned_inputs_are_refused(cohort, groups):
    assert refusal(cohort, clusters=np.arange(299)) == (
        "'clusters' has one entry per test row, 300, but found 299: align it with the test rows."
    )
    assert refusal(cohort, by=groups.iloc[:10]) == (
        "'by' has one entry per test row, 300, but found 10: align it with the test rows."
    )
    named = FEW.model_copy(update={"by": ("region",)})
    assert refusal(cohort, settings=named) == (
        "Audit groups need the frame 'by', but found none, with columns ['region']: pass by=."
    )
    assert refusal(cohort, settings=named, by=groups) == (
        "An audit column is a column of 'by', but found 'region': use one of ['role', 'band', 'unused']."
    )


def test_a_horizon_beyond_follow_up_is_refused(cohort):
    far = FEW.model_copy(update={"horizons_days": (365, 2000)})
    assert refusal(cohort, settings=far).startswith("A metric needs a risk at its horizon, but found 2000 days")


def test_a_group_is_weighted_with_its_own_censoring():
    """A region that exists for the last months only is not miscalibrated because it is followed more briefly."""
    rng = np.random.default_rng(5)
    late = np.repeat([False, True], 400)
    follow = np.where(late, rng.uniform(300, 700, 800), rng.uniform(900, 1500, 800))
    happens = rng.exponential(900, 800)
    y = Surv.from_arrays((happens <= follow).astype(int), np.minimum(happens, follow))
    early, lately = (aalen_johansen(part["duration_days"], part["event"]).at([500])[0] for part in (y[~late], y[late]))
    risk = np.where(late, lately, early)[:, None]
    settings = EvaluationSettings(horizons_days=(500,), metrics=("calibration_intercept",), n_resamples=0)
    by = pd.DataFrame({"late": late})
    table = evaluate(y, y, risk, [500], clusters=np.arange(800), settings=settings, by=by).table.set_index("group")
    assert table.loc["late=True", "estimate"] == pytest.approx(0.0, abs=1e-6)
    assert table.loc["late=False", "estimate"] == pytest.approx(0.0, abs=1e-6)
