"""Recurrent events in bladder2 and cgd: start-stop rows, naive and cluster-robust errors, R survival 3.5-3."""

import numpy as np
import pytest

from hgrisk.models.cox import CoxRegression
from hgrisk.models.recurrent_cox import RecurrentCox
from hgrisk.surv import Surv

PRINTED = 5.1e-6


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
