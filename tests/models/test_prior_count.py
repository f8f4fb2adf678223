"""PriorCount: one column, logged."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import DataError, FitError
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.cox import CoxRegression
from hgrisk.models.prior_count import PriorCount
from hgrisk.surv import Surv


def test_it_is_a_cox_regression_on_the_logged_count(features, outcome):
    logged = pd.DataFrame({"count": np.log1p(features["prior_reports_ever"])})
    cox = CoxRegression(prepare=False).fit(logged, outcome)
    model = PriorCount(penalty=0.0).fit(features, outcome)
    np.testing.assert_allclose(model.coef_, cox.coef_)
    np.testing.assert_allclose(model.predict_risk(features, 365), cox.predict_risk(logged, 365))
    assert model.design_names_ == ["log1p(prior_reports_ever)"]


def test_the_small_penalty_changes_little(features, outcome):
    assert PriorCount().fit(features, outcome).coef_ == pytest.approx(
        PriorCount(penalty=0).fit(features, outcome).coef_, rel=0.005
    )


def test_other_columns_are_not_looked_at(features, outcome):
    model = PriorCount().fit(features, outcome)
    other = features.assign(age_youngest_child=np.inf, region="nowhere")
    np.testing.assert_array_equal(model.predict(other), model.predict(features))


def test_another_column_can_be_named(features, outcome):
    renamed = features.rename(columns={"prior_reports_ever": "reports_5y"})
    model = PriorCount(count_feature="reports_5y").fit(renamed, outcome)
    np.testing.assert_array_equal(model.coef_, PriorCount().fit(features, outcome).coef_)


def test_when_nobody_has_a_prior_report_it_is_the_base_rate(features, outcome):
    nobody = features.assign(prior_reports_ever=0)
    model = PriorCount().fit(nobody, outcome)
    assert model.dropped_ == {"log1p(prior_reports_ever)": "constant"}
    assert model.summary_.empty
    assert not model.predict(nobody).any()
    base = BaseRate().fit(nobody, outcome).predict_risk(nobody, 365)
    np.testing.assert_allclose(model.predict_risk(nobody, 365), base, atol=1e-3)


def test_a_fold_where_only_households_with_priors_re_report_is_fitted():
    X = pd.DataFrame({"prior_reports_ever": [0, 0, 0, 1, 1, 1]})
    model = PriorCount().fit(X, Surv.from_arrays([0, 0, 0, 1, 1, 1], [9, 9, 9, 1, 2, 3]))
    assert np.isfinite(model.coef_).all()


@pytest.mark.parametrize(
    ("column", "error", "text"),
    [
        (None, FitError, "This model needs the feature 'prior_reports_ever', but found none of that name"),
        ([0.0, None, 1.0], DataError, "Column 'prior_reports_ever' is 0 or more, but found nan"),
        ([0, -1, 1], DataError, "Column 'prior_reports_ever' is 0 or more, but found -1.0"),
        ([0, np.inf, 1], DataError, "found inf"),
        (["none", "one", "two"], DataError, "Column 'prior_reports_ever' holds numbers, but found dtype object"),
    ],
)
def test_an_absent_or_wrong_count_is_refused(column, error, text):
    X = pd.DataFrame({"age": [1, 2, 3]} if column is None else {"prior_reports_ever": column})
    with pytest.raises(error) as caught:
        PriorCount().fit(X, Surv.from_arrays([1, 0, 1], [1, 2, 3]))
    assert text in str(caught.value)
