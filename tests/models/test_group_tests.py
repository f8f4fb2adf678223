"""Tests whether groups differ, against lifelines, the laws they obey, and their level under no difference."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines.statistics import multivariate_logrank_test

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.models.group_tests import FlemingHarrington, fleming_harrington, gray_test, log_rank_test
from hgrisk.surv import Surv

EXACT = 1e-8


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(8)
    n = 200
    y = Surv.from_arrays(rng.integers(0, 3, n), rng.integers(1, 60, n))
    return y, rng.integers(0, 3, n), rng.integers(0, 4, n)


@pytest.mark.parametrize(
    ("weights", "theirs"),
    [
        ("log_rank", {}),
        ("wilcoxon", {"weightings": "wilcoxon"}),
        ("peto", {"weightings": "peto"}),
        (FlemingHarrington(0.5, 1.0), {"weightings": "fleming-harrington", "p": 0.5, "q": 1.0}),
    ],
)
def test_log_rank_tests_equal_lifelines(rows, weights, theirs):
    y, group, _ = rows
    oracle = multivariate_logrank_test(y["duration_days"], group, y["event"] == 1, **theirs)
    mine = log_rank_test(y, group, weights=weights)
    assert mine.statistic == pytest.approx(oracle.test_statistic, rel=1e-6)
    assert mine.p_value == pytest.approx(oracle.p_value, rel=1e-6)
    assert mine.df == 2


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_copies_order_names_and_strata(seed):
    rng = np.random.default_rng(seed)
    n = 60
    y = Surv.from_arrays(rng.integers(0, 3, n), rng.integers(2, 20, n), rng.integers(0, 2, n))
    group, stratum = np.array(["a", "b", "c"])[rng.integers(0, 3, n)], rng.integers(0, 2, n)
    weight = rng.integers(0, 3, n)
    result = log_rank_test(y, group, strata=stratum, sample_weight=weight)
    copies = np.repeat(np.arange(n), weight)
    repeated = log_rank_test(y[copies], group[copies], strata=stratum[copies])
    assert repeated.statistic == pytest.approx(result.statistic, abs=EXACT)
    mixed = rng.permutation(n)
    again = log_rank_test(y[mixed], group[mixed], strata=stratum[mixed] * 7, sample_weight=weight[mixed])
    assert again.statistic == pytest.approx(result.statistic, abs=EXACT)
    pd.testing.assert_frame_equal(again.table, result.table)


@pytest.mark.parametrize("weights", ["log_rank", "peto", "wilcoxon", FlemingHarrington(1.0, 0.5)])
def test_strata_add_up(rows, weights):
    y, group, stratum = rows
    whole = log_rank_test(y, group, strata=stratum, weights=weights).table
    parts = [log_rank_test(y[stratum == s], group[stratum == s], weights=weights).table for s in range(4)]
    for column in ("observed", "expected"):
        np.testing.assert_allclose(whole[column], sum(part[column] for part in parts), atol=EXACT)


def test_gray_reads_causes_and_strata_as_it_says(rows):
    y, group, stratum = rows
    one, two = gray_test(y, group), gray_test(y, group, cause=2)
    swapped = y.copy()
    swapped["event"] = np.array([0, 2, 1])[y["event"]]
    assert gray_test(swapped, group).statistic == pytest.approx(two.statistic, abs=EXACT)
    assert one.statistic != pytest.approx(two.statistic)
    constant = gray_test(y, group, strata=np.zeros(len(y)))
    assert constant.statistic == pytest.approx(one.statistic, abs=EXACT)
    assert gray_test(y, group, strata=stratum).statistic != pytest.approx(one.statistic)
    assert gray_test(y, group, rho=1.0).statistic != pytest.approx(one.statistic)
    more = np.where(y["event"] == 2, 5, y["event"])  # all other codes compete alike
    assert gray_test(Surv.from_arrays(more, y["duration_days"]), group).statistic == pytest.approx(one.statistic)
    assert one.table["n_events"].sum() == (y["event"] == 1).sum() == one.table["observed"].sum()


@pytest.mark.parametrize("test", [log_rank_test, gray_test])
def test_without_a_difference_it_rejects_as_often_as_it_says(test):
    rng = np.random.default_rng(9)
    rejected = []
    for _ in range(300):
        time, cause, stop = rng.exponential(1.0, 120), rng.integers(1, 3, 120), rng.uniform(0.2, 2.0, 120)
        y = Surv.from_arrays(np.where(time <= stop, cause, 0), np.ceil(20 * np.minimum(time, stop)))
        rejected.append(test(y, rng.integers(0, 3, 120)).p_value < 0.1)
    assert np.mean(rejected) == pytest.approx(0.1, abs=0.045)


def test_gray_sees_what_the_log_rank_test_does_not():
    # the same hazard of a re-report, but in one group competing events leave fewer to have one
    rng = np.random.default_rng(10)
    group = np.repeat([0, 1], 1500)
    mine, other = rng.exponential(1.0, 3000), rng.exponential(np.where(group == 1, 0.4, 50.0))
    y = Surv.from_arrays(np.where(mine < other, 1, 2), np.minimum(mine, other))
    assert gray_test(y, group).p_value < 1e-6
    assert log_rank_test(y, group).p_value > 0.01


def message(error, call, *args, **kwargs):
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def test_wrong_input_is_refused_in_one_sentence(rows):
    y, group, stratum = rows
    for test in (log_rank_test, gray_test):
        assert "one row per landmark, but found 199 rows" in message(DataError, test, y, group[1:])
        assert "two groups or more, but found 1" in message(DataError, test, y, np.zeros(len(y)))
        alike = "The groups are one label per row, but found"
        swap = f"{alike} a table or an outcome: pass the outcome first, and then one column of labels."
        assert swap in message(DataError, test, pd.Series(group), y)
        assert swap in message(DataError, test, group, pd.DataFrame(y))
        assert f"{alike} 'cat': pass a column, such as X['region']." in message(DataError, test, y, "cat")
        assert f"{alike} shape (200, 1)" in message(DataError, test, y, group[:, None])
        assert "Groups and outcomes have one row" in message(DataError, test, y, group[:-1])
        assert "no missing value, but found one in 'groups'" in message(
            DataError, test, y, np.where(group == 1, np.nan, group)
        )
        assert "Each row has a stratum, but found shape (3,)" in message(DataError, test, y, group, strata=stratum[:3])
        nothing = Surv.from_arrays(np.zeros(len(y), dtype=int), y["duration_days"])
        assert "at least one event of code 1, but found none" in message(FitError, test, nothing, group)
    late = Surv.from_arrays(y["event"], y["duration_days"], np.full(len(y), 0.5))
    assert "Gray's test takes rows that are at risk from day 0, but found an entry at 0.5 days: take" in message(
        DataError, gray_test, late, group
    )
    assert "or compare hazards by log_rank_test" in message(DataError, gray_test, late, group)
    assert log_rank_test(late, group).df == 2
    for test, name in ((log_rank_test, "A log-rank test"), (gray_test, "Gray's test")):
        assert message(DataError, test, y, np.arange(len(y)) % 51) == (
            f"{name} takes at most 50 groups, but found 51 in 'groups': group by a coarser column."
        )
        assert f"{name} takes at most 50" in message(DataError, test, y, np.linspace(0, 1, len(y)))
    assert "weights is 'log_rank', 'peto'" in message(ConfigError, log_rank_test, y, group, weights="tarone")
    assert "rho is a finite number" in message(ConfigError, gray_test, y, group, rho=np.nan)
    assert "cause is an event code from 1" in message(ConfigError, gray_test, y, group, cause=0)
    assert "Powers of Fleming and Harrington" in message(ConfigError, fleming_harrington, -1, 0)
    apart = Surv.from_arrays([1, 0, 1, 0], [5, 6, 15, 16], [0, 0, 10, 10])
    assert "Groups are compared where both are at risk" in message(FitError, log_rank_test, apart, [0, 0, 1, 1])


def test_a_group_that_is_never_at_risk_with_others_does_not_count():
    y = Surv.from_arrays([1, 1, 0, 1, 0, 0], [5, 6, 9, 7, 8, 2])
    result = log_rank_test(y, ["a", "a", "b", "b", "a", "gone"])
    assert result.df == 1
    assert result.table["group"].tolist() == ["a", "b", "gone"]
    assert result.table["expected"].tolist()[2] == 0
    assert "chi-square" in result._repr_html_()


@pytest.mark.parametrize("test", [log_rank_test, gray_test])
def test_rows_are_independent_as_the_help_says(test):
    assert "Rows are taken as independent" in test.__doc__
    rng = np.random.default_rng(6)
    several, one_each, household = [], [], np.repeat(np.arange(60), 6)
    for _ in range(60):
        days = rng.integers(1, 300, 60)[household] + rng.integers(0, 5, 360)
        y, group = Surv.from_arrays(rng.integers(1, 3, 60)[household], days), rng.integers(0, 2, 60)
        several.append(test(y, group[household]).p_value < 0.05)
        one_each.append(test(y[::6], group).p_value < 0.05)
    assert np.mean(several) > 0.25
    assert np.mean(one_each) < 0.15


def test_a_result_prints_in_a_few_lines(rows):
    y, group, _ = rows
    result = log_rank_test(y, group)
    first, head, *others = repr(result).splitlines()
    assert first == f"chi-square {result.statistic:.4g}, 2 degrees of freedom, p = {result.p_value:.4g}"
    assert head.split() == list(result.table)
    assert len(others) == 3
    assert f"<p>{first}</p><table" in result._repr_html_()
    assert ", 1 degree of freedom, " in repr(log_rank_test(y, group == 1))
