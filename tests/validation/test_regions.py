"""Regions left out: no network on both sides, pooled on the right scale, and a region that differs is seen."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from hgrisk.errors import DataError
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.fitting import Fitting
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.validation.pooling import pool
from hgrisk.validation.regions import leave_one_region_out, pool_differences, pool_regions, region_parts
from hgrisk.validation.settings import ValidationSettings
from hgrisk.validation.shares import pool_shares

EXACT = 1e-9
SETTINGS = ValidationSettings(min_test_events=5, min_train_events=5)


@pytest.fixture(scope="module")
def result(data, evaluation):
    fits = {"rate": Fitting(BaseRate(), ("noise",)), "logistic": Fitting(ReReportLogistic(), ("tells",))}
    return leave_one_region_out(data, fits, SETTINGS, evaluation, seed=1)


def test_a_network_that_spans_regions_is_judged_and_not_learnt_from(data):
    parts = list(region_parts(data, "region"))
    assert [part.name for part in parts] == ["east", "north", "south"]
    dropped = 0
    for part in parts:
        assert set(part.test.landmarks["region"]) == {part.name}
        assert part.name not in set(part.train.landmarks["region"])
        assert not set(part.train.clusters) & set(part.test.clusters)
        dropped += len(data.X) - len(part.train.X) - len(part.test.X)
    assert dropped > 0
    assert sum(len(part.test.X) for part in parts) == len(data.X)


def test_landmarks_of_no_known_region_are_learnt_from_only(data):
    blank = data.landmarks.with_columns(region=pl.when(pl.col("region") != "north").then("region"))
    parts = list(region_parts(replace(data, landmarks=blank), "region"))
    assert [part.name for part in parts] == ["east", "south"]
    assert all(part.train.landmarks["region"].null_count() > 0 for part in parts)
    nowhere = replace(data, landmarks=data.landmarks.with_columns(region=pl.lit("east")))
    with pytest.raises(DataError, match="left out of two or more, but found 1 in 'region': leave the design out"):
        list(region_parts(nowhere, "region"))


def test_regions_are_pooled_on_the_scale_of_the_metric(result):
    pooled = pool_regions(result, method="DL").set_index(["model", "metric", "horizon_days"])
    assert pooled["scale"].groupby("metric").unique().map(list).to_dict() == {
        "auc": ["logit"],
        "brier": ["logit"],
        "observed_expected": ["log"],
    }
    draws = [
        np.log(result.evaluations[part, "logistic"].replicates["observed_expected", 365])
        for part in ("east", "north", "south")
    ]
    expected = pool([one[0] for one in draws], [one[1:].var(ddof=1) for one in draws], method="DL", test="adhoc")
    row = pooled.loc[("logistic", "observed_expected", 365)]
    np.testing.assert_allclose(
        row[["estimate", "lower", "upper", "prediction_lower", "prediction_upper"]].astype(float),
        np.exp([expected.mean, expected.lower, expected.upper, expected.prediction_lower, expected.prediction_upper]),
        rtol=EXACT,
    )
    assert (row["tau2"], row["n_parts"]) == (expected.tau2, 3)
    assert row["remark"] == "fewer than 5 regions"
    blind = pooled.loc[("rate", "auc", 365)]  # equal risks rank nobody: no variance
    assert np.isnan(blind["estimate"])
    assert blind["remark"].startswith("not pooled: no variance over the draws in east")


def test_shares_at_capacity_are_pooled_as_counts_and_no_region_is_left_out(data, evaluation):
    """A region whose flags find no re-report counts as it is, and lowers the recall of all."""
    asked = evaluation.model_copy(
        update={
            "metrics": ("capacity_recall", "capacity_precision", "number_needed_to_flag"),
            "capacity_shares": (0.003, 0.3),
            "horizons_days": (183,),
        }
    )
    fits = {"rate": Fitting(BaseRate(), ("noise",)), "logistic": Fitting(ReReportLogistic(), ("tells",))}
    result = leave_one_region_out(data, fits, SETTINGS, asked, seed=1)
    pooled = pool_regions(result).set_index(["model", "metric"])
    table = result.table.query("model == 'logistic'").set_index(["metric", "part"])
    for metric, of in (("capacity_recall@30%", "n_events"), ("capacity_precision@30%", "n_test")):
        row, parts = pooled.loc[("logistic", metric)], table.loc[metric]
        sizes = parts[of] * (1.0 if of == "n_events" else 0.3)
        draws = [result.evaluations[part, "logistic"].replicates[metric, 183] for part in parts.index]
        expected = pool_shares(draws, sizes, level=result.evaluations["east", "logistic"].level)
        assert (row["scale"], row["n_parts"]) == ("binomial", 3)
        found = row[["estimate", "prediction_lower", "prediction_upper"]].tolist()
        assert found == [expected.mean, expected.prediction_lower, expected.prediction_upper]
        assert 0 < row["prediction_lower"] < row["estimate"] < row["prediction_upper"] < 1
    name = "capacity_recall@30%", 183
    zero = result.evaluations["east", "logistic"]
    zero = replace(zero, replicates={**zero.replicates, name: np.zeros_like(zero.replicates[name])})
    without = replace(result, evaluations={**result.evaluations, ("east", "logistic"): zero})
    row = pool_regions(without).set_index(["model", "metric"]).loc[("logistic", name[0])]
    assert row["n_parts"] == 3
    assert 0 < row["estimate"] < table.loc[name[0], "estimate"].min()
    one_flag = pooled.loc[("logistic", "number_needed_to_flag@0.3%")]
    assert np.isnan(one_flag["estimate"])
    assert one_flag["remark"].startswith("not pooled: no variance over the draws in")


def test_differences_are_pooled_as_they_are(result):
    found = pool_differences(result, "rate").set_index(["model", "metric", "horizon_days"])
    parts = result.differences("rate").query("metric == 'brier' and horizon_days == 183")["difference"]
    row = found.loc[("logistic", "brier", 183)]
    assert row["scale"] == "identity"
    assert parts.min() < row["estimate"] < parts.max() < 0
    assert not found.index.get_level_values("model").isin(["rate"]).any()
    with pytest.raises(DataError, match="found 'cox': use rate, logistic"):
        pool_differences(result, "cox")


def test_a_region_with_another_incidence_shows_as_variance_between_regions(data, evaluation):
    """Half of the re-reports in the south are not registered: a model from elsewhere expects too many there."""
    table = data.outcome.table.join(data.landmarks.select("landmark_id", "region"), on="landmark_id", how="left")
    lost = (pl.col("region") == "south") & (pl.int_range(pl.len()) % 2 == 0)
    thinned = table.with_columns(event=pl.when(lost).then(0).otherwise("event").cast(pl.Int8)).drop("region")
    other = replace(data, outcome=replace(data.outcome, table=thinned))
    asked = evaluation.model_copy(update={"metrics": ("observed_expected",), "horizons_days": (183,)})
    result = leave_one_region_out(other, {"rate": Fitting(BaseRate(), ("noise",))}, SETTINGS, asked)
    ratio = result.table.set_index("part")["estimate"]
    assert ratio["south"] < 0.75
    assert min(ratio["east"], ratio["north"]) > 1.0
    pooled = pool_regions(result).iloc[0]
    assert pooled["i2"] > 50
    assert pooled["prediction_lower"] < ratio["south"]
