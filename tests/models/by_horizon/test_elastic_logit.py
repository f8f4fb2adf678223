"""The search of an elastic net: blocks with an intercept each, a start, one that does not end."""

import numpy as np
import pytest
from scipy.optimize import minimize

from hgrisk.errors import FitError
from hgrisk.models.by_horizon import elastic_logit
from hgrisk.models.by_horizon.elastic_logit import ElasticLogit, LogitRows, fit_elastic_logit

CLOSE = 1e-5


def rows(n=200, seed=0):
    rng = np.random.default_rng(seed)
    columns, block = rng.normal(size=(n, 3)), rng.integers(0, 2, n)
    label = rng.random(n) < 1 / (1 + np.exp(-columns[:, 0] - block))
    return LogitRows(columns, label, rng.uniform(0.5, 2, n), block)


def test_blocks_share_coefficients_and_have_intercepts_of_their_own():
    some = rows()

    def loss(theta):
        logit = some.columns @ theta[2:] + theta[:2][some.block]
        return some.weight @ (np.logaddexp(0, logit) - some.label * logit) + 1.5 * theta[2:] @ theta[2:]

    best = minimize(loss, np.zeros(5), tol=1e-12).x
    found = fit_elastic_logit(some, ridge=3.0, lasso=0.0)
    np.testing.assert_allclose([*found.intercept, *found.coef], best, atol=CLOSE)
    assert found.intercept[1] > found.intercept[0] + 0.3


def test_another_start_ends_in_the_same_point():
    some = rows()
    found = fit_elastic_logit(some, ridge=0.1, lasso=4.0)
    far = fit_elastic_logit(some, ridge=0.1, lasso=4.0, start=ElasticLogit(np.array([9.0, -9.0]), np.full(3, 4.0), 0))
    np.testing.assert_allclose(far.coef, found.coef, atol=1e-9)
    np.testing.assert_array_equal(far.coef == 0, found.coef == 0)
    again = fit_elastic_logit(some, ridge=0.1, lasso=4.0, start=found)
    assert again.n_steps == 0
    assert far.n_steps > 2


def test_a_search_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(elastic_logit, "MAX_STEPS", 1)
    with pytest.raises(FitError, match="The search for an elastic net ends, but found no end in 1 steps"):
        fit_elastic_logit(rows(), ridge=0.1, lasso=0.1)
