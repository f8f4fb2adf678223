"""One household through its days: from candidate incidents to violence, to reports and what follows upon them."""

from __future__ import annotations

import numpy as np

from hgrisk.simulate.draws import substream, uniform
from hgrisk.simulate.engine import purposes as use
from hgrisk.simulate.engine.care import DECIDED, open_involvement, place, start_help
from hgrisk.simulate.engine.choice import choose, detain_or_breach, known_risk, remember
from hgrisk.simulate.engine.compiled import compiled
from hgrisk.simulate.engine.hazard import front, log_chance_of_report, log_hazard_ratio
from hgrisk.simulate.engine.homes import region_of
from hgrisk.simulate.engine.rules import MOST_LIKELY
from hgrisk.simulate.engine.state import COUNT, END, LAST, N_INTERVENTIONS, N_REPORTS, OPEN_UNTIL, START, WATCH_UNTIL
from hgrisk.simulate.parameters.interventions import HELP
from hgrisk.simulate.parameters.population import SIGNALS
from hgrisk.simulate.parameters.reporting import POLICE
from hgrisk.simulate.records import DURING, MONITORED, NEVER, OPENS, RELATIONS

CANDIDATE = np.dtype([("at", "f8"), ("height", "f8"), ("within", "f8"), ("key", "u8"), ("relation", "i8")])
"""A time at which an incident could happen, how high the hazard has to be for it, and how recent the last incident."""

SOURCE, PHASE, ACUTE, DETAINED_UNTIL, BREACH = range(5)
N_FACTS = 5
"""Columns of what a response tells besides its steps."""

_THREATS = SIGNALS.index("threats")


@compiled
def set_out(home, state):
    """Set the state of a household at its onset."""
    state[:] = -np.inf
    for d in range(RELATIONS):
        state[LAST + d], state[COUNT + d] = home.onset_at, 0.0
    for k in range(N_INTERVENTIONS):
        state[START + k] = np.inf
    state[N_REPORTS] = 0.0


@compiled
def candidates(home, rules, until, found):
    """Fill ``found`` with the household's candidate incidents; return their number, -1 if they do not fit.

    A Poisson process at a rate that no hazard of the household ever exceeds. Each candidate is in one relation and has
    a height below the highest hazard that relation can have; the height is kept as a share of the relation's rate.
    ``within`` spares the look at most of them when futures are followed.
    """
    bound = home.rate.sum() * rules.ceiling
    at, n = home.onset_at, 0
    last = min(until, home.terminal_at, home.until_at.max())
    if bound <= 0.0:
        return 0
    while True:
        key = substream(home.key, n)
        at -= np.log(1.0 - uniform(key, use.GAP)) / bound
        if at >= last:
            return n
        if n == found.size:
            return -1
        height, d = uniform(key, use.HEIGHT) * bound, 0
        while d < RELATIONS - 1 and height >= home.rate[d] * rules.ceiling:
            height -= home.rate[d] * rules.ceiling
            d += 1
        found[n].at, found[n].key, found[n].relation = at, key, d
        found[n].height = height / home.rate[d]
        found[n].within = within(found[n].height, rules) if at < home.until_at[d] else 0.0
        n += 1


@compiled
def within(height, rules):
    """Return the days after an incident within which the highest hazard still reaches a height, 0 or more."""
    share = (height / rules.ceiling - rules.lasting) / (1.0 - rules.lasting) if rules.lasting < 1.0 else -1.0
    return np.inf if share <= 0.0 else -rules.front_days * np.log(share)


@compiled
def strike(state, rules, home, candidate):
    """Say whether a candidate becomes an incident (the thinning of Lewis and Shedler), and enter it in the state."""
    d, at = candidate.relation, candidate.at
    since = at - state[LAST + d]
    if since >= candidate.within:
        return False
    if candidate.height >= front(since, rules) * np.exp(log_hazard_ratio(state, rules, home, d, at)):
        return False
    state[LAST + d] = at
    state[COUNT + d] += 1.0
    return True


@compiled
def severity_of(state, rules, home, this):
    """Return the severity of an incident that has just entered the state, 1 to 5."""
    level = 1 + place(rules.severity_upto, uniform(this.key, use.SEVERITY)) + home.severity_shift
    if home.escalating:
        level += int(rules.escalation * state[COUNT + this.relation])
    return min(max(level, 1), 5)


@compiled
def is_reported(state, rules, home, this, severity):
    """Say whether anybody reports an incident."""
    chance = np.exp(log_chance_of_report(state, rules, home, this.relation, this.at, severity))
    return uniform(this.key, use.REPORTED) < min(chance, MOST_LIKELY)


@compiled
def source_of(rules, home, d, key):
    """Return who reports first."""
    if uniform(key, use.POLICE) < rules.police_share[home.kind[d]]:
        return POLICE
    return 1 + place(rules.other_upto, uniform(key, use.OTHER_SOURCE))


@compiled
def respond(state, rules, home, this, severity, blocked, facts, steps, starts, ends):
    """Let a report have its consequences, in the state and in the arrays; return what was known of the risk.

    No intervention in ``blocked`` starts.
    """
    facts[:], steps[:], starts[:], ends[:] = NEVER, NEVER, NEVER, NEVER
    d, at, key = this.relation, this.at, this.key
    region = region_of(home, at)
    source = source_of(rules, home, d, key)
    acute = severity >= 4 or home.recorded[_THREATS] == 1
    score = known_risk(state, home, at, severity)
    phase = DURING if at <= state[OPEN_UNTIL] else (MONITORED if at <= state[WATCH_UNTIL] else OPENS)
    decided = NEVER
    if phase == OPENS:
        contact = open_involvement(state, rules, at, acute, region, key, steps)
        decided = int(steps[DECIDED])
        if not blocked[HELP] and start_help(state, rules, contact, at):
            starts[HELP], ends[HELP] = contact, int(state[END + HELP])
    choose(state, rules, home, d, at, severity, source, score, decided, region, key, blocked, starts, ends)
    detained_until, breach = detain_or_breach(state, rules, at, key, starts, ends)
    remember(state, at)
    facts[SOURCE], facts[PHASE], facts[ACUTE] = source, phase, acute
    facts[DETAINED_UNTIL], facts[BREACH] = detained_until, breach
    return score
