"""Parametric models of well-known data: SAS (Allison's book, re-arrest), R survreg (its help page, lung), lifelines."""

import numpy as np
import pandas as pd
import pytest
from lifelines import LogLogisticAFTFitter, WeibullAFTFitter

from hgrisk.models.parametric import ParametricSurvival
from hgrisk.surv import Surv

SAME_AS_LIFELINES = 1e-5

WEIBULL_OF_ROSSI = {  # log time ratio and error, as printed
    "fin": (0.2722, 0.1380),
    "age": (0.0407, 0.0160),
    "race": (-0.2248, 0.2202),
    "wexp": (0.1066, 0.1515),
    "mar": (0.3113, 0.2733),
    "paro": (0.0588, 0.1396),
    "prio": (-0.0658, 0.0209),
}
WEIBULL_OF_LUNG = {"age": (-0.01226, 0.00696), "sex": (0.38209, 0.12748)}
FOUR_DIGITS, FIVE_DIGITS = 5.1e-5, 5.1e-6


@pytest.fixture(scope="module")
def rossi(read):
    frame = read("rossi/Rossi.csv")
    yes = {"fin": "yes", "race": "black", "wexp": "yes", "mar": "married", "paro": "yes"}
    X = pd.DataFrame({name: frame[name] == yes[name] if name in yes else frame[name] for name in WEIBULL_OF_ROSSI})
    return X.astype(float), Surv.from_frame(frame, event="arrest", duration_days="week")


@pytest.fixture(scope="module")
def lung(read):
    frame = read("classic/lung.csv")
    return frame[["age", "sex"]], Surv.from_arrays(frame["status"] - 1, frame["time"])


def test_the_weibull_model_of_re_arrest_equals_the_book(rossi):
    model = ParametricSurvival("weibull", prepare=False).fit(*rossi)
    expected = pd.DataFrame(WEIBULL_OF_ROSSI, index=["coef", "se"]).T
    np.testing.assert_allclose(model.time_ratios_["coef"], expected["coef"], atol=FOUR_DIGITS)
    np.testing.assert_allclose(model.time_ratios_["se"], expected["se"], atol=FOUR_DIGITS)
    assert 1 / model.shapes_["value"][0] == pytest.approx(0.7124, abs=FOUR_DIGITS)
    assert -model.intercept_ / model.shapes_["value"][0] == pytest.approx(3.9901, abs=FOUR_DIGITS)


def test_the_weibull_model_of_lung_equals_r(lung):
    model = ParametricSurvival("weibull", prepare=False).fit(*lung)
    expected = pd.DataFrame(WEIBULL_OF_LUNG, index=["coef", "se"]).T
    np.testing.assert_allclose(model.time_ratios_["coef"], expected["coef"], atol=FIVE_DIGITS)
    np.testing.assert_allclose(model.time_ratios_["se"], expected["se"], atol=FIVE_DIGITS)
    log_scale = -model.shape_summary_["coef"][0]
    assert log_scale == pytest.approx(-0.28230, abs=FIVE_DIGITS)
    assert -model.intercept_ * np.exp(log_scale) == pytest.approx(6.27485, abs=FIVE_DIGITS)
    assert model.shape_summary_["se"][0] == pytest.approx(0.06188, abs=FIVE_DIGITS)
    assert model.loglik_ == pytest.approx(-1147.1, abs=0.051)


@pytest.mark.parametrize(("name", "fitter"), [("weibull", WeibullAFTFitter), ("log_logistic", LogLogisticAFTFitter)])
def test_models_of_re_arrest_equal_lifelines(rossi, name, fitter):
    X, y = rossi
    frame = X.assign(week=y["duration_days"], arrest=y["event"])
    theirs = fitter().fit(frame, "week", "arrest", fit_options={"ftol": 1e-14})
    model = ParametricSurvival(name, prepare=False).fit(X, y)
    mine, location = model.time_ratios_.set_index("feature"), theirs.summary.droplevel(0).loc[list(X)]
    np.testing.assert_allclose(mine["coef"], location["coef"], atol=SAME_AS_LIFELINES)
    np.testing.assert_allclose(mine["se"], location["se(coef)"], atol=SAME_AS_LIFELINES)
    assert model.loglik_ == pytest.approx(theirs.log_likelihood_, abs=1e-6)
    weeks = [10, 30, 52]
    survival = theirs.predict_survival_function(X, times=weeks).to_numpy().T
    np.testing.assert_allclose(model.predict_survival(X, weeks), survival, atol=SAME_AS_LIFELINES)
    median = theirs.predict_median(X).to_numpy()
    days, within = model.predict_quantile(X), median < 52
    np.testing.assert_allclose(days[within], median[within], rtol=1e-4)
    assert np.isinf(days[~within]).all()
