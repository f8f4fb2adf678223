"""The bootstrap of clusters: each draw is a fit of its own, spread is that of robust errors, draws are the seed's."""

import numpy as np
import pytest

from hgrisk.errors import ConfigError, FitError
from hgrisk.hazards.bootstrap import bootstrap_cox
from hgrisk.hazards.fit import CoxRows
from tests.hazards.cox_rows import draw, fit_cox

SAME = 1e-6


def clustered(n_clusters=300, size=4, seed=0):
    """Rows of a cluster share their column and a frailty, so that they are worth less than as many rows alone."""
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(n_clusters), size)
    x = rng.normal(size=n_clusters)
    rate = rng.gamma(1.0, 1.0, n_clusters) * np.exp(0.5 * x)
    days = np.ceil(rng.exponential(200 / rate[cluster]))
    return CoxRows(x[cluster][:, None], np.minimum(days, 365), days < 365), cluster


def test_each_draw_is_the_fit_of_rows_repeated():
    X, duration, happened, entry, weight = draw(3, n=200)
    cluster = np.arange(200) // 2
    draws = bootstrap_cox(CoxRows(X, duration, happened, entry, weight), cluster, n_draws=3, ties="breslow", seed=5)
    for stream, coef in zip(np.random.SeedSequence(5).spawn(3), draws.coef, strict=True):
        times = np.bincount(np.random.default_rng(stream).integers(0, 100, 100), minlength=100)[cluster]
        row = np.repeat(np.arange(200), times)
        again = fit_cox(X[row], duration[row], happened[row], entry=entry[row], weight=weight[row], ties="breslow")
        np.testing.assert_allclose(coef, again.coef, atol=SAME)


def test_the_spread_is_that_of_cluster_robust_errors_and_not_of_rows_alone():
    rows, cluster = clustered()
    fit = fit_cox(rows.X, rows.duration, rows.happened, cluster=cluster)
    draws = bootstrap_cox(rows, cluster, n_draws=300)
    assert np.sqrt(draws.covariance()[0, 0]) == pytest.approx(np.sqrt(fit.covariance[0, 0]), rel=0.15)
    assert draws.covariance()[0, 0] > 1.5 * fit.model_covariance[0, 0]
    low, high = draws.interval()[0]
    assert low < fit.coef[0] < high


def test_a_penalty_is_per_event_of_the_draw():
    rows, cluster = clustered(60)
    shrunk = bootstrap_cox(rows, cluster, n_draws=20, penalty=1.0)
    free = bootstrap_cox(rows, cluster, n_draws=20)
    assert np.all(np.abs(shrunk.coef) < np.abs(free.coef))


def test_draws_without_an_optimum_are_counted_and_too_many_refused():
    rng = np.random.default_rng(1)
    x = np.zeros(60)
    x[:4] = 1.0
    happened = rng.random(60) < 0.6
    happened[:4] = [True, False, False, False]
    rows = CoxRows(x[:, None], np.ceil(rng.exponential(50, 60)), happened)
    with pytest.raises(FitError, match="nine of ten draws, but found none in"):
        bootstrap_cox(rows, np.arange(60), n_draws=100)


def test_settings_are_checked():
    rows, cluster = clustered(20)
    with pytest.raises(ConfigError, match="2 draws or more, but found 1"):
        bootstrap_cox(rows, cluster, n_draws=1)
    with pytest.raises(FitError, match="at least 2 clusters, but found 1"):
        bootstrap_cox(rows, np.zeros(80), n_draws=5)


def test_a_draw_without_events_or_without_a_level_is_no_fit():
    rng = np.random.default_rng(4)
    n, cluster = 600, np.repeat(np.arange(60), 10)
    X, days = rng.normal(size=(n, 1)), rng.integers(1, 300, n).astype(float)
    rare = CoxRows(X, days, np.isin(cluster, [3, 20, 41]) & (rng.random(n) < 0.5))
    without = sum(not np.isin([3, 20, 41], draw).any() for draw in drawn_clusters(60, 100))
    assert without > 0
    found = bootstrap_cox(rare, cluster, n_draws=100, penalty=0.1)
    assert found.n_failed == without
    n, cluster = 4000, np.repeat(np.arange(400), 10)
    level = np.isin(cluster, [5, 150, 300]).astype(float)
    X, days = np.column_stack([rng.normal(size=n), level]), rng.exponential(200, n)
    absent = [not np.isin([5, 150, 300], draw).any() for draw in drawn_clusters(400, 150)]
    found = bootstrap_cox(CoxRows(X, np.ceil(days), days < 300), cluster, n_draws=150)
    assert 0 < sum(absent) <= 15
    assert np.isnan(found.coef).all(axis=1).tolist() == absent


def drawn_clusters(n_clusters, n_draws):
    streams = np.random.SeedSequence(0).spawn(n_draws)
    return [np.random.default_rng(stream).integers(0, n_clusters, n_clusters) for stream in streams]


@pytest.mark.parametrize("unit", [1e-9, 1e-4, 1e6])
def test_the_unit_of_the_weights_does_not_matter(unit):
    X, duration, happened, entry, _ = draw(8, n=2000)
    cluster = np.arange(2000) // 4
    plain = bootstrap_cox(CoxRows(X, duration, happened, entry), cluster, n_draws=10)
    scaled = bootstrap_cox(CoxRows(X, duration, happened, entry, np.full(2000, unit)), cluster, n_draws=10)
    assert plain.n_failed == scaled.n_failed == 0
    np.testing.assert_allclose(scaled.coef, plain.coef, atol=SAME)
