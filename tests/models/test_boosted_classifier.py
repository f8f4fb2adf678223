"""BoostedClassifier: known truth, the library's raw score, monotone risks, the same bytes again, storage, refusals."""

import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.base import clone

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.boosted_classifier import BoostedClassifier
from hgrisk.models.by_horizon.tree_arrays import TreeArrays
from hgrisk.models.inputs.censoring_weights import outcome_at, uncensored_probability
from hgrisk.models.registry import TRUSTED_TYPES
from hgrisk.surv import Surv

EXACT = 1e-12
TRUSTED = [*TRUSTED_TYPES, "hgrisk.models.boosted_classifier.BoostedClassifier"]
SMALL = {"horizons_days": (365,), "n_rounds": 30, "min_leaf": 30, "learning_rate": 0.1}


def simulate(n=4000, seed=1):
    """Counts tell only together with a flag; missing days tell; competing events and censoring; a rare place."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(
        {
            "prior_reports": rng.poisson(1.5, n),
            "days_since": np.where(rng.random(n) < 0.3, np.nan, rng.exponential(300, n)),
            "flag": rng.random(n) < 0.5,
            "place": np.where(np.arange(n) % 500 == 7, "Onlyville", rng.choice(["town", "land"], n)),
        }
    )
    eta = -1.5 + 0.7 * np.minimum(X["prior_reports"], 4) * X["flag"] + 0.9 * X["days_since"].isna()
    truth = expit(eta).to_numpy()
    chance = rng.random(n)
    re_report = np.where(chance < truth, np.ceil(365 * chance / truth), np.inf)
    competing = np.where((chance >= truth) & (rng.random(n) < 0.2), rng.integers(1, 366, n), np.inf)
    stop = rng.integers(100, 800, n)
    days = np.minimum(np.minimum(re_report, competing), stop)
    return X, Surv.from_arrays(np.where(days == re_report, 1, np.where(days == competing, 2, 0)), days), truth


@pytest.fixture(scope="module")
def fitted():
    X, y, _ = simulate()
    return BoostedClassifier(**SMALL).fit(X, y)


def case_weights(y):
    known = outcome_at(
        y["duration_days"], y["event"], uncensored_probability(y["duration_days"], y["event"], np.ones(len(y))), 365.0
    )
    return known.weight


def test_true_risks_with_interactions_are_found():
    X, y, _ = simulate(8000)
    new, _, truth = simulate(8000, seed=2)
    model = BoostedClassifier(horizons_days=(365,)).fit(X, y)
    risk = model.predict_risk(new, 365)
    assert np.abs(risk - truth).mean() < 0.03
    assert np.polyfit(risk, truth, 1)[0] == pytest.approx(1.0, abs=0.1)
    assert 20 < model.n_rounds_[0] < 300
    assert model.feature_columns_[:3] == ["prior_reports", "days_since", "flag"]
    assert set(model.feature_columns_[3:]) == {"place=other", f"place={model.preparer_.levels_['place'][0]}"}
    assert model.source_of_["place=other"] == "place"


def test_base_and_covers_give_the_weighted_mean_score_of_training():
    X, y, _ = simulate()
    model = BoostedClassifier(**SMALL).fit(X, y)
    trees, weight = TreeArrays(**model.trees_[0]), case_weights(y)
    leaves = trees.cover[:, -trees.value.shape[1] :]
    base = model.intercept_[0] + ((trees.value * leaves).sum(axis=1) / trees.cover[:, 0]).sum()
    assert base == pytest.approx(weight @ model.predict(X) / weight.sum(), abs=EXACT)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 4))
def test_risk_rises_with_the_features_that_may_only_raise_it(seed, depth):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"a": rng.integers(0, 6, 500).astype(float), "b": rng.normal(size=500)})
    X.loc[rng.random(500) < 0.2, "a"] = np.nan
    lowers = rng.random(500) < expit(1 - 0.8 * X["a"].fillna(2) + X["b"])  # the data say the opposite of a
    y = Surv.from_arrays(lowers & (rng.random(500) < 0.95), np.where(lowers, rng.integers(1, 301, 500), 400))
    free = BoostedClassifier((150, 300), depth, 25, 0.3, min_leaf=10, validation_share=0).fit(X, y)
    held = clone(free).set_params(increasing=("a",)).fit(X, y)
    grid = pd.DataFrame({"a": np.tile(np.arange(6.0), 15), "b": np.repeat(np.linspace(-2, 2, 15), 6)})
    assert np.diff(held.predict_cumulative_incidence(grid, [150, 300]).reshape(15, 6, 2), axis=1).min() >= 0
    assert np.diff(free.predict_risk(grid, 300).reshape(15, 6), axis=1).min() < -0.05


def test_a_refit_gives_the_same_bytes_in_any_order_of_the_rows(fitted):
    X, y, _ = simulate()
    assert pickle.dumps(clone(fitted).fit(X, y)) == pickle.dumps(fitted)
    mixed = np.random.default_rng(3).permutation(len(X))
    other = clone(fitted).fit(X.iloc[mixed], y[mixed])
    np.testing.assert_allclose(other.predict(X), fitted.predict(X), atol=EXACT)


def test_whole_clusters_are_left_out():
    _, y, _ = simulate(600)
    five = np.tile(np.arange(600), 5)
    noise = pd.DataFrame({"noise": np.random.default_rng(7).normal(size=600), "more": np.arange(600) % 97})
    # copies of a row in one cluster are no witnesses for each other; apart they would be, and trees would go on and on
    apart = BoostedClassifier((365,), 4, 100, 0.2, min_leaf=20).fit(noise.iloc[five], y[five])
    together = clone(apart).fit(noise.iloc[five], y[five], cluster=[f"h{i}" for i in five])
    assert apart.n_rounds_[0] > 3 * (together.n_rounds_[0] + 1)


def test_rows_of_weight_0_take_their_labels_with_them():
    X, y, _ = simulate(600)
    label, weight = np.arange(600) // 6, np.ones(600)
    alone = BoostedClassifier(**SMALL).fit(X, y, cluster=label)
    weight = np.concatenate([np.zeros(50), weight])
    more, longer = pd.concat([X[:50], X]), np.concatenate([y[:50], y])
    weighted = clone(alone).fit(more, longer, weight, cluster=np.concatenate([np.arange(50), label]))
    np.testing.assert_array_equal(weighted.predict(X), alone.predict(X))


def test_missing_values_have_a_side_of_their_own_and_are_never_zero():
    X, y, _ = simulate()
    model = BoostedClassifier(**SMALL | {"n_rounds": 100, "validation_share": 0}).fit(X, y)
    told = model.predict_risk(X[:500].assign(days_since=np.nan), 365)
    zero = model.predict_risk(X[:500].assign(days_since=0.0), 365)
    assert (told - zero).mean() > 0.05
    # training always knew the count: what is missing now goes with most, not with the lowest, and is counted
    without = X.assign(prior_reports=np.nan)
    gap = model.predict(without) - model.predict(X.assign(prior_reports=0))
    assert np.abs(gap).max() > 0.1
    counted = model.preparer_.unfamiliar(without)
    assert counted.query("feature == 'prior_reports' and kind == 'missing'")["n_rows"].tolist() == [len(X)]


def test_unseen_levels_and_far_values_are_predicted_for(fitted):
    X, _, _ = simulate(50)
    np.testing.assert_array_equal(
        fitted.predict(X.assign(place="elsewhere")), fitted.predict(X.assign(place="Onlyville"))
    )
    far = fitted.predict(X.assign(days_since=1e300, prior_reports=-1e300))
    assert np.isfinite(far).all()
    assert np.isfinite(fitted.predict(X.assign(flag=None, place=None))).all()
    with pytest.raises(DataError, match="Column 'flag' holds numbers"):
        fitted.predict(X.assign(flag="yes"))
    with pytest.raises(DataError, match="finite or missing"):
        fitted.predict(X.assign(days_since=np.inf))


def test_it_is_stored_as_numbers_and_text_without_rare_names(fitted):
    stored = skops.io.dumps(fitted)
    assert set(skops.io.get_untrusted_types(data=stored)) <= set(TRUSTED)
    loaded = skops.io.loads(stored, trusted=TRUSTED)
    new, _, _ = simulate(200, seed=9)
    np.testing.assert_array_equal(loaded.predict_risk(new, 365), fitted.predict_risk(new, 365))
    assert b"Onlyville" not in pickle.dumps(fitted)
    assert b"lightgbm" not in pickle.dumps(fitted)
    assert "other" in fitted.preparer_.levels_["place"]


def test_without_trees_the_risk_is_that_of_everyone():
    X, y, _ = simulate(600)
    weight = case_weights(y)
    share = weight @ ((y["event"] == 1) & (y["duration_days"] <= 365)) / weight.sum()
    for more in ({"n_rounds": 0}, {"min_leaf": 400}, {"n_rounds": 0, "validation_share": 0}):
        model = BoostedClassifier(**SMALL | more).fit(X, y)
        assert model.n_rounds_.tolist() == [0]
        np.testing.assert_allclose(model.predict_risk(X, 365), share, rtol=1e-6)


def refusal(error, X, y, **params):
    with pytest.raises(error) as caught:
        BoostedClassifier(**{"horizons_days": (365,), **params}).fit(X, y)
    text = str(caught.value)
    assert text.count("but found") == 1
    return text


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("max_depth", 5, "max_depth is a whole number from 1 to 4"),
        ("max_depth", True, "max_depth is a whole number"),
        ("n_rounds", -1, "n_rounds is a whole number from 0"),
        ("patience", 0, "patience is a whole number from 1"),
        ("min_leaf", 0, "min_leaf is a whole number from 1"),
        ("seed", -1, "seed is a whole number from 0"),
        ("learning_rate", 0, "learning_rate is above 0 and at most 1"),
        ("learning_rate", 1.5, "learning_rate is above 0 and at most 1"),
        ("learning_rate", "fast", "learning_rate is above 0 and at most 1"),
        ("validation_share", 1.0, "validation_share is from 0 and below 1"),
        ("validation_share", np.nan, "validation_share is from 0 and below 1"),
        ("increasing", "flag", "increasing is a list of features, but found the text 'flag'"),
        ("increasing", ("prior_visits_*",), "numeric columns, but found 'prior_visits_*'"),
        ("increasing", ("place",), "numeric columns, but found 'place'"),
        ("horizons_days", (), "Horizons are days above 0"),
    ],
)
def test_settings_are_checked_at_fit(name, value, rule):
    X, y, _ = simulate(100)
    assert rule in refusal(ConfigError, X, y, **{name: value})


def test_bad_input_is_refused_in_one_sentence():
    X, y, _ = simulate(200)
    flat = pd.DataFrame({"a": np.ones(200), "b": np.full(200, np.nan)})
    assert "at least one column that varies" in refusal(DataError, flat, y)
    few = Surv.from_arrays(np.arange(200) == 5, np.where(np.arange(200) == 5, 100, 400))
    assert "among those left out and among the others, but found" in refusal(FitError, X, few)
    with pytest.raises(DataError, match="Cluster labels are one per row"):
        BoostedClassifier(**SMALL).fit(X, y, cluster=[1, 2])
    with pytest.raises(DataError, match="Each row has a cluster label"):
        BoostedClassifier(**SMALL).fit(X, y, cluster=[None, *range(199)])


def test_terms_add_up_to_the_logit_and_a_feature_without_a_split_adds_nothing():
    rng = np.random.default_rng(6)
    X = pd.DataFrame(
        {
            "prior": rng.poisson(1.0, 3000).astype(float),
            "kind": rng.choice(["a", "b", "c"], 3000),
            "idle": rng.normal(size=3000),
        }
    )
    X.loc[::7, "prior"] = np.nan
    days = np.ceil(rng.exponential(900 / (1 + X["prior"].fillna(2) + (X["kind"] == "a"))))
    y = Surv.from_arrays(days <= 548, np.minimum(days, 548))
    model = BoostedClassifier(horizons_days=(183, 365), n_rounds=30, validation_share=0.0).fit(X, y)
    terms = model.score_terms(X, 183)
    assert terms.largest_gap() < 1e-10
    assert set(terms.names) <= {"prior", "kind", "idle"}
    np.testing.assert_allclose(expit(terms.score), model.predict_risk(X, 183), atol=1e-12)
    with pytest.raises(FitError, match="predicts 183, 365 days only"):
        model.score_terms(X, 200)
