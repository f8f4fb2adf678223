"""Curves, restricted means and tests by group: published numbers, R survival 3.5-3, its port `survival` 2.0, cmprsk."""

import math
from itertools import islice

import numpy as np
import pandas as pd
import pytest

from hgrisk.models.aalen_johansen import AalenJohansen
from hgrisk.models.group_tests import fleming_harrington, gray_test, log_rank_test
from hgrisk.models.kaplan_meier import KaplanMeier
from hgrisk.models.mean_cumulative import MeanCumulativeFunction
from hgrisk.models.restricted_mean import RestrictedMean
from hgrisk.surv import Surv

SIX = 5.1e-7  # printed to six digits
THREE = 5.1e-4
EIGHT = 1e-8


def competing(read):
    frame = read("classic/mgus2.csv")
    days = np.where(frame["pstat"] == 1, frame["ptime"], frame["futime"])
    return frame, Surv.from_arrays(np.where(frame["pstat"] == 1, 1, 2 * frame["death"]), days)


def lung(read):
    frame = read("classic/lung.csv")
    return frame, Surv.from_arrays(frame["status"] == 2, frame["time"])


@pytest.mark.parametrize("clustered", [False, True])
def test_mgus2_incidence_and_error_equal_r(read, clustered):
    frame, y = competing(read)
    model = AalenJohansen(by="sex").fit(frame[["sex"]], y, cluster=frame["id"] if clustered else None)
    table = model.at([120]).query("cause == 1").set_index("sex")
    np.testing.assert_allclose(table.loc[["F", "M"], "incidence"], [0.073886, 0.055310], atol=SIX)
    np.testing.assert_allclose(table.loc[["F", "M"], "se"], [0.010770, 0.008644], atol=SIX)


def test_lung_survival_with_clusters_and_delayed_entry_equals_survival(read):
    # survival 2.0: survfit("Surv(entry, time, status) ~ sex", cluster=...) at 100, 300 and 600 days
    frame, _ = lung(read)
    entry, cluster = (np.arange(len(frame)) % 7) * 10.0, np.arange(len(frame)) // 4
    kept = (entry < frame["time"]).to_numpy()
    part = frame[kept]
    y = Surv.from_arrays(part["status"] == 2, part["time"], entry[kept])
    table = KaplanMeier(by="sex").fit(part[["sex"]], y, cluster=cluster[kept]).at([100, 300, 600])
    survival = [0.8346708411183491, 0.44567225580270853, 0.14659520593883799]
    survival += [0.8730532927163198, 0.6383496608852784, 0.3250056299084344]
    np.testing.assert_allclose(table["survival"], survival, atol=EIGHT)
    error = [0.040878383333905616, 0.045708281050479076, 0.03697144564698847]
    error += [0.05907907420295151, 0.05565577452358472, 0.06510984902432937]
    np.testing.assert_allclose(table["se"], error, atol=EIGHT)
    hazard = [0.1793136646461596, 0.8018471496371737, 1.8888057905874098]
    hazard += [0.13329869486738105, 0.44349080182362194, 1.1046903643358474]
    np.testing.assert_allclose(table["cumulative_hazard"], hazard, atol=EIGHT)
    error = [0.04807204019318903, 0.10091168507510863, 0.24007051714236893]
    error += [0.06391889021501895, 0.08393486754260478, 0.19186824225696414]
    np.testing.assert_allclose(table["cumulative_hazard_se"], error, atol=EIGHT)


def test_lung_restricted_means_equal_r(read):
    frame, y = lung(read)
    model = RestrictedMean(horizon_days=365, by="sex", reference=2).fit(frame[["sex"]], y)
    free = model.table_.query("quantity == 'event_free_days'").set_index("sex")
    np.testing.assert_allclose(free.loc[[1, 2], "days"], [241.495, 297.465], atol=THREE)
    np.testing.assert_allclose(free.loc[[1, 2], "se"], [10.358, 10.791], atol=THREE)
    difference = model.differences_.query("quantity == 'event_free_days'").iloc[0]
    np.testing.assert_allclose(difference[["difference", "se"]].astype(float), [-55.970, 14.958], atol=THREE)


def test_lung_log_rank_tests_equal_survival(read):
    # survival 2.0: survdiff("Surv(time, status) ~ sex"), with rho=1, and with strata(inst)
    frame, y = lung(read)
    plain = log_rank_test(y, frame["sex"])
    assert plain.statistic == pytest.approx(10.326741954885632, abs=EIGHT)
    np.testing.assert_allclose(plain.table["observed"], [112, 53], atol=EIGHT)
    np.testing.assert_allclose(plain.table["expected"], [91.5817390295728, 73.41826097042721], atol=EIGHT)
    early = log_rank_test(y, frame["sex"], weights=fleming_harrington(1, 0))
    assert early.statistic == pytest.approx(12.714151401157496, abs=EIGHT)
    np.testing.assert_allclose(early.table["expected"], [55.57108547178427, 43.53511009515779], atol=EIGHT)
    known = frame["inst"].notna().to_numpy()
    within = log_rank_test(y[known], frame.loc[known, "sex"], strata=frame.loc[known, "inst"])
    assert within.statistic == pytest.approx(8.524467363323188, abs=EIGHT)
    assert (plain.df, early.df, within.df) == (1, 1, 1)


def test_veteran_log_rank_tests_of_four_groups_equal_survival(read):
    frame = read("classic/veteran.csv")
    y = Surv.from_arrays(frame["status"], frame["time"])
    result = log_rank_test(y, frame["celltype"])
    assert (result.df, result.table["group"].tolist()) == (3, ["adeno", "large", "smallcell", "squamous"])
    assert result.statistic == pytest.approx(25.403700345785396, abs=EIGHT)
    expected = [15.693764614360491, 34.549478386349314, 30.10207932681483, 47.65467767247537]
    np.testing.assert_allclose(result.table["expected"], expected, atol=EIGHT)
    early = log_rank_test(y, frame["celltype"], weights=fleming_harrington(1, 0))
    assert early.statistic == pytest.approx(19.70962245806146, abs=EIGHT)


def uniforms(seed):
    """The uniform numbers of R 1.2.1: Marsaglia's multiply-with-carry."""
    for _ in range(51):
        seed = (69069 * seed + 1) % 2**32
    one, two = seed, (69069 * seed + 1) % 2**32
    while True:
        one = (36969 * (one % 2**16) + one // 2**16) % 2**32
        two = (18000 * (two % 2**16) + two // 2**16) % 2**32
        yield (((one * 2**16) % 2**32) ^ (two % 2**16)) * 2.328306437080797e-10


def exponential(source):
    """An exponential number of R: Ahrens and Dieter (1972), algorithm SA."""
    half = np.cumsum([math.log(2) ** k / math.factorial(k) for k in range(1, 17)])
    value, whole = 2 * next(source), 0.0
    while value <= 1:
        value, whole = 2 * value, whole + half[0]
    value -= 1
    if value <= half[0]:
        return whole + value
    smallest, draws = min(islice(source, 2)), 1
    while value > half[draws]:
        smallest, draws = min(smallest, next(source)), draws + 1
    return whole + smallest * half[0]


@pytest.fixture(scope="module")
def cmprsk_rows():
    """The rows of cmprsk's own test, tests/test.R, as R 1.2.1 drew them with seed 2."""
    source = uniforms(2)
    times = [exponential(source) for _ in range(100)]
    group, cause, stratum = ([int(size * u) for u in islice(source, 100)] for size in (3, 3, 2))
    labelled = np.array(list("abc"))[group]
    return pd.DataFrame({"time": times, "group": labelled, "cause": cause, "stratum": stratum})


def stratified(rows, cause):
    result = gray_test(
        Surv.from_arrays(rows["cause"], rows["time"]), rows["group"], cause=cause, strata=rows["stratum"]
    )
    return result.statistic, result.p_value, result.df


def test_incidences_equal_those_cmprsk_prints(cmprsk_rows):
    # printed in tests/test.Rout.save: cuminc(ss, cc), estimates and variances at 1, 2 and 3
    y = Surv.from_arrays(cmprsk_rows["cause"], cmprsk_rows["time"])
    table = AalenJohansen().fit(None, y).at([1, 2, 3])
    expected = [0.2352861, 0.3287068, 0.4247898, 0.2567862, 0.3931580, 0.4631781]
    np.testing.assert_allclose(table["incidence"], expected, atol=5.1e-8)


def test_gray_tests_of_three_groups_in_two_strata_equal_cmprsk(cmprsk_rows):
    # printed in tests/test.Rout.save: cuminc(ss, cc, gg, strt)
    printed = {1: (3.393977, 0.1832345), 2: (1.989511, 0.3698139)}
    for cause, (statistic, p_value) in printed.items():
        assert stratified(cmprsk_rows, cause) == (
            pytest.approx(statistic, abs=SIX),
            pytest.approx(p_value, abs=SIX),
            2,
        )


def test_gray_tests_of_parts_of_the_rows_equal_cmprsk(cmprsk_rows):
    known = cmprsk_rows.drop(index=[4, 9, 49])  # gg2[c(5, 10, 50)] <- NA
    first = known[known.index < 80]
    assert stratified(first, 1)[:2] == (pytest.approx(4.716769, abs=SIX), pytest.approx(0.0945729, abs=SIX))
    assert stratified(first, 2)[:2] == (pytest.approx(2.696396, abs=SIX), pytest.approx(0.2597078, abs=SIX))
    two = known[known["group"] != "b"]
    assert stratified(two, 1)[:2] == (pytest.approx(3.5151549, abs=SIX), pytest.approx(0.06080997, abs=SIX))
    assert stratified(two, 2)[:2] == (pytest.approx(0.1400145, abs=SIX), pytest.approx(0.70826655, abs=SIX))


def ghosh_lin(frame, day):
    """Mean count and its error by the formulas of Ghosh and Lin, one subject and one time after the other."""
    times = np.unique(frame.loc[frame["event"] > 0, "stop"])
    times = times[times <= day]
    at_risk = np.array([((frame["start"] < t) & (t <= frame["stop"])).sum() for t in times])
    recurred, died = (
        np.array([((frame["stop"] == t) & (frame["event"] == code)).sum() for t in times]) for code in (1, 2)
    )
    before = np.concatenate(([1.0], np.cumprod(1 - died / at_risk)[:-1]))
    mean = np.cumsum(before * recurred / at_risk)
    total = 0.0
    for _, rows in frame.groupby("id"):
        there, own, end = np.zeros(len(times)), np.zeros(len(times)), np.zeros(len(times))
        for row in rows.itertuples():
            there += (row.start < times) & (times <= row.stop)
            own += (row.stop == times) * (row.event == 1)
            end += (row.stop == times) * (row.event == 2)
        counted = before / at_risk * (own - there * recurred / at_risk)
        ended = (end - there * died / at_risk) / (at_risk - died)
        total += (counted.sum() - ((mean[-1] - mean) * ended).sum()) ** 2
    return mean[-1], np.sqrt(total)


def test_readmission_and_bladder_mean_counts_equal_the_formulas(read):
    frame = read("classic/readmission.csv").rename(columns={"t.start": "start", "t.stop": "stop"})
    died = (frame["death"].fillna(0) == 1) & (frame["event"] == 0)
    readmission = frame.assign(event=np.where(died, 2, frame["event"]), group=frame["chemo"])
    frame = read("classic/bladder1.csv").query("stop > start")
    bladder = frame.assign(event=np.minimum(frame["status"], 2), group=frame["treatment"])
    for rows, day in ((readmission, 730), (bladder, 36)):
        y = Surv.from_arrays(rows["event"], rows["stop"], rows["start"])
        table = MeanCumulativeFunction(by="group").fit(rows[["group"]], y, subject=rows["id"]).at([day])
        for row in table.itertuples():
            mean, error = ghosh_lin(rows[rows["group"] == row.group], day)
            assert row.mean_count == pytest.approx(mean, abs=EIGHT)
            assert row.se == pytest.approx(error, abs=EIGHT)
