"""Optimism: pure noise gains what it is corrected for, a draw is the rows drawn, refusals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import DataError, FitError
from hgrisk.evaluation.bootstrap import cluster_weights
from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.settings import EvaluationSettings
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.fitting import Fitting
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.validation.optimism import correct_optimism
from hgrisk.validation.settings import ValidationSettings

SEEDS, COLUMNS = range(8), 15
OF_THE_SEEDS = 0.15
ASKED = EvaluationSettings(horizons_days=(183,), metrics=("auc", "brier"), n_resamples=0)
SETTINGS = ValidationSettings(n_bootstrap=20)
LOGISTIC = Fitting(ReReportLogistic(penalty=1e-6))


def noise(data, seed):
    """Return the same landmarks with features that tell nothing."""
    values = np.random.default_rng(seed).normal(size=(len(data.X), COLUMNS))
    return replace(data, X=pd.DataFrame(values, index=data.X.index).add_prefix("noise"))


def test_pure_noise_gains_what_it_is_corrected_for(data):
    tables = [
        correct_optimism(noise(data, seed), {"logistic": LOGISTIC}, SETTINGS, ASKED, seed=seed).table for seed in SEEDS
    ]
    mean = pd.concat(tables).groupby("metric")[["apparent", "optimism", "corrected"]].mean()
    gain = mean.loc["auc", "apparent"] - 0.5
    assert gain > 0.03
    # an AUC near chance grows with the root of the noise: that of a draw's model is twice it, and half is shared
    assert mean.loc["auc", "optimism"] / gain == pytest.approx(np.sqrt(2) - np.sqrt(1 / 2), abs=OF_THE_SEEDS)
    rate = correct_optimism(noise(data, 0), {"rate": Fitting(BaseRate())}, SETTINGS, ASKED).table.set_index("metric")
    fall = rate.loc["brier", "apparent"] - mean.loc["brier", "apparent"]
    assert fall > 0.001
    # what is overfitted costs as much again on new rows, so that the optimism of the Brier score is twice the fall
    assert mean.loc["brier", "optimism"] == pytest.approx(-2 * fall, rel=OF_THE_SEEDS)


def test_a_draw_is_judged_as_the_rows_drawn_and_as_all_rows(data):
    result = correct_optimism(data, {"logistic": Fitting(ReReportLogistic(), ("tells",))}, SETTINGS, ASKED, seed=3)
    copies = cluster_weights(data.clusters, 20, 3)[1]
    rows = np.repeat(np.arange(len(data.X)), copies)
    y = data.y_from_landmark
    model = ReReportLogistic((183,)).fit(
        data.X[["tells"]].iloc[rows], y[rows], followable_days=data.followable_days[rows]
    )
    risk = model.predict_cumulative_incidence(data.X[["tells"]], [183])
    auc = get_metric("auc")
    able = data.followable_days >= 183
    drawn, everyone = (
        auc.estimate(Sample.build(y[able], y[each], risk[each], [183]), 183) for each in (rows[able[rows]], able)
    )
    assert result.draws["logistic", "auc", 183][0] == pytest.approx(drawn - everyone, abs=1e-9)
    assert len(np.unique(rows)) < len(data.X)


def test_a_model_with_one_telling_feature_hardly_flatters_itself(data):
    fits = {"logistic": Fitting(ReReportLogistic(), ("tells",))}
    table = correct_optimism(data, fits, SETTINGS, ASKED).table.set_index("metric")
    row = table.loc["auc"]
    assert abs(row["optimism"]) < 0.01
    assert row["corrected"] == row["apparent"] - row["optimism"]
    assert row["lower"] < row["corrected"] < row["upper"]
    assert (row["n"], row["n_draws"], row["n_failed"]) == (len(data.X), 20, 0)


def test_it_repeats_itself(data):
    fits = {"logistic": Fitting(ReReportLogistic(), ("tells", "noise"))}
    one, again = (correct_optimism(data, fits, SETTINGS, ASKED, seed=1).table for _ in range(2))
    pd.testing.assert_frame_equal(one, again)


def moody(share):
    """Return a fit that fails in a share of the calls."""
    calls = []

    def fit(train, horizons):
        calls.append(1)
        if len(calls) > 1 and len(calls) % round(1 / share) == 0:
            raise FitError("A mood is good", "a bad one", "try again")
        return LOGISTIC(train, horizons)

    return fit


def test_draws_that_fail_are_counted_and_too_many_are_refused(data):
    table = correct_optimism(noise(data, 1), {"moody": moody(0.05)}, SETTINGS, ASKED).table
    assert table[["n_draws", "n_failed"]].to_numpy().tolist() == [[19, 1]] * 2
    with pytest.raises(FitError, match="can be fitted in nine of ten draws, but found 10 of 20 that cannot"):
        correct_optimism(noise(data, 1), {"moody": moody(0.5)}, SETTINGS, ASKED)
    strict = ValidationSettings(min_test_events=10**6)
    with pytest.raises(DataError, match="Optimism is of a horizon that can be judged, but found"):
        correct_optimism(data, {"logistic": LOGISTIC}, strict, ASKED)
