"""Concordance of well-known and of drawn rows: R 4.2.2, survival 3.5.3, ``concordance(..., reverse = TRUE)``."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.evaluation.registry import get_metric
from hgrisk.evaluation.sample import Sample
from hgrisk.hazards.concordance import compare_pairs
from hgrisk.surv import Surv

EXACT = 1e-13
LAST_DEATH = 883
OF_LUNG = {  # Surv(time, status) ~ age; timewt "n" and "n/G2"; without and with ymax = 500
    ("harrell_c", LAST_DEATH): 0.5502398321175177,
    ("uno_c", LAST_DEATH): 0.5492307257466758,
    ("harrell_c", 500): 0.5504601305845458,
    ("uno_c", 500): 0.5502825626722047,
}
OF_DRAWN_ROWS = {  # Surv(end, event) ~ x, with ymax = 600 and 300
    ("harrell_c", 600): 0.5542950587842967,
    ("uno_c", 600): 0.5437297707345872,
    ("harrell_c", 300): 0.5627304309780082,
    ("uno_c", 300): 0.5613606692025873,
}
OF_DRAWN_ROWS_WEIGHTED = 0.5556256929287893
OF_LATE_ROWS, OF_LATE_ROWS_WEIGHTED = 0.54090150846239338, 0.5408561041020874  # Surv(start, end, event) ~ x


@pytest.mark.parametrize(("name", "horizon"), OF_LUNG)
def test_concordance_of_lung_equals_r(read, name, horizon):
    frame = read("classic/lung.csv")
    y = Surv.from_arrays(frame["status"] - 1, frame["time"])
    sample = Sample.build(y, y, frame[["age"]] / 100, [horizon])
    assert get_metric(name).estimate(sample, horizon) == pytest.approx(OF_LUNG[name, horizon], abs=EXACT)


def drawn_rows(n=3_000):
    """Rows that R can draw too: about half end in an event, with ties in time and in the prediction."""
    row = np.arange(1, n + 1)
    end, event = 1 + row * 7919 % 601, row * 104729 % 997 % 2
    return pd.DataFrame({"end": end, "event": event, "x": row * 1299709 % 89 - end // 40, "weight": 0.5 + row % 4})


def test_concordance_of_drawn_rows_equals_r():
    rows = drawn_rows()
    y = Surv.from_arrays(rows["event"], rows["end"])
    risk = (rows[["x"]] - rows["x"].min()) / np.ptp(rows["x"])
    for (name, horizon), expected in OF_DRAWN_ROWS.items():
        sample = Sample.build(y, y, risk, [horizon])
        assert get_metric(name).estimate(sample, horizon) == pytest.approx(expected, abs=EXACT)


def test_concordance_with_case_weights_equals_r():
    rows = drawn_rows()
    outcome = rows["end"].to_numpy(float), rows["event"].to_numpy()
    won, compared = compare_pairs(outcome, rows["x"].to_numpy(float), rows["weight"].to_numpy()[None])
    assert won[0] / compared[0] == pytest.approx(OF_DRAWN_ROWS_WEIGHTED, abs=EXACT)


def test_concordance_of_rows_that_enter_late_equals_r():
    rows = drawn_rows()
    start = rows["end"].to_numpy() * (np.arange(1, len(rows) + 1) * 31 % 10) // 12
    outcome = rows["end"].to_numpy(float), rows["event"].to_numpy()
    weights = np.stack((np.ones(len(rows)), rows["weight"]))
    won, compared = compare_pairs(outcome, rows["x"].to_numpy(float), weights, entry=start.astype(float))
    np.testing.assert_allclose(won / compared, [OF_LATE_ROWS, OF_LATE_ROWS_WEIGHTED], rtol=EXACT)
