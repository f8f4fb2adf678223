"""Effects that change with time: each period is a fit of its own, and probabilities follow the known hazard."""

import numpy as np
import pandas as pd
import pytest

from hgrisk.errors import ConfigError
from hgrisk.models.cause_specific.incidence import Hazards, cumulative_incidence, incidence_with_changes
from hgrisk.models.cox import CoxRegression
from hgrisk.models.cox_diagnostics import proportional_hazards_test, residuals
from hgrisk.surv import Surv

SAME = 1e-7
CUT = 183.0


def simulate(n=20_000, seed=0):
    """Re-report hazard 0.002 exp(1.0 x) per day up to day 183 and 0.002 exp(0.2 x) after; competing 0.0005."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    need = rng.exponential(size=n)
    early, late = 0.002 * np.exp(1.0 * x), 0.002 * np.exp(0.2 * x)
    time = np.where(need < early * CUT, need / early, CUT + (need - early * CUT) / late)
    leave, stop = rng.exponential(2000, n), rng.uniform(300, 1000, n)
    days = np.minimum(np.minimum(time, leave), stop)
    event = np.where(days == time, 1, np.where(days == leave, 2, 0))
    return pd.DataFrame({"x": x}), Surv.from_arrays(event, np.maximum(days, 1e-6))


def test_each_period_has_the_coefficient_of_a_fit_of_its_own():
    X, y = simulate(2000)
    model = CoxRegression(prepare=False, changes={"x": [CUT]}).fit(X, y)
    days, event = y["duration_days"], y["event"]
    before = Surv.from_arrays(np.where(days <= CUT, event, 0), np.minimum(days, CUT))
    late = days > CUT
    after = Surv.from_arrays(event[late], days[late], np.full(late.sum(), CUT))
    first = CoxRegression(prepare=False).fit(X, before).coef_[0]
    second = CoxRegression(prepare=False).fit(X[late], after).coef_[0]
    np.testing.assert_allclose(model.coef_, [first, second - first], rtol=SAME)
    assert model.design_names_ == ["x", "x after 183 days"]
    assert model.summary_["feature"].tolist() == model.design_names_


def test_a_row_that_ends_or_enters_on_the_day_of_change_is_in_one_period_only():
    X = pd.DataFrame({"x": [0.0, 1.0, 2.0, 0.5, 1.5, 0.3]})
    y = Surv.from_arrays([1, 1, 0, 1, 1, 1], [10, 20, 20, 30, 40, 25], [0, 0, 0, 20, 20, 5])
    model = CoxRegression(prepare=False, penalty=0.1, changes={"x": [20]}).fit(X, y)
    rows = model.rows_of(X, y)
    assert len(rows.X) == 7, "only the last row lies on both sides"
    np.testing.assert_array_equal(rows.entry, [0, 0, 0, 20, 20, 5, 20])
    np.testing.assert_array_equal(rows.duration, [10, 20, 20, 30, 40, 20, 25])
    np.testing.assert_array_equal(rows.happened, [True, True, False, True, True, False, True])
    np.testing.assert_array_equal(rows.X[:, 1], [0, 0, 0, 0.5, 1.5, 0, 0.3])


def test_probabilities_follow_the_known_hazards():
    X, y = simulate()
    model = CoxRegression(prepare=False, changes={"x": [CUT]}).fit(X, y)
    assert model.coef_ == pytest.approx([1.0, -0.8], abs=0.08)
    new = pd.DataFrame({"x": [-1.0, 0.0, 1.0]})
    found = model.predict_cumulative_incidence(new, [90, 183, 365])
    for row, x in zip(found, new["x"], strict=True):
        early, late, leave = 0.002 * np.exp(1.0 * x), 0.002 * np.exp(0.2 * x), 0.0005
        by_cut = early / (early + leave) * (1 - np.exp(-(early + leave) * CUT))
        there = np.exp(-(early + leave) * CUT)
        later = by_cut + there * late / (late + leave) * (1 - np.exp(-(late + leave) * (365 - CUT)))
        first = early / (early + leave) * (1 - np.exp(-(early + leave) * 90))
        np.testing.assert_allclose(row, [first, by_cut, later], atol=0.02)


def test_without_a_change_of_score_the_probabilities_are_the_plain_ones():
    hazards = Hazards(np.arange(1.0, 9), np.full(8, 0.1), np.array([0, 0.1, 0, 0, 0.2, 0, 0, 0.1]))
    score, days = np.array([-1.0, 0.0, 2.0]), np.array([0.0, 3.0, 8.0, 5.5])
    twice = incidence_with_changes(np.column_stack([score, score]), np.array([4.0]), hazards, days)
    np.testing.assert_allclose(twice, cumulative_incidence(score, hazards, days), atol=1e-14)


def test_clusters_strata_and_offset_go_with_their_pieces():
    X, y = simulate(600)
    X["region"] = np.where(np.arange(600) % 2, "a", "b")
    cluster, offset = np.arange(600) // 3, np.linspace(-1, 1, 600)
    settings = {"prepare": False, "strata": ["region"]}
    model = CoxRegression(**settings, changes={"x": [CUT]}).fit(X, y, cluster=cluster, offset=offset)
    days, event = y["duration_days"], y["event"]
    late = days > CUT
    pieces = Surv.from_arrays(
        np.append(np.where(late, 0, event), event[late]),
        np.append(np.minimum(days, CUT), days[late]),
        np.append(np.zeros(600), np.full(late.sum(), CUT)),
    )
    both = pd.concat([X.assign(after=0.0), X[late].assign(after=X["x"][late])])[["x", "after", "region"]]
    by_hand = CoxRegression(**settings).fit(
        both, pieces, cluster=np.append(cluster, cluster[late]), offset=np.append(offset, offset[late])
    )
    np.testing.assert_allclose(model.coef_, by_hand.coef_, rtol=SAME)
    np.testing.assert_allclose(model.covariance_, by_hand.covariance_, rtol=SAME)


def test_the_test_of_proportional_hazards_asks_for_the_change_and_is_content_with_it():
    X, y = simulate(4000)
    plain, changing = (CoxRegression(prepare=False, changes=changes).fit(X, y) for changes in (None, {"x": [CUT]}))
    assert proportional_hazards_test(plain, X, y)["p_value"].iloc[0] < 1e-6
    assert proportional_hazards_test(changing, X, y)["p_value"].iloc[-1] > 1e-3
    assert residuals(changing, X, y).sum() == pytest.approx(0.0, abs=1e-6)


def test_changes_are_checked():
    X, y = simulate(100)
    for days in ([], [0], [200, 100], [np.inf]):
        with pytest.raises(ConfigError, match="An effect changes at days above 0 that rise"):
            CoxRegression(prepare=False, changes={"x": days}).fit(X, y)
    with pytest.raises(
        ConfigError, match="Effects that change are of design columns, but found 'z': name one such as x"
    ):
        CoxRegression(prepare=False, changes={"z": [100]}).fit(X, y)
