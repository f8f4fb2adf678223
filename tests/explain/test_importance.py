"""Importance: means by hand, intervals that widen with clustering, and refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import DataError
from hgrisk.evaluation.bootstrap import cluster_weights, percentile_interval
from hgrisk.explain.contributions import explain_cases
from hgrisk.explain.importance import importance
from hgrisk.features.spec import FeatureSpec
from hgrisk.models.prior_count import PriorCount
from hgrisk.surv import Surv
from tests.explain.made_up import CATALOGUE, MadeUpModel, draw_cases

CASES = draw_cases(300)
CLUSTERS = np.arange(300) // 3
UNEVEN = np.sqrt(30 * np.arange(300)).astype(int)


def test_importance_is_the_mean_size_of_the_terms():
    found = importance(MadeUpModel(), CASES, 365, CATALOGUE, CLUSTERS)
    explanation = explain_cases(MadeUpModel(), CASES, 365, CATALOGUE)
    means = found.table.set_index("feature")["mean_abs"]
    pd.testing.assert_series_equal(means, explanation.table().abs().mean()[means.index], check_names=False)
    assert means.is_monotonic_decreasing
    families = found.by_family.set_index("family")["mean_abs"]
    pd.testing.assert_series_equal(families, explanation.by_family.abs().mean()[families.index], check_names=False)
    assert (found.n_cases, found.n_clusters) == (300, 100)


def test_intervals_are_those_of_the_cluster_bootstrap():
    """The slow way: weigh every row in every draw of the same networks."""
    found = importance(MadeUpModel(), CASES, 365, CATALOGUE, UNEVEN, n_resamples=100, seed=4)
    sizes = explain_cases(MadeUpModel(), CASES, 365, CATALOGUE).table().abs()
    weights = cluster_weights(UNEVEN, 100, 4).astype(float)
    means = weights @ sizes.to_numpy() / weights.sum(axis=1, keepdims=True)
    for k, name in enumerate(sizes):
        row = found.table.set_index("feature").loc[name]
        np.testing.assert_allclose([row["lower"], row["upper"]], percentile_interval(means[:, k], 0.95))


def test_cases_that_come_in_copies_widen_the_interval():
    """Ten copies of each case in one network tell no more than one; taken for cases of their own, they seem to."""
    copies = pd.concat([CASES] * 10)
    together, apart = (
        importance(MadeUpModel(), copies, 365, CATALOGUE, clusters).table
        for clusters in (np.tile(np.arange(300), 10), np.arange(3000))
    )
    assert ((together["upper"] - together["lower"]) > 2 * (apart["upper"] - apart["lower"])).all()


def test_the_order_of_rows_does_not_matter():
    order = np.random.default_rng(3).permutation(300)
    one = importance(MadeUpModel(), CASES, 365, CATALOGUE, CLUSTERS)
    other = importance(MadeUpModel(), CASES.iloc[order], 365, CATALOGUE, CLUSTERS[order])
    pd.testing.assert_frame_equal(one.table, other.table, rtol=1e-12)


def test_few_draws_give_no_interval():
    assert importance(MadeUpModel(), CASES, 365, CATALOGUE, CLUSTERS, n_resamples=0).table["lower"].isna().all()


def test_other_inputs_are_refused():
    with pytest.raises(DataError, match="mean over cases"):
        importance(MadeUpModel(), CASES.iloc[:0], 365, CATALOGUE, [])
    with pytest.raises(DataError, match="300 cases and 299 clusters"):
        importance(MadeUpModel(), CASES, 365, CATALOGUE, CLUSTERS[1:])


def test_a_model_that_adds_nothing_has_empty_tables():
    X = pd.DataFrame({"constant": np.ones(40)})
    y = Surv.from_arrays(np.arange(40) % 2, np.arange(40) % 7 + 100)
    model = PriorCount("constant").fit(X, y)
    catalogue = [FeatureSpec(name="constant", family="context", unit="", sentence_en="", sentence_nl="")]
    found = importance(model, X, 103, catalogue, np.arange(40))
    assert (len(found.table), len(found.by_family), found.n_cases) == (0, 0, 40)


def test_printing_says_what_it_is_of():
    found = importance(MadeUpModel(), CASES, 365, CATALOGUE, CLUSTERS, n_resamples=0)
    assert repr(found) == "Importance of 5 terms in 4 families, over 300 cases of 100 networks"
