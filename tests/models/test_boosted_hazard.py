"""BoostedHazard: known truth, monotone risks under competing events, whole clusters left out, storage, refusals."""

import numpy as np
import pandas as pd
import pytest
import skops.io
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.boosted_hazard import BoostedHazard
from hgrisk.models.cox import CoxRegression
from hgrisk.models.registry import TRUSTED_TYPES
from hgrisk.surv import Surv

HORIZON = 365.0
ROUNDING = 1e-12


def simulate(n=5000, seed=1):
    """Counts tell only together with a flag, and only in the first half year; missing days since a report tell too."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "prior_reports_ever": rng.poisson(1.2, n),
            "prior_reports_365d": rng.poisson(0.5, n),
            "days_since": np.where(rng.random(n) < 0.3, np.nan, rng.exponential(300, n)),
            "flag": rng.random(n) < 0.4,
            "place": rng.choice(["town", "land"], n),
        }
    )
    late = 0.0006 * np.exp(0.9 * X["days_since"].isna()).to_numpy()
    early = late * np.exp(0.7 * np.minimum(X["prior_reports_ever"], 4) * X["flag"]).to_numpy()
    other = np.full(n, 0.0004)
    unit = rng.exponential(size=n)
    time = np.where(unit < early * 180, unit / early, 180 + (unit - early * 180) / late)
    competing, stop = rng.exponential(1 / other), rng.uniform(200, 700, n)
    days = np.minimum(np.minimum(time, competing), stop)
    event = np.where(days == time, 1, np.where(days == competing, 2, 0))
    both_early, both_late = early + other, late + other
    truth = early / both_early * (1 - np.exp(-both_early * 180))
    truth += np.exp(-both_early * 180) * late / both_late * (1 - np.exp(-both_late * (HORIZON - 180)))
    return X, Surv.from_arrays(event, np.maximum(np.ceil(days), 1)), truth


def concordance(score, truth):
    """Share of pairs of different true risks that the score puts in their order."""
    one, other = np.random.default_rng(1).integers(0, len(truth), (2, 100_000))
    apart = truth[one] != truth[other]
    return np.mean(((score[one] > score[other]) == (truth[one] > truth[other]))[apart])


def test_true_risks_with_interactions_and_fading_effects_are_found():
    X, y, _ = simulate()
    new, _, truth = simulate(seed=2)
    boosted = BoostedHazard(seed=1).fit(X, y)
    cox = CoxRegression(penalty=0.01).fit(X, y)
    risk, straight = boosted.predict_risk(new, HORIZON), cox.predict_risk(new, HORIZON)
    assert np.abs(risk - truth).mean() < 0.025
    assert np.abs(risk - truth).mean() < 0.6 * np.abs(straight - truth).mean()
    assert risk.mean() == pytest.approx(truth.mean(), abs=0.015)
    assert np.polyfit(risk, truth, 1)[0] == pytest.approx(1.0, abs=0.12)
    assert concordance(risk, truth) > concordance(straight, truth) + 0.03
    rates = boosted.predict_rate(new)[0]
    told = (new["flag"] & (new["prior_reports_ever"] >= 3)).to_numpy()
    silent = ~new["flag"].to_numpy()
    ratio = rates[told].mean(axis=0) / rates[silent].mean(axis=0)
    assert ratio[:5].min() > 2 * ratio[7:14].max()
    table = boosted.importance_
    assert table["cause"].tolist()[0] == "re_report"
    top = table[table["cause"] == "re_report"]["feature"].tolist()[:4]
    assert {"prior_reports_ever", "flag", "time"} <= set(top)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_risk_rises_with_the_features_that_may_only_raise_it(seed):
    rng = np.random.default_rng(seed)
    n = 400
    X = pd.DataFrame({"a": rng.integers(0, 6, n).astype(float), "b": rng.normal(size=n)})
    X.loc[rng.random(n) < 0.2, "a"] = np.nan
    # the data say the opposite: a lowers re-reports, and raises competing events as b does
    rate = 0.004 * np.exp(-0.4 * X["a"].fillna(2) + 0.5 * X["b"])
    other = 0.002 * np.exp(0.6 * X["a"].fillna(2) - 0.3 * X["b"])
    one, two = rng.exponential(1 / rate), rng.exponential(1 / other)
    days = np.minimum(np.minimum(one, two), 400)
    y = Surv.from_arrays(np.where(days == 400, 0, np.where(days == one, 1, 2)), days)
    model = BoostedHazard(
        n_rounds=25, learning_rate=0.3, interval_days=80.0, increasing=("a",), validation_share=0, min_leaf_events=2
    ).fit(X, y)
    grid = pd.DataFrame({"a": np.tile(np.arange(6.0), 15), "b": np.repeat(np.linspace(-2, 2, 15), 6)})
    risk = model.predict_cumulative_incidence(grid, np.linspace(0, 400, 23)).reshape(15, 6, 23)
    assert np.diff(risk, axis=1).min() >= -ROUNDING
    free = clone(model).set_params(increasing=()).fit(X, y)
    assert np.diff(free.predict_risk(grid, 400).reshape(15, 6), axis=1).min() < -0.05


def test_names_may_be_patterns():
    X, y, _ = simulate(n=400)
    model = BoostedHazard(n_rounds=3, increasing=("prior_reports_*", "flag"), validation_share=0).fit(X, y)
    assert model.increasing_ == ["flag", "prior_reports_365d", "prior_reports_ever"]


def test_rows_in_any_order_give_the_same_digits():
    X, y, _ = simulate(n=700)
    mixed = np.random.default_rng(3).permutation(700)
    one = BoostedHazard(n_rounds=40).fit(X, y)
    other = BoostedHazard(n_rounds=40).fit(X.iloc[mixed], y[mixed])
    times = [30, 200, 365]
    np.testing.assert_array_equal(
        one.predict_cumulative_incidence(X, times), other.predict_cumulative_incidence(X, times)
    )


def test_whole_clusters_are_left_out():
    X, y, _ = simulate(n=600)
    labels = np.array([f"h{i // 6}" for i in range(600)])
    model = BoostedHazard(validation_share=0.3)
    out = model._leave_out(600, labels)
    assert out.sum() == 180
    assert all(len(set(out[labels == label])) == 1 for label in np.unique(labels))
    assert model._leave_out(600, None).sum() == 180
    fitted = clone(model).fit(X, y, cluster=labels)
    assert 0 < fitted.n_rounds_["re_report"] < 300
    # copies of a row in one cluster are no witnesses for each other; apart they would be, and trees would go on and on
    five = np.tile(np.arange(600), 5)
    noise = pd.DataFrame({"noise": np.random.default_rng(7).normal(size=600), "more": np.arange(600) % 97})
    apart = clone(model).set_params(min_leaf_events=1).fit(noise.iloc[five], y[five])
    together = clone(apart).fit(noise.iloc[five], y[five], cluster=five)
    assert apart.n_rounds_["re_report"] > 5 * (together.n_rounds_["re_report"] + 1)


def test_delayed_entry_counts_time_at_risk_only():
    rng = np.random.default_rng(5)
    n = 3000
    a, time, entry = rng.integers(0, 2, n), np.zeros(n), rng.uniform(0, 300, n)
    time = rng.exponential(1 / (0.002 * np.exp(0.8 * a)))
    seen = time > entry
    y = Surv.from_arrays(time[seen] < 600, np.minimum(time[seen], 600), entry[seen])
    model = BoostedHazard(n_rounds=60, validation_share=0, interval_days=100.0).fit(pd.DataFrame({"a": a[seen]}), y)
    truth = 1 - np.exp(-0.002 * np.exp([0, 0.8]) * 365)
    np.testing.assert_allclose(model.predict_risk(pd.DataFrame({"a": [0, 1]}), 365), truth, atol=0.06)


def test_the_hazard_without_any_tree_is_that_of_the_interval():
    X, y, _ = simulate(n=800)
    model = BoostedHazard(n_rounds=0, interval_days=1000.0).fit(X, y)
    rate = (y["event"] == 1).sum() / y["duration_days"].sum()
    other = (y["event"] == 2).sum() / y["duration_days"].sum()
    expected = rate / (rate + other) * (1 - np.exp(-(rate + other) * 200))
    np.testing.assert_allclose(model.predict_risk(X, 200), expected, rtol=1e-9)


def test_few_competing_events_have_a_hazard_that_is_the_same_for_all():
    X, y, _ = simulate(n=500)
    y["event"][y["event"] == 2] = 0
    without = BoostedHazard(n_rounds=5).fit(X, y)
    assert list(without.trees_) == ["re_report"]
    y["event"][10] = 2
    one = BoostedHazard(n_rounds=5).fit(X, y)
    assert one.n_rounds_["competing"] == 0
    assert np.ptp(one.predict_rate(X)[1], axis=0).max() == 0


def test_it_is_stored_as_numbers_and_text():
    X, y, _ = simulate(n=600)
    model = BoostedHazard(n_rounds=10).fit(X, y)
    stored = skops.io.dumps(model)
    assert set(skops.io.get_untrusted_types(data=stored)) <= set(TRUSTED_TYPES)
    loaded = skops.io.loads(stored, trusted=list(TRUSTED_TYPES))
    new, _, _ = simulate(n=200, seed=9)
    np.testing.assert_array_equal(loaded.predict_risk(new, 300), model.predict_risk(new, 300))


def test_missing_values_and_new_levels_are_predicted_for():
    X, y, _ = simulate(n=600)
    model = BoostedHazard(n_rounds=10).fit(X, y)
    empty = X[:3].assign(prior_reports_ever=np.nan, flag=None, days_since=np.nan, place="elsewhere")
    assert np.isfinite(model.predict_risk(empty, 300)).all()
    huge = X[:3].assign(days_since=1e300)
    assert np.isfinite(model.predict_risk(huge, 300)).all()
    with pytest.raises(DataError, match="text in 'flag'"):
        model.predict(X.assign(flag="yes"))


def refusal(error, X, y, **params):
    with pytest.raises(error) as caught:
        BoostedHazard(**params).fit(X, y)
    text = str(caught.value)
    assert text.count("but found") == 1
    return text


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("max_depth", 0, "max_depth is a whole number from 1 to 12"),
        ("max_depth", 2.5, "max_depth is a whole number"),
        ("n_rounds", -1, "n_rounds is a whole number from 0"),
        ("patience", 0, "patience is a whole number from 1"),
        ("learning_rate", 0, "learning_rate is a finite number above 0"),
        ("learning_rate", 1.5, "learning_rate is at most 1"),
        ("interval_days", np.nan, "interval_days is a finite number above 0"),
        ("min_leaf_events", 0, "min_leaf_events is a finite number above 0"),
        ("validation_share", 1.0, "validation_share is from 0 and below 1"),
        ("increasing", "flag", "increasing is a list of features"),
        ("increasing", ("prior_visits_*",), "numeric columns, but found 'prior_visits_*'"),
        ("increasing", ("place",), "numeric columns, but found 'place'"),
    ],
)
def test_settings_are_checked_at_fit(name, value, rule):
    X, y, _ = simulate(n=100)
    assert rule in refusal(ConfigError, X, y, **{name: value})


def test_bad_input_is_refused_in_one_sentence():
    X, y, _ = simulate(n=200)
    quiet = y.copy()
    quiet["event"] = 0
    assert "at least one re-report" in refusal(FitError, X, quiet)
    quiet["event"][0] = 1
    assert "Some clusters with a re-report are left out, some not" in refusal(FitError, X, quiet)
    assert "infinite ones in 'days_since'" in refusal(DataError, X.assign(days_since=np.inf), y)
    flat = pd.DataFrame({"a": np.ones(200), "b": np.full(200, np.nan)})
    assert "at least one column that varies" in refusal(DataError, flat, y)
