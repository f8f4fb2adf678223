"""What is known at a horizon: of rows that could be followed, by weights for those that were censored."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.by_horizon.outcomes import checked_followable, checked_horizons, horizon_outcome
from hgrisk.models.protocol import Training
from hgrisk.models.report_count import ReportCount
from hgrisk.surv import Surv


def rows(event, duration):
    n = len(event)
    return Training(
        None, np.array(duration, dtype=float), np.array(event, dtype=np.int8), np.ones(n), None, np.ones(n, dtype=bool)
    )


def test_a_censored_row_passes_its_weight_on():
    known = horizon_outcome(rows([1, 0, 2, 0], [50, 60, 70, 200]), np.full(4, np.inf), 100)
    assert known.label.tolist() == [True, False, False, False]
    np.testing.assert_allclose(known.weight, [1.0, 0.0, 1.5, 1.5])
    assert known.weight.sum() == pytest.approx(4)


def test_a_row_that_could_not_be_followed_counts_for_nothing_whatever_happened():
    known = horizon_outcome(rows([1, 1, 0, 0], [50, 60, 200, 200]), np.array([90, 300, 300, 300.0]), 100)
    assert known.weight.tolist() == [0.0, 1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("event", "duration", "text"),
    [
        ([0, 0], [50, 60], "Some row is followed for 100 days, but found a longest follow-up of 60 days"),
        ([0, 0], [150, 160], "Some row re-reports within 100 days, but found none"),
        ([1, 1], [50, 100], "Some row is known not to re-report within 100 days, but found none"),
    ],
)
def test_a_horizon_of_which_nothing_can_be_learnt_is_refused(event, duration, text):
    with pytest.raises(FitError, match=text):
        horizon_outcome(rows(event, duration), np.full(2, np.inf), 100)


def test_a_horizon_is_known_when_the_last_rows_ended_in_an_event_before_it():
    known = horizon_outcome(rows([1, 0, 2, 1], [20, 30, 40, 49]), np.full(4, np.inf), 365)
    assert known.label.tolist() == [True, False, False, True]
    np.testing.assert_allclose(known.weight, [1.0, 0.0, 1.5, 1.5])
    with pytest.raises(FitError, match="Some row is followed for 365 days, but found a longest follow-up of 49 days"):
        horizon_outcome(rows([1, 0, 2, 1, 0], [20, 30, 40, 49, 49]), np.full(5, np.inf), 365)
    with pytest.raises(FitError, match="Some row is followed for 365 days, but found a longest follow-up of 0 days"):
        horizon_outcome(rows([1, 2], [20, 30]), np.full(2, 100.0), 365)


def test_a_model_predicts_a_horizon_that_all_rows_ended_before():
    X = pd.DataFrame({"prior_reports_ever": np.arange(40) % 2})
    event = np.where(np.arange(40) < np.where(X["prior_reports_ever"] == 1, 20, 10), 1, 2)
    model = ReportCount((365,)).fit(X, Surv.from_arrays(event, np.arange(10, 50)))
    np.testing.assert_allclose(model.predict_risk(X[:2], 365), [0.25, 0.5])


def test_a_row_that_stands_for_more_than_a_hundred_is_refused():
    def thin(n):
        return rows([1] * n + [0] * 2 * n, [50] * n + [60] * (2 * n - 1) + [200])

    assert horizon_outcome(thin(50), np.full(150, np.inf), 100).weight.max() == pytest.approx(100)
    with pytest.raises(FitError) as caught:
        horizon_outcome(thin(51), np.full(153, np.inf), 100)
    assert str(caught.value) == (
        "A row stands for at most 100 rows at 100 days, but found one that stands for 102, as hardly any row is "
        "followed so long: leave this horizon out, or say how long rows could be followed."
    )


@pytest.mark.parametrize("given", [(), (0,), (-5, 10), ("a",), 5, (np.inf,)])
def test_horizons_are_days_above_0(given):
    with pytest.raises(ConfigError, match="Horizons are days above 0"):
        checked_horizons(given)
    assert checked_horizons([365, 183.0, 365]) == (183.0, 365.0)


def test_followable_days_are_one_number_a_row():
    assert checked_followable(None, 2).tolist() == [np.inf, np.inf]
    for given in ([1.0], [1.0, np.nan]):
        with pytest.raises(DataError, match="followable_days has one number per row"):
            checked_followable(given, 2)
