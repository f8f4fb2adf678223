"""Scores taken apart: they add up, by feature and by family, and say when the risk is another."""

from __future__ import annotations

import numpy as np
import pytest

from hgrisk.errors import DataError, FitError
from hgrisk.explain.contributions import explain_cases
from hgrisk.models.base_rate import BaseRate
from hgrisk.surv import Surv
from tests.explain.made_up import BASE, CATALOGUE, MadeUpModel, draw_cases, three_cases

ADDITIVITY = 1e-6


def test_terms_add_up_by_feature_and_by_family():
    X = draw_cases()
    explanation = explain_cases(MadeUpModel(), X, 365, CATALOGUE)
    for parts in (explanation.table(), explanation.by_family):
        np.testing.assert_allclose(explanation.base + parts.sum(axis=1), explanation.score, rtol=0, atol=ADDITIVITY)
        assert parts.index.equals(X.index)
    assert list(explanation.by_family) == [
        "prior_violence",
        "care_chain",
        "index_report",
        "care_chain & prior_violence",
    ]


def test_terms_of_a_case_are_those_of_the_model():
    explanation = explain_cases(MadeUpModel(), three_cases(), 365, CATALOGUE)
    np.testing.assert_allclose(explanation.table().loc["a"], [0.9, 0.59, 0.25, 0.5, 0.15])
    assert explanation.score[0] == pytest.approx(BASE + 2.39)
    assert not explanation.adjusted.any()


def test_a_risk_that_is_not_that_of_the_score_is_marked():
    assert explain_cases(MadeUpModel(shift=0.2), three_cases(), 365, CATALOGUE).adjusted.all()


def test_terms_that_do_not_add_up_are_refused():
    with pytest.raises(FitError, match="add up"):
        explain_cases(MadeUpModel(wrong_by=1e-4), three_cases(), 365, CATALOGUE)
    with pytest.raises(FitError, match="add up"):
        explain_cases(MadeUpModel(wrong_by=np.nan), three_cases(), 365, CATALOGUE)
    assert explain_cases(MadeUpModel(wrong_by=1e-9), three_cases(), 365, CATALOGUE).terms.largest_gap() > 0


def test_other_inputs_are_refused():
    with pytest.raises(DataError, match="pass a DataFrame"):
        explain_cases(MadeUpModel(), three_cases().to_numpy(), 365, CATALOGUE)
    with pytest.raises(DataError, match="in the catalogue"):
        explain_cases(MadeUpModel(), three_cases(), 365, CATALOGUE[1:])
    with pytest.raises(FitError, match="order of fit"):
        explain_cases(MadeUpModel(), three_cases().iloc[:, ::-1], 365, CATALOGUE)


def test_a_model_without_terms_is_refused():
    X = draw_cases(50)[["prior_reports_365d"]]
    model = BaseRate().fit(X, Surv.from_arrays(np.arange(50) % 2 == 0, np.arange(1.0, 51.0)))
    with pytest.raises(FitError, match="taken apart"):
        explain_cases(model, X, 20, CATALOGUE)


def test_no_case_has_no_explanation_but_columns():
    explanation = explain_cases(MadeUpModel(), three_cases().iloc[:0], 365, CATALOGUE)
    assert explanation.table().shape == (0, 5)


def test_printing_says_the_size_and_nothing_of_households():
    cases = draw_cases(1884)
    assert repr(explain_cases(MadeUpModel(), cases, 365, CATALOGUE)) == (
        "Explanation of 1,884 cases, 4 features, at 365 days"
    )
