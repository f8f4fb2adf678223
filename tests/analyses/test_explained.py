"""Explanations of whole models: the same numbers as the functions give, and nothing about a case."""

import numpy as np
import pytest

from hgrisk.explain.importance import importance
from hgrisk.explain.shapes import MIN_CASES
from hgrisk.provenance import seeds


def test_importance_is_that_of_the_test_landmarks(rich):
    fitted = {each.name: each for each in rich.models}["card"]
    test = rich.prepared.test
    seed = seeds(rich.experiment.seed, ("split", "bootstrap", "canary", "folds", "explanations"))["explanations"]
    X = test.X[fitted.columns]
    own = importance(fitted.model, X, 365, test.catalogue, test.clusters, n_resamples=20, seed=seed)
    table = rich.folder.content.further["importance"]
    assert table["model"].unique().tolist() == ["card"]  # a base rate has no terms
    np.testing.assert_array_equal(table["mean_abs"], own.table["mean_abs"])
    np.testing.assert_array_equal(table["upper"], own.table["upper"])
    families = rich.folder.content.further["importance_families"]
    assert families["family"].tolist() == own.by_family["family"].tolist()


def test_shapes_are_of_the_most_important_features_and_of_no_few_cases(rich):
    further = rich.folder.content.further
    first = further["importance"].loc[further["importance"]["mean_abs"] > 0, "feature"].head(2)
    assert further["shapes"]["feature"].unique().tolist() == first.tolist()
    assert further["shapes"]["n"].min() >= MIN_CASES


@pytest.mark.parametrize("by", ["draws", "years"])
def test_stability_is_over_refits_on_other_training_landmarks(rich, by):
    further, train = rich.folder.content.further, rich.prepared.train
    fits = further["stability_fits"].query("by == @by")
    years = sorted(train.landmarks["landmark_on"].dt.year().unique())
    assert fits["fit"].tolist() == ([1, 2] if by == "draws" else years)
    table = further["stability"].query("by == @by")
    assert (table["lower"] <= table["upper"]).all()
    assert table["top_share"].between(0, 1).all()


def test_interactions_are_of_the_models_with_terms(rich):
    table = rich.folder.content.further["interactions"]
    assert set(table["model"]) == {"card"}
    assert set(table["kind"]) == {"partial dependence"}
    assert len(table) == 3
