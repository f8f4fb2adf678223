"""Andersen-Gill models of bladder2 and cgd: start-stop rows with naive and cluster-robust errors, R survival 3.5-3."""

import numpy as np
import pytest

from hgrisk.models.cox import CoxRegression
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
