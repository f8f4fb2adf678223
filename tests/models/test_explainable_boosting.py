"""ExplainableBoosting: known shapes, exact terms, tables to read, the same bytes again, storage, refusals."""

import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.explainable_boosting import ExplainableBoosting
from hgrisk.models.registry import TRUSTED_TYPES
from tests.models.test_boosted_classifier import case_weights, simulate

EXACT = 1e-12
TRUSTED = [*TRUSTED_TYPES, "hgrisk.models.explainable_boosting.ExplainableBoosting"]
SMALL = {"horizons_days": (365,), "outer_bags": 2, "n_rounds": 150, "learning_rate": 0.05}


@pytest.fixture(scope="module")
def fitted():
    X, y, _ = simulate(2000)
    return ExplainableBoosting(**SMALL | {"horizons_days": (183, 365), "n_interactions": 1}).fit(X, y)


def test_true_risks_are_found_with_a_joint_term():
    X, y, _ = simulate(6000)
    new, _, truth = simulate(6000, seed=2)
    model = ExplainableBoosting(**SMALL | {"n_rounds": 500, "n_interactions": 1}).fit(X, y)
    risk = model.predict_risk(new, 365)
    assert np.abs(risk - truth).mean() < 0.04
    assert np.polyfit(risk, truth, 1)[0] == pytest.approx(1.0, abs=0.1)
    assert model.score_terms(new, 365).names[-1] == "prior_reports & flag"
    alone = clone(model).set_params(n_interactions=0).fit(X, y)
    assert np.abs(alone.predict_risk(new, 365) - truth).mean() > 1.5 * np.abs(risk - truth).mean()


def test_terms_add_up_to_the_logit_of_each_horizon(fitted):
    X, y, _ = simulate(2000)
    terms = fitted.score_terms(X, 365)
    assert terms.scale == "logit"
    assert terms.names[:4] == ("prior_reports", "days_since", "flag", "place")
    assert terms.largest_gap() < EXACT
    np.testing.assert_array_equal(terms.score, fitted.predict(X))
    np.testing.assert_array_equal(fitted.score_terms(X, 183.0).score, fitted._logits(X)[:, 0])
    weight = case_weights(y)
    assert terms.base == pytest.approx(weight @ terms.score / weight.sum(), abs=EXACT)
    np.testing.assert_allclose(weight @ terms.values / weight.sum(), 0.0, atol=EXACT)
    with pytest.raises(FitError, match="predicts 183, 365 days only"):
        fitted.score_terms(X, 200)
    with pytest.raises(FitError, match="missing 'flag'"):
        fitted.score_terms(X.drop(columns="flag"), 365)


def test_a_score_can_be_read_from_the_shapes(fitted):
    X, _, _ = simulate(40, seed=5)
    terms, shapes = fitted.score_terms(X, 365), fitted.shapes_
    assert set(terms.names) <= set(shapes)
    for place, name in enumerate(terms.names):
        table = shapes[name].query("horizon_days == 365")
        assert (table["deviation"] >= 0).all()
        for row in range(len(X)):
            assert terms.values[row, place] == read(table, name, X.iloc[row])
    assert shapes["place"]["level"].iloc[:3].tolist() == shapes["place"]["level"].iloc[3:].tolist()
    assert shapes["days_since"]["level"].iloc[0] == "missing"


def read(table, name, row):
    """The effect of a term as a reader finds it in its table."""
    if " & " in name:
        return table[table["effect"].notna() & both_hold(table, name, row)]["effect"].item()
    value = row[name]
    if name == "place":
        level = value if value in set(table["level"]) else "other"
        return table[table["level"] == level]["effect"].item()
    if pd.isna(value):
        return table[table["level"] == "missing"]["effect"].item()
    return table[(table["above"] < value) & (value <= table["up_to"])]["effect"].item()


def both_hold(table, name, row):
    holds = np.ones(len(table), dtype=bool)
    for feature, column in zip(name.split(" & "), ("level", "other_level"), strict=True):
        holds &= np.array([holds_in(level, row[feature]) for level in table[column]])
    return holds


def holds_in(level, value):
    if isinstance(value, str) or pd.isna(value):
        return level == ("missing" if not isinstance(value, str) else value)
    if " to " not in level:
        return False
    low, high = (float(part) for part in level.split(" to "))
    return low < value <= high


def test_increasing_effects_only_rise():
    X, y, _ = simulate(1500)
    X["falling"] = -X["prior_reports"]
    model = ExplainableBoosting(**SMALL, increasing=("prior_*", "falling"), n_interactions=2).fit(X, y)
    assert model.increasing_ == ["falling", "prior_reports"]
    for name in model.increasing_:
        risk = [model.predict(X[:50].assign(**{name: value})) for value in range(-8, 9)]
        assert np.diff(risk, axis=0).min() >= -EXACT
        assert not any(name in term and term != name for term in model.shapes_)
    free = clone(model).set_params(increasing=()).fit(X, y)
    assert np.diff([free.predict(X[:50].assign(falling=value)) for value in range(-8, 9)], axis=0).min() < -0.01


def test_a_refit_gives_the_same_bytes_in_any_order_of_the_rows(fitted):
    X, y, _ = simulate(2000)
    assert pickle.dumps(clone(fitted).fit(X, y)) == pickle.dumps(fitted)
    mixed = np.random.default_rng(3).permutation(len(X))
    other = clone(fitted).fit(X.iloc[mixed], y[mixed])
    np.testing.assert_allclose(other.predict(X), fitted.predict(X), atol=EXACT)


def test_missing_values_have_a_place_of_their_own_and_new_ones_add_nothing(fitted):
    X, _, _ = simulate(50, seed=4)
    told = fitted.predict(X.assign(days_since=np.nan)) - fitted.predict(X.assign(days_since=0.0))
    assert told.min() > 0.2
    new = fitted.score_terms(X.assign(prior_reports=np.nan), 365)
    assert (new.values[:, 0] == 0).all()
    assert fitted.preparer_.unfamiliar(X.assign(prior_reports=np.nan))["n_rows"].max() == 50
    np.testing.assert_array_equal(fitted.predict(X.assign(place="elsewhere")), fitted.predict(X.assign(place="other")))
    with pytest.raises(DataError, match="Column 'flag' holds numbers"):
        fitted.predict(X.assign(flag="yes"))


def test_it_is_stored_as_numbers_and_text_without_rare_names(fitted):
    stored = skops.io.dumps(fitted)
    assert set(skops.io.get_untrusted_types(data=stored)) <= set(TRUSTED)
    loaded = skops.io.loads(stored, trusted=TRUSTED)
    new, _, _ = simulate(200, seed=9)
    np.testing.assert_array_equal(loaded.predict_risk(new, 365), fitted.predict_risk(new, 365))
    for name, table in fitted.shapes_.items():
        pd.testing.assert_frame_equal(loaded.shapes_[name], table)
    assert b"Onlyville" not in pickle.dumps(fitted)
    assert b"interpret" not in pickle.dumps(fitted)


def test_many_levels_have_a_place_each():
    X, y, _ = simulate(2000)
    names = [f"town {k:03d}" for k in range(60)]
    X["place"] = np.array(names)[np.arange(2000) % 60]
    model = ExplainableBoosting(**SMALL | {"n_rounds": 30}).fit(X, y)
    assert sorted(model.shapes_["place"]["level"]) == names
    assert len(np.unique(model.score_terms(X[:60], 365).values[:, -1])) > 10


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("n_interactions", -1, "n_interactions is a whole number from 0"),
        ("max_bins", 1, "max_bins is a whole number from 2 to 254"),
        ("max_bins", 255, "max_bins is a whole number from 2 to 254"),
        ("outer_bags", 0, "outer_bags is a whole number from 1"),
        ("n_rounds", 0, "n_rounds is a whole number from 1"),
        ("min_leaf", 0, "min_leaf is a whole number from 1"),
        ("learning_rate", 0, "learning_rate is above 0"),
        ("validation_share", 0, "validation_share is above 0 and below 1"),
        ("increasing", "flag", "increasing is a list of features"),
    ],
)
def test_settings_are_checked_at_fit(name, value, rule):
    X, y, _ = simulate(100)
    with pytest.raises(ConfigError) as caught:
        ExplainableBoosting(**{name: value}).fit(X, y)
    assert rule in str(caught.value)
