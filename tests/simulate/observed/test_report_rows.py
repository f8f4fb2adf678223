"""Reports: persons, further reports, and mistakes."""

import numpy as np
import pytest

from hgrisk.simulate.observed.arrays import BlockArrays
from hgrisk.simulate.observed.people import ADULT, ELDER, ELDEST, PARTNER
from hgrisk.simulate.observed.report_rows import MERGE_DAYS, parts, report_rows
from hgrisk.simulate.observed.rows import FOLLOW_UP, NONE, REPORT
from hgrisk.simulate.parameters.population import (
    AGAINST_PARENTS,
    CHILD_ABUSE,
    ELDER_ABUSE,
    KINDS,
    OTHER,
    PARTNER_VIOLENCE,
)
from hgrisk.simulate.parameters.reporting import POLICE, SOURCES
from hgrisk.simulate.records import DURING, MONITORED, NEVER, OPENS
from tests.simulate.observed.builders import (
    on,
    plain_block,
    plain_homes,
    plain_incidents,
    plain_reports,
    with_reporting,
)

MANY = 20_000
TOLERANCE = 0.02


def rows_of(block, seed=0):
    return report_rows(block, *parts(block), np.random.default_rng(seed))


def many(day="2019-06-01", **reporting):
    """Return a block with a report in each of many households, all on one day and all by the police."""
    scenario = with_reporting(**reporting)
    incidents = plain_incidents(list(range(MANY)), [on(day)] * MANY)
    return BlockArrays.of(scenario, plain_homes(MANY, region=0), incidents, plain_reports(incidents))


@pytest.mark.parametrize(
    ("kind", "who", "whom"),
    [
        (PARTNER_VIOLENCE, ADULT, PARTNER), (CHILD_ABUSE, ADULT, ELDEST), (AGAINST_PARENTS, ELDEST, ADULT),
        (ELDER_ABUSE, ADULT, ELDER), (OTHER, ADULT, PARTNER),
    ],
)  # fmt: skip
@pytest.mark.parametrize("swapped", [False, True])
def test_the_parts_in_every_kind(kind, who, whom, swapped):
    homes = plain_homes(elder_born_on=on("1940-01-01"))
    person, exposed = parts(plain_block(["2019-01-01"], homes=homes, kind=kind, reversed=swapped))
    wanted = (whom, who) if swapped and kind == PARTNER_VIOLENCE else (who, whom)
    assert (person[0], exposed[0]) == wanted


def test_without_a_partner_nobody_else_takes_the_part():
    homes = plain_homes(partner_born_on=NEVER)
    for kind in (OTHER, PARTNER_VIOLENCE):
        block = plain_block(["2019-01-01"], homes=homes, kind=kind, reversed=True)
        assert [part.tolist() for part in parts(block)] == [[ADULT], [NONE]]


def test_without_a_child_nobody_is_exposed_to_child_abuse():
    block = plain_block(["2019-01-01"], homes=plain_homes(child_born_on=NEVER), kind=CHILD_ABUSE)
    assert parts(block)[1].tolist() == [NONE]


def test_kinds_by_phase():
    block = plain_block(["2016-01-01", "2016-02-01", "2017-01-01"], phase=[OPENS, DURING, MONITORED])
    rows, known = rows_of(block)
    assert rows["kind"].tolist() == [REPORT, FOLLOW_UP, FOLLOW_UP]
    assert rows["first"].all()
    assert rows["report"].tolist() == [0, 1, 2]
    assert rows["known"].tolist() == known.tolist()


def test_only_reports_of_the_period_have_rows():
    rows, known = rows_of(plain_block(["2014-12-31", "2015-01-01", "2024-12-31", "2025-01-01"]))
    assert rows["report"].tolist() == [1, 2]
    assert known.size == 4


def test_a_child_who_saw_it_is_a_further_kind():
    days = ["2019-01-01"] * 4
    kinds = [PARTNER_VIOLENCE, PARTNER_VIOLENCE, CHILD_ABUSE, PARTNER_VIOLENCE]
    block = plain_block(days, witnessed=[True, False, True, True], kind=kinds)
    assert rows_of(block)[0]["further"].tolist() == [True, False, False, True]
    grown = plain_homes(child_born_on=[[on("1999-01-01"), on("2000-01-01"), NEVER]])
    assert not rows_of(plain_block(days, homes=grown, witnessed=True))[0]["further"].any()


def test_further_reports_are_by_others_within_the_window():
    rows, _ = rows_of(many(again_share=0.6, again_mean_days=2.0, severity_missing_share=0.0, corrected_share=0.0))
    again = rows[MANY:]
    days = again["occurred"] - on("2019-06-01")
    assert (again["kind"] == FOLLOW_UP).all()
    assert not again["first"].any()
    assert (again["report"] == NONE).all()
    assert (again["severity"] == 3).all()
    assert (again["person"] % 6 == ADULT).all()
    assert days.min() == 0
    assert days.max() == MERGE_DAYS
    both = np.stack((again["home"].astype(int), again["source"].astype(int)))
    assert np.unique(both, axis=1).shape[1] == again.size
    assert POLICE not in again["source"]
    firsts = np.bincount(again["home"], minlength=MANY)
    assert firsts.max() == 3
    assert np.mean(firsts >= 1) == pytest.approx(0.6, abs=TOLERANCE)


def test_further_reports_come_days_later_by_the_shares_of_the_sources():
    rows, _ = rows_of(many(again_share=0.3, again_mean_days=1.0))
    again = rows[MANY:]
    first, once = np.unique(again["home"], return_index=True)
    assert first.size == pytest.approx(0.3 * MANY, rel=0.05)
    days = again["occurred"][once] - on("2019-06-01")
    assert days.mean() == pytest.approx(1.0, abs=0.1)
    assert np.mean(days == 0) == pytest.approx(0.5, abs=0.03)
    shares = with_reporting().reporting.other_sources
    found = np.bincount(again["source"][once], minlength=len(SOURCES)) / once.size
    assert found[1:] == pytest.approx([shares[name] for name in SOURCES[1:]], abs=TOLERANCE)


def test_each_further_report_is_later_than_the_one_before():
    rows, _ = rows_of(many(again_share=0.9, again_mean_days=1.0))
    again = rows[MANY:]
    often = np.flatnonzero(np.bincount(again["home"], minlength=MANY) == 3)
    days = again["occurred"][np.isin(again["home"], often)].reshape(-1, 3) - on("2019-06-01")
    assert days.mean(axis=0) == pytest.approx([1, 2, 3], abs=0.15)
    assert (np.diff(days, axis=1) >= 0).all()


def test_no_further_reports_without_a_share():
    assert rows_of(many(again_share=0.0))[0].size == MANY


def test_further_reports_of_what_was_reported_just_before_registration():
    rows, _ = rows_of(many(day="2014-12-30", again_share=0.9))
    assert rows.size > MANY / 4
    assert not rows["first"].any()
    assert rows["occurred"].min() == on("2015-01-01")


def test_severities_are_missing_and_more_often_after_the_change_of_system():
    for day, share in (("2019-06-01", 0.04), ("2021-07-01", 0.12)):
        rows, _ = rows_of(many(day, severity_missing_share=0.04, system_change_on="2021-07-01", corrected_share=0.0))
        missing = rows["severity"] == NONE
        assert missing.mean() == pytest.approx(share, abs=0.008)
        assert (rows["severity"][~missing] == 3).all()


def test_a_corrected_severity_is_right_and_one_not_yet_corrected_is_one_off():
    rows, _ = rows_of(many("2024-12-01", corrected_share=0.5, severity_missing_share=0.1, late_share=0.0))
    corrected = rows["corrected"] != NEVER
    assert (rows["severity"][corrected] == 3).all()
    assert (rows["corrected"] - rows["known"])[corrected].min() == 2
    assert rows["corrected"].max() == on("2024-12-31")
    wrong = np.isin(rows["severity"], [2, 4])
    assert not (wrong & corrected).any()
    present = rows["severity"] != NONE
    assert np.mean((wrong | corrected)[present]) == pytest.approx(0.5, abs=TOLERANCE)
    assert np.mean(rows["severity"][wrong] == 2) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(("severity", "written"), [(1, {1, 2}), (5, {4, 5})])
def test_a_wrong_severity_stays_on_the_scale(severity, written):
    block = plain_block(["2024-12-30"] * 50, scenario=with_reporting(corrected_share=1.0, again_share=0.0),
                        severity=severity)  # fmt: skip
    found = set(rows_of(block)[0]["severity"].tolist()) - {NONE}
    assert found == written - {severity}


def test_the_main_kind_is_the_code():
    rows, _ = rows_of(
        plain_block(["2019-01-01"] * len(KINDS), kind=range(len(KINDS)), homes=plain_homes(elder_born_on=0))
    )
    assert rows["code"].tolist() == list(range(len(KINDS)))
