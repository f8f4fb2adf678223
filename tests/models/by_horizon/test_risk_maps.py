"""Maps of risks: scikit-learn's with weights, a general optimiser, true risks stay, and refusals."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression

from hgrisk.errors import FitError
from hgrisk.models.by_horizon.risk_maps import isotonic_map, platt_map, risk_logit, site_map

EXACT, OPTIMISER = 1e-12, 1e-5


def sample(n, seed, intercept=0.0, slope=1.0):
    """Draw predicted risks whose true logit is intercept + slope times theirs, and weights of which some are 0."""
    rng = np.random.default_rng(seed)
    risk = expit(rng.normal(-1.0, 1.0, n))
    label = rng.random(n) < expit(intercept + slope * logit(risk))
    return risk, label, np.where(rng.random(n) < 0.2, 0.0, rng.uniform(0.5, 2.0, n))


def test_isotonic_is_that_of_scikit_learn_with_weights():
    risk, label, weight = sample(2000, 1)
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
    for found, expected in zip(isotonic_map(risk, label, copies * 1.0), isotonic_map(*plain), strict=True):
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
    with pytest.raises(FitError, match="A slope is of risks that vary, but found one risk for all rows"):
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
