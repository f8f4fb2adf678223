"""Cox models of lung, pbc and mgus2, R survival 3.5-3; pbc also in Therneau and Grambsch (2000)."""

import numpy as np
import pytest

from hgrisk.curves import aalen_johansen
from hgrisk.models.cox import CoxRegression
from hgrisk.surv import Surv

PRINTED = 5.1e-6


def check(model, feature, coef, error):
    row = model.summary_.set_index("feature").loc[feature]
    assert row["coef"] == pytest.approx(coef, abs=PRINTED)
    assert row["se"] == pytest.approx(error, abs=PRINTED)


def test_lung_sex_given_age_and_performance(read):
    frame = read("classic/lung.csv").dropna(subset=["ph.ecog"])
    y = Surv.from_arrays(frame["status"] == 2, frame["time"])
    check(CoxRegression(prepare=False).fit(frame[["sex", "age", "ph.ecog"]], y), "sex", -0.55261, 0.16774)


def test_pbc_bilirubin_in_the_five_column_model(read):
    frame = read("classic/pbc.csv")
    X = frame[["age", "edema"]].assign(**{name: np.log(frame[name]) for name in ("bili", "protime", "albumin")})
    whole = X.notna().all(axis=1)
    y = Surv.from_arrays(frame["status"] == 2, frame["time"])
    assert whole.sum() == 416
    check(CoxRegression(prepare=False).fit(X[whole], y[whole]), "bili", 0.86355, 0.08294)


@pytest.mark.parametrize(("cause", "coef", "error"), [(1, -0.02514, 0.18846), (2, 0.39323, 0.06970)])
def test_mgus2_cause_specific_hazards(read, cause, coef, error):
    frame = read("classic/mgus2.csv")
    days = np.where(frame["pstat"] == 1, frame["ptime"], frame["futime"])
    event = np.where(frame["pstat"] == 1, 1, 2 * frame["death"])
    swapped = np.array([0, 1, 2] if cause == 1 else [0, 2, 1])[event]  # the model's own cause is code 1
    X = frame[["age"]].assign(male=frame["sex"] == "M")
    check(CoxRegression(prepare=False).fit(X, Surv.from_arrays(swapped, days)), "male", coef, error)


def test_mgus2_mean_incidence_follows_aalen_johansen(read):
    frame = read("classic/mgus2.csv")
    days = np.where(frame["pstat"] == 1, frame["ptime"], frame["futime"])
    event = np.where(frame["pstat"] == 1, 1, 2 * frame["death"])
    X = frame[["age"]].assign(male=frame["sex"] == "M")
    times = [60, 120]
    model = CoxRegression(prepare=False).fit(X, Surv.from_arrays(event, days))
    mean = model.predict_cumulative_incidence(X, times).mean(axis=0)
    np.testing.assert_allclose(mean, aalen_johansen(days, event).at(times), atol=0.005)
