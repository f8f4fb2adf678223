"""Restricted means by group: by hand, the laws they obey, refusals."""

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone

from hgrisk.errors import ConfigError, FitError
from hgrisk.models.kaplan_meier import KaplanMeier
from hgrisk.models.restricted_mean import RestrictedMean
from hgrisk.surv import Surv

EXACT = 1e-9


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(5)
    n = 300
    X = pd.DataFrame({"region": rng.choice(["a", "b", "c"], n), "year": rng.integers(2020, 2022, n)})
    return X, Surv.from_arrays(rng.integers(0, 3, n), rng.integers(1, 600, n))


def test_without_censoring_it_is_the_mean_of_the_times_up_to_the_horizon():
    duration = np.array([10.0, 50, 90, 400, 500, 20])
    model = RestrictedMean(horizon_days=100).fit(None, Surv.from_arrays(np.ones(6, dtype=int), duration))
    cut = np.minimum(duration, 100)
    row = model.table_.set_index("quantity").loc["event_free_days"]
    assert row["days"] == pytest.approx(cut.mean(), abs=EXACT)
    assert row["se"] == pytest.approx(cut.std() / np.sqrt(6), abs=EXACT)
    assert row["upper"] == pytest.approx(min(100, row["days"] + 1.959964 * row["se"]), abs=1e-5)


def test_days_lost_to_all_events_and_free_days_are_the_horizon(rows):
    X, y = rows
    table = RestrictedMean(horizon_days=365, by="region").fit(X, y).table_
    np.testing.assert_allclose(table.groupby("region")["days"].sum(), 365.0, atol=EXACT)
    assert table["quantity"].tolist()[:3] == ["event_free_days", "days_lost_to_event_1", "days_lost_to_event_2"]
    later = RestrictedMean(horizon_days=365, by="region", start_days=100).fit(X, y).table_
    np.testing.assert_allclose(later.groupby("region")["days"].sum(), 265.0, atol=EXACT)


def test_it_is_the_area_under_kaplan_meier(rows):
    X, y = rows
    y = Surv.from_arrays((y["event"] == 1).astype(int), y["duration_days"])
    free = RestrictedMean(horizon_days=300, by="region").fit(X, y).table_.query("quantity == 'event_free_days'")
    curves = KaplanMeier(by="region").fit(X, y).at(np.arange(300))
    np.testing.assert_allclose(free["days"], curves.groupby("region")["survival"].sum(), atol=EXACT)


@pytest.mark.parametrize("cluster", [None, np.arange(8)])
def test_a_group_whose_rows_tell_no_error_has_no_p_value(cluster):
    X = pd.DataFrame({"region": list("aaaabbcd")})
    y = Surv.from_arrays([1, 1, 2, 0, 1, 1, 2, 0], [30, 90, 200, 400, 50, 50, 120, 400])
    model = RestrictedMean(horizon_days=365, by="region").fit(X, y, cluster=cluster)
    assert model.differences_["p_value"].isna().all()
    assert np.isfinite(model.differences_["difference"]).all()
    told = "its rows tell no error of event_free_days, days_lost_to_event_1, days_lost_to_event_2"
    assert model.notes_ == (
        "region 'd': no event, so that its interval tells nothing.",
        f"region 'b': {told}, so that these have no p-value.",
        f"region 'c': {told}, so that these have no p-value.",
    )
    y["event"][5], y["duration_days"][5] = 2, 60
    other = RestrictedMean(horizon_days=365, by="region").fit(X, y, cluster=cluster)
    assert np.isfinite(other.differences_.query("region == 'b'")["p_value"]).all()


def test_differences_are_from_the_reference_whichever_it_is(rows):
    X, y = rows
    by = ("region", "year")
    first = RestrictedMean(horizon_days=365, by=by).fit(X, y)
    assert len(first.differences_) == 5 * 3
    other = clone(first).set_params(reference=("b", 2021)).fit(X, y)
    days = first.table_.set_index([*by, "quantity"])[["days", "se"]]
    for row in other.differences_.itertuples():
        mine, its = days.loc[(row.region, row.year, row.quantity)], days.loc[("b", 2021, row.quantity)]
        assert row.difference == pytest.approx(mine["days"] - its["days"], abs=EXACT)
        assert row.se == pytest.approx(np.hypot(mine["se"], its["se"]), abs=EXACT)
        assert row.lower < row.difference < row.upper
        assert (row.p_value < 0.05) == (row.lower > 0 or row.upper < 0)


def test_clusters_that_lie_in_two_groups_lower_the_error_of_the_difference():
    rng = np.random.default_rng(6)
    shared = rng.exponential(200, 200)
    X = pd.DataFrame({"arm": np.tile([0, 1], 200)})
    y = Surv.from_arrays(np.ones(400, dtype=int), np.repeat(shared, 2) * rng.uniform(0.9, 1.1, 400))
    household = np.repeat(np.arange(200), 2)
    alone = RestrictedMean(horizon_days=300, by="arm").fit(X, y).differences_
    together = RestrictedMean(horizon_days=300, by="arm").fit(X, y, cluster=household).differences_
    assert together["se"].iloc[0] < 0.3 * alone["se"].iloc[0]
    single = RestrictedMean(horizon_days=300, by="arm").fit(X, y, cluster=np.arange(400)).differences_
    np.testing.assert_allclose(single["se"], alone["se"], rtol=1e-9)


def test_order_of_rows_and_copies(rows):
    X, y = rows
    mixed = np.random.default_rng(7).permutation(len(y))
    model = RestrictedMean(horizon_days=365, by="region")
    table = model.fit(X, y).table_
    again = clone(model).fit(X.iloc[mixed], y[mixed]).table_
    pd.testing.assert_frame_equal(again, table)
    twice = np.repeat(np.arange(len(y)), 2)
    weighted = clone(model).fit(X, y, sample_weight=np.full(len(y), 2.0)).table_
    pd.testing.assert_frame_equal(weighted, clone(model).fit(X.iloc[twice], y[twice]).table_)


def message(error, call, *args):
    with pytest.raises(error) as caught:
        call(*args)
    return str(caught.value)


def test_wrong_settings_and_data_are_refused(rows):
    X, y = rows
    for horizon in (0, -1, np.nan, np.inf, "365", 1e300):
        assert "horizon_days is a number of days above start_days, at most 1e+06" in message(
            ConfigError, RestrictedMean(horizon_days=horizon).fit, None, y
        )
    assert "reference is a group of the data, but found 'd': use one such as region 'a'" in message(
        ConfigError, RestrictedMean(by="region", reference="d").fit, X, y
    )
    assert "reference is a group" in message(ConfigError, RestrictedMean(reference="a").fit, None, y)
    short = y.copy()
    short["duration_days"][X["region"] == "b"] = 100.0
    short["event"][np.flatnonzero(X["region"] == "b")[0]] = 0
    assert message(FitError, RestrictedMean(by="region").fit, X, short) == (
        "region 'b' is followed up to the horizon of 365 days, but found 100 days at most: set an earlier horizon_days."
    )
    short["duration_days"][np.flatnonzero(X["region"] == "b")[0]] = 365.0
    assert len(RestrictedMean(by="region").fit(X, short).table_) == 9  # followed up to the very day
    nothing = Surv.from_arrays(np.zeros(3, dtype=int), [1, 2, 3])
    assert "takes at least one event" in message(FitError, RestrictedMean(horizon_days=2).fit, None, nothing)


def test_a_group_whose_curve_has_ended_needs_no_longer_follow_up():
    y = Surv.from_arrays([1, 1, 1], [10, 20, 30])
    assert RestrictedMean(horizon_days=100).fit(None, y).table_["days"].tolist() == [
        pytest.approx(20),
        pytest.approx(80),
    ]


def test_what_a_reader_should_know_is_noted():
    X = pd.DataFrame({"region": ["a", "a", "b", "b"]})
    model = RestrictedMean(horizon_days=10, by="region").fit(X, Surv.from_arrays([1, 0, 0, 0], [5, 20, 15, 30]))
    assert model.notes_ == ("region 'b': no event, so that its interval tells nothing.",)
    late = Surv.from_arrays([1, 0, 1, 0], [5, 40, 40, 40], [0, 0, 30, 30])
    few = RestrictedMean(horizon_days=30).fit(None, late)
    assert few.notes_[0].startswith("all rows: until 5 days as few as 2 rows are at risk")


def test_it_is_stored_without_rows_and_shown_as_a_table(rows):
    X, y = rows
    model = RestrictedMean(horizon_days=365, by="region").fit(X, y)
    assert all(len(y) not in np.shape(value) for value in vars(model).values())
    loaded = skops.io.loads(skops.io.dumps(model), trusted=["hgrisk.models.restricted_mean.RestrictedMean"])
    pd.testing.assert_frame_equal(loaded.differences_, model.differences_)
    assert "event_free_days" in model._repr_html_()
    assert "RestrictedMean()" in RestrictedMean()._repr_html_()
    assert RestrictedMean(horizon_days=365).fit(None, y).differences_.empty
