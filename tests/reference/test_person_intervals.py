"""Rows by person and interval on re-arrest after release (Rossi et al. 1980): Breslow's Cox, R survival 3.5-3."""

import numpy as np
import pytest
from sklearn.linear_model import PoissonRegressor

from hgrisk.models.cox import CoxRegression
from hgrisk.models.discrete_time import DiscreteTimeHazard
from hgrisk.models.person_intervals import person_intervals
from hgrisk.surv import Surv

PRINTED = 5.1e-6
SAME_AS_COX = 1e-8
YES = {"fin": "yes", "race": "black", "wexp": "yes", "mar": "married", "paro": "yes"}


@pytest.fixture(scope="module")
def rossi(read):
    frame = read("rossi/Rossi.csv")
    names = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]
    X = frame[names].assign(**{name: frame[name] == yes for name, yes in YES.items()}).astype(float)
    return X, Surv.from_frame(frame, event="arrest", duration_days="week")


def test_a_poisson_regression_with_a_constant_for_each_week_is_breslows(rossi):
    X, y = rossi
    weeks = np.unique(y["duration_days"][y["event"] == 1])
    rows = person_intervals(y, np.concatenate(([0.0], weeks)))
    whole = y["duration_days"][rows.row] >= weeks[rows.interval]
    scaled = ((X - X.mean()) / X.std()).to_numpy()
    columns = np.hstack((scaled[rows.row[whole]], np.eye(len(weeks))[rows.interval[whole]]))
    poisson = PoissonRegressor(alpha=0, fit_intercept=False, solver="newton-cholesky", tol=1e-12, max_iter=100)
    coef = poisson.fit(columns, rows.event[whole]).coef_[: X.shape[1]] / X.std().to_numpy()
    assert coef[0] == pytest.approx(-0.37902, abs=PRINTED)
    cox = CoxRegression(ties="breslow", prepare=False).fit(X, y)
    np.testing.assert_allclose(coef, cox.coef_, atol=SAME_AS_COX)


def test_the_logistic_hazard_by_week_is_near(rossi):
    X, y = rossi
    model = DiscreteTimeHazard(interval_days=1.0, prepare=False).fit(X, y)
    cox = CoxRegression(prepare=False).fit(X, y)
    # a log odds ratio is a little further from 0 than a log hazard ratio
    np.testing.assert_allclose(model.coef_[0], cox.coef_, rtol=0.06)
    np.testing.assert_allclose(np.sqrt(np.diag(model.covariance_)), cox.summary_["se"], rtol=0.02)
    np.testing.assert_allclose(model.predict_risk(X, 52), cox.predict_risk(X, 52), atol=0.02)
