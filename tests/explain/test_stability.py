"""Stability of importance over fits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from hgrisk.errors import DataError
from hgrisk.explain.contributions import explain_cases
from hgrisk.explain.stability import fits_by_draw, fits_by_year, stability
from tests.explain.made_up import CATALOGUE, MadeUpModel, draw_cases

CASES = draw_cases(200)
YEARS = np.repeat([2020, 2021, 2022, 2023], 50)


def fit(weight):
    """A made-up fit whose coefficient of the reports is the weighted mean of the rows' numbers."""
    return MadeUpModel(coef=np.average(np.arange(200) / 100, weights=weight))


def test_equal_fits_agree_entirely():
    found = stability([("a", MadeUpModel()), ("b", MadeUpModel())], CASES, 365, CATALOGUE, top=2)
    wanted = explain_cases(MadeUpModel(), CASES, 365, CATALOGUE).table().abs().mean()
    np.testing.assert_allclose(found.table.set_index("feature")["mean_abs"][wanted.index], wanted)
    np.testing.assert_allclose(found.table["lower"], found.table["upper"])
    assert found.table["top_share"].tolist() == [1, 1, 0, 0, 0]
    assert found.table["mean_rank"].tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(found.rank_correlation, 1)


def test_years_are_fitted_each_on_its_own_rows():
    found = stability(fits_by_year(fit, YEARS), CASES, 365, CATALOGUE)
    assert list(found.by_fit) == [2020, 2021, 2022, 2023]
    coef = [np.arange(200)[year == YEARS].mean() / 100 for year in (2020, 2021, 2022, 2023)]
    np.testing.assert_allclose(
        found.by_fit.loc["prior_reports_365d"], CASES["prior_reports_365d"].mean() * np.array(coef)
    )
    assert np.ptp(found.by_fit.loc["handover_days"]) == 0


def test_draws_are_of_networks_and_come_again():
    seen = []

    def remember(weight):
        seen.append(weight)
        return fit(weight)

    clusters = np.arange(200) // 4
    one = stability(fits_by_draw(remember, clusters, n_draws=5, seed=1), CASES, 365, CATALOGUE)
    other = stability(fits_by_draw(fit, clusters, n_draws=5, seed=1), CASES, 365, CATALOGUE)
    np.testing.assert_array_equal(one.by_fit, other.by_fit)
    for weight in seen:
        assert (np.ptp(weight.reshape(-1, 4), axis=1) == 0).all()
        assert weight.sum() == 200
    assert one.table.set_index("feature").loc["prior_reports_365d", "lower"] < np.inf
    assert np.ptp(one.by_fit.loc["prior_reports_365d"]) > 0


def test_the_rank_correlation_is_spearmans_with_the_other_fits():
    found = stability([(k, MadeUpModel(coef)) for k, coef in enumerate([0.0, 0.1, 0.5, 2.0])], CASES, 365, CATALOGUE)
    for name in found.by_fit:
        others = found.by_fit.drop(columns=name).mean(axis=1)
        assert found.rank_correlation[name] == pytest.approx(spearmanr(found.by_fit[name], others).statistic)
    assert found.rank_correlation[0] < 1


def test_other_inputs_are_refused():
    with pytest.raises(DataError, match="compares fits"):
        stability([("a", MadeUpModel())], CASES, 365, CATALOGUE)
    with pytest.raises(DataError, match="0 cases"):
        stability([("a", MadeUpModel()), ("b", MadeUpModel())], CASES.iloc[:0], 365, CATALOGUE)
    with pytest.raises(DataError, match="top=0"):
        stability([("a", MadeUpModel()), ("b", MadeUpModel())], CASES, 365, CATALOGUE, top=0)


def test_printing_says_what_it_is_of():
    found = stability(fits_by_year(fit, YEARS), CASES, 365, CATALOGUE, top=3)
    assert repr(found) == "Stability of 5 terms over 4 fits, of which the first 3 are counted"
