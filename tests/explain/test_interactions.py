"""Interactions: joint terms read exactly, products in closed form, 0 for what adds up, and refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.errors import DataError, FitError
from hgrisk.explain.contributions import explain_cases
from hgrisk.explain.importance import importance
from hgrisk.explain.interactions import COLUMNS, interactions
from hgrisk.features.spec import FeatureSpec
from hgrisk.models.boosted_classifier import BoostedClassifier
from hgrisk.models.calibrated import Calibrated
from hgrisk.models.explainable_boosting import ExplainableBoosting
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.models.protocol import SurvivalModel
from hgrisk.surv import Surv
from tests.explain.made_up import CATALOGUE, JOINT, MadeUpModel, draw_cases

CASES = draw_cases(300)
CLUSTERS = np.arange(300) // 3
ABC = tuple(FeatureSpec(name, family, "", "", "") for name, family in zip("abc", "PPQ", strict=True))
SMALL = {"horizons_days": (365.0,)}


class ByFormula(SurvivalModel):
    """A model without terms, whose score is a function of its features."""

    def __init__(self, formula=None, names=("a", "b", "c")):
        self.formula, self.names = formula, names
        self.supported_times_, self.last_followup_days_ = None, 730.0
        self._learn_columns(pd.DataFrame(columns=list(names)))

    def fit(self, X, y, sample_weight=None):  # noqa: ARG002
        return self

    def predict(self, X):
        return np.asarray(self.formula(self._check_columns(X)), dtype=float)

    def _cumulative_incidence(self, frame, days):
        raise NotImplementedError


def numbers(n=60, seed=0):
    return pd.DataFrame(np.random.default_rng(seed).normal(0.5, 1.0, (n, 3)), columns=list("abc"))


def pair(found, a, b):
    row = found.table[found.table[["feature_a", "feature_b"]].apply(set, axis=1) == {a, b}]
    assert len(row) == 1
    return row.iloc[0]


def of_formula(formula, X, **more):
    return interactions(ByFormula(formula), X, 365, ABC, np.arange(len(X)), **more)


def test_a_product_has_the_strength_and_h_squared_of_its_closed_form():
    """Of a * b what is left beyond each alone is (a - mean) * (b - mean), less its mean; c, and what is of c, drops."""
    X = numbers()
    found = of_formula(lambda x: x["a"] * x["b"] + 5 * np.sin(x["c"]), X)
    a, b = (X[name].to_numpy() for name in "ab")
    together = ((a - a.mean()) * (b - b.mean())).var()
    row = pair(found, "a", "b")
    np.testing.assert_allclose([row["strength"], row["share"]], [np.sqrt(together), together / (a * b).var()])
    assert found.table.loc[0, "strength"] == row["strength"]
    assert (found.table["strength"] == 0).sum() == 2
    assert (found.table["share"] == 0).sum() == 2


def test_it_is_friedman_and_popescus_formula_the_slow_way():
    X = numbers(25)
    model = ByFormula(lambda x: np.exp(x["a"] * x["b"] / 2) + np.maximum(x["b"], x["c"]))
    found = interactions(model, X, 365, ABC, np.arange(25))

    def mean_score(**changes):
        return model.predict(X.assign(**changes)).mean()

    def centred(names):
        values = np.array([mean_score(**{name: row[name] for name in names}) for _, row in X.iterrows()])
        return values - values.mean()

    for one, other in ("ab", "ac", "bc"):
        both, alone = centred([one, other]), centred([one]) + centred([other])
        expected = np.sum((both - alone) ** 2) / np.sum(both**2)
        np.testing.assert_allclose(pair(found, one, other)["share"], expected, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(2, 40), scale=st.floats(1e-3, 1e3), missing=st.floats(0, 0.6))
def test_a_model_that_adds_up_has_no_interactions(seed, n, scale, missing):
    X = numbers(n, seed)
    X["a"] = X["a"].mask(np.random.default_rng(seed).random(n) < missing)
    X["c"] = np.where(X["c"] > 0.5, "high", "low")
    found = of_formula(lambda x: scale * (np.exp(x["a"]).fillna(3) + x["b"] ** 3 + 7 * (x["c"] == "low")), X)
    assert len(found.table) == 3
    assert np.allclose(found.table[["strength", "share"]].to_numpy(), 0, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), shift=st.floats(-100, 100), scale=st.floats(0.01, 100))
def test_what_is_added_to_a_score_changes_nothing_and_its_unit_changes_the_strength_alone(seed, shift, scale):
    X = numbers(30, seed)
    one = of_formula(lambda x: x["a"] * x["b"] + x["a"] * x["c"] ** 2, X).table
    other = of_formula(lambda x: scale * (x["a"] * x["b"] + x["a"] * x["c"] ** 2) + shift, X).table
    for a, b in ("ab", "ac"):
        mine, theirs = (frame.set_index(["feature_a", "feature_b"]) for frame in (one, other))
        key = (a, b) if (a, b) in mine.index else (b, a)
        key_of_other = key if key in theirs.index else key[::-1]
        np.testing.assert_allclose(theirs.loc[key_of_other, "strength"], scale * mine.loc[key, "strength"], rtol=1e-6)
        np.testing.assert_allclose(theirs.loc[key_of_other, "share"], mine.loc[key, "share"], rtol=1e-6)


def test_two_that_move_no_case_together_but_each_alone_have_an_infinite_share():
    """a and b always agree, so a * b is 1 in every case; alone each would move it, as cases are given other values."""
    X = pd.DataFrame({"a": [1.0, 1.0, 1.0, -1.0], "b": [1.0, 1.0, 1.0, -1.0], "c": 0.0})
    found = pair(of_formula(lambda x: x["a"] * x["b"], X), "a", "b")
    assert found["share"] == np.inf
    np.testing.assert_allclose(found["strength"], np.std([1.0, 1.0, 1.0, -1.0]))  # alone: a / 2 + b / 2


def test_joint_terms_are_read_exactly_with_their_interval():
    found = interactions(MadeUpModel(), CASES, 365, CATALOGUE, CLUSTERS, n_resamples=100, seed=4)
    sizes = explain_cases(MadeUpModel(), CASES, 365, CATALOGUE).table().abs().mean()
    assert (found.kind, found.n_cases, list(found.table)) == ("joint term", 300, list(COLUMNS))
    (row,) = found.table.to_dict("records")
    terms = importance(MadeUpModel(), CASES, 365, CATALOGUE, CLUSTERS, n_resamples=100, seed=4).table
    mine = terms.set_index("feature").loc[JOINT]
    assert (row["feature_a"], row["feature_b"]) == ("prior_reports_365d", "handover_days")
    assert (row["family_a"], row["family_b"], row["kind"]) == ("prior_violence", "care_chain", "joint term")
    assert [row["strength"], row["lower"], row["upper"]] == mine[["mean_abs", "lower", "upper"]].tolist()
    np.testing.assert_allclose([row["strength"], row["share"]], [sizes[JOINT], sizes[JOINT] / sizes.sum()])
    assert row["lower"] < row["strength"] < row["upper"]


@pytest.fixture(scope="module")
def learned():
    """Rows whose risk is high where a and b are both above their middle, and c for nothing."""
    X = numbers(3000)
    risk = np.where((X["a"] > 0.5) & (X["b"] > 0.5), 0.9, 0.2)
    happened = np.random.default_rng(1).random(3000) < risk
    return X, Surv.from_arrays(happened, np.where(happened, 100.0, 400.0))


@pytest.mark.parametrize(
    "model",
    [
        ExplainableBoosting(**SMALL, n_interactions=1, n_rounds=150, outer_bags=1),
        BoostedClassifier(**SMALL, n_rounds=60),
        Calibrated(BoostedClassifier(**SMALL, n_rounds=60), method="platt", horizons_days=(365.0,), folds=2),
    ],
    ids=["joint terms", "trees", "calibrated trees"],
)
def test_the_pair_that_decides_is_found(learned, model):
    X, y = learned
    found = interactions(model.fit(X, y), X, 365, ABC, np.arange(len(X)))
    assert set(found.table.loc[0, ["feature_a", "feature_b"]]) == {"a", "b"}
    assert found.kind == ("joint term" if isinstance(model, ExplainableBoosting) else "partial dependence")
    assert found.n_cases == (len(X) if found.kind == "joint term" else 100)
    if found.kind == "partial dependence":
        assert found.table.loc[0, "strength"] > 5 * found.table.loc[1, "strength"]
        assert found.table[["lower", "upper"]].isna().all(axis=None)


@pytest.mark.parametrize(
    "model", [ReReportLogistic((365.0,)), ExplainableBoosting(**SMALL, n_rounds=100, outer_bags=1)], ids=["line", "sum"]
)
def test_fitted_models_that_add_up_have_none(learned, model):
    X, y = learned
    found = interactions(model.fit(X, y), X, 365, ABC, np.arange(len(X)), max_cases=40).table
    assert len(found) == 3
    assert np.allclose(found[["strength", "share"]].to_numpy(), 0, atol=1e-9)


def test_a_calibrated_model_without_terms_is_asked_for_its_score():
    X = numbers()
    model = Calibrated(method="none")
    model.model_ = ByFormula(lambda x: x["a"] * x["b"])
    model._learn_columns(X)
    found = interactions(model, X, 365, ABC, np.arange(60)).table
    pd.testing.assert_frame_equal(found, of_formula(lambda x: x["a"] * x["b"], X).table)


def test_the_score_is_that_of_the_day(learned):
    """By half a year only a counts, by a year a and b together."""
    X, _ = learned
    early = X["a"] > 0.5
    late = ~early & (X["b"] > 0.5) & (X["c"] > 0.5)
    y = Surv.from_arrays(early | late, np.where(early, 100.0, np.where(late, 300.0, 400.0)))
    model = BoostedClassifier(horizons_days=(183.0, 365.0), n_rounds=40).fit(X, y)
    by = {day: interactions(model, X, day, ABC, np.arange(len(X)), max_cases=40).table for day in (183, 365)}
    assert by[365]["strength"].max() > 10 * by[183]["strength"].max()


def test_pairs_are_of_the_features_at_the_top():
    X = numbers()
    found = of_formula(lambda x: 0.1 * x["a"] * x["b"] + 5 * x["b"] + 9 * x["c"], X, top=2).table
    assert found[["feature_a", "feature_b"]].to_numpy().tolist() == [["c", "b"]]
    with_terms = BoostedClassifier(**SMALL, n_rounds=5)
    y = Surv.from_arrays(X["a"] > 0.5, np.where(X["a"] > 0.5, 100.0, 400.0))
    with_terms.set_params(min_leaf=5, validation_share=0).fit(X, y)
    found = interactions(with_terms, X, 365, ABC, np.arange(60), top=2).table
    assert found.loc[0, "feature_a"] == "a"
    assert len(found) == 1


def test_cases_are_drawn_by_the_seed():
    X = numbers(200)
    tables = [of_formula(lambda x: x["a"] * x["b"], X, max_cases=20, seed=seed) for seed in (1, 1, 2)]
    pd.testing.assert_frame_equal(tables[0].table, tables[1].table)
    assert not tables[0].table.equals(tables[2].table)
    assert tables[0].n_cases == 20


def test_one_feature_makes_no_pair():
    X = numbers()[["a"]]
    found = interactions(ByFormula(lambda x: x["a"], ("a",)), X, 365, ABC, np.arange(60))
    assert (len(found.table), list(found.table)) == (0, list(COLUMNS))


@pytest.mark.parametrize("few", [{"top": 1}, {"max_cases": 1}])
def test_fewer_than_two_are_refused(few):
    (name,) = few
    with pytest.raises(DataError, match=rf"two cases or more, but found .*{name}=1"):
        of_formula(lambda x: x["a"], numbers(), **few)


def test_other_inputs_are_refused():
    X = numbers()
    with pytest.raises(DataError, match="pass a DataFrame"):
        of_formula(lambda x: x["a"], X.to_numpy())
    with pytest.raises(DataError, match="Interactions are of cases"):
        of_formula(lambda x: x["a"], X.iloc[:0])
    with pytest.raises(DataError, match="'c'"):
        interactions(ByFormula(lambda x: x["a"]), X, 365, ABC[:2], np.arange(60))
    with pytest.raises(FitError, match="'c'"):
        of_formula(lambda x: x["a"], X[["a", "b"]])
    with pytest.raises(DataError, match="300 cases and 299 clusters"):
        interactions(MadeUpModel(), CASES, 365, CATALOGUE, CLUSTERS[1:])


def test_printing_says_what_it_is_of():
    found = interactions(MadeUpModel(), CASES, 365, CATALOGUE, CLUSTERS)
    assert repr(found) == "Interactions of 1 pairs by joint term, over 300 cases"
