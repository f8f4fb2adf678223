"""The mean number of re-reports: by hand, against simpler estimates, and the laws it obeys."""

import numpy as np
import pandas as pd
import pytest
import skops.io
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from hgrisk.errors import DataError, FitError
from hgrisk.models.mean_cumulative import MeanCumulativeFunction
from hgrisk.surv import Surv

EXACT = 1e-12
SUBJECTS = st.lists(
    st.tuples(st.lists(st.integers(1, 8), min_size=1, max_size=4), st.sampled_from([0, 1, 2]), st.integers(0, 1)),
    min_size=2,
    max_size=20,
)


def long_rows(subjects):
    """Rows (subject, group, entry, duration, event): gaps between re-reports, and how the last one ends."""
    rows = []
    for label, (gaps, last, group) in enumerate(subjects):
        stops = np.cumsum(gaps)
        for start, stop in zip([0, *stops[:-1]], stops, strict=True):
            rows.append((label, group, start, stop, last if stop == stops[-1] else 1))
    return pd.DataFrame(rows, columns=["subject", "group", "entry", "duration", "event"])


def fitted(rows, **kwargs):
    y = Surv.from_arrays(rows["event"], rows["duration"], rows["entry"])
    return MeanCumulativeFunction(by="group").fit(rows[["group"]], y, subject=rows["subject"], **kwargs)


def usable(subjects):
    return (long_rows(subjects)["event"] == 1).any()


def test_by_hand():
    rows = pd.DataFrame(
        [
            ("a", 0, 0, 2, 1),
            ("a", 0, 2, 5, 1),
            ("a", 0, 5, 9, 0),
            ("b", 0, 0, 4, 2),
            ("c", 0, 0, 5, 1),
            ("c", 0, 5, 6, 0),
        ],
        columns=["subject", "group", "entry", "duration", "event"],
    )
    table = fitted(rows).table_
    assert table["time_days"].tolist() == [0, 2, 4, 5]
    assert table["at_risk"].tolist() == [3, 3, 3, 2]
    assert table["n_events"].tolist() == [0, 1, 0, 2]
    assert table["n_terminal"].tolist() == [0, 0, 1, 0]
    np.testing.assert_allclose(table["terminal_free"], [1, 1, 2 / 3, 2 / 3], atol=EXACT)
    np.testing.assert_allclose(table["mean_count"], [0, 1 / 3, 1 / 3, 1 / 3 + 2 / 3], atol=EXACT)


@settings(max_examples=30, deadline=None)
@given(SUBJECTS.filter(usable))
def test_terminal_events_lower_the_count_to_that_of_those_still_there(subjects):
    rows = long_rows(subjects)
    table = fitted(rows).table_
    before = table.groupby("group")["terminal_free"].shift(1, fill_value=1.0)
    steps = np.divide(table["n_events"], table["at_risk"], out=np.zeros(len(table)), where=table["at_risk"] > 0)
    np.testing.assert_allclose(table["mean_count"], (before * steps).groupby(table["group"]).cumsum(), atol=EXACT)
    ended = np.divide(table["n_terminal"], table["at_risk"], out=np.zeros(len(table)), where=table["at_risk"] > 0)
    free = pd.Series(1 - ended).groupby(table["group"]).cumprod()
    np.testing.assert_allclose(table["terminal_free"], free, atol=EXACT)


@settings(max_examples=20, deadline=None)
@given(SUBJECTS.filter(usable))
def test_without_terminal_events_and_with_all_followed_alike_it_is_the_plain_mean(subjects):
    rows = long_rows([(gaps, 1, group) for gaps, _, group in subjects])
    longest = rows["duration"].max() + 1
    ends = rows.groupby("subject").last().reset_index()
    rows = pd.concat([rows, ends.assign(entry=ends["duration"], duration=longest, event=0)])
    table = fitted(rows).table_
    size = rows.groupby("group")["subject"].nunique()
    total = (rows["event"] == 1).groupby(rows["group"]).sum()
    np.testing.assert_allclose(table.groupby("group")["mean_count"].last(), total / size, atol=EXACT)
    per_subject = (rows["event"] == 1).groupby([rows["group"], rows["subject"]]).sum()
    error = per_subject.groupby("group").std(ddof=0) / np.sqrt(size)
    np.testing.assert_allclose(table.groupby("group")["se"].last(), error, atol=1e-7)


@settings(max_examples=20, deadline=None)
@given(SUBJECTS.filter(usable), st.integers(1, 7), st.randoms(use_true_random=False))
def test_order_splits_and_copies_of_rows(subjects, day, random):
    rows = long_rows(subjects)
    table = fitted(rows).table_
    mixed = list(range(len(rows)))
    random.shuffle(mixed)
    pd.testing.assert_frame_equal(fitted(rows.iloc[mixed]).table_, table)
    cut = (rows["entry"] < day) & (day < rows["duration"])
    parts = pd.concat(
        [
            rows.assign(duration=rows["duration"].mask(cut, day), event=rows["event"].mask(cut, 0)),
            rows[cut].assign(entry=day),
        ]
    )
    pd.testing.assert_frame_equal(fitted(parts).table_, table)
    np.testing.assert_allclose(fitted(rows, sample_weight=np.full(len(rows), 3.0)).table_["se"], table["se"], atol=1e-7)
    copies = pd.concat([rows, rows.assign(subject=rows["subject"] + 100)])
    doubled = fitted(copies).table_
    np.testing.assert_allclose(doubled["mean_count"], table["mean_count"], atol=EXACT)
    np.testing.assert_allclose(doubled["se"] * np.sqrt(2), table["se"], atol=1e-7)
    other = rows.assign(event=rows["event"].replace(2, 5))  # all codes from 2 are terminal
    pd.testing.assert_frame_equal(fitted(other).table_, table)
    together = fitted(copies, cluster=copies["subject"] % 100).table_
    np.testing.assert_allclose(together["se"], table["se"], atol=1e-7)


@settings(max_examples=20, deadline=None)
@given(SUBJECTS.filter(usable))
def test_counts_never_fall_and_lie_inside_their_interval(subjects):
    table = fitted(long_rows(subjects)).table_
    assert (table.groupby("group")["mean_count"].diff().fillna(0) >= 0).all()
    assert ((table["lower"] <= table["mean_count"]) & (table["mean_count"] <= table["upper"])).all()
    assert np.isfinite(table.to_numpy()).all()
    assert (table.loc[table["time_days"] == 0, "mean_count"] == 0).all()


def simulated(n=200):
    rng = np.random.default_rng(1)
    return long_rows([(rng.integers(1, 30, rng.integers(1, 5)), rng.integers(0, 3), i % 2) for i in range(n)])


def test_predictions_are_the_counts_of_the_group_of_each_row():
    rows = simulated()
    model = fitted(rows)
    counts = model.predict_mean_count(pd.DataFrame({"group": [1, 0, 1]}), [10, 30])
    table = model.at([10, 30])
    np.testing.assert_array_equal(counts[1], table.loc[table["group"] == 0, "mean_count"])
    np.testing.assert_array_equal(counts[0], counts[2])
    assert counts[0, 1] > counts[0, 0] > 0
    with pytest.raises(FitError, match="found group 7"):
        model.predict_mean_count(pd.DataFrame({"group": [7]}), [10])


def test_a_later_start_counts_from_there():
    rows = simulated()
    model = MeanCumulativeFunction(start_days=20)
    model.fit(None, Surv.from_arrays(rows["event"], rows["duration"], rows["entry"]), subject=rows["subject"])
    table = model.table_
    assert table["time_days"].iloc[1] > 20
    assert table["at_risk"].iloc[0] == ((rows["entry"] <= 20) & (rows["duration"] > 20)).sum()
    assert "few_at_risk" not in table


def test_late_subjects_are_a_trap_that_is_named():
    rows = pd.DataFrame(
        [(i, 0, 30 if i > 2 else 0, 5 + i if i < 3 else 100 + i, 2 if i < 2 else 1) for i in range(20)],
        columns=["subject", "group", "entry", "duration", "event"],
    )
    model = fitted(rows)
    assert model.notes_[0].startswith("group 0: until 7 days as few as 1 rows are at risk")
    assert model.table_["few_at_risk"].sum() == 3
    rows.loc[2, "event"] = 2
    with pytest.raises(FitError, match="Somebody of group 0 stays at risk"):
        fitted(rows)


def test_wrong_input_is_refused_in_one_sentence():
    rows = simulated(10)
    y = Surv.from_arrays(rows["event"], rows["duration"], rows["entry"])
    with pytest.raises(DataError, match="A mean count is one of subjects, but found none"):
        MeanCumulativeFunction().fit(None, y)
    with pytest.raises(DataError, match="A subject has one label per row"):
        MeanCumulativeFunction().fit(None, y, subject=[1])
    with pytest.raises(FitError, match="at least one re-report"):
        fitted(rows.assign(event=0))
    model = fitted(rows)
    with pytest.raises(FitError, match=r"The mean count of group \d ends at its longest follow-up"):
        model.at([1e6])
    for wrong in (-1.0, np.nan):
        with pytest.raises(FitError, match="Times are a list of days"):
            model.at([wrong])


def test_it_is_stored_without_rows_and_shown_as_a_table():
    rows = simulated()
    model = fitted(rows, cluster=rows["subject"] // 3)
    assert model.n_subjects_ == 200
    assert all(len(rows) not in np.shape(value) for value in vars(model).values())
    own = "hgrisk.models.mean_cumulative.MeanCumulativeFunction"
    loaded = skops.io.loads(skops.io.dumps(model), trusted=[own])
    pd.testing.assert_frame_equal(loaded.table_, model.table_)
    assert "<table" in model._repr_html_()
    assert "MeanCumulativeFunction" in clone(model)._repr_html_()
    assert not hasattr(clone(model), "times_")
