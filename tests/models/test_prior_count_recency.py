"""PriorCountRecency: count, any prior, and days since the last."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import DataError, FitError
from hgrisk.models.cox import CoxRegression
from hgrisk.models.prior_count_recency import PriorCountRecency


def by_hand(features):
    count, days = features["prior_reports_ever"], features["days_since_last_report"]
    recency = np.where(count > 0, np.log1p(days), 0.0)
    return pd.DataFrame({"count": np.log1p(count), "any": (count > 0) * 1.0, "days": recency})


def test_it_is_a_cox_regression_on_three_columns(features, outcome):
    cox = CoxRegression(prepare=False, penalty=0.001).fit(by_hand(features), outcome)
    model = PriorCountRecency().fit(features, outcome)
    np.testing.assert_allclose(model.coef_, cox.coef_)
    np.testing.assert_allclose(model.predict(features), cox.predict(by_hand(features)))
    assert model.dropped_ == {}
    assert model.usual_recency_ == features["days_since_last_report"].median()


def test_unknown_days_with_a_prior_report_are_the_training_median(features, outcome):
    model = PriorCountRecency().fit(features, outcome)
    one = features[features["prior_reports_ever"] > 0].iloc[:1]
    unknown, usual = one.assign(days_since_last_report=np.nan), one.assign(days_since_last_report=model.usual_recency_)
    assert model.predict(unknown) == model.predict(usual)


def test_days_without_a_prior_report_do_not_count(features, outcome):
    model = PriorCountRecency().fit(features, outcome)
    none = features[features["prior_reports_ever"] == 0]
    np.testing.assert_array_equal(model.predict(none.assign(days_since_last_report=5)), model.predict(none))


def test_columns_that_add_nothing_are_left_out_and_named(features, outcome):
    some = features.assign(prior_reports_ever=np.minimum(features["prior_reports_ever"], 1))
    model = PriorCountRecency().fit(some, outcome)
    assert model.dropped_ == {"any_prior": "determined by the columns before it"}
    everyone = features.assign(prior_reports_ever=features["prior_reports_ever"] + 1)
    assert PriorCountRecency().fit(everyone, outcome).dropped_ == {"any_prior": "constant"}
    nobody = features.assign(prior_reports_ever=0)
    model = PriorCountRecency().fit(nobody, outcome)
    assert len(model.dropped_) == 3
    assert model.usual_recency_ == 0.0
    assert not model.predict(nobody).any()


def test_an_absent_or_wrong_recency_is_refused(features, outcome):
    with pytest.raises(FitError, match="needs the feature 'days_since_last_report', but found none"):
        PriorCountRecency().fit(features.drop(columns="days_since_last_report"), outcome)
    with pytest.raises(DataError, match="'days_since_last_report' is 0 or more, but found -3"):
        PriorCountRecency().fit(features.assign(days_since_last_report=-3.0), outcome)
