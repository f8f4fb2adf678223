"""The care chain as events."""

from dataclasses import replace

import numpy as np
import pytest

from hgrisk.simulate.observed.arrays import BlockArrays
from hgrisk.simulate.observed.care_rows import assessment_days, care_rows
from hgrisk.simulate.observed.rows import CODES, EVENT_KINDS, NONE
from hgrisk.simulate.parameters.care import DECISIONS, HOLDERS
from hgrisk.simulate.parameters.interventions import HELP
from hgrisk.simulate.records import DURING, NEVER, OPENS
from tests.simulate.observed.builders import CERTAIN, on, plain_block, plain_homes, plain_incidents, plain_reports

MANY = 8000


def rows_of(block, seed=0):
    """Return the rows by kind."""
    parts = care_rows(block, np.random.default_rng(seed))
    return {EVENT_KINDS[part["kind"][0]]: part for part in parts if part.size}


def codes(rows):
    return [CODES[code] if code != NONE else None for code in rows["code"]]


def test_only_reports_that_open_begin_an_involvement():
    closed = [on("2016-04-01"), NEVER, on("2018-01-05")]
    block = plain_block(["2016-01-01", "2016-02-01", "2018-01-01"], phase=[OPENS, DURING, OPENS], closed_on=closed)
    rows = rows_of(block)["involvement"]
    assert rows["report"].tolist() == [0, 2]
    assert rows["ended"].tolist() == [closed[0], closed[2]]


def test_no_assessment_before_the_protocol():
    days = [on("2018-12-31"), on("2019-01-01"), NEVER]
    block = plain_block(["2018-12-28"] * 3, assessed_on=days)
    assert assessment_days(block).tolist() == [NEVER, on("2019-01-01"), NEVER]
    assert rows_of(block)["safety_assessment"]["report"].tolist() == [1]


def test_an_assessment_tells_the_acute_and_the_structural_part():
    for acute, names in ((False, {"safe_enough", "structural"}), (True, {"acute", "acute_and_structural"})):
        block = plain_block(["2020-01-01"] * MANY, assessed_on=on("2020-01-06"), acute=acute)
        found = codes(rows_of(block)["safety_assessment"])
        assert set(found) == names
        assert np.mean(["structural" in name for name in found]) == pytest.approx(0.45, abs=0.025)


def test_steps_on_their_days_with_their_names():
    start = np.full((1, 9), NEVER)
    start[0, HELP] = on("2020-05-01")
    block = plain_block(
        ["2020-01-01"], decided_on=on("2020-01-08"), decision=2, planned_on=on("2020-01-20"), sent_on=on("2020-02-01"),
        accepted_on=on("2020-02-09"), holder=1, start_on=start, end_on=start + 10,
    )  # fmt: skip
    rows = rows_of(block)
    found = {kind: (part["occurred"].tolist(), codes(part)) for kind, part in rows.items()}
    del found["involvement"]
    assert found == {
        "assessment_decision": ([on("2020-01-08")], [DECISIONS[2]]),
        "safety_plan": ([on("2020-01-20")], [None]),
        "handover_sent": ([on("2020-02-01")], [None]),
        "handover_accepted": ([on("2020-02-09")], [HOLDERS[1]]),
        "help_first_contact": ([on("2020-05-01")], [None]),
    }
    assert all((part["known"] == NEVER).all() for kind, part in rows.items() if kind != "involvement")
    assert all((part["report"] == 0).all() for part in rows.values())


def test_an_unknown_decision_or_holder_has_no_code():
    block = plain_block(["2020-01-01"], decided_on=on("2020-01-08"), accepted_on=on("2020-02-09"))
    rows = rows_of(block)
    assert codes(rows["assessment_decision"]) == codes(rows["handover_accepted"]) == [None]


def test_six_in_ten_closures_are_written_down():
    block = plain_block(["2020-01-01"] * MANY, closed_on=on("2020-03-01"))
    assert rows_of(block)["case_closed"].size / MANY == pytest.approx(0.6, abs=0.025)
    during = plain_block(["2020-01-01"] * 50, closed_on=on("2020-03-01"), phase=DURING)
    assert "case_closed" not in rows_of(during)


def test_checks_tell_of_violence_only_in_the_months_before():
    """Each household has a report in 2017 and a check in 2018; a second incident lies around the quarter before it."""
    check = on("2018-06-01")
    second = np.array([check - 92, check - 91, check - 1, check, check + 5])
    n = MANY // second.size * second.size
    household, kind = np.repeat(np.arange(n), 2), np.arange(n) % second.size
    at = np.column_stack((np.full(n, on("2017-01-01")), second[kind])).ravel()
    reported = np.column_stack((np.arange(n), np.full(n, -1))).ravel()
    incidents = replace(plain_incidents(household.tolist(), at.tolist(), report=reported), at=at.astype(float) + 0.5)
    reports = plain_reports(incidents, check_on=np.array([NEVER, check, NEVER]))
    rows = rows_of(BlockArrays.of(CERTAIN, plain_homes(n), incidents, reports))["monitoring_check"]
    assert rows.size == n
    found = np.array(codes(rows))
    shares = [np.mean(found[kind == k] == "violence_reported_to_go_on") for k in range(second.size)]
    assert shares == pytest.approx([0, 0.48, 0.48, 0, 0], abs=0.05)
    assert shares[0] == shares[3] == shares[4] == 0
    assert np.mean(found == "not_reached") == pytest.approx(0.2, abs=0.02)


def test_every_check_has_a_row_while_observed():
    checks = np.array([on("2024-10-01"), on("2024-12-31"), on("2025-01-01")])
    block = plain_block(["2024-07-01"], check_on=checks)
    assert rows_of(block)["monitoring_check"]["occurred"].tolist() == checks[:2].tolist()
