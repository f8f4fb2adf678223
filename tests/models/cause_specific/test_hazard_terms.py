"""Terms of Cox-type models add up to the score, which is the cumulative hazard that the predictions rest on."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import FitError
from hgrisk.models.cox import CoxRegression
from hgrisk.models.fine_gray import FineGray
from hgrisk.models.prior_count import PriorCount
from hgrisk.models.prior_count_recency import PriorCountRecency
from hgrisk.models.recurrent_cox import RecurrentCox
from hgrisk.models.shared_frailty import SharedFrailtyCox
from hgrisk.surv import Surv

EXACT = 1e-10
DAYS = (30.0, 365.0, 548.0)

# predict(coxph(Surv(t, e) ~ a + b, ties = "efron"), type = "terms")[1:4, ], R 4.2.2, survival 3.5-3
BY_R = [
    [0.179520430366, 0.033651524550],
    [-0.069319770141, 0.016825762275],
    [0.072874630148, -0.033651524550],
    [-0.175965570358, -0.033651524550],
]
MODELS = [CoxRegression(0.01), FineGray(0.01), PriorCount(), PriorCountRecency()]


@pytest.fixture(scope="module")
def alone(outcome):
    """The outcomes without competing events."""
    return Surv.from_arrays(np.minimum(outcome["event"], 1), outcome["duration_days"])


@pytest.fixture(scope="module")
def weight(features):
    return np.random.default_rng(0).uniform(0.5, 2.0, len(features))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_terms_add_up_to_the_log_cumulative_hazard_of_the_prediction(model, features, alone, weight):
    model.fit(features, alone, sample_weight=weight)
    for day in DAYS:
        terms = model.score_terms(features, day)
        assert terms.scale == "log cumulative hazard"
        assert terms.largest_gap() < EXACT
        np.testing.assert_allclose(-np.expm1(-np.exp(terms.score)), model.predict_risk(features, day), atol=EXACT)
        assert terms.base == pytest.approx(np.average(terms.score, weights=weight), abs=EXACT)
        np.testing.assert_allclose(np.average(terms.values, axis=0, weights=weight), 0.0, atol=EXACT)


def test_columns_of_one_feature_are_one_term(features, outcome):
    model = CoxRegression(0.01).fit(features, outcome)
    terms = model.score_terms(features, 365)
    assert terms.names == tuple(features.columns)
    changed = model.score_terms(features.assign(age_youngest_child=np.nan), 365).values - terms.values
    own = terms.names.index("age_youngest_child")
    assert changed[:, own].any()
    assert not np.delete(changed, own, axis=1).any()
    both = PriorCountRecency().fit(features, outcome)
    assert both.score_terms(features, 365).names == ("prior_reports_ever", "days_since_last_report")
    assert PriorCount().fit(features, outcome).score_terms(features, 365).names == ("prior_reports_ever",)


def test_strata_are_a_term(features, alone, weight):
    model = CoxRegression(0.01, strata=["source", "children_present"])
    known = features.assign(source=features["source"].astype(object).fillna("none"))
    model.fit(known, alone, sample_weight=weight)
    terms = model.score_terms(known, 365)
    assert terms.names[-1] == "source & children_present"
    assert "source" not in terms.names
    assert terms.largest_gap() < EXACT
    np.testing.assert_allclose(-np.expm1(-np.exp(terms.score)), model.predict_risk(known, 365), atol=EXACT)
    assert terms.base == pytest.approx(np.average(terms.score, weights=weight), abs=EXACT)
    assert len(np.unique(terms.values[:, -1])) == len(model.strata_levels_) == 6
    with pytest.raises(FitError, match="A stratum to predict for was there at fit"):
        model.score_terms(known.assign(source="new"), 365)


def test_effects_that_change_are_those_of_the_day(features, outcome, weight):
    changes = {"prior_reports_ever": [100.0, 300.0], "region=south": [100.0]}
    model = CoxRegression(0.01, changes=changes).fit(features, outcome, sample_weight=weight)
    whole = model._predictors(features)
    for day, period in ((0, 0), (100, 0), (101, 1), (300, 1), (301, 2)):
        terms = model.score_terms(features, day)
        assert terms.scale == "log hazard"
        assert terms.largest_gap() < EXACT
        np.testing.assert_allclose(terms.score, whole[:, period], atol=EXACT)
        assert terms.base == pytest.approx(np.average(terms.score, weights=weight), abs=EXACT)
    np.testing.assert_allclose(model.score_terms(features, 0).score, model.predict(features), atol=EXACT)
    early, late = (model.score_terms(features, day).values for day in (50, 400))
    moved = [name for name, changed in zip(terms.names, (early != late).any(axis=0), strict=True) if changed]
    assert moved == ["prior_reports_ever", "region"]


def test_terms_without_preparation_are_those_of_coxph():
    i = np.arange(40)
    X = pd.DataFrame({"a": (i * 7) % 11, "b": (i * i) % 5})
    y = Surv.from_arrays((i % 3 > 0).astype(int), 1 + (i * 17) % 41)
    terms = CoxRegression(prepare=False).fit(X, y).score_terms(X, 20)
    np.testing.assert_allclose(terms.values[:4], BY_R, atol=1e-8)


def test_days_before_any_re_report_and_wrong_columns_are_refused(features, outcome):
    model = CoxRegression(0.01).fit(features, outcome)
    with pytest.raises(FitError, match="Terms are of a day by which some re-report came, but found none by day 0"):
        model.score_terms(features, 0)
    with pytest.raises(FitError, match="Predictions end at the longest training follow-up"):
        model.score_terms(features, 5000)
    with pytest.raises(FitError, match="missing 'region'"):
        model.score_terms(features.drop(columns="region"), 365)


def test_models_whose_score_is_of_more_than_features_have_none(features, outcome):
    cluster = np.arange(len(features)) // 3
    for model in (SharedFrailtyCox(0.01).fit(features, outcome, cluster=cluster), RecurrentCox()):
        with pytest.raises(FitError, match="A score is taken apart where a model adds up terms"):
            model.score_terms(features, 365)
