"""Who gets an intervention: what is known, who can, for how long, and what follows."""

import numpy as np
import pytest

from hgrisk.simulate.engine.choice import known_risk, length, may_get, remember
from hgrisk.simulate.engine.homes import home_records
from hgrisk.simulate.engine.state import BREACHED_AT, LAST_REPORT, N_REPORTS, RECENT
from hgrisk.simulate.parameters.interventions import ARREST, BARRING_ORDER, HELP, NAMES, SHELTER
from hgrisk.simulate.parameters.reporting import POLICE
from hgrisk.simulate.records import NEVER
from tests.simulate.engine.worlds import empty_state, one_rule, plain_world, records, world

TRAUMA, REGIE = NAMES.index("trauma_care"), NAMES.index("intensive_regie")
AT = 19_000.0


@pytest.fixture(scope="module")
def made():
    return plain_world(households=20)


@pytest.fixture
def home(made):
    return home_records(records(made).homes)[:1].copy()


def test_what_is_known_adds_up(home):
    state = empty_state()
    state[N_REPORTS] = 0.0
    home["recorded"], home["covariates"] = 0, 0
    base = known_risk(state, home[0], AT, 2)
    assert base == 0.0
    assert known_risk(state, home[0], AT, 5) == pytest.approx(1.5)
    remember(state, AT - 800)
    remember(state, AT - 100)
    assert known_risk(state, home[0], AT, 2) == pytest.approx(0.45)
    home["recorded"] = [1, 1, 1, 1, 1]
    assert known_risk(state, home[0], AT, 2) == pytest.approx(0.45 + 1.4)
    home["recorded"] = -1
    assert known_risk(state, home[0], AT, 2) == pytest.approx(0.45)
    state[BREACHED_AT] = AT - 5
    assert known_risk(state, home[0], AT, 2) == pytest.approx(1.05)


def test_three_reports_are_remembered():
    state = empty_state()
    state[N_REPORTS] = 0.0
    for at in (1.0, 2.0, 3.0, 4.0):
        remember(state, at)
    assert sorted(state[RECENT : RECENT + 3]) == [2.0, 3.0, 4.0]
    assert state[LAST_REPORT] == 4.0
    assert state[N_REPORTS] == 4.0


def test_who_can_get_what(made, home):
    rules = one_rule(made, from_day=0.0)
    home["covariates"] = 0

    def can(k, at=AT, severity=5, source=POLICE, decided=100):
        return may_get(k, rules, home[0], 0, at, severity, source, decided, 3)

    assert can(ARREST)
    assert not can(ARREST, severity=2)
    assert not can(ARREST, source=POLICE + 1)
    assert can(ARREST, decided=NEVER)
    assert can(BARRING_ORDER)
    assert can(SHELTER, source=POLICE + 1)
    home["kind"] = 0
    assert not can(BARRING_ORDER)
    assert not can(SHELTER)
    assert can(REGIE)
    assert not can(REGIE, decided=NEVER)
    rules["from_day"][REGIE, 3] = AT + 1
    assert not can(REGIE)
    assert not can(TRAUMA)
    home["covariates"] = 1
    assert can(TRAUMA)


def test_a_barring_order_lasts_ten_days_or_its_full_length(made):
    rules = one_rule(made)
    assert [length(rules, BARRING_ORDER, u) for u in (0.0, 0.59, 0.61)] == [10, 10, 28]
    assert [length(rules, REGIE, u) for u in (0.0, 0.5, 0.999)] == [219, 365, 510]


@pytest.fixture(scope="module")
def baseline():
    return records(world("baseline", households=6000))


def given(found, k):
    return found.reports.start_on[:, k] != NEVER


def test_the_gravest_get_most(baseline):
    for k, least in ((REGIE, 0.5), (ARREST, 0.2)):
        chosen = given(baseline, k)
        assert chosen.sum() > 30
        assert baseline.reports.score[chosen].mean() > baseline.reports.score[~chosen].mean() + least


def test_stronger_confounding_sets_them_further_apart(baseline):
    strong = records(world("strong_confounding", households=6000))

    def gap(found):
        chosen = given(found, REGIE)
        return found.reports.score[chosen].mean() - found.reports.score[~chosen].mean()

    assert gap(strong) > gap(baseline) + 0.3


def test_risk_that_nobody_sees_can_drive_the_choice(baseline):
    unseen = records(world("baseline", households=6000, interventions={"unseen_risk": 3.0}))

    def gap(found):
        frailty = np.log(found.homes.frailty[found.reports.household])
        return frailty[given(found, REGIE)].mean() - frailty[~given(found, REGIE)].mean()

    assert gap(unseen) > gap(baseline) + 0.1


def test_an_intervention_that_runs_is_not_given_again(baseline):
    reports = baseline.reports
    for k in range(len(NAMES)):
        rows = np.flatnonzero(given(baseline, k))
        same = reports.household[rows[1:]] == reports.household[rows[:-1]]
        # help is decided on long before it starts
        again = reports.start_on[rows[1:], k] if k == HELP else reports.on[rows[1:]]
        assert (again[same] >= reports.end_on[rows[:-1], k][same]).all()


def test_regions_start_regie_one_after_the_other(baseline):
    rows = np.flatnonzero(given(baseline, REGIE))
    assert baseline.reports.on[rows].min() >= 17_532  # 2018-01-01
    everywhere = baseline.reports.on[rows] >= 17_532 + 1460
    assert 0 < (~everywhere).sum() < rows.size


def test_detention_follows_arrests_and_breaches_follow_orders(baseline):
    reports = baseline.reports
    detained, breached = reports.detained_until_on != NEVER, reports.breach_on != NEVER
    assert given(baseline, ARREST)[detained].all()
    assert detained[given(baseline, ARREST)].mean() == pytest.approx(0.2, abs=0.06)
    assert (reports.detained_until_on[detained] > reports.on[detained]).all()
    assert given(baseline, BARRING_ORDER)[breached].all()
    assert (reports.breach_on[breached] >= reports.start_on[breached, BARRING_ORDER]).all()
    assert (reports.breach_on[breached] < reports.end_on[breached, BARRING_ORDER]).all()
