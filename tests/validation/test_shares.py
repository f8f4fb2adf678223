"""Shares pooled as counts: the likelihood on a fine grid, places that find nothing, intervals in (0, 1), refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit, logit
from scipy.stats import norm

from hgrisk.errors import DataError
from hgrisk.validation.shares import _information, log_likelihood, pool_shares

COUNTS, CASES = np.array([0.0, 1.5, 7.0, 30.0, 4.0]), np.array([12.0, 9.5, 40.0, 300.0, 4.0])


def draws(hits, cases, rng, n=100):
    """Return the share of each place and its draws, as a bootstrap of its cases gives them."""
    shares = np.asarray(hits) / cases
    return [np.append(one, rng.binomial(cases, one, n) / cases) for one in shares]


def slow(mu, tau, counts=COUNTS, cases=CASES):
    z = np.linspace(-12, 12, 100_001)
    p = expit(mu + tau * z)
    terms = [np.sum(p**x * (1 - p) ** (n - x) * norm.pdf(z)) for x, n in zip(counts, cases, strict=True)]
    return np.log(np.array(terms) * (z[1] - z[0])).sum()


@pytest.mark.parametrize(("mu", "tau"), [(-2.0, 0.0), (-2.0, 0.3), (-1.0, 1.0), (0.5, 2.0), (-2.0, 4.0)])
def test_the_likelihood_is_that_of_a_fine_grid(mu, tau):
    assert log_likelihood(mu, tau, COUNTS, CASES) == pytest.approx(slow(mu, tau), abs=2e-5)


def test_mean_spread_and_error_are_at_the_maximum_of_the_slow_likelihood():
    rng = np.random.default_rng(3)
    cases, hits = 50, np.array([0, 2, 9, 14, 5, 1])
    shares = draws(hits, cases, rng, 20_000)
    found = pool_shares(shares, [cases] * 6, level=0.95)
    effect = sum(cases * one[1:].var(ddof=1) for one in shares) / sum(one[0] * (1 - one[0]) for one in shares)
    counts, sizes = hits / effect, np.full(6, cases / effect)
    best = minimize(lambda at: -slow(at[0], at[1], counts, sizes), [-2.0, 0.8], method="Nelder-Mead", tol=1e-5)
    assert effect == pytest.approx(1.0, abs=0.05)
    assert logit(found.mean) == pytest.approx(best.x[0], abs=1e-3)
    assert found.tau2 == pytest.approx(best.x[1] ** 2, rel=1e-2)
    step = 1e-3
    curve = [slow(best.x[0] + side, best.x[1], counts, sizes) for side in (-step, 0.0, step)]
    assert _information(*best.x, counts, sizes) == pytest.approx(-np.diff(curve, 2)[0] / step**2, rel=1e-3)
    assert found.se == pytest.approx(_information(*best.x, counts, sizes) ** -0.5, rel=1e-3)


def test_places_that_find_nothing_count():
    """Twelve places of 24 re-reports, of which 3.3 % are found: 45 % of the places find none."""
    means, plain = [], []
    for seed in range(30):
        rng = np.random.default_rng(seed)
        hits = rng.binomial(24, 0.033, 12)
        if not hits.any():
            continue
        found = pool_shares(draws(hits, 24, rng), [24] * 12, level=0.95)
        assert found.n == 12
        assert 0 < found.prediction_lower <= found.lower < found.mean < found.upper <= found.prediction_upper < 1
        means.append(found.mean)
        plain.append(hits.mean() / 24)
    assert np.mean(means) == pytest.approx(np.mean(plain), rel=0.08)  # of the middle place, a little below the mean


def test_places_that_are_alike_give_the_share_of_all():
    rng = np.random.default_rng(5)
    found = pool_shares(draws([8, 10, 9, 11], 40, rng), [40] * 4, level=0.95)
    assert found.tau2 == 0.0
    assert found.mean == pytest.approx(38 / 160)
    assert (found.prediction_lower, found.prediction_upper) == (found.lower, found.upper)


def test_intervals_hold_mean_and_new_place_about_as_often_as_they_say():
    rng, mean, new = np.random.default_rng(6), [], []
    for _ in range(80):
        hits = rng.binomial(40, expit(rng.normal(-2.0, 0.5, 10)))
        found = pool_shares(draws(hits, 40, rng, 40), [40] * 10, level=0.95)
        mean.append(found.lower < expit(-2.0) < found.upper)
        new.append(found.prediction_lower < expit(rng.normal(-2.0, 0.5)) < found.prediction_upper)
    assert np.mean(mean) > 0.88
    assert np.mean(new) > 0.8


@given(st.integers(0, 10**6))
@settings(max_examples=12, deadline=None)
def test_shares_of_the_rest_are_the_rest(seed):
    rng = np.random.default_rng(seed)
    shares = draws(np.append(rng.integers(0, 31, 4), 10), 30, rng)
    one = pool_shares(shares, [30] * 5, level=0.9)
    rest = pool_shares([1.0 - each for each in shares], [30] * 5, level=0.9)
    assert rest.mean == pytest.approx(1.0 - one.mean, abs=1e-4)
    assert rest.prediction_lower == pytest.approx(1.0 - one.prediction_upper, abs=1e-3)


def test_cases_that_come_in_networks_widen_the_interval():
    rng = np.random.default_rng(8)
    alone = draws([8, 10, 9, 11], 40, rng, 2000)
    paired = [np.append(one[0], one[0] + np.sqrt(2) * (one[1:] - one[0])) for one in alone]
    one, two = (pool_shares(each, [40] * 4, level=0.95) for each in (alone, paired))
    assert two.se == pytest.approx(np.sqrt(2) * one.se, rel=1e-3)


@pytest.mark.parametrize(
    ("shares", "sizes", "text"),
    [
        ([0.1], [10], "Pooling takes a share and a size of two or more places, but found 1 places and sizes of shape"),
        (
            [0.1, np.nan],
            [10, 10],
            "A share lies in [0, 1], of some cases, and is defined in nine of ten draws, but found nan of 10",
        ),
        (
            [0.1, 0.2],
            [10, 0],
            "A share lies in [0, 1], of some cases, and is defined in nine of ten draws, but found 0.2 of 0 cases",
        ),
        ([0.0, 1.0], [10, 10], "Some place has a share between 0 and 1, but found none that has: do not pool them."),
    ],
)
def test_refused(shares, sizes, text):
    with pytest.raises(DataError) as caught:
        pool_shares([np.full(31, share) for share in shares], sizes, level=0.95)
    assert str(caught.value).startswith(text)
    with pytest.raises(DataError, match="in nine of ten draws"):
        pool_shares([np.array([0.1]), np.array([0.2])], [10, 10], level=0.95)
