"""Competing risks of mgus2: R survival 3.5-3, ``finegray``, ``coxph(weights = fgwt, cluster = id)`` and ``survfit``."""

import numpy as np
import pytest

from hgrisk.hazards.fit import CoxRows
from hgrisk.hazards.subdistribution import pose_subdistribution
from hgrisk.models.fine_gray import FineGray
from hgrisk.models.illness_death import MultiState
from hgrisk.surv import Surv


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
