"""The judge: the same rows, draws and censoring for all, and why whose censoring it is matters.

Tolerances: with 20,000 rows the Brier score under the right weights lies within 0.004 of the score that is known
without censoring, and observed over expected within 0.03 of 1.
"""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hgrisk.evaluation.calibration import calibration_table
from hgrisk.evaluation.evaluate import evaluate
from hgrisk.evaluation.sample import Sample
from hgrisk.evaluation.settings import EvaluationSettings, grid_times
from hgrisk.judgement import N_BINS, FittedModel, Judge
from hgrisk.surv import Surv

BRIER_TOLERANCE, RATIO_TOLERANCE = 0.004, 0.03
SETTINGS = EvaluationSettings(
    horizons_days=(183, 365), metrics=("brier", "observed_expected"), n_resamples=20, min_group_n=5, by=("region",)
)


class Known:
    """A model that knows each row's constant hazard; it has columns, horizons and nothing to learn."""

    def __init__(self, horizons=None):
        self.supported_times_ = horizons
        self.asked = []

    def predict_cumulative_incidence(self, X, times):
        self.asked.append((list(X.columns), list(times)))
        return 1.0 - np.exp(-np.outer(X["hazard"], times))

    def predict_risk(self, X, horizon):
        return self.predict_cumulative_incidence(X, [horizon])[:, 0]


def follow(time, stop):
    return Surv.from_arrays(time <= stop, np.ceil(np.minimum(time, stop)))


def world(n, seed):
    """Return test rows followed for up to 1,500 days, and training outcomes cut after at most 800."""
    rng = np.random.default_rng(seed)
    hazard = np.exp(-6.8 + 0.7 * rng.normal(size=n))
    time = rng.exponential(1.0 / hazard)
    followed = rng.uniform(200, 1500, n)
    test = SimpleNamespace(
        X=pd.DataFrame({"other": np.zeros(n), "hazard": hazard}),
        y_from_landmark=follow(time, followed),
        followable_days=np.ceil(followed),
        uncensored=follow(time, np.full(n, 1e6)),
        clusters=np.arange(n) // 2,
        groups=lambda columns: pd.DataFrame({name: np.where(hazard > 0.001, "high", "low") for name in columns}),
    )
    train = follow(rng.exponential(1.0 / hazard), rng.uniform(30, 800, n))
    return test, train


@pytest.fixture(scope="module")
def large():
    return world(20_000, seed=5)


@pytest.fixture
def small():
    return world(300, seed=6)


ONCE = SETTINGS.model_copy(update={"n_resamples": 0, "by": ()})


def estimates(evaluation):
    return evaluation.table.set_index(["metric", "horizon_days"])["estimate"]


def weighted_by(censoring, test):
    """Return the scores of the true risks with another outcome's censoring."""
    times = grid_times(ONCE)
    risk = Known().predict_cumulative_incidence(test.X, times)
    return estimates(evaluate(censoring, test.y_from_landmark, risk, times, clusters=test.clusters, settings=ONCE))


@pytest.mark.parametrize("horizon", [183, 365])
def test_only_the_censoring_that_the_test_rows_share_gives_the_true_scores(large, horizon):
    test, train = large
    told = estimates(Judge(test, ONCE, 0).evaluate("known", Known(), ["hazard"]))
    right, wrong = weighted_by(test.y_from_landmark, test), weighted_by(train, test)
    happened = test.uncensored["duration_days"] <= horizon
    risk = Known().predict_risk(test.X, horizon)
    true_brier = np.mean((happened - risk) ** 2)
    for one in (told, right):
        assert one["brier", horizon] == pytest.approx(true_brier, abs=BRIER_TOLERANCE)
        assert one["observed_expected", horizon] == pytest.approx(1.0, abs=RATIO_TOLERANCE)
    # the training outcomes end earlier by design: their weights count every known row for too many
    assert wrong["brier", horizon] > true_brier + 4 * BRIER_TOLERANCE
    assert wrong["observed_expected", horizon] > 1.0 + 2 * RATIO_TOLERANCE


def test_the_judge_hands_its_censoring_rows_draws_and_settings_on(small):
    test, _ = small
    settings = SETTINGS.model_copy(update={"by": ()})
    found = Judge(test, settings, 9).evaluate("known", Known(), ["hazard"])
    times = grid_times(settings)
    risk = Known().predict_cumulative_incidence(test.X, times)
    expected = evaluate(
        *(test.y_from_landmark, test.y_from_landmark, risk, times),
        clusters=test.clusters,
        settings=settings,
        seed=9,
        model="known",
        followable_days=test.followable_days,
    )
    pd.testing.assert_frame_equal(found.table, expected.table, check_exact=True)
    assert found.pairing == expected.pairing
    assert Judge(test, settings, 8).evaluate("known", Known(), ["hazard"]).pairing != found.pairing


def test_groups_are_judged_only_when_asked(small):
    test, _ = small
    judge = Judge(test, SETTINGS, 0)
    assert set(judge.evaluate("known", Known(), ["hazard"]).table["group"]) == {"all"}
    groups = set(judge.evaluate("known", Known(), ["hazard"], groups=True).table["group"])
    assert groups == {"all", "region=high", "region=low"}


def test_a_model_is_asked_for_its_own_columns_and_the_times_it_supports(small):
    test, _ = small
    settings = SETTINGS.model_copy(update={"by": (), "metrics": ("brier",)})
    judge = Judge(test, settings, 0)
    free, bound = Known(), Known((183.0, 365.0))
    judge.evaluate("free", free, ["hazard"])
    judge.evaluate("bound", bound, ["hazard", "other"])
    assert free.asked == [(["hazard"], list(grid_times(settings)))]
    assert bound.asked == [(["hazard", "other"], [183, 365])]


def test_calibration_uses_the_same_weights(small):
    test, _ = small
    fitted = FittedModel("known", Known(), ["hazard"], None)
    times = grid_times(SETTINGS)
    risk = Known().predict_cumulative_incidence(test.X, times)
    sample = Sample.build(test.y_from_landmark, test.y_from_landmark, risk, times, followable_days=test.followable_days)
    expected = calibration_table(sample, 365)
    assert expected["n"].sum() == (test.followable_days >= 365).sum()
    pd.testing.assert_frame_equal(Judge(test, SETTINGS, 0).calibration(fitted, 365), expected)


def test_the_histogram_counts_every_row_once_in_equal_bins(small):
    test, _ = small
    fitted = FittedModel("known", Known(), ["hazard"], None)
    table = Judge(test, SETTINGS, 0).histogram(fitted, 365)
    assert table.columns.tolist() == ["left", "right", "n"]
    assert (len(table), table["left"].iloc[0], table["right"].iloc[-1]) == (N_BINS, 0.0, 1.0)
    np.testing.assert_allclose(table["right"] - table["left"], 1 / N_BINS)
    risk = Known().predict_risk(test.X, 365)
    by_hand = [((risk >= row["left"]) & (risk < row["right"])).sum() for row in table.to_dict("records")]
    assert table["n"].tolist() == by_hand
    assert table["n"].sum() == len(risk)
