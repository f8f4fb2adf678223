"""The test of mean counts: known truth, simpler tests it equals, the laws it obeys, and what it refuses."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, chisquare

from hgrisk.errors import ConfigError, DataError, FitError
from hgrisk.hazards.fit import CoxRows, pose_rows
from hgrisk.hazards.residuals import clustered_scores
from hgrisk.models.mean_cumulative import MeanCumulativeFunction
from hgrisk.models.mean_cumulative_test import mean_cumulative_test
from hgrisk.surv import Surv

EXACT = 1e-8
N_SETS = 200
LEVEL = (0.015, 0.09)
"""What a true .05 is seen between in 98 of 100 runs of 200 sets."""


def courses(rng, n=60, *, n_groups=2, ends=True):
    """Rows of subjects in a few groups, with ties; some end in a terminal event."""
    rows = []
    for label in range(n):
        since = 0
        for _ in range(rng.integers(1, 5)):
            stop = since + rng.integers(1, 8)
            rows.append((label, label % n_groups, rng.integers(1, 3), since, stop, 1))
            since = stop
        rows[-1] = (*rows[-1][:5], rng.integers(0, 3 if ends else 2))
    table = pd.DataFrame(rows, columns=["subject", "group", "weight", "since", "stop", "event"])
    return table.assign(stratum=table["subject"] % 5 // 3, weight=table.groupby("subject")["weight"].transform("first"))


def compare(rows, **kwargs):
    y = Surv.from_arrays(rows["event"], rows["stop"], rows["since"])
    return mean_cumulative_test(y, rows["group"], subject=rows["subject"], **kwargs)


def same_counts_unlike_ends(rng, n=120, rate=1 / 150, end=1 / 400, spread=0.5):
    """Draw two groups with one mean count: terminal events in the first, falling rates in the second.

    Households of a gamma frailty; their mean count by t is ``rate / end (1 - exp(-end t))`` in both groups.
    """
    group = np.arange(n) % 2
    terminal = np.where(group == 0, rng.exponential(1 / end, n), np.inf)
    followed = rng.uniform(200, 900, n)
    stop = np.minimum(terminal, followed)
    counts = rng.poisson(rng.gamma(1 / spread, spread, n) * rate * stop)
    subject = np.repeat(np.arange(n), counts)
    at = rng.random(len(subject)) * stop[subject]
    kept = (group[subject] == 0) | (rng.random(len(at)) < np.exp(-end * at))
    last = pd.DataFrame({"subject": np.arange(n), "stop": stop, "event": np.where(terminal <= followed, 2, 0)})
    rows = pd.concat([pd.DataFrame({"subject": subject[kept], "stop": at[kept], "event": 1}), last])
    rows = rows.sort_values(["subject", "stop"], ignore_index=True)
    since = rows.groupby("subject")["stop"].shift(fill_value=0.0)
    return rows.assign(since=since, group=group[rows["subject"]])


def test_its_level_holds_where_groups_differ_in_terminal_events_alone():
    rng = np.random.default_rng(1)
    sets = [same_counts_unlike_ends(rng) for _ in range(N_SETS)]
    assert LEVEL[0] < np.mean([compare(rows).p_value < 0.05 for rows in sets]) < LEVEL[1]
    # the rates of those still there do differ, and this is what is seen where terminal events count as censoring
    unaware = [compare(rows.assign(event=rows["event"] % 2)).p_value < 0.05 for rows in sets]
    assert np.mean(unaware) > 2 * LEVEL[1]


def test_households_that_differ_do_not_make_it_reject():
    rng = np.random.default_rng(2)
    of_three = [same_counts_unlike_ends(rng, end=1e-9) for _ in range(N_SETS)]
    of_three = [rows.assign(group=rows["subject"] % 3) for rows in of_three]
    results = [compare(rows, weights="wilcoxon") for rows in of_three]
    assert {result.df for result in results} == {2}
    assert LEVEL[0] < np.mean([result.p_value < 0.05 for result in results]) < LEVEL[1]
    by_quarter = np.histogram([result.p_value for result in results], bins=4, range=(0, 1))[0]
    assert chisquare(by_quarter).pvalue > 1e-3


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.booleans())
def test_without_terminal_events_it_is_the_robust_score_test_of_a_cox_regression(seed, stratified):
    rows = courses(np.random.default_rng(seed), n_groups=3, ends=False)
    X = pd.get_dummies(rows["group"])[[1, 2]].to_numpy(dtype=float)
    stratum = rows["stratum"].to_numpy() if stratified else None
    days = (rows["stop"].to_numpy(dtype=float), (rows["event"] == 1).to_numpy(), rows["since"].to_numpy(dtype=float))
    problem = pose_rows(CoxRows(X, *days, rows["weight"].to_numpy(dtype=float), stratum), efron=False)
    score = problem.derivatives(problem.at(np.zeros(2)))[0] * problem.design.scale
    meat = clustered_scores(problem, problem.at(np.zeros(2)), rows["subject"].to_numpy())
    mine = compare(rows, sample_weight=rows["weight"], strata=stratum)
    assert mine.statistic == pytest.approx(score @ np.linalg.solve(meat, score), rel=EXACT)
    assert mine.df == 2
    assert mine.p_value == pytest.approx(chi2.sf(mine.statistic, 2))
    difference = mine.table["observed"] - mine.table["expected"]
    np.testing.assert_allclose(difference[1:], score, atol=EXACT)
    counted = (rows["weight"] * (rows["event"] == 1)).groupby(rows["group"]).sum()
    np.testing.assert_allclose(mine.table["observed"], counted, rtol=EXACT)


def test_the_difference_is_that_of_the_mean_counts_weighted_by_those_at_risk():
    rows = courses(np.random.default_rng(3))
    y = Surv.from_arrays(rows["event"], rows["stop"], rows["since"])
    curves = MeanCumulativeFunction(by="group").fit(rows[["group"]], y, subject=rows["subject"])
    days = np.arange(1.0, rows.groupby("group")["stop"].max().min() + 1)
    there = np.array(
        [[((rows["since"] < d) & (d <= rows["stop"]) & (rows["group"] == g)).sum() for d in days] for g in (0, 1)]
    )
    steps = np.diff(curves.at(np.append(0.0, days))["mean_count"].to_numpy().reshape(2, -1), axis=1)
    both = there[0] * there[1] / there.sum(axis=0)
    table = compare(rows).table
    assert table["observed"][0] - table["expected"][0] == pytest.approx(both @ (steps[0] - steps[1]), abs=EXACT)
    table = compare(rows, weights="wilcoxon").table
    both = there[0] * there[1]
    assert table["observed"][0] - table["expected"][0] == pytest.approx(both @ (steps[0] - steps[1]), abs=EXACT)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_order_splits_names_copies_and_clusters(seed):
    rng = np.random.default_rng(seed)
    rows = courses(rng, n_groups=3)
    result = compare(rows, strata=rows["stratum"])
    mixed = rows.sample(frac=1, random_state=seed)
    middle = (mixed["since"] + mixed["stop"]) // 2
    cut = middle > mixed["since"]
    split = pd.concat((mixed[~cut], mixed[cut].assign(stop=middle[cut], event=0), mixed[cut].assign(since=middle[cut])))
    named = split.assign(group=np.array(["c", "a", "b"])[split["group"]], event=split["event"].replace(2, 7))
    again = compare(named, strata=named["stratum"] + 3)
    assert again.statistic == pytest.approx(result.statistic, rel=EXACT)
    assert (
        again.table["n_terminal"].tolist()
        == result.table["n_terminal"].tolist()[1:] + result.table["n_terminal"].tolist()[:1]
    )
    years = rows.assign(since=rows["since"] / 365.25, stop=rows["stop"] / 365.25)
    assert compare(years, strata=rows["stratum"]).statistic == pytest.approx(result.statistic, rel=EXACT)
    copies = pd.concat((rows, rows.assign(subject=rows["subject"] + 100)))
    twice = compare(copies, strata=copies["stratum"])
    assert twice.statistic == pytest.approx(2 * result.statistic, rel=EXACT)
    together = compare(copies, strata=copies["stratum"], cluster=copies["subject"] % 100)
    assert together.statistic == pytest.approx(result.statistic, rel=EXACT)
    assert twice.table["n_subjects"].tolist() == [40, 40, 40]


def test_a_later_start_counts_from_there():
    rows = courses(np.random.default_rng(4))
    cut = rows[rows["stop"] > 6]
    expected = compare(cut.assign(since=cut["since"].clip(lower=6) - 6, stop=cut["stop"] - 6))
    assert compare(rows, start_days=6).statistic == pytest.approx(expected.statistic, rel=EXACT)


def message(error, call, *args, **kwargs):
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def test_wrong_input_is_refused_in_one_sentence():
    rows = courses(np.random.default_rng(5))
    assert "weights is 'log_rank' or 'wilcoxon', but found 'peto'" in message(
        ConfigError, compare, rows, weights="peto"
    )
    y = Surv.from_arrays([1, 1], [1, 2])
    swapped = message(DataError, mean_cumulative_test, pd.Series(["a", "b"]), y, subject=[1, 2])
    assert "The groups are one label per row, but found a table or an outcome: pass the outcome first" in swapped
    few = message(DataError, mean_cumulative_test, y, [0, 1, 1], subject=[1, 2])
    assert "Groups and outcomes have one row per landmark, but found 3 rows of groups and 2 outcomes" in few
    named = message(DataError, mean_cumulative_test, y, [0, 1], subject=[1, 2], cluster="case")
    assert "A cluster has one label per row, but found 'case': pass a column of 2 labels" in named
    assert "start_days is a number of days" in message(ConfigError, compare, rows, start_days=-1)
    assert "two groups or more, but found 1" in message(DataError, compare, rows.assign(group=1))
    many = rows.assign(group=rows["subject"])
    assert "takes at most 50 groups, but found 60" in message(DataError, compare, many)
    assert "All rows of a subject are in one group" in message(DataError, compare, rows.assign(group=rows.index % 2))
    none = message(DataError, mean_cumulative_test, Surv.from_arrays([1, 1], [1, 2]), [0, 1], subject=None)
    assert "one of subjects, but found none" in none
    assert "at least one re-report (code 1), but found none" in message(FitError, compare, rows.assign(event=0))
    assert "at least 2 clusters, but found 1" in message(FitError, compare, rows, cluster=np.zeros(len(rows)))
    apart = rows.assign(since=rows["since"] + 99 * rows["group"], stop=rows["stop"] + 99 * rows["group"])
    assert "compared where both are at risk" in message(FitError, compare, apart)


def test_a_group_that_ends_before_others_of_it_enter_is_named():
    rows = pd.DataFrame(
        {
            "subject": range(6),
            "group": list("ababab"),
            "since": [0, 0, 0, 0, 9, 9],
            "stop": [5, 5, 5, 7, 12, 11],
            "event": [2, 1, 2, 0, 1, 1],
        }
    )
    text = message(FitError, compare, rows)
    assert text.startswith("Somebody of group 'a' stays at risk until the last row enters, but found that all 2")
    within = message(FitError, compare, rows, strata=["x"] * 6)
    assert "group 'a' stays" in within
    doubled = pd.concat((rows, rows.assign(subject=rows["subject"] + 6, event=1)))
    assert "group 'a' in stratum 'x' stays" in message(FitError, compare, doubled, strata=["x"] * 6 + ["y"] * 6)
    assert compare(rows, start_days=8).df == 1
