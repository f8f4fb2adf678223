"""Gamma frailty in bladder2 and cgd: R survival 3.5-3, ``coxph(Surv(start, stop, event) ~ ... + frailty(id))``.

R stops its search for the variance when the likelihood changes by less than one in 100,000 from one try to the next,
so that its variances are right to two digits or three. The same search on the likelihood of this package ends at the
printed numbers; the model goes on to the maximum.
"""

import numpy as np
import pytest

from hgrisk.hazards.fit import CoxRows, pose_rows
from hgrisk.hazards.frailty import FrailtyProblem, Groups, fit_at
from hgrisk.hazards.steps import expected_events
from hgrisk.models.shared_frailty import SharedFrailtyCox
from hgrisk.surv import Surv

PRINTED = 5.1e-6
ONE_IN = 1e-5
SIX_DIGITS = 1e-6
FINER = 1e-4


@pytest.fixture
def bladder(read):
    frame = read("classic/bladder2.csv")
    return frame[["rx", "size", "number"]], Surv.from_arrays(frame["event"], frame["stop"], frame["start"]), frame["id"]


@pytest.fixture
def cgd(read):
    frame = read("classic/cgd.csv")
    y = Surv.from_arrays(frame["status"], frame["tstop"], frame["tstart"])
    return (frame[["treat"]] == "rIFN-g").astype(float).assign(**frame[["hos.cat"]]), y, frame["id"]


def at(data, variance):
    X, y, household = data
    X = X.drop(columns="hos.cat", errors="ignore")
    return SharedFrailtyCox(prepare=False, variance=variance).fit(X, y, cluster=household)


def where_r_stops(data):
    """Try 0, 1 and 2, then the top of the parabola through the best three, over the root of the variance."""
    tries = {variance: at(data, variance).loglik_ for variance in (0.0, 1.0, 2.0)}
    last, variance = tries[2.0], 2.0
    while True:
        ordered = sorted(tries)
        best = int(np.argmax([tries[one] for one in ordered]))
        three = ordered[best - 1 : best + 2]
        square, line, _ = np.polyfit(np.sqrt(three), [tries[one] for one in three], 2)
        variance = float((line / square / 2) ** 2)
        tries[variance] = at(data, variance).loglik_
        if abs(1 - tries[variance] / last) < ONE_IN:
            return variance
        last = tries[variance]


def test_bladder_gamma_frailty_equals_r_where_r_stops(bladder):
    variance = where_r_stops(bladder)
    assert variance == pytest.approx(1.078, abs=5.1e-4)
    model = at(bladder, variance)
    assert model.coef_[0] == pytest.approx(-0.60771, abs=PRINTED)
    assert error_of_r(bladder, variance) == pytest.approx(0.33305, abs=PRINTED)
    # with the products between frailties, the error is a little smaller
    assert np.sqrt(model.model_covariance_[0, 0]) == pytest.approx(0.33305, abs=1e-3)


def test_cgd_gamma_frailty_equals_r_where_r_stops(cgd):
    assert where_r_stops(cgd) == pytest.approx(0.8318, abs=5.1e-5)


def test_the_maximum_is_beyond_where_r_stops(bladder, cgd):
    for data, of_r in ((bladder, 1.078), (cgd, 0.8318)):
        model = at(data, None)
        assert model.frailty_variance_ == pytest.approx(of_r, abs=0.003)
        assert at(data, of_r).loglik_ < model.loglik_
        assert model.frailty_interval_[0] > 0.2
        assert model.frailty_p_value_ < 0.001


@pytest.mark.parametrize(
    ("variance", "loglik", "coef", "error"),
    [
        (0.5, -364.8453597, [-0.4027648627, -0.03179565329], 0.2668211579),
        (1.0, -363.3810471, [-0.4032747154, -0.02311990701], 0.3214681186),
        (1.5, -364.2460143, [-0.3993164449, -0.01721619808], 0.3701226123),
    ],
)
def test_bladder_gamma_frailty_within_strata_equals_r(bladder, variance, loglik, coef, error):
    """``coxph(... ~ rx + size + strata(number > 1) + frailty(id, distribution = "gamma", theta = variance))``."""
    X, y, household = bladder
    X = X[["rx", "size"]].assign(many=X["number"] > 1)
    model = SharedFrailtyCox(prepare=False, variance=variance, strata=["many"]).fit(X, y, cluster=household)
    assert model.loglik_ == pytest.approx(loglik, rel=SIX_DIGITS)
    np.testing.assert_allclose(model.coef_, coef, atol=SIX_DIGITS)
    inverse_of_r = error_of_r((X[["rx", "size"]], y, household), variance, X["many"].to_numpy(dtype=np.int64))
    assert inverse_of_r == pytest.approx(error, rel=SIX_DIGITS)


def test_variances_within_strata_equal_r_with_a_finer_search(bladder, cgd):
    """``frailty(id, distribution = "gamma", eps = 1e-9)``."""
    X, y, household = bladder
    model = SharedFrailtyCox(prepare=False, strata=["many"])
    model.fit(X[["rx", "size"]].assign(many=X["number"] > 1), y, cluster=household)
    assert model.frailty_variance_ == pytest.approx(0.9761086, abs=FINER)
    assert model.loglik_ == pytest.approx(-363.3785941, rel=SIX_DIGITS)
    X, y, household = cgd
    model = SharedFrailtyCox(prepare=False, strata=["hos.cat"]).fit(X, y, cluster=household)
    assert model.frailty_variance_ == pytest.approx(0.7857182, abs=FINER)
    assert model.loglik_ == pytest.approx(-245.7089707, rel=SIX_DIGITS)
    assert model.coef_[0] == pytest.approx(-1.058097449, abs=1e-6)


def error_of_r(data, variance, stratum=None):
    """Invert the information as R does: without the products of one frailty with another."""
    X, y, household = data
    code = np.unique(household, return_inverse=True)[1]
    happened, n_groups = y["event"] == 1, code.max() + 1
    rows = CoxRows(X.to_numpy(float), y["duration_days"].copy(), happened, y["entry_days"].copy(), None, stratum)
    counts = np.bincount(code[happened], minlength=n_groups)
    problem = FrailtyProblem(pose_rows(rows), Groups(code, np.ones(n_groups), counts))
    fitted = fit_at(problem, variance, np.zeros(X.shape[1]), np.zeros(n_groups))
    expected = expected_events(problem.cox.weighted.sets, fitted.point)
    curvature = problem.curvature(fitted.point, expected, fitted.log_frailty, variance)
    whole = np.array([curvature.times(column) for column in np.eye(n_groups + X.shape[1])])
    whole[:n_groups, :n_groups] = np.diag(np.diag(whole)[:n_groups])
    return np.sqrt(np.linalg.inv(whole)[n_groups, n_groups]) / problem.cox.design.scale[0]
