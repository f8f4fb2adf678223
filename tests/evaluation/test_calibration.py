"""The calibration table: groups by risk, Aalen-Johansen within them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgrisk.curves import aalen_johansen
from hgrisk.errors import DataError
from hgrisk.evaluation.calibration import calibration_table
from hgrisk.evaluation.sample import Sample
from hgrisk.surv import Surv

EXACT = 1e-12


def of(event, days, risk):
    y = Surv.from_arrays(event, days)
    return Sample.build(y, y, np.asarray(risk, dtype=float)[:, None], [365])


def test_groups_are_of_equal_size_and_hold_the_incidence_of_their_rows(cohort):
    sample = cohort.sample()
    table = calibration_table(sample, 365, n_groups=5)
    assert table.columns.tolist() == ["group", "n", "predicted", "observed", "lower", "upper"]
    assert table["group"].tolist() == [1, 2, 3, 4, 5]
    assert table["n"].tolist() == [60] * 5
    order = np.argsort(sample.risk_at(365))
    for row in table.itertuples():
        rows = order[60 * (row.group - 1) : 60 * row.group]
        assert row.predicted == pytest.approx(sample.risk_at(365)[rows].mean(), abs=EXACT)
        observed = aalen_johansen(sample.duration_days[rows], sample.event[rows]).at([365]).item()
        assert row.observed == pytest.approx(observed, abs=EXACT)
        assert row.lower < row.observed < row.upper


def test_there_are_ten_groups_unless_asked_otherwise(cohort):
    assert calibration_table(cohort.sample(), 365)["n"].tolist() == [30] * 10


def test_a_set_of_equal_risks_goes_where_its_middle_lies():
    # ranks 1-2, 3-8, 9-10 of 10 with middles at .1, .5 and .9: one in each third
    risk = [0.1] * 2 + [0.5] * 6 + [0.9] * 2
    assert calibration_table(of([0] * 10, [600] * 10, risk), 365, 3)["n"].tolist() == [2, 6, 2]
    # with two groups the middle set opens the upper half
    assert calibration_table(of([0] * 10, [600] * 10, risk), 365, 2)["n"].tolist() == [2, 8]


def test_true_risks_are_calibrated_in_every_group(large_cohort):
    table = calibration_table(large_cohort.sample(), 365, level=0.999)
    assert np.all((table["lower"] < table["predicted"]) & (table["predicted"] < table["upper"]))
    np.testing.assert_allclose(table["observed"], table["predicted"], atol=0.03)


@given(st.lists(st.integers(0, 8), min_size=1, max_size=60), st.integers(1, 12))
def test_equal_risks_are_never_split_and_every_row_is_counted(levels, n_groups):
    risk = np.array(levels) / 8
    table = calibration_table(of(np.zeros(len(risk)), np.full(len(risk), 600), risk), 365, n_groups)
    assert table["n"].sum() == len(risk)
    assert len(table) <= min(n_groups, len(set(levels)))
    assert np.all(np.diff(table["predicted"]) > 0)
    assert table["group"].tolist() == list(range(1, len(table) + 1))
    cuts = np.cumsum(table["n"])[:-1]
    ordered = np.sort(risk)
    assert all(ordered[cut - 1] < ordered[cut] for cut in cuts)


def test_no_re_report_is_not_shown_as_no_risk():
    row = calibration_table(of([0] * 20, [600] * 20, [0.1] * 20), 365).iloc[0]
    assert (row["observed"], row["lower"]) == (0.0, 0.0)
    # exact binomial: (1 - upper)^20 = .025
    assert row["upper"] == pytest.approx(1 - 0.025 ** (1 / 20))


def test_re_reports_of_all_keep_a_lower_limit():
    row = calibration_table(of([1] * 20, np.arange(346, 366), [0.1] * 20), 365, level=0.9).iloc[0]
    assert (row["observed"], row["upper"]) == (1.0, 1.0)
    assert row["lower"] == pytest.approx(0.05 ** (1 / 20))


def test_a_group_that_is_not_followed_past_the_horizon_has_no_observed_incidence():
    table = calibration_table(of([1, 0, 1, 0], [100, 200, 100, 600], [0.1, 0.1, 0.5, 0.5]), 365, n_groups=2)
    assert np.isnan(table.loc[0, ["observed", "lower", "upper"]].astype(float)).all()
    assert np.isfinite(table.loc[1, ["observed", "lower", "upper"]].astype(float)).all()


def test_no_groups_and_far_horizons_are_refused():
    sample = of([1, 0], [100, 600], [0.1, 0.2])
    with pytest.raises(DataError) as caught:
        calibration_table(sample, 365, n_groups=0)
    assert str(caught.value) == "A calibration table has at least one group, but found 0: use 10."
    with pytest.raises(DataError, match="A metric needs a risk at its horizon"):
        calibration_table(sample, 183)
