"""Random-effects pooling: the numbers of R's metafor 3.8-1, identities, refusals.

Metafor stops its searches at steps of 1e-5 to 1e-4; its numbers here are of ``control = list(tol = 1e-14)`` (PM) and
``threshold = 1e-14`` (REML). DerSimonian-Laird has a closed form.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

from hgrisk.errors import ConfigError, DataError
from hgrisk.validation.pooling import _restricted, obstacle, pool, pool_draws

EXACT, COVERAGE = 1e-9, 0.03
Y = (0.62, 0.91, 0.35, 1.1, 0.66, 0.29, 0.93, 0.6)
V = (0.004, 0.009, 0.003, 0.02, 0.006, 0.005, 0.012, 0.002)
ALIKE = (0.5, 0.52, 0.49, 0.51, 0.505), (0.01, 0.02, 0.03, 0.015, 0.04)
FIELDS = ("mean", "se", "lower", "upper", "tau2", "prediction_lower", "prediction_upper")
METAFOR = {
    ("REML", "knapp_hartung"): (
        *(0.6672793410898125, 0.0984918845195317, 0.4343830423698519, 0.9001756398097730),
        *(0.0679795080876532, 0.0082311179822705, 1.3263275641973544),
    ),
    ("PM", "knapp_hartung"): (
        *(0.6677298414078213, 0.0985481013976679, 0.4347006108944710, 0.9007590719211716),
        *(0.0704395248931936, -0.0017188514572113, 1.3371785342728539),
    ),
    ("DL", "adhoc"): (
        *(0.661790225928495, 0.097789841441032, 0.430553995297618, 0.893026456559373),
        *(0.046633935443336, 0.101235667937050, 1.222344783919941),
    ),
}
ALIKE_BY_METAFOR = {
    "adhoc": (0.505303030303030, 0.060302268915553, 0.337877090940123, 0.672728969665938),
    "knapp_hartung": (0.505303030303030, 0.004561839156765, 0.492637334305530, 0.517968726300530),
}


def numbers(found, fields=FIELDS):
    return [getattr(found, name) for name in fields]


@pytest.mark.parametrize("kind", METAFOR)
def test_the_numbers_of_metafor(kind):
    np.testing.assert_allclose(numbers(pool(Y, V, method=kind[0], test=kind[1])), METAFOR[kind], rtol=0, atol=EXACT)


@pytest.mark.parametrize("test", ALIKE_BY_METAFOR)
@pytest.mark.parametrize("method", ["REML", "DL", "PM"])
def test_places_that_agree_have_no_variance_between_them(method, test):
    found = pool(*ALIKE, method=method, test=test)
    np.testing.assert_allclose(numbers(found)[:4], ALIKE_BY_METAFOR[test], rtol=0, atol=EXACT)
    assert (found.tau2, found.i2, found.n) == (0.0, 0.0, 5)
    assert (found.prediction_lower, found.prediction_upper) == (found.lower, found.upper)


def test_the_normal_test_and_the_share_between_places_of_metafor():
    found = pool(Y, V, test="normal")
    assert found.i2 == pytest.approx(93.1101849083817825, abs=EXACT)
    np.testing.assert_allclose(numbers(found)[:4], [0.667279, 0.096968, 0.477225, 0.857334], atol=1e-6)


def likelihood(y, v, tau2):
    weight = 1 / (v + tau2)
    mean = weight @ y / weight.sum()
    return (np.log(weight).sum() - np.log(weight.sum()) - weight @ (y - mean) ** 2) / 2


def test_restricted_likelihood_is_at_its_maximum():
    y, v = np.array(Y), np.array(V)
    best = _restricted(y, v)
    assert likelihood(y, v, best) > max(likelihood(y, v, best * 1.001), likelihood(y, v, best * 0.999))


def test_the_search_does_not_end_at_0_where_the_likelihood_is_lower():
    """Fisher scoring from the moment estimate, 0, goes to and fro between 0 and .0118."""
    y = np.array([0.2195, 0.4858, 0.2595, 0.4377, 0.5172, 0.5304, 0.2461, 0.3446, 0.3001, 0.3888])
    v = np.array([0.032, 0.0451, 0.0392, 0.0128, 0.0164, 0.0439, 0.0023, 0.0414, 0.0403, 0.0245])
    assert pool(y, v).tau2 == pytest.approx(0.00467254, abs=1e-7)
    assert likelihood(y, v, 0.00467254) > likelihood(y, v, 0.0) + 0.5


def test_of_two_maxima_the_higher_one_is_found():
    y, v = np.array([0.403, 0.358, -0.562]), np.array([0.0222, 0.0162, 0.1508])
    assert likelihood(y, v, 0.0) > likelihood(y, v, 0.005)  # 0 is a maximum too
    assert _restricted(y, v) == pytest.approx(0.1178, abs=1e-4)
    assert likelihood(y, v, 0.1178) > likelihood(y, v, 0.0) + 0.1


@given(st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_no_variance_on_a_fine_grid_is_likelier(seed):
    rng = np.random.default_rng(seed)
    v = np.exp(rng.normal(-4, 1.5, rng.integers(2, 12)))
    y = rng.normal(rng.normal(0.5, 0.1, len(v)), np.sqrt(v))
    grid = [0.0, *np.geomspace(1e-8, 3.0, 400)]
    assert likelihood(y, v, _restricted(y, v)) >= max(likelihood(y, v, tau2) for tau2 in grid) - 1e-9


def test_with_few_places_a_new_one_falls_in_the_prediction_interval_less_often():
    """What the docstring says: 85 to 90 % where 95 % is asked for and places differ as much as they are uncertain."""
    rng, inside = np.random.default_rng(2), []
    for _ in range(800):
        v = rng.uniform(0.01, 0.05, 8)
        found = pool(rng.normal(rng.normal(0.0, 0.2, 8), np.sqrt(v)), v, test="adhoc")
        inside.append(found.prediction_lower < rng.normal(0.0, 0.2) < found.prediction_upper)
    assert 0.84 < np.mean(inside) < 0.91


def test_a_new_place_falls_in_the_prediction_interval_as_often_as_it_says():
    rng, inside = np.random.default_rng(1), []
    for _ in range(800):
        true = rng.normal(0.7, 0.1, 11)
        found = pool(rng.normal(true[:10], 0.03), np.full(10, 0.03**2), level=0.9)
        inside.append(found.prediction_lower < true[10] < found.prediction_upper)
    assert np.mean(inside) == pytest.approx(0.9, abs=COVERAGE)


def test_draws_are_pooled_on_a_scale_and_brought_back():
    rng = np.random.default_rng(2)
    draws = [np.concatenate(([level], expit(logit(level) + 0.1 * rng.normal(size=200)))) for level in (0.6, 0.7, 0.75)]
    found = pool_draws(draws, "logit", level=0.95)
    expected = pool(
        [logit(values[0]) for values in draws], [logit(values[1:]).var(ddof=1) for values in draws], test="adhoc"
    )
    brought = ("mean", "lower", "upper", "prediction_lower", "prediction_upper")
    np.testing.assert_allclose(numbers(found, brought), expit(numbers(expected, brought)), rtol=EXACT)
    assert found.tau2 == expected.tau2
    assert 0 < found.prediction_lower < found.lower < found.upper < found.prediction_upper < 1


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (np.zeros(101), "no variance over the draws in last, and places are not left out by their result"),
        (np.ones(101), "no variance over the draws in last, and places are not left out by their result"),
        (np.full(101, np.nan), "no estimate in last, and places are not left out by their result"),
    ],
)
def test_no_place_is_left_out_by_its_result(values, reason):
    rng = np.random.default_rng(3)
    draws = [1.0 + 0.1 * rng.normal(size=101) for _ in range(3)]
    names = dict(zip(("a", "b", "c", "last"), [*draws, values], strict=True))
    assert pool_draws([*draws, values], "log", level=0.95) is None
    assert obstacle(names, "log") == reason
    assert pool_draws(draws, "log", level=0.95).n == 3
    assert obstacle({"a": draws[0], "b": draws[1]}, "log") == ""
    assert obstacle({"a": draws[0]}, "log") == "fewer than two places"
    assert pool_draws(draws[:1], "log", level=0.95) is None


def test_what_cannot_be_pooled_is_refused():
    with pytest.raises(DataError, match=r"of two or more places, but found shapes \(1,\) and \(1,\): pass more places"):
        pool([0.5], [0.1])
    with pytest.raises(DataError, match=r"its variance above 0, but found 0\.6 with variance 0\.0: leave the place"):
        pool([0.5, 0.6], [0.1, 0.0])
    for wrong in ({"method": "ML"}, {"test": "t"}, {"level": 1.0}):
        with pytest.raises(ConfigError, match="Pooling has a method, a test and a level between 0 and 1"):
            pool([0.5, 0.6], [0.1, 0.1], **wrong)
