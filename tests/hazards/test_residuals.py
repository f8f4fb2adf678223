"""Score residuals: rows of a cluster count together, wherever they stand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hgrisk.hazards import design as design_module
from hgrisk.hazards.fit import CoxRows, pose_rows
from hgrisk.hazards.residuals import clustered_scores, score_residuals
from tests.hazards.cox_rows import draw

SAME = 1e-9


def at_some_point(seed, n):
    X, duration, happened, entry, weight = draw(seed, n=n)
    problem = pose_rows(CoxRows(X, duration, happened, entry, weight))
    return problem, problem.at(np.array([0.2, -0.1, 0.05]))


def by_loops(residuals, cluster):
    summed = np.array([residuals[cluster == label].sum(axis=0) for label in np.unique(cluster)])
    return summed.T @ summed


@pytest.mark.parametrize("small", [10**6, 100], ids=["one share", "four shares"])
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["together", "apart", "one each", "two"]))
def test_clusters_count_together(small, seed, kind):
    rng = np.random.default_rng(seed)
    problem, point = at_some_point(seed, n=257)
    cluster = {
        "together": np.sort(rng.integers(0, 40, 257)),
        "apart": rng.integers(0, 40, 257),
        "one each": rng.permutation(257),
        "two": np.arange(257) // 200,
    }[kind]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(design_module, "SMALL", small)
        patch.setattr(design_module, "CHUNK_VALUES", 100)
        found = clustered_scores(problem, point, cluster)
        alone = clustered_scores(problem, point, None)
        residuals = score_residuals(problem, point)
    np.testing.assert_allclose(found, by_loops(residuals, cluster), rtol=SAME, atol=SAME)
    np.testing.assert_allclose(alone, residuals.T @ residuals, rtol=SAME, atol=SAME)
