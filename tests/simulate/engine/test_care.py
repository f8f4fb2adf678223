"""The care chain: steps in order, norms in working days, medians as set."""

import numpy as np
import pytest

from hgrisk.simulate.engine.care import after_workdays, lognormal, place, start_help
from hgrisk.simulate.engine.state import END, START
from hgrisk.simulate.parameters.care import DECISIONS
from hgrisk.simulate.parameters.interventions import HELP
from hgrisk.simulate.records import NEVER, OPENS
from hgrisk.working_days import add_working_days, working_days_between
from tests.simulate.engine.worlds import empty_state, one_rule, records, world


@pytest.fixture(scope="module")
def made():
    return world("baseline", households=15_000, care={"backlog_log_sd": 0.0, "backlog_log_growth": 0.0})


@pytest.fixture(scope="module")
def opened(made):
    reports = records(made).reports
    opens = reports.phase == OPENS
    return {name: value[opens] for name, value in vars(reports).items()}


def test_a_place_is_found_among_running_totals():
    upto = np.array([0.2, 0.5, 1.0])
    assert [place(upto, u) for u in (0.0, 0.19, 0.2, 0.49, 0.5, 0.999)] == [0, 0, 1, 1, 2, 2]


def test_working_days_agree_with_the_calendar(made):
    rules = one_rule(made)
    days = np.arange(19_400, 19_480)  # Easter, King's day and Whit Monday of 2023
    for n in (0, 1, 5, 20):
        wanted = add_working_days(days.astype("datetime64[D]"), n).astype(int)
        assert [after_workdays(rules, day, n) for day in days.tolist()] == wanted.tolist()


def test_lognormal_numbers_have_their_median_and_spread():
    logs = np.log([lognormal(np.uint64(key), 3, 1.5, 0.7) for key in range(20_000)])
    assert logs.mean() == pytest.approx(1.5, abs=0.02)
    assert logs.std() == pytest.approx(0.7, abs=0.015)


def test_steps_follow_each_other(opened):
    assert (opened["assessed_on"] >= opened["on"]).all()
    assert (opened["decided_on"] >= opened["assessed_on"]).all()
    assert (opened["closed_on"] >= opened["decided_on"]).all()
    for later, earlier in (
        ("planned_on", "decided_on"), ("sent_on", "decided_on"), ("accepted_on", "sent_on"),
    ):  # fmt: skip
        there = opened[later] != NEVER
        assert there.any()
        assert not there.all()
        assert (opened[earlier][there] != NEVER).all()
        assert (opened[later][there] >= opened[earlier][there]).all()
    contact = opened["start_on"][:, HELP]
    there = contact != NEVER
    assert (contact[there] >= opened["accepted_on"][there]).all()
    checked = opened["check_on"][:, 0] != NEVER
    np.testing.assert_array_equal(
        opened["check_on"][checked] - opened["decided_on"][checked][:, None],
        np.tile([91, 365, 548], (int(checked.sum()), 1)),
    )


def test_shares_are_those_of_the_settings(made, opened):
    care, n = made.scenario.care, opened["on"].size
    chosen = np.bincount(opened["decision"], minlength=len(DECISIONS)) / n
    wanted = np.array([care.decision_shares[name] for name in DECISIONS])
    assert chosen == pytest.approx(wanted, abs=0.02)
    sent = opened["sent_on"] != NEVER
    np.testing.assert_array_equal(sent, opened["decision"] != DECISIONS.index("end"))
    assert (opened["accepted_on"][sent] != NEVER).mean() == pytest.approx(care.accepted_share, abs=0.02)
    assert (opened["planned_on"] != NEVER).mean() == pytest.approx(care.plan_share, abs=0.02)
    assert (opened["check_on"][:, 0] != NEVER).mean() == pytest.approx(care.monitoring_share, abs=0.02)
    np.testing.assert_array_equal(opened["holder"] >= 0, opened["accepted_on"] != NEVER)


def test_acute_cases_go_first(opened):
    start, end = (opened[name].astype("datetime64[D]") for name in ("on", "assessed_on"))
    days, acute = working_days_between(start, end), opened["acute"]
    assert np.median(days[acute]) < np.median(days[~acute])
    assert np.median(days[~acute]) == pytest.approx(7.5, abs=1)


def test_help_that_is_there_or_on_its_way_does_not_start_again(made):
    rules, state = one_rule(made), empty_state()
    assert not start_help(state, rules, NEVER, 50.0)
    assert start_help(state, rules, 100, 50.0)
    assert state[START + HELP] == 100
    assert state[END + HELP] == 100 + rules["days"][HELP]
    assert not start_help(state, rules, 110, 105.0)
    assert state[START + HELP] == 100
    until = int(state[END + HELP])
    assert start_help(state, rules, until + 30, until - 5.0)  # what is running goes on
    assert (state[START + HELP], state[END + HELP]) == (100, until + 30 + rules["days"][HELP])
    late = int(state[END + HELP]) + 9
    assert start_help(state, rules, late + 30, float(late))
    assert state[START + HELP] == late + 30
