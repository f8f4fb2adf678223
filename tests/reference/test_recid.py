"""Time to return to prison in North Carolina (Chung, Schmidt and Witte 1991): the tables of Wooldridge's book."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.models.parametric import ParametricSurvival
from hgrisk.surv import Surv

WEIBULL = {  # log hazard ratio and error, as printed
    "workprg": ("0.0909", "0.0906"),
    "priors": ("0.0888", "0.0134"),
    "tserved": ("0.0136", "0.0017"),
    "felon": ("-0.299", "0.106"),
    "alcohol": ("0.447", "0.106"),
    "drugs": ("0.281", "0.098"),
    "black": ("0.454", "0.088"),
    "married": ("-0.152", "0.109"),
    "educ": ("-0.0233", "0.0194"),
    "age": ("-0.00372", "0.00052"),
}
LOG_NORMAL = {  # log time ratio and error, as printed
    "priors": ("-0.1373", "0.0215"),
    "tserved": ("-0.0193", "0.0030"),
    "alcohol": ("-0.635", "0.144"),
}


def near(printed):
    """A published number, to half a unit of its last digit."""
    return pytest.approx(float(printed), abs=0.51 * 10.0 ** -len(printed.split(".")[1]))


@pytest.fixture(scope="module")
def recid(read):
    frame = read("recid_nc/recid.csv")
    return frame[list(WEIBULL)], Surv.from_arrays(1 - frame["cens"], frame["durat"])


def test_the_weibull_hazard_form_equals_the_book(recid):
    model = ParametricSurvival("weibull", prepare=False).fit(*recid)
    table = model.summary_.set_index("feature")
    for name, (coef, se) in WEIBULL.items():
        assert table.loc[name, "coef"] == near(coef), name
        assert table.loc[name, "se"] == near(se), name
    assert model.shapes_["value"][0] == near("0.806")


def test_the_log_normal_time_form_equals_the_book(recid):
    model = ParametricSurvival("log_normal", prepare=False).fit(*recid)
    table = model.summary_.set_index("feature")
    for name, (coef, se) in LOG_NORMAL.items():
        assert table.loc[name, "coef"] == near(coef), name
        assert table.loc[name, "se"] == near(se), name
    assert model.shapes_["value"][0] == near("1.810")


def test_the_likelihood_of_the_log_normal_model_is_the_largest_of_the_two_in_the_book(recid):
    X, y = recid
    logs = np.log(y["duration_days"][y["event"] == 1]).sum()  # the book's likelihood is that of log times
    weibull, log_normal = (ParametricSurvival(name, prepare=False).fit(X, y) for name in ("weibull", "log_normal"))
    assert weibull.loglik_ + logs == pytest.approx(-1633.03, abs=0.006)
    assert log_normal.loglik_ + logs == pytest.approx(-1597.06, abs=0.006)


def test_the_time_form_is_the_hazard_form_over_alpha(recid):
    model = ParametricSurvival("weibull", prepare=False).fit(*recid)
    alpha = model.shapes_["value"][0]
    both = pd.merge(model.summary_, model.time_ratios_, on="feature", suffixes=("", "_time"))
    np.testing.assert_allclose(both["coef_time"], -both["coef"] / alpha, rtol=1e-12)
