"""The logistic hazard by interval: equal to a regression on rows laid out by interval, and its refusals."""

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from hgrisk.errors import DataError, FitError
from hgrisk.models.by_interval import intervals
from hgrisk.models.by_interval.interval_logit import fit_interval_logit
from hgrisk.models.by_interval.interval_time import time_columns
from hgrisk.models.by_interval.intervals import cut_into_spells, even_edges
from hgrisk.models.by_interval.person_rows import draw_person_rows

SAME_AS_SKLEARN = 1e-5


def sample(n=400, seed=1, n_intervals=6):
    rng = np.random.default_rng(seed)
    X = np.column_stack((rng.normal(size=n), rng.random(n) < 0.4)).astype(float)
    rate = np.exp(0.7 * X[:, 0] - 0.4 * X[:, 1]) / 200
    end = np.minimum(rng.exponential(1 / rate), 30.0 * n_intervals)
    death, stop = rng.exponential(400, n), rng.uniform(20, 250, n)
    days = np.minimum(np.minimum(end, death), stop)
    event = np.where((days == end) & (end < 30 * n_intervals), 1, np.where(days == death, 2, 0))
    entry = np.where(rng.random(n) < 0.3, days * rng.random(n), 0.0)
    spells = cut_into_spells(days, event, entry, even_edges(30.0, None, 30.0 * n_intervals))
    return X, spells, rng.integers(1, 4, n).astype(float)


def fit(X, spells, weight, kinds=(1, 2), *, penalty=0.0, cluster=None):
    times = [time_columns("one_hot", spells, weight, kind) for kind in kinds]
    names = [f"x{i}" for i in range(X.shape[1])]
    return fit_interval_logit(X, spells, weight, times, penalty=penalty, names=names, cluster=cluster)


def laid_out(X, spells, weight):
    rows = draw_person_rows(spells, weight, 1.0, 0)
    return np.hstack((X[rows.row], np.eye(spells.n_intervals)[rows.interval])), rows


def test_two_kinds_of_event_equal_a_multinomial_regression_on_rows_by_interval():
    X, spells, weight = sample()
    columns, rows = laid_out(X, spells, weight)
    theirs = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10, max_iter=2000)
    theirs.fit(columns, rows.label, sample_weight=rows.weight)
    contrast = theirs.coef_[1:] - theirs.coef_[0]
    mine = fit(X, spells, weight)
    np.testing.assert_allclose(mine.coef, contrast[:, :2], atol=SAME_AS_SKLEARN)
    level = contrast[:, 2:] + contrast[:, :2] @ mine.center[:, None]
    np.testing.assert_allclose(mine.level, level, atol=10 * SAME_AS_SKLEARN)
    chance = theirs.predict_proba(columns)
    loglik = float(rows.weight @ np.log(chance[np.arange(len(rows.label)), rows.label]))
    assert mine.loglik == pytest.approx(loglik, abs=1e-6)


def test_errors_are_those_of_the_information_on_rows_by_interval():
    X, spells, weight = sample()
    spells.kind[spells.kind == 2] = 0
    columns, rows = laid_out(X, spells, weight)
    mine = fit(X, spells, weight, kinds=(1,))
    own = np.concatenate((mine.coef[0], mine.level[0] - mine.center @ mine.coef[0]))
    chance = expit(columns @ own)
    information = columns.T @ (columns * (rows.weight * chance * (1 - chance))[:, None])
    np.testing.assert_allclose(mine.model_covariance, np.linalg.inv(information)[:2, :2], rtol=1e-7)
    cluster = np.arange(len(X)) // 3
    score = columns * (rows.weight * (rows.label - chance))[:, None]
    summed = np.zeros((cluster.max() + 1, columns.shape[1]))
    np.add.at(summed, cluster[rows.row], score)
    influence = summed @ np.linalg.inv(information)
    expected = (influence.T @ influence)[:2, :2]
    np.testing.assert_allclose(fit(X, spells, weight, kinds=(1,), cluster=cluster).covariance, expected, rtol=1e-7)


def test_a_ridge_is_per_event_and_on_standardised_columns():
    X, spells, weight = sample()
    plain, shrunk = fit(X, spells, weight), fit(X, spells, weight, penalty=0.3)
    scaled = fit(X * [100.0, 0.01] + 5, spells, 7 * weight, penalty=0.3)
    assert np.linalg.norm(shrunk.coef) < 0.8 * np.linalg.norm(plain.coef)
    np.testing.assert_allclose(scaled.coef * [100.0, 0.01], shrunk.coef, atol=1e-6)
    np.testing.assert_allclose(scaled.level, shrunk.level, atol=1e-6)


def test_small_chunks_give_the_same(monkeypatch):
    X, spells, weight = sample()
    cluster = np.arange(len(X)) // 2
    whole = fit(X, spells, weight, cluster=cluster)
    monkeypatch.setattr(intervals, "CHUNK_VALUES", 50)
    parts = fit(X, spells, weight, cluster=cluster)
    np.testing.assert_allclose(parts.coef, whole.coef, atol=1e-9)
    np.testing.assert_allclose(parts.covariance, whole.covariance, rtol=1e-7)


def refusal(error, X, spells, weight, **settings):
    with pytest.raises(error) as caught:
        fit(X, spells, weight, **settings)
    return str(caught.value)


def test_columns_that_cannot_be_estimated_are_named():
    X, spells, weight = sample()
    flat = np.column_stack((X, np.full(len(X), 3.3)))
    assert "found no variation in 'x2'" in refusal(FitError, flat, spells, weight)
    twice = np.column_stack((X, 2 * X[:, 0] - 1))
    assert "found collinear 'x0', 'x2'" in refusal(FitError, twice, spells, weight)
    told = np.column_stack((X, spells.kind == 1))
    assert "perfectly ordered by 'x2'" in refusal(FitError, told, spells, weight)
    huge = np.column_stack((X, np.where(X[:, 0] > 0, 1e300, 0)))
    assert "squares overflow in 'x2'" in refusal(DataError, huge, spells, weight)
    for columns in (flat, twice, told):
        assert np.isfinite(fit(columns, spells, weight, penalty=0.1).coef).all()


def test_one_cluster_is_refused():
    X, spells, weight = sample()
    text = refusal(FitError, X, spells, weight, cluster=np.zeros(len(X), dtype=int))
    assert text.startswith("Cluster-robust errors need at least 2 clusters, but found 1")
