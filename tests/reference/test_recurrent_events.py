"""Recurrent events in bladder2 and cgd: start-stop rows, naive and cluster-robust errors, R survival 3.5-3."""

import numpy as np
import pytest

from hgrisk.models.cox import CoxRegression
from hgrisk.models.mean_cumulative_test import mean_cumulative_test
from hgrisk.models.recurrent_cox import RecurrentCox
from hgrisk.surv import Surv

PRINTED = 5.1e-6
SCORE = 1e-9


def naive(model):
    return np.sqrt(np.diag(model.model_covariance_))


def test_bladder_andersen_gill_equals_r(read):
    frame = read("classic/bladder2.csv")
    y = Surv.from_frame(frame, duration_days="stop")
    model = CoxRegression(prepare=False)
    model.fit(frame[["rx", "size", "number"]], y, entry=frame["start"], cluster=frame["id"])
    np.testing.assert_allclose(model.coef_, [-0.46469, -0.04366, 0.17496], atol=PRINTED)
    np.testing.assert_allclose(model.summary_["se"], [0.26556, 0.07762, 0.06304], atol=PRINTED)
    assert naive(model)[0] == pytest.approx(0.19973, abs=PRINTED)


def test_cgd_andersen_gill_equals_r(read):
    frame = read("classic/cgd.csv")
    y = Surv.from_frame(frame, event="status", duration_days="tstop")
    treated = (frame[["treat"]] == "rIFN-g").astype(float)
    model = CoxRegression(prepare=False).fit(treated, y, entry=frame["tstart"], cluster=frame["id"])
    assert model.coef_[0] == pytest.approx(-1.09529, abs=PRINTED)
    assert model.summary_["se"][0] == pytest.approx(0.31194, abs=PRINTED)
    assert naive(model)[0] == pytest.approx(0.26101, abs=PRINTED)


@pytest.mark.parametrize(
    ("formulation", "coef", "errors"),
    [
        ("andersen_gill", [-0.46469, -0.04366, 0.17496], [0.26556, 0.07762, 0.06304]),
        ("pwp_total_time", [-0.33349, -0.00849, 0.11962], [0.20479, 0.06164, 0.05139]),
        ("wei_lin_weissfeld", [-0.58479, -0.05162, 0.21029], [0.30795, 0.09459, 0.06664]),
    ],
)
def test_bladder_recurrent_models_equal_r(read, formulation, coef, errors):
    frame = read("classic/bladder2.csv")
    y = Surv.from_frame(frame, duration_days="stop", entry_days="start")
    model = RecurrentCox(formulation, prepare=False).fit(frame[["rx", "size", "number"]], y, subject=frame["id"])
    np.testing.assert_allclose(model.coef_, coef, atol=PRINTED)
    np.testing.assert_allclose(model.summary_["se"], errors, atol=PRINTED)


@pytest.mark.parametrize(
    ("column", "strata", "statistic", "df"),
    [
        ("treat", None, 10.23720129719894, 1),
        ("hos.cat", None, 2.295016502464, 3),
        ("treat", "sex", 10.02991505975116, 1),
    ],
)
def test_cgd_mean_counts_of_groups_differ_as_in_the_robust_score_test_of_r(read, column, strata, statistic, df):
    """``coxph(Surv(tstart, tstop, status) ~ treat + cluster(id), ties = "breslow")``, ``summary(fit)$robscore``."""
    frame = read("classic/cgd.csv")
    y = Surv.from_arrays(frame["status"], frame["tstop"], frame["tstart"])
    within = None if strata is None else frame[strata]
    result = mean_cumulative_test(y, frame[column], subject=frame["id"], strata=within)
    assert result.statistic == pytest.approx(statistic, rel=SCORE)
    assert result.df == df


def test_bladder_mean_counts_of_three_groups_as_in_r(read):
    frame = read("classic/bladder1.csv").query("stop > start")
    y = Surv.from_arrays(frame["status"] == 1, frame["stop"], frame["start"])
    result = mean_cumulative_test(y, frame["treatment"], subject=frame["id"])
    assert result.statistic == pytest.approx(2.378631913391, rel=SCORE)
    with_deaths = Surv.from_arrays(frame["status"].replace(3, 2), frame["stop"], frame["start"])
    assert mean_cumulative_test(with_deaths, frame["treatment"], subject=frame["id"]).p_value > 0.1
