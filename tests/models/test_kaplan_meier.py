"""Kaplan-Meier by group against lifelines, by hand, and against the laws it obeys."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from scipy.stats import binomtest

from hgrisk.errors import DataError, FitError
from hgrisk.models.kaplan_meier import KaplanMeier
from hgrisk.surv import Surv

EXACT = 1e-12
BOUND = 1e-9
"""How near the root of SciPy's exact interval is."""
ROWS = st.lists(
    st.tuples(st.integers(1, 20), st.booleans(), st.integers(0, 20), st.integers(0, 2)), min_size=3, max_size=60
).filter(lambda rows: any(event for _, event, _, _ in rows))


def arrays(rows, delayed=False):
    duration, event, entry, group = (np.array(column) for column in zip(*rows, strict=True))
    entry = np.minimum(entry, duration - 1) if delayed else None
    return pd.DataFrame({"region": group}), Surv.from_arrays(event, duration, entry)


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_a_group_equals_lifelines(rows):
    X, y = arrays(rows)
    table = KaplanMeier(by="region").fit(X, y).table_
    group = X["region"].iloc[0]
    part, mine = table[table["region"] == group], y[X["region"] == group]
    oracle = KaplanMeierFitter().fit(mine["duration_days"], mine["event"], timeline=part["time_days"])
    np.testing.assert_allclose(part["survival"], oracle.survival_function_.iloc[:, 0], atol=EXACT)
    inside = part["survival"].between(1e-9, 1 - 1e-9).to_numpy()
    bounds = oracle.confidence_interval_.to_numpy()
    np.testing.assert_allclose(part[["lower", "upper"]].to_numpy()[inside], bounds[inside], atol=1e-7)


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_with_delayed_entry_only_those_under_observation_are_at_risk(rows):
    X, y = arrays(rows, delayed=True)
    days, survival, ends_early = [0.0], [1.0], False
    for day in np.unique(y["duration_days"][y["event"] == 1]):
        at_risk = (y["entry_days"] < day) & (day <= y["duration_days"])
        days.append(day)
        survival.append(survival[-1] * (1 - ((y["event"] == 1) & (y["duration_days"] == day)).sum() / at_risk.sum()))
        ends_early |= survival[-1] == 0 and (y["entry_days"] >= day).any()
    if ends_early:
        with pytest.raises(FitError, match="stays at risk until the last row enters"):
            KaplanMeier().fit(X, y)
    else:
        table = KaplanMeier().fit(X, y).table_
        assert table["time_days"].tolist() == days
        np.testing.assert_allclose(table["survival"], survival, atol=EXACT)


@settings(max_examples=25, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_order_of_rows_unit_of_time_and_copies(rows, random):
    X, y = arrays(rows)
    model = KaplanMeier(by="region").fit(X, y)
    mixed = list(range(len(rows)))
    random.shuffle(mixed)
    pd.testing.assert_frame_equal(KaplanMeier(by="region").fit(X.iloc[mixed], y[mixed]).table_, model.table_)
    weeks = y.copy()
    weeks["duration_days"] /= 7
    same = KaplanMeier(by="region").fit(X, weeks).table_
    columns = [name for name in same if name != "time_days"]
    pd.testing.assert_frame_equal(same[columns], model.table_[columns])
    weights = np.array([random.randint(1, 3) for _ in rows])
    copies = np.repeat(np.arange(len(rows)), weights)
    weighted = KaplanMeier(by="region").fit(X, y, sample_weight=weights).table_
    repeated = KaplanMeier(by="region").fit(X.iloc[copies], y[copies]).table_
    pd.testing.assert_frame_equal(weighted, repeated)


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_survival_starts_at_one_and_never_rises_inside_its_interval(rows):
    X, y = arrays(rows)
    table = KaplanMeier(by="region").fit(X, y).table_
    starts = table["time_days"] == 0
    assert (table.loc[starts, ["survival", "lower", "upper"]] == 1).all(axis=None)
    assert (table.groupby("region")["survival"].diff().fillna(0) <= 0).all()
    assert ((table["lower"] <= table["survival"]) & (table["survival"] <= table["upper"])).all()
    assert table[["lower", "upper"]].stack().between(0, 1).all()
    assert (table["cumulative_hazard"] <= -np.log(np.maximum(table["survival"], 1e-300)) + EXACT).all()
    ended = table["n_events"].sum() + table["n_censored"].sum()
    assert ended == len(rows)


@settings(max_examples=20, deadline=None)
@given(ROWS)
def test_a_cluster_for_each_row_gives_greenwoods_errors_and_pairs_give_larger_ones(rows):
    X, y = arrays(rows)
    plain = KaplanMeier(by="region").fit(X, y).table_
    single = KaplanMeier(by="region").fit(X, y, cluster=np.arange(len(y))).table_
    np.testing.assert_allclose(single["se"], plain["se"], atol=1e-7)
    twice = np.repeat(np.arange(len(y)), 2)
    pairs = KaplanMeier(by="region").fit(X.iloc[twice], y[twice], cluster=twice).table_
    np.testing.assert_allclose(pairs["se"], plain["se"], atol=1e-7)
    np.testing.assert_allclose(pairs["survival"], plain["survival"], atol=EXACT)
    naive = KaplanMeier(by="region").fit(X.iloc[twice], y[twice]).table_
    np.testing.assert_allclose(naive["se"] * np.sqrt(2), plain["se"], atol=EXACT)


def test_splitting_rows_changes_nothing():
    rng = np.random.default_rng(1)
    duration, event = rng.integers(2, 60, 200) * 1.0, rng.integers(0, 2, 200)
    cut = duration > 20
    whole = KaplanMeier().fit(None, Surv.from_arrays(event, duration), cluster=np.arange(200)).at([10, 30, 50])
    stop = np.concatenate([np.minimum(duration, 20), duration[cut]])
    ends = np.concatenate([np.where(cut, 0, event), event[cut]])
    entry = np.concatenate([np.zeros(200), np.full(cut.sum(), 20.0)])
    cluster = np.concatenate([np.arange(200), np.flatnonzero(cut)])
    parts = KaplanMeier().fit(None, Surv.from_arrays(ends, stop, entry), cluster=cluster).at([10, 30, 50])
    pd.testing.assert_frame_equal(parts, whole)


def test_predictions_are_the_curve_of_the_group_of_each_row():
    X = pd.DataFrame({"note": [9, 9, 9, 9], "region": ["a", "a", "b", "b"]})
    y = Surv.from_arrays([1, 0, 1, 1], [10, 40, 20, 50])
    model = KaplanMeier(by="region").fit(X, y)
    other = pd.DataFrame({"note": [0, 0, 0], "region": ["b", "a", "b"]})
    assert model.predict_cumulative_incidence(other, [5, 15, 30]).tolist() == [[0, 0, 0.5], [0, 0.5, 0.5], [0, 0, 0.5]]
    assert model.predict_survival(other, [15])[:, 0].tolist() == [1, 0.5, 1]
    assert model.predict_survival(other[:1], [15, 30]).tolist() == [[1, 0.5]]  # the second group without the first
    assert model.predict(other).shape == (3,)
    early = KaplanMeier(by="region").fit(X, Surv.from_arrays([1, 0, 0, 1], [10, 40, 20, 50]))
    score = early.predict(other)
    assert score[1] > score[0] == score[2]
    assert model.predict_cumulative_incidence(other.iloc[:0], [5]).shape == (0, 1)


def test_without_columns_no_table_is_needed():
    y = Surv.from_arrays([1, 0, 1], [10, 20, 30])
    model = KaplanMeier().fit(None, y)
    np.testing.assert_allclose(model.predict_survival(None, [9, 10, 30]), [[1, 2 / 3, 0]], atol=EXACT)
    assert model.predict(None).shape == (1,)
    assert list(model.table_) == [
        *("time_days", "at_risk", "n_events", "n_censored", "survival", "se", "lower", "upper"),
        *("cumulative_hazard", "cumulative_hazard_se"),
    ]
    assert model.table_["n_censored"].tolist() == [0, 1, 0]
    last = model.table_.iloc[-1]
    assert (last["survival"], last["se"], last["lower"]) == (0, 0, 0)
    assert last["upper"] == model.table_["upper"].iloc[-2] > 0.9
    assert "of fit" not in model._repr_html_()
    assert "<table" in model._repr_html_()
    assert "KaplanMeier()" in KaplanMeier()._repr_html_()


def test_curves_from_a_later_day_are_of_those_still_at_risk():
    rng = np.random.default_rng(2)
    y = Surv.from_arrays(rng.integers(0, 2, 100), rng.integers(1, 60, 100))
    all_days, later = KaplanMeier().fit(None, y), KaplanMeier(start_days=20).fit(None, y)
    at = [20, 30, 50]
    whole = all_days.at(at)["survival"].to_numpy()
    np.testing.assert_allclose(later.at(at)["survival"], whole / whole[0], atol=EXACT)
    assert later.predict_survival(None, [5]) == 1
    assert later.table_["at_risk"].iloc[0] == (y["duration_days"] > 20).sum()


def message(error, call, *args, **kwargs):
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def test_what_it_cannot_take_is_refused_in_one_sentence():
    y = Surv.from_arrays([1, 0, 1], [10, 20, 30])
    assert message(DataError, KaplanMeier().fit, None, Surv.from_arrays([1, 2], [10, 20])) == (
        "Kaplan-Meier takes no competing events, which are not censoring, but found code 2: use AalenJohansen."
    )
    text = message(FitError, KaplanMeier().fit, None, Surv.from_arrays([0, 0], [10, 20]))
    assert text.startswith("Kaplan-Meier takes at least one re-report (code 1), but found none")
    X = pd.DataFrame({"region": ["a", "b", "b"]})
    assert "found nobody of region 'a' after 10 days" in message(
        FitError, KaplanMeier(by="region", start_days=10).fit, X, y
    )


def test_a_group_is_not_predicted_past_its_follow_up():
    X = pd.DataFrame({"region": ["a", "a", "b", "b"]})
    model = KaplanMeier(by="region").fit(X, Surv.from_arrays([1, 0, 1, 1], [10, 20, 15, 30]))
    assert message(FitError, model.predict_risk, X, 25) == (
        "The curve of region 'a' ends at its longest follow-up of 20 days, but found 25: ask for an earlier time."
    )
    assert "region 'a'" in message(FitError, model.at, [25])
    assert "longest training follow-up of 30 days" in message(FitError, model.at, [31])
    assert model.predict_risk(X[2:], 25).tolist() == [0.5, 0.5]
    ended = KaplanMeier(by="region").fit(X, Surv.from_arrays([1, 1, 1, 0], [10, 20, 15, 30]))
    assert ended.predict_risk(X[:1], 30).tolist() == [1.0]  # nobody of the group is left: the curve stays


def test_one_event_and_a_group_without_events_give_numbers_and_a_note():
    X = pd.DataFrame({"region": ["a", "a", "b", "b"]})
    model = KaplanMeier(by="region").fit(X, Surv.from_arrays([1, 0, 0, 0], [10, 20, 15, 30]))
    assert np.isfinite(model.table_.drop(columns="region").to_numpy(float)).all()
    assert model.notes_ == ("region 'b': no event, so that its interval rests on the number of its rows alone.",)
    assert np.isfinite(model.predict(X)).all()


def test_times_of_any_size_are_taken():
    table = KaplanMeier().fit(None, Surv.from_arrays([1, 1, 0], [1e-300, 1.0, 1e300])).table_
    np.testing.assert_allclose(table["survival"], [1, 2 / 3, 1 / 3])
    assert np.isfinite(table.to_numpy()).all()


def test_its_help_promises_nothing_for_competing_events_which_it_refuses():
    assert "competing" not in KaplanMeier.predict_cumulative_incidence.__doc__


def test_until_the_first_re_report_the_interval_is_what_the_rows_at_risk_allow():
    y = Surv.from_arrays([0, 0, 1, 0, 1], [10, 20, 30, 40, 50])
    table = KaplanMeier().fit(None, y).at([0, 5, 29, 30])
    bound = binomtest(0, 3).proportion_ci(0.95, "exact").high
    np.testing.assert_allclose(table["lower"].iloc[:3], [1.0, 1.0 - bound, 1.0 - bound], rtol=BOUND)
    np.testing.assert_array_equal(table["upper"].iloc[:3], 1.0)
    later = KaplanMeier(start_days=15).fit(None, y).at([5, 15, 16])
    np.testing.assert_allclose(later["lower"], [1.0, 1.0, 1.0 - bound], rtol=BOUND)
