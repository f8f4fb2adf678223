"""The trap of delayed entry is named: curves that end early, and curves that rest on a few rows."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import FitError
from hgrisk.models.aalen_johansen import AalenJohansen
from hgrisk.models.kaplan_meier import KaplanMeier
from hgrisk.surv import Surv

N = 40
LATE = np.arange(N) >= 3
DURATION = np.where(LATE, 100.0 + np.arange(N), 5.0 + np.arange(N))
ENTRY = np.where(LATE, 30.0, 0.0)


def outcome(early_events):
    event = np.where(LATE, np.arange(N) % 2, np.arange(N) < early_events)
    return Surv.from_arrays(event, DURATION, ENTRY)


@pytest.mark.parametrize("kind", [KaplanMeier, AalenJohansen])
def test_a_curve_that_would_end_before_others_enter_is_refused(kind):
    with pytest.raises(FitError) as caught:
        kind().fit(None, outcome(3))
    assert str(caught.value) == (
        "Somebody of all rows stays at risk until the last row enters, but found that all 1 at risk at 7 days leave "
        "then, which would end the curve at 0: set start_days to 7 or later, for curves of those still at risk by then."
    )
    later = kind(start_days=7).fit(None, outcome(3))
    assert later.table_["time_days"].tolist()[1] > 100
    assert later.notes_ == ()


@pytest.mark.parametrize("kind", [KaplanMeier, AalenJohansen])
def test_early_times_with_few_at_risk_are_marked(kind):
    model = kind().fit(None, outcome(2))
    table = model.table_
    assert table.loc[table["few_at_risk"], "time_days"].tolist() == [5.0, 6.0]
    (note,) = model.notes_
    assert note == (
        "all rows: until 6 days as few as 2 rows are at risk although others enter later; the whole curve rests on "
        "them, which a later start_days avoids."
    )
    assert "rests on them" in model._repr_html_()
    assert table["n_entered"].tolist()[2] == LATE.sum()


def test_large_weights_make_no_large_risk_set():
    model = KaplanMeier().fit(None, outcome(2), sample_weight=np.full(N, 100.0))
    assert model.table_["few_at_risk"].sum() == 2


def test_small_risk_sets_at_the_end_are_no_trap():
    y = Surv.from_arrays(np.ones(20, dtype=int), 50.0 + np.arange(20), np.where(np.arange(20) < 5, 20.0, 0.0))
    model = KaplanMeier().fit(None, y)
    assert not model.table_["few_at_risk"].any()
    assert model.notes_ == ()


def test_groups_are_judged_on_their_own():
    X = pd.DataFrame({"region": np.where(LATE & (np.arange(N) % 3 == 0), "b", "a")})
    with pytest.raises(FitError, match="Somebody of region 'a' stays at risk"):
        KaplanMeier(by="region").fit(X, outcome(3))
    alone = KaplanMeier(by="region").fit(X[X["region"] == "b"], outcome(3)[X["region"] == "b"])
    assert alone.notes_ == ()
