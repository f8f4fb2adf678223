"""The walk: the incidents follow the hazard that the settings say."""

import numpy as np
import pytest
from scipy import stats

from hgrisk.simulate.engine.state import COUNT, LAST, N_REPORTS, START
from hgrisk.simulate.engine.walk import set_out
from hgrisk.simulate.records import DURING, MONITORED, NEVER, OPENS
from tests.simulate.engine.worlds import empty_state, plain_world, records, rows, world

P_VALUE = 0.001
"""The seeds are fixed: a test that passes goes on passing."""


def follow_up_years(homes, made):
    end = float(made.rules["extraction_day"][0]) + 550.0
    return (end - homes.onset_at) / 365.25


def gaps(found):
    """Return the days from each incident to the next of the same household, and the household."""
    same = found.incidents.household[1:] == found.incidents.household[:-1]
    return np.diff(found.incidents.at)[same], found.incidents.household[1:][same]


def test_with_a_constant_hazard_incidents_are_a_poisson_process():
    made = plain_world(households=400, lasting=1.0, rate_per_year=2.0)
    found = records(made)
    expected = 2.0 * found.homes.frailty * follow_up_years(found.homes, made)
    count = np.bincount(found.incidents.household, minlength=found.homes.size)
    assert abs(count.sum() - expected.sum()) < 3 * np.sqrt(expected.sum())
    pearson = np.sum((count - expected) ** 2 / expected)
    assert stats.chi2.sf(pearson, found.homes.size) > P_VALUE


def test_the_time_to_the_next_incident_has_the_survival_function_of_the_hazard():
    made = plain_world(households=400, lasting=0.2, front_days=40.0, rate_per_year=6.0)
    found = records(made)
    end = float(made.rules["extraction_day"][0]) + 550.0
    per_day = 6.0 / 365.25 * found.homes.frailty
    days, home = gaps(found)
    passed = per_day[home] * cumulative(days, 0.2, 40.0)
    last = np.append(found.incidents.household[1:] != found.incidents.household[:-1], True)
    home_last, at_last = found.incidents.household[last], found.incidents.at[last]
    censored = per_day[home_last] * cumulative(end - at_last, 0.2, 40.0)
    first = np.insert(last[:-1], 0, True)
    home_first = found.incidents.household[first]
    waits = per_day[home_first] * cumulative(found.incidents.at[first] - found.homes.onset_at[home_first], 0.2, 40.0)
    silent = np.setdiff1d(np.arange(found.homes.size), home_last)
    unseen = per_day[silent] * cumulative(end - found.homes.onset_at[silent], 0.2, 40.0)
    # in operational time every gap is unit exponential, so events equal total time at risk
    events, exposure = len(found.incidents.at), sum(part.sum() for part in (passed, censored, waits, unseen))
    assert abs(events - exposure) < 3 * np.sqrt(events)
    early = passed[per_day[home] * cumulative(np.full(home.size, 200.0), 0.2, 40.0) > 1.0]
    assert early.size > 1000


def cumulative(days, lasting, front_days):
    """Integrate the front-loaded hazard."""
    return lasting * days + (1 - lasting) * front_days * (1 - np.exp(-days / front_days))


def test_event_dependence_speeds_up_what_follows_upon_the_first_incidents():
    rate = {"lasting": 1.0, "rate_per_year": 1.0, "frailty_variance": 1e-6}
    alone = records(plain_world(households=600, **rate))
    dependent = records(plain_world(households=600, dependence_ratio=2.0, dependence_limit=2, **rate))
    for found, ratios in ((alone, (1, 1, 1)), (dependent, (1, 2, 4))):
        for number, ratio in enumerate(ratios):
            rank = np.arange(len(found.incidents.at)) - np.searchsorted(
                found.incidents.household, found.incidents.household
            )
            previous = np.where(rank == 0, found.homes.onset_at[found.incidents.household], 0.0)
            previous[rank > 0] = found.incidents.at[np.flatnonzero(rank > 0) - 1]
            days = (found.incidents.at - previous)[rank == number]
            # nearly every gap is seen in 10 years and more
            entered = found.homes.onset_at[found.incidents.household[rank == number]] < 15_000
            assert np.median(days[entered]) == pytest.approx(np.log(2) * 365.25 / ratio, rel=0.15)


def test_nothing_happens_before_the_onset_or_after_the_end():
    found = records(world("baseline", households=1500))
    homes, incidents = found.homes, found.incidents
    home = incidents.household
    assert (incidents.at > homes.onset_at[home]).all()
    assert (incidents.at < homes.terminal_at[home]).all()
    assert (incidents.at < homes.until_at[home, incidents.relation]).all()
    assert (np.diff(home) >= 0).all()
    assert (np.diff(incidents.at)[np.diff(home) == 0] > 0).all()


def test_incidents_bear_the_kind_of_their_relation_and_a_severity():
    found = records(world("baseline", households=1500))
    incidents = found.incidents
    assert (incidents.kind == found.homes.kind[incidents.household, incidents.relation]).all()
    assert set(np.unique(incidents.severity)) == {1, 2, 3, 4, 5}
    assert set(np.unique(incidents.relation)) == {0, 1}
    partners = incidents.kind == 1
    assert not incidents.witnessed[~partners].any()
    assert not incidents.reversed[~partners].any()
    with_children = found.homes.covariates[incidents.household, -1]
    assert not incidents.witnessed[~with_children].any()
    assert incidents.witnessed[partners & with_children].mean() == pytest.approx(0.35, abs=0.03)
    assert incidents.reversed[partners].mean() == pytest.approx(0.1, abs=0.02)


def test_severity_rises_where_it_escalates():
    made = world("baseline", households=1500, violence={"escalating_share": 0.5, "escalation": 0.2})
    found = records(made)
    rank = np.arange(len(found.incidents.at)) - np.searchsorted(found.incidents.household, found.incidents.household)
    late = rank >= 10
    rising = found.homes.escalating[found.incidents.household]
    severity = found.incidents.severity
    assert severity[late & rising].mean() > severity[late & ~rising].mean() + 0.8
    assert severity[~late & ~rising].mean() == pytest.approx(severity[late & ~rising].mean(), abs=0.1)


def test_reports_are_a_thinning_of_the_incidents():
    settings = {"share": 0.3, "severity_ratio": 1.0, "region_log_sd": 0.0, "involvement_ratio": 1.0}
    settings |= {"monitoring_ratio": 1.0, "fresh_ratio": 1.0, "protocol_ratio": 1.0, "lockdown_ratio": 1.0}
    ratios = dict.fromkeys(("child_abuse", "partner_violence", "violence_against_parents", "elder_abuse", "other"), 1.0)
    found = records(world(households=800, reporting=settings | {"kind_ratios": ratios}))
    reported = found.incidents.report >= 0
    assert reported.mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / reported.size))
    assert (found.reports.incident == np.flatnonzero(reported)).all()
    assert (found.reports.on == np.floor(found.incidents.at[reported])).all()
    assert (found.reports.severity == found.incidents.severity[reported]).all()
    assert (found.reports.household == found.incidents.household[reported]).all()


def test_a_report_in_an_involvement_opens_none():
    reports = records(world("baseline", households=3000)).reports
    opens = reports.phase == OPENS
    assert set(np.unique(reports.phase)) == {OPENS, DURING, MONITORED}
    for days in (reports.assessed_on, reports.decided_on, reports.closed_on):
        assert ((days != NEVER) == opens).all()
    last_open = np.maximum.accumulate(np.where(opens, np.arange(opens.size), 0))
    assert (reports.household[last_open] == reports.household).all()
    closed = reports.closed_on[last_open]
    assert (reports.on[reports.phase == DURING] <= closed[reports.phase == DURING]).all()
    assert (reports.on[reports.phase == MONITORED] > closed[reports.phase == MONITORED]).all()
    assert (reports.check_on[last_open][reports.phase == MONITORED, 2] >= reports.on[reports.phase == MONITORED]).all()


def test_a_household_sets_out_with_nothing_behind_it():
    _, homes, _ = rows(plain_world(households=5))
    state = empty_state()
    set_out(homes[0], state)
    assert state[LAST] == homes[0]["onset_at"]
    assert state[COUNT] == state[N_REPORTS] == 0.0
    assert state[START] == np.inf
