import numpy as np
import pytest

from hgrisk.errors import DataError
from hgrisk.figures.coefficients import draw_coefficients, hazard_ratios


def test_the_clearest_twenty_are_shown_largest_z_first(coefficients):
    ratios = hazard_ratios(coefficients, "cox")
    assert len(ratios) == 20
    assert ratios["z"].abs().is_monotonic_decreasing
    left_out = coefficients[~coefficients["feature"].isin(ratios["feature"])]
    assert (left_out["coef"] / left_out["se"]).abs().max() <= ratios["z"].abs().min()


def test_the_ratio_is_the_exponential_inside_its_bounds(coefficients):
    ratios = hazard_ratios(coefficients, "cox", None).set_index("feature")
    given = coefficients.set_index("feature").loc[ratios.index]
    np.testing.assert_allclose(ratios["estimate"], np.exp(given["coef"]))
    np.testing.assert_allclose(ratios["upper"] / ratios["estimate"], np.exp(0.196))
    np.testing.assert_allclose(ratios[["lower", "upper"]], given[["lower", "upper"]])


def test_alt_text_counts_both_sides_and_the_unclear(coefficients):
    ratios = hazard_ratios(coefficients, "cox")
    up, down = (ratios["lower"] > 1).sum(), (ratios["upper"] < 1).sum()
    alt = draw_coefficients(coefficients, model="cox").alt
    assert f"a higher hazard, for {up}; below 1 for {down}; it includes 1 for {20 - up - down}." in alt


def test_without_errors_the_order_is_by_size(coefficients):
    bare = coefficients.assign(se=np.nan, lower=np.nan, upper=np.nan)
    ratios = hazard_ratios(bare, "cox", 3)
    assert np.log(ratios["estimate"]).abs().is_monotonic_decreasing
    assert "Forest plot of 20" in draw_coefficients(bare, model="cox").alt


def test_intervals_beyond_the_axis_are_drawn_as_arrows(coefficients):
    wide = coefficients.assign(lower=1e-4, upper=1e4)
    assert draw_coefficients(wide, model="cox").svg.count("<use") > draw_coefficients(
        coefficients, model="cox"
    ).svg.count("<use")


def test_bounds_on_the_log_scale_are_refused(coefficients):
    logs = coefficients.assign(lower=np.log(coefficients["lower"]), upper=np.log(coefficients["upper"]))
    with pytest.raises(DataError, match="give the bounds of the ratio, not of its log"):
        hazard_ratios(logs, "cox")


def test_an_unknown_model_is_refused_with_the_known_ones(coefficients):
    with pytest.raises(DataError, match="found cox: ask for one of these, not weibull"):
        draw_coefficients(coefficients, model="weibull")
