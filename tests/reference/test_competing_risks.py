"""Competing risks of mgus2: R survival 3.5-3, ``finegray``, ``coxph(weights = fgwt, cluster = id)`` and ``survfit``."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.hazards.fit import CoxRows
from hgrisk.hazards.subdistribution import pose_subdistribution
from hgrisk.models.fine_gray import FineGray
from hgrisk.models.illness_death import MultiState
from hgrisk.surv import Surv

STRATIFIED = 1e-7


@pytest.fixture
def by_decade(read):
    """Plasma cell malignancy before death, without missing values, by decade of diagnosis: 1,360 rows."""
    frame = read("classic/mgus2.csv").dropna(subset=["age", "sex", "mspike", "hgb"])
    days = np.where(frame["pstat"] == 1, frame["ptime"], frame["futime"])
    event = np.where(frame["pstat"] == 1, 1, 2 * frame["death"])
    decade = np.where(frame["dxyr"] < 1980, 0, np.where(frame["dxyr"] < 1990, 1, 2))
    return frame[["age", "mspike", "sex"]].assign(decade=decade), Surv.from_arrays(event, days)


def test_mgus2_fine_gray_of_a_plasma_cell_malignancy(read):
    frame = read("classic/mgus2.csv")
    days = np.where(frame["pstat"] == 1, frame["ptime"], frame["futime"])
    event = np.where(frame["pstat"] == 1, 1, 2 * frame["death"])
    X = frame[["age"]].assign(male=frame["sex"] == "M")
    table = FineGray(prepare=False).fit(X, Surv.from_arrays(event, days)).summary_
    assert table["coef"][0] == pytest.approx(-0.0173, abs=5.1e-5)
    assert table["coef"][1] == pytest.approx(-0.2598, abs=5.1e-5)
    assert table["se"][0] == pytest.approx(0.00570, abs=5.1e-6)
    assert table["se"][1] == pytest.approx(0.18564, abs=6e-6)  # .1856347, which was rounded twice


@pytest.mark.parametrize(
    ("ties", "estimates", "loglik", "risks"),
    [
        (
            "efron",
            [[-0.01786452406, 0.90305970076], [0.005936178082, 0.164158036700]],
            [-686.7292945, -669.3600861],
            [[0.01695934120, 0.02761484671, 0.03548251556], [0.04756775606, 0.04502986793]],
        ),
        (
            "breslow",
            [[-0.01786231793, 0.90297795908], [0.005933739413, 0.164100715725]],
            [-686.7513776, -669.3860332],
            [[0.01695425061, 0.02760427065, 0.03548375332], [0.04756456117, 0.04501503580]],
        ),
    ],
)
def test_mgus2_fine_gray_within_strata(by_decade, ties, estimates, loglik, risks):
    """R: ``finegray(... + strata(decade))``, then ``coxph(... + strata(decade) + cluster(id), weights = fgwt)``."""
    X, y = by_decade
    model = FineGray(prepare=False, ties=ties, strata=["decade"]).fit(X[["age", "mspike", "decade"]], y)
    np.testing.assert_allclose(model.summary_[["coef", "se"]].to_numpy().T, estimates, rtol=STRATIFIED)
    np.testing.assert_allclose([model.loglik_null_, model.loglik_], loglik, rtol=STRATIFIED)
    whom = pd.DataFrame({"age": 70.0, "mspike": 1.0, "decade": [0, 1, 2]})
    early, late = risks  # age 70, mspike 1, in each decade, of which the last was followed for 116 months
    np.testing.assert_allclose(model.predict_risk(whom, 60), early, rtol=STRATIFIED)
    np.testing.assert_allclose(model.predict_risk(whom[:2], 120), late, rtol=STRATIFIED)


def test_mgus2_fine_gray_within_strata_of_two_columns(by_decade):
    X, y = by_decade
    model = FineGray(prepare=False, strata=["decade", "sex"]).fit(X, y)
    np.testing.assert_allclose(model.coef_, [-0.01833775234, 0.89220272762], rtol=STRATIFIED)
    np.testing.assert_allclose(model.summary_["se"], [0.005929159532, 0.162765454924], rtol=STRATIFIED)


def test_weights_of_the_fourteen_rows_in_the_tests_of_r():
    """Published with survival: after a competing event at 2, 5 or 8, the weights at the events at 4, 5 and 10."""
    duration = np.array([1, 2, 3, 4, 4, 4, 5, 5, 6, 8, 8, 9, 10, 12], dtype=float)
    status = np.array([1, 2, 0, 1, 0, 0, 2, 1, 0, 0, 2, 0, 1, 0])
    x = np.array([5, 4, 3, 1, 2, 1, 1, 2, 2, 4, 6, 1, 2, 0], dtype=float)[:, None]
    problem = pose_subdistribution(CoxRows(x, duration, status == 1), status == 2)
    staying = problem.staying
    weight = staying.share[[1, 6, 10], None] * staying.of_slot[1:]
    assert problem.weighted.sets.times[1:].tolist() == [1, 4, 5, 10]
    first = [11 / 12, 11 / 12 * 8 / 10, 11 / 12 * 8 / 10 * 5 / 12]
    np.testing.assert_allclose(weight[0, 1:], first, rtol=1e-12)
    np.testing.assert_allclose(weight[1:, 3], [5 / 12, 1 / 2], rtol=1e-12)


@pytest.mark.parametrize(("sex", "share"), [("F", 0.073886), ("M", 0.055310)])
def test_mgus2_state_occupation_at_120_months(read, sex, share):
    frame = read("classic/mgus2.csv")
    stays = states_of_mgus2(frame[frame["sex"] == sex])
    model = MultiState(CHAIN, prepare=False).fit(stays[["age"]], stays)
    at_120 = model.occupation_[np.searchsorted(model.occupation_times_, 120.0, side="right") - 1]
    assert at_120[model.states_.index("pcm")] == pytest.approx(share, abs=5.1e-7)


def test_mgus2_passages(read):
    stays = states_of_mgus2(read("classic/mgus2.csv"))
    table = MultiState(CHAIN, prepare=False).fit(stays[["age", "male"]], stays).summary_.query("feature == 'male'")
    np.testing.assert_allclose(table["coef"], [-0.02514, 0.39323], atol=5.1e-6)
    np.testing.assert_allclose(table["se"], [0.18846, 0.06970], atol=5.1e-6)


CHAIN = {"mgus": ["pcm", "death"]}


def states_of_mgus2(frame):
    to_state = np.where(frame["pstat"] == 1, "pcm", np.where(frame["death"] == 1, "death", ""))
    days = np.where(frame["pstat"] == 1, frame["ptime"], frame["futime"])
    columns = {"from_state": "mgus", "to_state": to_state, "entry_days": 0.0, "duration_days": days}
    return frame.assign(male=frame["sex"] == "M", **columns)
