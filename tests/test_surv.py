import subprocess
from pathlib import Path
from shutil import which

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.errors import DataError
from hgrisk.models.cox import CoxRegression
from hgrisk.surv import ROUNDING, SURV_DTYPE, Surv, as_surv, merge_rounded

R_TOLERANCE = 1e-8
DAYS = st.integers(1, 10**7).map(lambda tenths: tenths / 10)
ROWS = st.lists(st.tuples(st.integers(0, 127), DAYS), min_size=0, max_size=20)


@given(ROWS)
def test_every_valid_row_survives_the_way_in_and_out(rows):
    event = np.array([code for code, _ in rows], dtype=int)
    days = np.array([day for _, day in rows], dtype=float)
    y = Surv.from_arrays(event, days)
    assert y.dtype == SURV_DTYPE
    np.testing.assert_array_equal(y["event"], event)
    np.testing.assert_array_equal(y["duration_days"], days)
    np.testing.assert_array_equal(as_surv(y), y)
    np.testing.assert_array_equal(as_surv(pd.DataFrame({"event": event, "duration_days": days})), y)


def test_frame_columns_can_have_other_names():
    frame = pd.DataFrame({"status": [1, 0], "days": [3, 4]})
    y = Surv.from_frame(frame, event="status", duration_days="days")
    assert y["event"].tolist() == [1, 0]


def test_a_frame_keeps_its_entry_times():
    frame = pd.DataFrame({"event": [1, 0], "duration_days": [30, 40], "entry_days": [0, 10], "from": [5, 6]})
    np.testing.assert_array_equal(Surv.from_frame(frame), Surv.from_arrays([1, 0], [30, 40], [0, 10]))
    np.testing.assert_array_equal(as_surv(frame), Surv.from_frame(frame))
    assert Surv.from_frame(frame, entry_days="from")["entry_days"].tolist() == [5, 6]


def test_extra_fields_of_a_structured_array_are_left_out():
    y = np.array([(1, 2.0, 9)], dtype=[("event", int), ("duration_days", float), ("other", int)])
    assert as_surv(y).dtype == SURV_DTYPE


@pytest.mark.parametrize(
    ("event", "days", "text"),
    [
        ([1], [0.0], "A duration is finite and above 0 days, but found 0.0: remove landmarks that were never at risk."),
        ([1], [np.nan], "A duration is finite and above 0 days, but found nan"),
        ([1], [np.inf], "A duration is finite and above 0 days, but found inf"),
        ([1], ["soon"], "Durations are numbers, but found ValueError"),
        ([-1], [1.0], "An event code is a whole number from 0 to 127, but found -1: use 0 for censored, 1 for a"),
        ([0.5], [1.0], "An event code is a whole number from 0 to 127, but found 0.5"),
        ([200], [1.0], "An event code is a whole number from 0 to 127, but found 200"),
        ([None], [1.0], "An event code is a whole number from 0 to 127, but found None"),
        (["a"], [1.0], "Event codes are numbers, but found ValueError"),
        ([1, 0], [1.0], "Events and durations are two columns of one length, but found shapes (2,) and (1,)"),
        ([[1]], [[1.0]], "Events and durations are two columns of one length"),
    ],
)
def test_wrong_values_are_refused_with_rule_value_and_cure(event, days, text):
    with pytest.raises(DataError) as caught:
        Surv.from_arrays(event, days)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("event", "days", "swapped"),
    [
        ([30, 65, 100], [1, 0, 1], True),
        ([30, 365, 100], [1, 2, 1], True),
        ([30.5, 65, 100], [1, 0, 2], True),
        ([1, 0, 2], [1, 0, 3], False),
        ([30, 65, 300], [1, 365, 1], False),
    ],
)
def test_columns_that_seem_to_have_changed_places_are_told(event, days, swapped):
    with pytest.raises(DataError) as caught:
        Surv.from_arrays(event, days)
    told = "swap the arguments: these durations look like event codes, and the codes come first" in str(caught.value)
    assert told is swapped


def test_an_outcome_without_its_fields_is_refused():
    with pytest.raises(DataError, match="An outcome has the fields 'event' and 'duration_days'"):
        as_surv(np.array([1, 2]))
    for wrong in ((np.ones(2), np.ones(2)), [np.ones(2), np.ones(3)]):
        kind = type(wrong).__name__
        with pytest.raises(DataError, match=rf"found a {kind}: build it with Surv.from_arrays\(event, duration_days\)"):
            as_surv(wrong)
    with pytest.raises(DataError, match="An outcome frame needs the column 'event'"):
        as_surv(pd.DataFrame({"duration_days": [1]}))


def test_times_that_differ_by_rounding_are_ties():
    days = np.array([0.1 + 0.2, 0.3, 0.7, 365.0, 365.0 + 1e-6, 365.0 + 1e-5])
    merged = Surv.from_arrays(np.ones(6), days)["duration_days"]
    assert merged.tolist() == [0.3, 0.3, 0.7, 365.0, 365.0, 365.00001]
    y = Surv.from_arrays([1, 1], [0.1 + 0.2, 1.0], [0.0, 0.3])
    assert y["entry_days"][1] == y["duration_days"][0]
    text = "A row enters at 0 days or later and before its duration, but found 0.3 before 0.30000000000000004"
    with pytest.raises(DataError, match=text):
        Surv.from_arrays([1], [0.1 + 0.2], [0.3])


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=30), st.integers(1, 40))
def test_sums_in_any_order_are_merged_and_whole_days_left_alone(numbers, parts):
    days = np.array(numbers, dtype=float)
    assert merge_rounded(days)[0] is days
    year = days / 365.25
    (merged,) = merge_rounded(np.concatenate([year, (year * parts) / parts, (year + parts) - parts]))
    first, *others = np.split(merged, 3)
    for other in others:
        np.testing.assert_array_equal(other, first)
    assert len(set(first)) == len(set(numbers))
    np.testing.assert_allclose(first, year, atol=1e-9)
    np.testing.assert_array_equal(merge_rounded(merged)[0], merged)


def test_what_is_not_finite_is_left_to_the_check():
    merged = merge_rounded(np.array([np.nan, 0.3, np.inf, 0.1 + 0.2]))[0]
    np.testing.assert_array_equal(merged, [np.nan, 0.3, np.inf, 0.3])


FIT_IN_R = """
library(survival)
d <- read.csv("rows.csv")
for (y in list(Surv(d$stop, d$event), Surv(d$start, d$stop, d$event)))
    cat(format(coef(coxph(y ~ d$x, ties = "efron", timefix = TRUE)), digits = 15), "\n")
"""


@pytest.mark.skipif(which("Rscript") is None, reason="R is not here")
def test_ties_but_for_rounding_are_those_of_r(tmp_path: Path):
    rng = np.random.default_rng(4)
    day, begun, x = rng.integers(10, 40, 300), rng.integers(0, 10, 300), rng.normal(size=300)
    stop, start = day * 0.1 + rng.choice([0.0, 0.7 - 0.1 * 7, 1e-9, 5e-9], 300), begun * 0.1
    rows = pd.DataFrame({"start": start, "stop": stop, "event": (rng.random(300) < 0.6).astype(int), "x": x})
    rows.to_csv(tmp_path / "rows.csv", index=False, float_format="%.17g")
    done = subprocess.run(["Rscript", "-e", FIT_IN_R], cwd=tmp_path, capture_output=True, text=True, check=True)  # noqa: S603, S607
    at_risk_from_0, late = (float(line) for line in done.stdout.split())
    fit = CoxRegression(prepare=False).fit
    plain, entering = Surv.from_frame(rows, duration_days="stop"), Surv.from_frame(rows, "event", "stop", "start")
    assert fit(rows[["x"]], plain).coef_[0] == pytest.approx(at_risk_from_0, abs=R_TOLERANCE)
    assert fit(rows[["x"]], entering).coef_[0] == pytest.approx(late, abs=R_TOLERANCE)
    beside = CoxRegression(prepare=False).fit(rows[["x"]], plain, entry=start)
    assert beside.coef_[0] == pytest.approx(late, abs=R_TOLERANCE)
    assert len(np.unique(plain["duration_days"])) == len(np.unique(day)) < len(np.unique(stop))


@pytest.mark.parametrize("entry", [-1.0, 30.0, np.nan, np.inf])
def test_an_entry_lies_before_its_duration(entry):
    with pytest.raises(DataError) as caught:
        Surv.from_arrays([1, 0], [40.0, 30.0], [0.0, entry])
    assert f"A row enters at 0 days or later and before its duration, but found {entry} before 30.0" in str(
        caught.value
    )


@given(ROWS)
def test_codes_of_any_kind_of_number_are_the_same_outcome(rows):
    event, days = np.array([code for code, _ in rows]) > 0, np.array([day for _, day in rows], dtype=float)
    expected = Surv.from_arrays(event.astype(np.int64), days)
    for kind in (bool, np.int8, np.uint64, float, object):
        y = Surv.from_arrays(event.astype(kind), np.repeat(days, 2)[::2])
        np.testing.assert_array_equal(y, expected)


def test_a_chain_of_near_times_does_not_become_one():
    days = 1000.5 + np.arange(2000) * 1e-5
    (merged,) = merge_rounded(days)
    assert np.max(np.abs(merged - days)) <= ROUNDING * 1001
    assert len(np.unique(merged)) > 500
