"""The families of times: derivatives against differences, limits between families, the laws of probability."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.models.likelihood.families import Cure, GeneralisedGamma, Gompertz, LogTime
from hgrisk.models.likelihood.laws import EXTREME_VALUE, LOGISTIC, NORMAL, log_gamma_law

SAME = 1e-9
BY_DIFFERENCES = 2e-7

WEIBULL = LogTime(EXTREME_VALUE, hazard_form=True)
PLAIN = {
    "exponential": (LogTime(EXTREME_VALUE, hazard_form=True, n_predictors=1), [-6.0]),
    "weibull": (WEIBULL, [-6.0, 0.1]),
    "log_normal": (LogTime(NORMAL, hazard_form=False), [6.0, 0.2]),
    "log_logistic": (LogTime(LOGISTIC, hazard_form=False), [6.0, -0.3]),
    "generalised_gamma": (GeneralisedGamma(), [6.0, 0.1, 0.6]),
    "gompertz": (Gompertz(), [-6.0, -0.002]),
}
CURED = {f"cured_{name}": (Cure(family), [0.4, *middle]) for name, (family, middle) in PLAIN.items()}
FAMILIES = PLAIN | CURED


@pytest.fixture(params=FAMILIES)
def case(request):
    """A family, predictors of 60 rows around its middle, and times in days."""
    family, middle = FAMILIES[request.param]
    rng = np.random.default_rng(5)
    spread = np.array([0.002 if abs(value) == 0.002 else 0.4 for value in middle])
    if "gamma" in request.param:
        spread[-1] = 0.0  # one shape for all rows
    predictors = np.array(middle)[:, None] + spread[:, None] * rng.normal(size=(len(middle), 60))
    return family, predictors, rng.uniform(1, 900, 60)


@pytest.mark.parametrize("kind", ["survival_terms", "density_terms"])
def test_derivatives_equal_differences(case, kind):
    family, predictors, time = case
    terms = getattr(family, kind)(predictors, time)
    for place, size in enumerate(np.abs(predictors).max(axis=1)):
        step = 1e-5 * min(size, 1.0)
        up, down = predictors.copy(), predictors.copy()
        up[place] += step
        down[place] -= step
        above, below = getattr(family, kind)(up, time), getattr(family, kind)(down, time)
        slope, bend = (above.value - below.value) / (2 * step), (above.slope - below.slope) / (2 * step)
        np.testing.assert_allclose(terms.slope[place], slope, rtol=BY_DIFFERENCES, atol=1e-7)
        np.testing.assert_allclose(terms.bend[place], bend, rtol=BY_DIFFERENCES, atol=1e-7 * (1 + np.abs(bend).max()))


def test_terms_and_curves_say_the_same(case):
    family, predictors, time = case
    survival, hazard = family.log_survival(predictors, time), family.log_hazard(predictors, time)
    np.testing.assert_allclose(family.survival_terms(predictors, time).value, survival, rtol=SAME)
    np.testing.assert_allclose(family.density_terms(predictors, time).value, survival + hazard, rtol=SAME)


def test_the_hazard_is_the_fall_of_log_survival(case):
    family, predictors, time = case
    step = 1e-5 * time
    fall = family.log_survival(predictors, time - step) - family.log_survival(predictors, time + step)
    np.testing.assert_allclose(np.exp(family.log_hazard(predictors, time)), fall / (2 * step), rtol=1e-6, atol=1e-13)


def test_curves_of_rows_by_days_equal_those_row_by_row(case):
    family, predictors, _ = case
    days = np.array([10.0, 400.0])
    for curve in (family.log_survival, family.log_hazard):
        one_by_one = np.column_stack([curve(predictors, np.full(60, day)) for day in days])
        np.testing.assert_allclose(curve(predictors[:, :, None], days[None, :]), one_by_one, rtol=1e-12)


@given(st.floats(-3, 3))
def test_the_generalised_gamma_law_has_its_limits(z):
    at = np.array([z])
    for shape, law in ((1.0, EXTREME_VALUE), (0.0, NORMAL)):
        for curve in ("log_survival", "log_hazard", "slope", "bend"):
            ours, theirs = getattr(log_gamma_law(shape), curve)(at), getattr(law, curve)(at)
            np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("shape", [-1e-3, 1e-3])
def test_the_generalised_gamma_law_goes_on_where_its_formula_is_left(shape):
    z = np.linspace(-4, 3, 15)
    inside, outside = log_gamma_law(shape * (1 - 1e-9)), log_gamma_law(shape * (1 + 1e-9))
    np.testing.assert_allclose(inside.log_survival(z), outside.log_survival(z), atol=1e-8)
    np.testing.assert_allclose(inside.log_hazard(z), outside.log_hazard(z), atol=1e-8)


@given(st.floats(-9, -3), st.floats(1, 2000))
def test_gompertz_without_a_shape_and_weibull_without_one_are_exponential(location, day):
    predictors, time = np.array([[location], [0.0]]), np.array([day])
    expected = -np.exp(location) * day
    for family in (Gompertz(), WEIBULL):
        np.testing.assert_allclose(family.log_survival(predictors, time), expected, rtol=1e-12)
        np.testing.assert_allclose(family.log_hazard(predictors, time), location, rtol=1e-12)


def test_gompertz_is_smooth_where_its_series_ends():
    family, time = Gompertz(), np.array([500.0])
    for shape in (0.002, -0.002):
        inside, outside = (np.array([[-6.0], [shape * (1 + sign * 1e-12)]]) for sign in (-1, 1))
        for one, other in zip(
            vars(family.survival_terms(inside, time)).values(),
            vars(family.survival_terms(outside, time)).values(),
            strict=True,
        ):
            np.testing.assert_allclose(one, other, rtol=1e-9)


@given(st.floats(-4, 4), st.floats(1, 3000))
def test_the_cured_stay_free_and_the_others_follow_their_own_curve(logit, day):
    predictors, time = np.array([[logit], [-6.0], [0.1]]), np.array([day])
    susceptible = 1 / (1 + np.exp(-logit))
    expected = 1 - susceptible + susceptible * np.exp(WEIBULL.log_survival(predictors[1:], time))
    np.testing.assert_allclose(np.exp(Cure(WEIBULL).log_survival(predictors, time)), expected, rtol=1e-10)
