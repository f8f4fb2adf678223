"""The hazard of violence and the chance of a report, against their formulas."""

import numpy as np
import pytest

from hgrisk.simulate.engine.hazard import front, log_chance_of_report, log_hazard_ratio, separation, strength
from hgrisk.simulate.engine.homes import home_records
from hgrisk.simulate.engine.state import (
    BREACHED_AT,
    COUNT,
    DETAINED_FROM,
    DETAINED_UNTIL,
    END,
    LAST_REPORT,
    OPEN_UNTIL,
    START,
    WATCH_UNTIL,
)
from hgrisk.simulate.parameters.interventions import NAMES
from tests.simulate.engine.worlds import empty_state, one_rule, plain_world, records, world

EXACT = 1e-12
REGIE = NAMES.index("intensive_regie")


@pytest.fixture(scope="module")
def plain():
    return plain_world(households=5)


@pytest.fixture(scope="module")
def home(plain):
    return home_records(records(plain).homes)[0]


def test_an_effect_is_full_while_it_lasts_and_halves_afterwards(plain):
    rules, state = one_rule(plain), empty_state()
    state[START + REGIE], state[END + REGIE] = 100.0, 200.0
    fade = float(rules["fade_days"][REGIE])
    found = [strength(state, rules, REGIE, at) for at in (99.0, 100.0, 100.5, 200.0, 200.0 + fade, 200.0 + 3 * fade)]
    assert found == pytest.approx([0, 0, 1, 1, 0.5, 0.125], abs=EXACT)


def test_an_effect_that_never_starts_is_nothing(plain):
    assert strength(empty_state(), one_rule(plain), REGIE, 1e6) == 0.0


def test_a_separation_raises_the_hazard_around_it_and_longest_after_a_month():
    days = [-31.0, -30.0, 0.0, 29.9, 30.0, 179.9, 180.0, 365.0, 366.0]
    assert [separation(day, 0.4) for day in days] == pytest.approx([0, 0.2, 0.2, 0.2, 0.4, 0.4, 0.2, 0.2, 0])


def test_the_hazard_falls_after_an_incident_to_its_lasting_share(plain):
    rules = one_rule(plain, front_days=50.0, lasting=0.2)
    found = [front(days, rules) for days in (0.0, 50.0, 1e6)]
    assert found == pytest.approx([1.0, 0.2 + 0.8 / np.e, 0.2], abs=EXACT)


def test_the_log_hazard_ratio_is_the_sum_of_its_parts(plain, home):
    rules = one_rule(
        plain, log_dependence=0.1, dependence_limit=3.0, log_breach=0.5, log_detention=-2.0, log_separation=0.4,
        log_period=0.03,
    )  # fmt: skip
    rules["log_violence"][REGIE] = -0.7
    at, state = 15_000.0, empty_state()
    state[COUNT] = 0.0
    assert log_hazard_ratio(state, rules, home, 0, at) == pytest.approx(0.03, abs=EXACT)
    state[COUNT] = 2.0
    assert log_hazard_ratio(state, rules, home, 0, at) == pytest.approx(0.23, abs=EXACT)
    state[COUNT] = 9.0
    assert log_hazard_ratio(state, rules, home, 0, at) == pytest.approx(0.33, abs=EXACT)
    state[BREACHED_AT] = at - 365.0
    assert log_hazard_ratio(state, rules, home, 0, at) == pytest.approx(0.83, abs=EXACT)
    state[DETAINED_FROM], state[DETAINED_UNTIL] = at - 1.0, at
    assert log_hazard_ratio(state, rules, home, 0, at) == pytest.approx(-1.17, abs=EXACT)
    state[START + REGIE], state[END + REGIE] = at - 1.0, at + 1.0
    assert log_hazard_ratio(state, rules, home, 0, at) == pytest.approx(-1.87, abs=EXACT)


def test_what_is_over_or_still_to_come_changes_no_hazard(plain, home):
    rules, at, state = one_rule(plain, log_breach=0.5, log_detention=-2.0), 15_000.0, empty_state()
    state[COUNT] = 0.0
    state[BREACHED_AT] = at
    state[DETAINED_FROM], state[DETAINED_UNTIL] = at - 9.0, at - 1.0
    state[START + REGIE], state[END + REGIE] = at, at + 9.0
    assert log_hazard_ratio(state, rules, home, 0, at) == 0.0
    state[BREACHED_AT] = at - 366.0
    assert log_hazard_ratio(state, rules, home, 0, at) == 0.0


def test_a_separation_matters_to_partners_only():
    made = world("baseline", households=200)
    homes = home_records(records(made).homes)
    rules = one_rule(made, log_separation=0.4, log_period=0.0)
    found = {}
    for home in homes[homes["separated_at"] < 19_000]:
        state = empty_state()
        state[COUNT] = 0.0
        kind = int(home["kind"][0])
        found.setdefault(kind, set()).add(round(log_hazard_ratio(state, rules, home, 0, home["separated_at"] + 50), 9))
    assert found.pop(1) == {0.4}
    assert set().union(*found.values()) == {0.0}


def chance(state, rules, home, severity=2):
    return log_chance_of_report(state, rules, home, 0, 15_000.0, severity)


def test_the_chance_of_a_report_is_the_product_of_its_parts(plain, home):
    rules = one_rule(
        plain, log_kind_severity=-3.0, log_region_period=0.25, log_seen_involved=0.4, log_seen_monitored=0.2,
        log_fresh=-1.5, merge_days=14,
    )  # fmt: skip
    rules["log_detection"][REGIE] = 0.3
    rules["log_kind_severity"][1, 4] = -1.0
    state = empty_state()
    assert chance(state, rules, home) == pytest.approx(-2.75, abs=EXACT)
    assert chance(state, rules, home, severity=5) == pytest.approx(-0.75, abs=EXACT)
    state[WATCH_UNTIL] = 15_001.0
    assert chance(state, rules, home) == pytest.approx(-2.55, abs=EXACT)
    state[OPEN_UNTIL] = 15_001.0
    assert chance(state, rules, home) == pytest.approx(-2.35, abs=EXACT)
    state[START + REGIE], state[END + REGIE] = 14_999.0, 15_001.0
    assert chance(state, rules, home) == pytest.approx(-2.05, abs=EXACT)
    state[LAST_REPORT] = 14_986.0
    assert chance(state, rules, home) == pytest.approx(-3.55, abs=EXACT)
    state[LAST_REPORT] = 14_985.9
    assert chance(state, rules, home) == pytest.approx(-2.05, abs=EXACT)


def test_after_a_move_the_practice_of_the_new_region_counts(plain, home):
    moved = np.array([home])
    moved["region"], moved["next_region"] = 3, 8
    rules = one_rule(plain, log_kind_severity=0.0, log_region_period=np.arange(26.0)[:, None])
    for moved_at, region in ((15_000.1, 3.0), (15_000.0, 8.0)):
        moved["moved_at"] = moved_at
        assert chance(empty_state(), rules, moved[0]) == pytest.approx(region, abs=EXACT)
