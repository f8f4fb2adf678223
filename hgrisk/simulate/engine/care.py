"""The care chain after a report that opens an involvement."""

from __future__ import annotations

import numpy as np

from hgrisk.simulate.draws import uniform
from hgrisk.simulate.engine import purposes as use
from hgrisk.simulate.engine.compiled import compiled
from hgrisk.simulate.engine.rules import MOST_DAYS, period_of
from hgrisk.simulate.engine.state import END, OPEN_UNTIL, START, WATCH_UNTIL
from hgrisk.simulate.parameters.care import DECISIONS
from hgrisk.simulate.parameters.interventions import HELP
from hgrisk.simulate.records import NEVER

ASSESSED, DECIDED, DECISION, PLANNED, SENT, ACCEPTED, HOLDER, CLOSED, CHECK = range(9)
N_STEPS = CHECK + 3
"""Columns of the steps of a report."""

_END = DECISIONS.index("end")
_FIRST_HANDOVER = DECISIONS.index("handover_local_team")
_CHECK_DAYS = (91, 365, 548)


@compiled
def place(upto, u):
    """Return the first place whose running total exceeds a uniform number."""
    for i in range(upto.size - 1):
        if u < upto[i]:
            return i
    return upto.size - 1


@compiled
def lognormal(key, counter, log_median, sigma):
    """Return a lognormal number from two uniform ones (Box and Muller)."""
    radius = np.sqrt(-2.0 * np.log(1.0 - uniform(key, counter)))
    return np.exp(log_median + sigma * radius * np.cos(2.0 * np.pi * uniform(key, counter + 1)))


@compiled
def after_workdays(rules, day, n):
    """Return the n-th working day after a day; the day itself for 0."""
    if n <= 0:
        return day
    return rules.workday[min(rules.workdays_until[day - int(rules.first_day)] + n, MOST_DAYS - 1)]


@compiled
def open_involvement(state, rules, at, acute, region, key, steps):
    """Assess, decide, hand over and monitor; write the days to ``steps`` and the involvement to the state."""
    day = int(at)
    log_median = rules.log_acute if acute else rules.log_assessment[region, period_of(rules, at)]
    wait = int(lognormal(key, use.ASSESSMENT, log_median, rules.assessment_sigma) + 0.5)
    assessed = after_workdays(rules, day, min(wait, 90))
    decided = assessed + int(3.0 * uniform(key, use.DECIDED))
    decision = place(rules.decision_upto, uniform(key, use.DECISION))
    length = int(lognormal(key, use.INVOLVEMENT, rules.log_involvement, rules.involvement_sigma))
    closed = max(day + min(max(length, 3), 1500), decided)
    steps[ASSESSED], steps[DECIDED], steps[DECISION], steps[CLOSED] = assessed, decided, decision, closed
    if uniform(key, use.PLANNED) < rules.plan_share:
        steps[PLANNED] = decided + int(uniform(key, use.PLAN_DAY) * (closed - decided))
    state[OPEN_UNTIL] = closed + 1.0
    state[WATCH_UNTIL] = -np.inf
    if uniform(key, use.MONITORED) < rules.monitoring_share:
        for i in range(3):
            steps[CHECK + i] = decided + _CHECK_DAYS[i]
        state[WATCH_UNTIL] = decided + _CHECK_DAYS[2] + 1.0
    if decision != _END:
        sent = closed if decision < _FIRST_HANDOVER else decided + int(10.0 * uniform(key, use.SENT_DAY))
        return hand_over(rules, sent, region, key, steps)
    return NEVER


@compiled
def hand_over(rules, sent, region, key, steps):
    """Hand over to help; return the day of first contact, or ``NEVER``."""
    steps[SENT] = sent
    if uniform(key, use.ACCEPTED) >= rules.accepted_share:
        return NEVER
    accepted = sent + int(lognormal(key, use.ACCEPT, rules.log_accept, 0.8))
    steps[ACCEPTED] = accepted
    steps[HOLDER] = place(rules.holder_upto, uniform(key, use.HOLDER))
    if uniform(key, use.CONTACT) >= rules.contact_share:
        return NEVER
    wait = min(int(lognormal(key, use.WAITING, rules.log_waiting[region], rules.waiting_sigma)), 700)
    return max(sent + wait, accepted)


@compiled
def start_help(state, rules, contact, at):
    """Let local help begin, unless it is there or on its way; what is running goes on until then."""
    if contact == NEVER or state[END + HELP] >= contact:
        return False
    if not state[START + HELP] <= at <= state[END + HELP]:
        state[START + HELP] = contact
    state[END + HELP] = contact + rules.days[HELP]
    return True
