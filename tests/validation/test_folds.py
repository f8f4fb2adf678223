"""Unseen household networks: a model that remembers networks gains nothing, one that sees the truth does."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import ConfigError, DataError
from hgrisk.evaluation.bootstrap import cluster_weights
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.fitting import Fitting
from hgrisk.models.inputs.network_folds import network_folds
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.validation.designs import Part, judge_parts, keep
from hgrisk.validation.folds import unseen_networks
from hgrisk.validation.settings import ValidationSettings
from hgrisk.validation.within_folds import FoldSamples, within_folds

SETTINGS = ValidationSettings(n_folds=4, min_test_events=5, min_train_events=5)


class Remembering:
    """Give each network that was seen its own share of re-reports, and any other the share of all."""

    supported_times_ = (183.0, 365.0)

    def __init__(self, train, horizons):
        y, clusters = train.y_from_landmark, train.X["network"]
        self.feature_names_in_ = ["network"]
        hit = [(y["event"] == 1) & (y["duration_days"] <= day) for day in horizons]
        self.every = [one.mean() for one in hit]
        self.shares = [pd.Series(one).groupby(clusters.to_numpy()).mean() for one in hit]

    def predict_cumulative_incidence(self, X, times):
        known = [
            shares.reindex(X["network"]).fillna(every).to_numpy()
            for shares, every in zip(self.shares, self.every, strict=True)
        ]
        return np.sort(np.column_stack(known)[:, : len(times)], axis=1)


@pytest.fixture(scope="module")
def named(data):
    return replace(data, X=data.X.assign(network=data.clusters))


def test_a_model_that_remembers_networks_gains_nothing_in_unseen_ones(named, evaluation):
    fits = {"rate": Fitting(BaseRate(), ("noise",)), "remembering": Remembering}
    unseen = unseen_networks(named, fits, SETTINGS, evaluation, seed=1).differences("rate").set_index("metric")
    assert (unseen.loc["brier", "difference"].abs() < 0.005).all()
    rows = np.random.default_rng(0).random(len(named.X)) < 0.5  # networks on both sides
    shared = judge_parts("leak", [Part("p", keep(named, rows), keep(named, ~rows))], fits, SETTINGS, evaluation)
    leak = shared.differences("rate").set_index("metric")
    assert (leak.loc["auc", "lower"] > 0.05).all()


def test_each_row_is_judged_by_the_model_of_the_other_folds(data, evaluation):
    fit = Fitting(ReReportLogistic(), ("tells",))
    result = unseen_networks(data, {"logistic": fit}, SETTINGS, evaluation, seed=2)
    fold = network_folds(data.clusters, 4, 2)
    risk = np.empty((len(data.X), 2))
    for number in range(4):
        model = fit(keep(data, fold != number), (183, 365))
        risk[fold == number] = model.predict_cumulative_incidence(data.X.loc[fold == number, ["tells"]], [183, 365])
    hit = (data.y["event"] == 1) & (data.y["duration_days"] <= 183)
    able = data.followable_days >= 183
    known = able & (hit | (data.y["duration_days"] > 183))
    rough = ((risk[:, 0] - hit)[known] ** 2).mean()
    found = result.table.set_index(["metric", "horizon_days"])["estimate"]
    assert found["brier", 183] == pytest.approx(rough, abs=0.01)
    y, draws = data.y_from_landmark, cluster_weights(data.clusters, evaluation.n_resamples, 2)
    folds = FoldSamples(Sample.build(y, y, risk, [183, 365], followable_days=data.followable_days), fold, draws)
    within = result.evaluations["all folds", "logistic"].replicates["auc", 365]
    np.testing.assert_allclose(within, within_folds(get_metric("auc"), 365, folds), rtol=1e-12)
    assert (result.table["part"] == "all folds").all()
    assert result.table["n_train"].iloc[0] == min(np.bincount(fold).sum() - np.bincount(fold))
    assert result.table["n_test"].iloc[0] == able.sum() < len(data.X)


def test_the_base_rate_ranks_nobody_and_a_gain_is_from_one_half(data, evaluation):
    """Pooled over folds, a constant has an AUC below one half: its level runs against the outcome of the fold."""
    fits = {"rate": Fitting(BaseRate(), ("noise",)), "logistic": Fitting(ReReportLogistic(), ("tells",))}
    names = ("auc", "harrell_c", "uno_c", "capacity_recall", "brier")
    asked = evaluation.model_copy(update={"metrics": names, "capacity_shares": (0.1,), "n_resamples": 20})
    result = unseen_networks(data, fits, SETTINGS, asked, seed=1)
    table = result.table.set_index(["model", "metric", "horizon_days"]).sort_index()
    for metric in names[:3]:
        rows = table.loc[("rate", metric), ["estimate", "lower", "upper"]]
        np.testing.assert_allclose(rows, 0.5, rtol=0, atol=1e-12)
    assert table.loc[("rate", "capacity_recall@10%"), "estimate"].tolist() == pytest.approx([0.1, 0.1])
    for horizon, rows in result.table.groupby("horizon_days"):
        assert (rows["n_test"] == (data.followable_days >= horizon).sum()).all()
    gains = result.differences("rate").set_index(["metric", "horizon_days"])["difference"]
    assert gains["auc", 365] == pytest.approx(table.loc[("logistic", "auc", 365), "estimate"] - 0.5)


def test_it_repeats_itself_and_another_seed_folds_otherwise(data, evaluation):
    fits = {"logistic": Fitting(ReReportLogistic(), ("tells", "noise"))}
    asked = evaluation.model_copy(update={"n_resamples": 0})
    one, again, other = (unseen_networks(data, fits, SETTINGS, asked, seed=seed).table for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    assert (one["estimate"] != other["estimate"]).any()


def test_a_horizon_out_of_reach_is_left_out_and_too_few_networks_are_refused(data, evaluation):
    fits = {"rate": Fitting(BaseRate(), ("noise",))}
    asked = evaluation.model_copy(update={"horizons_days": (183, 1460), "n_resamples": 0})
    result = unseen_networks(data, fits, SETTINGS, asked)
    assert set(result.table["horizon_days"]) == {183}
    assert result.omitted["horizon_days"].tolist() == [1460]
    with pytest.raises(ConfigError, match="a cluster for each, but found 180 clusters for 500 folds: use fewer folds"):
        unseen_networks(data, fits, ValidationSettings(n_folds=500), asked)
    with pytest.raises(DataError, match="The design 'folds' has a part that can be judged"):
        unseen_networks(data, fits, ValidationSettings(min_test_events=10**6), asked)
