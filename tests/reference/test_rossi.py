"""Re-arrest after release, Rossi et al. (1980): R survival 3.5-3, Allison's book, and lifelines."""

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter

from hgrisk.models.cox import CoxRegression
from hgrisk.models.cox_diagnostics import proportional_hazards_test
from hgrisk.surv import Surv

PRINTED = 5.1e-6  # coefficients and errors are printed with five digits
PRINTED_LOGLIK = 5.1e-5
SAME_AS_LIFELINES = 1e-7

COEF = {
    "fin": (-0.37942, 0.19138),
    "age": (-0.05744, 0.02200),
    "race": (0.31390, 0.30799),
    "wexp": (-0.14980, 0.21222),
    "mar": (-0.43370, 0.38187),
    "paro": (-0.08487, 0.19576),
    "prio": (0.09150, 0.02865),
}


@pytest.fixture(scope="module")
def rossi(read):
    frame = read("rossi/Rossi.csv")
    yes = {"fin": "yes", "race": "black", "wexp": "yes", "mar": "married", "paro": "yes"}
    X = pd.DataFrame({name: frame[name] == yes[name] if name in yes else frame[name] for name in COEF})
    return X, Surv.from_frame(frame, event="arrest", duration_days="week")


def test_efron_coefficients_errors_and_likelihood_equal_r(rossi):
    model = CoxRegression(prepare=False).fit(*rossi)
    expected = pd.DataFrame(COEF, index=["coef", "se"]).T
    np.testing.assert_allclose(model.summary_["coef"], expected["coef"], atol=PRINTED)
    np.testing.assert_allclose(model.summary_["se"], expected["se"], atol=PRINTED)
    assert model.loglik_ == pytest.approx(-658.7477, abs=PRINTED_LOGLIK)
    assert model.summary_["feature"].tolist() == list(COEF)


def test_breslow_equals_r(rossi):
    model = CoxRegression(ties="breslow", prepare=False).fit(*rossi)
    assert model.coef_[0] == pytest.approx(-0.37902, abs=PRINTED)
    assert model.loglik_ == pytest.approx(-659.1206, abs=PRINTED_LOGLIK)


def test_efron_equals_lifelines_with_interval(rossi):
    X, y = rossi
    frame = X.astype(float).assign(week=y["duration_days"], arrest=y["event"])
    theirs = CoxPHFitter().fit(frame, "week", "arrest").summary
    mine = CoxRegression(prepare=False).fit(X, y).summary_
    columns = ["coef", "se(coef)", "exp(coef)", "exp(coef) lower 95%", "exp(coef) upper 95%"]
    ours = ["coef", "se", "hazard_ratio", "lower", "upper"]
    np.testing.assert_allclose(mine[ours], theirs[columns], rtol=SAME_AS_LIFELINES)


def test_ridge_by_hand_equals_lifelines(rossi):
    X, y = rossi
    scaled = (X.astype(float) - X.mean()) / X.astype(float).std(ddof=0)
    frame = scaled.assign(week=y["duration_days"], arrest=y["event"])
    # lifelines takes the mean log likelihood per row, and penalises its own standardised (ddof = 1) coefficients
    n, n_events = len(y), int(y["event"].sum())
    penalty = 0.2 * n_events * (n - 1) / n**2
    theirs = CoxPHFitter(penalizer=penalty, l1_ratio=0.0).fit(frame, "week", "arrest", fit_options={"precision": 1e-14})
    mine = CoxRegression(penalty=0.2, prepare=False).fit(scaled, y)
    np.testing.assert_allclose(mine.coef_, theirs.params_, rtol=1e-6)


def test_person_weeks_with_employment_equal_the_book(read):
    weeks = read("rossi/rossi_personweeks.csv.gz")
    names = [*COEF, "employed"]
    y = Surv.from_frame(weeks, event="arrest", duration_days="stop")
    model = CoxRegression(prepare=False).fit(weeks[names], y, entry=weeks["start"])
    assert len(weeks) == 19_809
    assert model.coef_[-1] == pytest.approx(-1.32832, abs=PRINTED)
    assert model.summary_["se"].iloc[-1] == pytest.approx(0.25072, abs=PRINTED)


def test_person_weeks_with_fixed_columns_equal_one_row_per_person(read, rossi):
    weeks = read("rossi/rossi_personweeks.csv.gz")
    y = Surv.from_frame(weeks, event="arrest", duration_days="stop")
    split = CoxRegression(prepare=False).fit(weeks[list(COEF)], y, entry=weeks["start"], cluster=weeks["id"])
    whole = CoxRegression(prepare=False).fit(*rossi, cluster=np.arange(len(rossi[1])))
    np.testing.assert_allclose(split.coef_, whole.coef_, atol=1e-9)
    np.testing.assert_allclose(split.model_covariance_, whole.model_covariance_, rtol=1e-7)
    np.testing.assert_allclose(split.covariance_, whole.covariance_, rtol=1e-7)


@pytest.mark.parametrize(
    ("ties", "transform", "expected"),
    [
        ("efron", "km", [0.062430, 5.973982, 2.068265, 4.224596, 1.011022, 0.018383, 0.520584, 17.694415]),
        ("efron", "log", [0.137599, 8.231498, 1.617085, 2.085855, 1.125973, 0.219203, 0.013479, 17.661571]),
        ("breslow", "km", [0.061385, 5.940847, 2.055371, 4.190715, 1.005007, 0.018993, 0.510019, 17.573279]),
        ("breslow", "identity", [0.008592, 6.579103, 2.130806, 3.845772, 1.025128, 0.028914, 0.415453, 18.059743]),
    ],
)
def test_proportional_hazards_test_equals_r(rossi, ties, transform, expected):
    model = CoxRegression(ties=ties, prepare=False).fit(*rossi)
    table = proportional_hazards_test(model, *rossi, transform)
    np.testing.assert_allclose(table["statistic"], expected, atol=1e-6)
    assert table["df"].tolist() == [1] * 7 + [7]
