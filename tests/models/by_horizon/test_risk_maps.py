"""Maps of risks: scikit-learn's with weights, a general optimiser, true risks stay, and refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression

from hgrisk.errors import FitError
from hgrisk.models.by_horizon.risk_maps import (
    isotonic_map,
    level_intercept,
    platt_map,
    platt_slope,
    risk_logit,
    site_map,
)

EXACT, OPTIMISER = 1e-12, 1e-5


def sample(n, seed, intercept=0.0, slope=1.0):
    """Draw predicted risks whose true logit is intercept + slope times theirs, and weights of which some are 0."""
    rng = np.random.default_rng(seed)
    risk = expit(rng.normal(-1.0, 1.0, n))
    label = rng.random(n) < expit(intercept + slope * logit(risk))
    return risk, label, np.where(rng.random(n) < 0.2, 0.0, rng.uniform(0.5, 2.0, n))


def test_isotonic_is_that_of_scikit_learn_with_weights():
    risk, label, weight = sample(2000, 1)
    label[np.argmin(risk)], label[np.argmax(risk)] = True, False  # no block of 0 or 1
    weight[[np.argmin(risk), np.argmax(risk)]] = 1.0
    knots, values = isotonic_map(risk, label, weight)
    judge = IsotonicRegression(out_of_bounds="clip").fit(risk[weight > 0], label[weight > 0], weight[weight > 0])
    new = np.concatenate((np.linspace(0, 1, 501), risk))
    np.testing.assert_allclose(np.interp(new, knots, values), judge.predict(new), atol=EXACT)
    without = isotonic_map(risk, label, np.ones(2000))
    assert np.abs(np.interp(new, *without) - judge.predict(new)).max() > 0.01
    fitted = np.interp(risk, knots, values)
    assert weight @ fitted == pytest.approx(weight @ label, rel=1e-9)
    assert np.all(np.diff(knots) > 0)
    assert np.all(np.diff(values) >= 0)


def test_platt_is_the_maximum_of_the_weighted_likelihood():
    risk, label, weight = sample(800, 2, intercept=0.7, slope=0.6)
    x = logit(risk)

    def loss(place):
        score = place[0] + place[1] * x
        return weight @ (np.logaddexp(0, score) - label * score)

    best = minimize(loss, [0.0, 1.0], tol=1e-12).x
    np.testing.assert_allclose(platt_map(risk, label, weight), best, atol=OPTIMISER)


def test_platt_leaves_true_risks_as_they_are():
    fits = np.array([platt_map(*sample(2000, seed)) for seed in range(60)])
    error = fits.std(axis=0, ddof=1) / np.sqrt(60)
    assert np.all(np.abs(fits.mean(axis=0) - [0.0, 1.0]) < 3 * error)
    found = platt_map(*sample(200_000, 3, intercept=-0.4, slope=1.3))
    np.testing.assert_allclose(found, [-0.4, 1.3], atol=0.03)


def test_copies_are_weights():
    risk, label, _ = sample(300, 4)
    copies = np.random.default_rng(1).integers(0, 4, 300)
    row = np.repeat(np.arange(300), copies)
    plain = risk[row], label[row], np.ones(len(row))
    np.testing.assert_allclose(platt_map(risk, label, copies * 1.0), platt_map(*plain), atol=1e-8)
    copied = isotonic_map(*plain, cluster=row)
    for found, expected in zip(isotonic_map(risk, label, copies * 1.0), copied, strict=True):
        np.testing.assert_allclose(found, expected, atol=EXACT)


@pytest.mark.parametrize(
    ("intercept", "slope", "change"), [(0.0, 1.0, "none"), (0.8, 1.0, "intercept"), (0.0, 0.5, "slope")]
)
def test_a_new_site_changes_what_it_must(intercept, slope, change):
    n, found = 1500, []
    for seed in range(40):
        risk, label, _ = sample(n, seed, intercept, slope)
        found.append(site_map(risk, label, np.ones(n), 0.05))
    assert np.mean([one[2] == change for one in found]) > 0.85
    mean = np.mean([one[:2] for one in found], axis=0)
    np.testing.assert_allclose(mean, [intercept, slope], atol=0.05)


def test_the_closed_test_counts_rows_not_the_size_of_weights():
    risk, label, _ = sample(200, 5, intercept=0.25)
    one, other = (site_map(risk, label, np.full(200, size), 0.05) for size in (1.0, 100.0))
    assert one[2] == other[2]
    np.testing.assert_allclose(one[:2], other[:2], atol=1e-9)


def test_one_risk_for_all_has_no_slope():
    label = np.arange(400) < 100
    half = np.full(400, 0.5)
    with pytest.raises(FitError, match="A slope is of risks that vary among rows of both answers, but found one risk"):
        platt_map(half, label, np.ones(400))
    a, b, change = site_map(half, label, np.ones(400), 0.05)
    assert (b, change) == (1.0, "intercept")
    assert expit(a) == pytest.approx(0.25)
    assert site_map(half, np.arange(400) % 2 == 0, np.ones(400), 0.05) == (0.0, 1.0, "none")


def test_risks_that_tell_all_are_refused_and_logits_are_finite():
    risk = np.linspace(0.1, 0.9, 50)
    with pytest.raises(FitError, match="A calibration finds an optimum, but found risks that tell the labels apart"):
        platt_map(risk, risk > 0.5, np.ones(50))
    assert np.all(np.isfinite(risk_logit(np.array([0.0, 0.5, 1.0]))))


def folds(n_each, seed, levels, slope):
    """Draw rows of folds whose risks are off by a level of their own, and rightly spread but for a slope."""
    rng = np.random.default_rng(seed)
    fold = np.repeat(np.arange(len(levels)), n_each)
    truth = rng.normal(-0.5, 1.0, len(fold))
    return expit((truth + np.array(levels)[fold]) / slope), rng.random(len(fold)) < expit(truth), fold


def test_a_slope_with_intercepts_by_fold_is_that_of_a_general_optimiser_and_of_the_truth():
    risk, label, fold = folds(300, 1, [-0.6, 0.0, 0.6, 1.5], slope=0.7)
    weight = np.random.default_rng(2).uniform(0.0, 2.0, len(fold)) * (np.arange(len(fold)) % 9 > 0)
    x, own = logit(risk), np.eye(4)[fold]

    def loss(place):
        score = place[0] * x + own @ place[1:]
        return weight @ (np.logaddexp(0, score) - label * score)

    best = minimize(loss, np.zeros(5), tol=1e-12).x
    assert platt_slope(risk, label, weight, fold) == pytest.approx(best[0], abs=OPTIMISER)
    assert platt_slope(risk, label, np.ones(1200), fold) == pytest.approx(0.7, abs=0.15)
    assert platt_slope(risk, label, np.ones(1200)) < 0.6  # levels of folds, taken for spread
    moved = expit(x + np.array([5.0, -2.0, 0.0, 1.0])[fold])
    assert platt_slope(moved, label, weight, fold) == pytest.approx(platt_slope(risk, label, weight, fold), abs=1e-8)


def test_a_fold_of_one_answer_has_no_say_in_the_slope():
    risk, label, fold = folds(200, 3, [0.0, 0.3], slope=1.0)
    more = np.concatenate((risk, [0.99, 0.01, 0.5])), np.concatenate((label, [False] * 3))
    found = platt_slope(*more, np.ones(403), np.concatenate((fold, [2, 2, 2])))
    assert found == pytest.approx(platt_slope(risk, label, np.ones(400), fold), abs=1e-9)
    with pytest.raises(FitError, match="found one risk for all rows of each fold: use method='isotonic' or 'none'"):
        platt_slope(risk, label, np.ones(400), label.astype(int))


def test_a_ranking_is_never_turned_over():
    risk, label, fold = folds(300, 4, [0.0, 0.5], slope=-1.0)
    assert platt_slope(risk, label, np.ones(600), fold) == 0.0
    a, b = platt_map(risk, label, np.ones(600))
    assert (expit(a), b) == (pytest.approx(label.mean()), 0.0)
    apart = np.linspace(0.1, 0.9, 50)
    assert platt_slope(apart, apart < 0.5, np.ones(50)) == 0.0  # turned over without fault
    assert site_map(risk, label, np.ones(600), 0.05)[1:] == (0.0, "slope")


def test_risks_that_hardly_differ_may_have_a_steep_slope():
    risk, label, weight = sample(20_000, 6)
    timid = expit(-3.0 + logit(risk) / 200.0)
    a, b = platt_map(timid, label, weight)
    plain = platt_map(risk, label, weight)
    np.testing.assert_allclose(expit(a + b * logit(timid)), expit(plain[0] + plain[1] * logit(risk)), atol=1e-6)
    assert b > 100


@given(st.integers(0, 1000), st.floats(0.0, 3.0))
def test_the_mean_calibrated_risk_is_the_observed_share(seed, slope):
    risk, label, weight = sample(60, seed)
    label[np.flatnonzero(weight)[:2]] = [True, False]
    risk[:3] = [0.0, 1.0, 0.5]
    a = level_intercept(risk, label, weight, slope)
    assert np.average(expit(a + slope * risk_logit(risk)), weights=weight) == pytest.approx(
        np.average(label, weights=weight), abs=1e-9
    )


@given(st.integers(0, 1000), st.integers(2, 60))
def test_an_isotonic_risk_is_never_0_or_1_and_rises(seed, n):
    risk, label, weight = sample(n, seed, slope=6.0)
    label[:2], weight[:2] = [True, False], 1.0
    knots, values = isotonic_map(risk, label, weight)
    assert np.all((values > 0) & (values < 1))
    assert np.all(np.diff(values) >= 0)
    assert np.all(np.diff(knots) >= 0)


def test_end_blocks_are_pulled_inwards_by_how_many_networks_agree():
    label = np.array([False] * 8 + [True, False, True, False] + [True] * 6)
    risk = np.linspace(0.1, 0.9, 18)
    middle = [0.5, 0.5]
    knots, values = isotonic_map(risk, label, np.full(18, 3.0))
    np.testing.assert_allclose(values, [1 / 10, 1 / 10, *middle, 7 / 8, 7 / 8])
    np.testing.assert_allclose(knots, risk[[0, 7, 8, 11, 12, 17]])
    pairs = np.arange(18) // 2
    np.testing.assert_allclose(isotonic_map(risk, label, np.ones(18), pairs)[1], [1 / 6] * 2 + middle + [4 / 5] * 2)
    alone = isotonic_map(risk, np.array([False] + [True] + [False] * 9 + [True] * 7), np.ones(18))[1]
    assert alone[0] == pytest.approx(0.1)  # no higher than the next, which is 1 of 10


def households(seed, n=300, size=5):
    """Draw true risks of households, and labels that are right for each row and alike within a household."""
    rng = np.random.default_rng(seed)
    name = np.repeat(np.arange(n), size)
    risk, draw = expit(rng.normal(-1.0, 1.0, n))[name], rng.random(n)[name]
    return risk, np.where(rng.random(len(name)) < 0.7, draw < risk, rng.random(len(name)) < risk), name


def test_true_risks_are_kept_where_households_recur_and_where_weights_vary():
    clustered, ignored, uneven = [], [], []
    for seed in range(200):
        risk, label, name = households(seed)
        clustered.append(site_map(risk, label, np.ones(len(name)), 0.05, name)[2] != "none")
        ignored.append(site_map(risk, label, np.ones(len(name)), 0.05)[2] != "none")
        risk, label, name = households(seed, n=1500, size=1)
        weight = np.exp(np.random.default_rng(seed).normal(0.0, 0.8, 1500))
        uneven.append(site_map(risk, label, weight, 0.05)[2] != "none")
    assert np.mean(clustered) < 0.1
    assert np.mean(uneven) < 0.1
    assert np.mean(ignored) > 0.25


def test_the_second_test_keeps_its_level_far_from_even_risks():
    found = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        score = rng.normal(-3.0, 1.0, 1500)
        found.append(site_map(expit(score), rng.random(1500) < expit(score + 1.0), np.ones(1500), 0.05)[2])
    assert found.count("none") == 0
    assert found.count("slope") / 300 == pytest.approx(0.05, abs=0.03)
