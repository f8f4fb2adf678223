"""Fitting: a copy on the columns and horizons asked for, with what the model's fit takes."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import DataError
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.cox import CoxRegression
from hgrisk.models.elastic_net import ElasticNetLogistic
from hgrisk.models.fitting import Fitting, checked_fits, columns_of
from hgrisk.models.logistic import ReReportLogistic
from hgrisk.models.penalty import choose_penalty
from hgrisk.models.points_card import PointsCard
from hgrisk.models.report_count import ReportCount


def landmarks(features, outcome, clusters=None):
    """Return training landmarks, each alone in its network by default."""
    alone = np.arange(len(features)) if clusters is None else clusters
    followable = np.full(len(features), 2000.0)
    followable[:200] = 100.0
    return SimpleNamespace(X=features, y=outcome, clusters=alone, followable_days=followable, y_for=lambda _: outcome)


def test_a_copy_is_fitted_on_its_columns_and_horizons(features, outcome):
    given = ReReportLogistic()
    model = Fitting(given, ("prior_reports_ever", "region"))(landmarks(features, outcome), (183, 365))
    assert model is not given
    assert given.horizons_days == (183, 365, 548)
    assert model.supported_times_ == (183.0, 365.0)
    assert list(columns_of(model, features).columns) == ["prior_reports_ever", "region"]
    assert list(Fitting(BaseRate())(landmarks(features, outcome), (183,)).feature_names_in_) == list(features.columns)


def test_what_could_be_followed_is_handed_on(features, outcome):
    train = landmarks(features, outcome)
    X = features[["prior_reports_ever"]]
    expected = ReReportLogistic((365,)).fit(X, outcome, followable_days=train.followable_days)
    found = Fitting(ReReportLogistic(), ("prior_reports_ever",))(train, (365,))
    np.testing.assert_array_equal(found.coef_, expected.coef_)
    assert np.abs(found.coef_ - ReReportLogistic((365,)).fit(X, outcome).coef_).max() > 1e-6


def test_a_lasso_chooses_its_own_penalty_from_the_landmark_on(features, outcome):
    X, clusters = features[["prior_reports_ever", "region"]], np.arange(len(features)) // 3
    train = landmarks(X, outcome, clusters)
    train.y = "the outcome of the time at risk, which it does not take"
    known = {}
    model = Fitting(ElasticNetLogistic(penalty="chosen"), seed=2, known=known)(train, (365,))
    asking, able = ElasticNetLogistic((365,), "chosen"), train.followable_days
    assert model.penalty == asking.choose_penalty(X, outcome, clusters, seed=2, followable_days=able)
    assert list(known.values()) == [model.penalty]


def test_networks_are_handed_on_to_counts_and_cards(features, outcome):
    clusters = np.arange(len(features)) // 3
    found = Fitting(ReportCount())(landmarks(features, outcome, clusters), (365,))
    able = landmarks(features, outcome).followable_days
    expected = ReportCount((365,)).fit(features, outcome, followable_days=able, cluster=clusters)
    np.testing.assert_array_equal(found.risk_upper_, expected.risk_upper_)
    without = ReportCount((365,)).fit(features, outcome, followable_days=able)
    assert np.any(found.risk_upper_ != without.risk_upper_)


def test_a_penalty_is_chosen_on_the_training_rows(features, outcome):
    clusters = np.arange(len(features)) // 3
    X = features[["prior_reports_ever"]]
    model = Fitting(CoxRegression(penalty="chosen"), ("prior_reports_ever",), seed=2)(
        landmarks(features, outcome, clusters), (365,)
    )
    assert model.penalty == choose_penalty(X, outcome, clusters, seed=2)
    robust = CoxRegression(penalty=model.penalty).fit(X, outcome, cluster=clusters)
    pd.testing.assert_frame_equal(model.summary_, robust.summary_)


def test_a_model_in_place_of_a_fit_is_refused_with_the_cure():
    fits = {"none": Fitting(BaseRate()), "own": lambda train, days: BaseRate()}  # noqa: ARG005
    assert checked_fits(fits) is fits
    with pytest.raises(DataError, match=r"'card' is PointsCard: wrap a model as Fitting\(PointsCard\(\.\.\.\)\)"):
        checked_fits({**fits, "card": PointsCard()})
    with pytest.raises(DataError, match="given by name, but found a list"):
        checked_fits([Fitting(BaseRate())])
