"""ReportCount: the share of each count."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import DataError, FitError
from hgrisk.models.base_rate import BaseRate
from hgrisk.models.report_count import ReportCount
from hgrisk.surv import Surv

EXACT = 1e-12


def test_shares_by_hand():
    X = pd.DataFrame({"n": [0.0] * 40 + [1.0] * 40 + [2.0] * 30 + [7.0] * 10})
    yes = np.concatenate([np.arange(40) < 8, np.arange(40) < 14, np.arange(30) < 15, np.arange(10) < 9])
    model = ReportCount((365,), "n").fit(X, Surv.from_arrays(yes.astype(int), np.where(yes, 90, 400)))
    assert model.risk_by_total_["total"].tolist() == ["0", "1", "2 or more"]
    assert model.risk_by_total_["n_rows"].tolist() == [40, 40, 40]
    np.testing.assert_allclose(model.risk_[:, 0], [8 / 40, 14 / 40, 24 / 40], atol=EXACT)
    asked = pd.DataFrame({"n": [0, 1.9, 2, 300]})
    np.testing.assert_allclose(model.predict_risk(asked, 365), [0.2, 0.35, 0.6, 0.6], atol=EXACT)
    terms = model.score_terms(asked, 365)
    np.testing.assert_allclose(terms.values[:, 0], np.array([0, 1, 2, 300]) - X["n"].mean(), atol=EXACT)
    assert terms.names == ("n",)
    assert terms.largest_gap() < EXACT


def test_the_mean_risk_is_the_base_rate(features, outcome):
    model = ReportCount().fit(features, outcome)
    days = list(model.supported_times_)
    base = BaseRate().fit(features, outcome).predict_cumulative_incidence(features[:1], days)[0]
    risks = model.predict_cumulative_incidence(features, days)
    np.testing.assert_allclose(risks.mean(axis=0), base, atol=0.01)
    assert np.all(np.diff(model.risk_, axis=0) >= 0)
    assert model.score(features, outcome) > 0.52


def test_only_the_count_is_looked_at_and_it_must_be_there(features, outcome):
    model = ReportCount().fit(features, outcome)
    other = features.assign(region="new", age_youngest_child=np.nan)
    np.testing.assert_array_equal(model.predict(other), model.predict(features))
    with pytest.raises(FitError, match="This model needs the feature 'absent'"):
        ReportCount(count_feature="absent").fit(features, outcome)
    with pytest.raises(DataError, match="'prior_reports_ever' is 0 or more, but found -1"):
        model.predict(features.assign(prior_reports_ever=-1))
