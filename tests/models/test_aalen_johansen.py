"""Aalen-Johansen by group against lifelines, Kaplan-Meier and the laws it obeys."""

import numpy as np
import pandas as pd
import pytest
import skops.io
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter
from scipy.stats import binomtest
from sklearn.base import clone

from hgrisk.curves import aalen_johansen
from hgrisk.errors import FitError
from hgrisk.models.aalen_johansen import AalenJohansen
from hgrisk.models.kaplan_meier import KaplanMeier
from hgrisk.surv import Surv

EXACT = 1e-12
BOUND = 1e-9
"""How near the root of SciPy's exact interval is."""
ROWS = st.lists(
    st.tuples(st.integers(1, 20), st.integers(0, 3), st.integers(0, 20), st.integers(0, 2)), min_size=3, max_size=60
).filter(lambda rows: any(event == 1 for _, event, _, _ in rows))


def arrays(rows):
    duration, event, _, group = (np.array(column) for column in zip(*rows, strict=True))
    return pd.DataFrame({"region": group}), Surv.from_arrays(event, duration)


def test_incidence_and_error_equal_lifelines_without_ties():
    rng = np.random.default_rng(3)
    days, event = rng.permutation(200) + 1.0, rng.integers(0, 3, 200)
    oracle = AalenJohansenFitter(calculate_variance=True).fit(days, event, event_of_interest=1)
    table = AalenJohansen().fit(None, Surv.from_arrays(event, days)).at(oracle.cumulative_density_.index[:-1])
    mine = table[table["cause"] == 1]
    np.testing.assert_allclose(mine["incidence"], oracle.cumulative_density_.iloc[:-1, 0], atol=EXACT)
    inside = mine["incidence"].to_numpy() > 0
    expected = oracle.confidence_interval_.iloc[:-1].to_numpy()
    # lifelines takes the other scale, log(-log F), and its own variance: the two agree closely, not exactly
    np.testing.assert_allclose(mine[["lower", "upper"]].to_numpy()[inside][30:], expected[inside][30:], atol=0.02)


@settings(max_examples=30, deadline=None)
@given(ROWS)
def test_each_group_and_cause_is_the_curve_of_its_rows_alone(rows):
    X, y = arrays(rows)
    table = AalenJohansen(by="region").fit(X, y).table_
    for (group, cause), part in table.groupby(["region", "cause"]):
        mine = y[X["region"] == group]
        alone = aalen_johansen(mine["duration_days"], mine["event"], cause)
        np.testing.assert_allclose(part["incidence"], alone.at(part["time_days"]), atol=EXACT)


@settings(max_examples=30, deadline=None)
@given(ROWS)
def test_incidences_of_all_causes_and_event_free_add_up_to_one(rows):
    X, y = arrays(rows)
    table = AalenJohansen(by="region").fit(X, y).table_
    total = table.groupby(["region", "time_days"]).agg({"incidence": "sum", "event_free": "first"}).sum(axis=1)
    np.testing.assert_allclose(total, 1.0, atol=EXACT)
    assert ((table["lower"] <= table["incidence"]) & (table["incidence"] <= table["upper"])).all()
    assert table[["lower", "upper"]].stack().between(0, 1).all()
    assert table["n_events"].sum() == (y["event"] > 0).sum()
    assert table.loc[table["cause"] == 1, "n_censored"].sum() == (y["event"] == 0).sum()


@settings(max_examples=30, deadline=None)
@given(ROWS, st.booleans())
def test_without_competing_events_it_is_one_minus_kaplan_meier(rows, clustered):
    X, y = arrays(rows)
    y["event"] = y["event"] == 1
    cluster = np.arange(len(y)) // 2 if clustered else None
    curve = AalenJohansen(by="region").fit(X, y, cluster=cluster).table_
    other = KaplanMeier(by="region").fit(X, y, cluster=cluster).table_
    np.testing.assert_allclose(1 - curve["incidence"], other["survival"], atol=EXACT)
    np.testing.assert_allclose(curve["se"], other["se"], atol=1e-7)
    inside = other["survival"] > EXACT
    np.testing.assert_allclose(1 - curve["upper"][inside], other["lower"][inside], atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_order_of_rows_copies_and_clusters_of_one(rows, random):
    X, y = arrays(rows)
    model = AalenJohansen(by="region").fit(X, y)
    mixed = list(range(len(rows)))
    random.shuffle(mixed)
    pd.testing.assert_frame_equal(AalenJohansen(by="region").fit(X.iloc[mixed], y[mixed]).table_, model.table_)
    copies = np.repeat(np.arange(len(rows)), 2)
    weighted = AalenJohansen(by="region").fit(X, y, sample_weight=np.full(len(rows), 2.0)).table_
    pd.testing.assert_frame_equal(weighted, AalenJohansen(by="region").fit(X.iloc[copies], y[copies]).table_)
    single = AalenJohansen(by="region").fit(X, y, cluster=np.arange(len(y))).table_
    np.testing.assert_allclose(single["se"], model.table_["se"], atol=1e-7)


@pytest.mark.parametrize("clustered", [False, True])
def test_until_the_first_event_the_interval_is_what_the_rows_at_risk_allow(clustered):
    X = pd.DataFrame({"region": list("aaaaaaaabb")})
    y = Surv.from_arrays([2, 0, 0, 2, 1, 0, 0, 1, 0, 0], [10, 20, 20, 30, 40, 50, 50, 60, 60, 60])
    weight = np.full(10, 2.0)
    model = AalenJohansen(by="region", level=0.9).fit(X, y, weight, cluster=np.arange(10) if clustered else None)
    mine = model.table_.query("region == 'a' and cause == 1")
    n_rows = np.array([8, 5]) * (1 if clustered else 2)
    expected = [binomtest(0, n).proportion_ci(0.9, "exact").high for n in n_rows]
    assert mine["time_days"].tolist() == [0, 10, 30, 40, 60]
    np.testing.assert_allclose(mine["upper"].iloc[:3], [0.0, *expected], rtol=BOUND)
    np.testing.assert_array_equal(mine["lower"].iloc[:3], 0.0)
    between = model.at([0, 10, 15, 35]).query("region == 'a' and cause == 1")["upper"]
    later = binomtest(0, 4 * (1 if clustered else 2)).proportion_ci(0.9, "exact").high
    np.testing.assert_allclose(between, [0.0, expected[0], expected[1], later], rtol=BOUND)
    idle = model.at([0, 15]).query("region == 'b' and cause == 1")["upper"]
    alone = binomtest(0, 2 * (1 if clustered else 2)).proportion_ci(0.9, "exact").high
    np.testing.assert_allclose(idle, [0.0, alone], rtol=BOUND)


def test_predictions_are_of_a_re_report_whatever_its_place_among_the_causes():
    X = pd.DataFrame({"region": ["a", "a", "b", "b"]})
    y = Surv.from_arrays([3, 1, 1, 0], [10, 20, 15, 30])
    model = AalenJohansen(by=("region",)).fit(X, y)
    assert model.causes_.tolist() == [1, 3]
    assert model.predict_cumulative_incidence(X, [12, 20]).tolist() == [[0, 0.5], [0, 0.5], [0, 0.5], [0, 0.5]]
    assert model.predict_survival(X, [30])[3, 0] == 0.5
    table = model.table_
    assert table["cause"].tolist() == [1, 1, 1, 3, 3, 3, 1, 1, 3, 3]
    assert table["region"].tolist() == ["a"] * 6 + ["b"] * 4
    assert table["n_events"].tolist() == [0, 0, 1, 0, 1, 0, 0, 1, 0, 0]


def test_without_a_re_report_it_is_refused():
    with pytest.raises(FitError, match="at least one re-report \\(code 1\\), but found none"):
        AalenJohansen().fit(None, Surv.from_arrays([2, 0], [10, 20]))


def test_a_fitted_curve_is_stored_without_rows_and_cloned_without_curves():
    rng = np.random.default_rng(4)
    X = pd.DataFrame({"region": rng.choice(["a", "b"], 300), "year": rng.integers(2020, 2022, 300)})
    y = Surv.from_arrays(rng.integers(0, 3, 300), rng.integers(1, 60, 300))
    model = AalenJohansen(by=("region", "year")).fit(X, y, cluster=np.arange(300) // 3)
    assert all(300 not in np.shape(value) for value in vars(model).values())
    stored = skops.io.dumps(model)
    assert skops.io.get_untrusted_types(data=stored) == ["hgrisk.models.aalen_johansen.AalenJohansen"]
    loaded = skops.io.loads(stored, trusted=["hgrisk.models.aalen_johansen.AalenJohansen"])
    pd.testing.assert_frame_equal(loaded.table_, model.table_)
    np.testing.assert_array_equal(loaded.predict_risk(X, 30), model.predict_risk(X, 30))
    assert not hasattr(clone(model), "times_")
