"""Who gets which intervention: chosen on what was known of the risk."""

from __future__ import annotations

import numpy as np

from hgrisk.simulate.draws import uniform
from hgrisk.simulate.engine import purposes as use
from hgrisk.simulate.engine.care import lognormal
from hgrisk.simulate.engine.compiled import compiled
from hgrisk.simulate.engine.state import (
    BREACHED_AT,
    DETAINED_FROM,
    DETAINED_UNTIL,
    END,
    LAST_REPORT,
    N_REPORTS,
    RECENT,
    START,
)
from hgrisk.simulate.parameters.interventions import ARREST, BARRING_ORDER, HELP
from hgrisk.simulate.parameters.population import PARTNER_VIOLENCE, SIGNALS
from hgrisk.simulate.parameters.reporting import POLICE
from hgrisk.simulate.parameters.violence import COVARIATES
from hgrisk.simulate.records import NEVER

_ALCOHOL, _DRUGS, _THREATS, _CONTROL = (SIGNALS.index(name) for name in SIGNALS[:4])
_CHILDREN = COVARIATES.index("children")
_RECENT_DAYS = 730.0


@compiled
def known_risk(state, home, at, severity):
    """Return what is known of the risk at a report: severity, reports in two years, recorded signals, a breach."""
    recent = 0
    for i in range(3):
        recent += state[RECENT + i] > at - _RECENT_DAYS
    known = home.recorded
    score = 0.5 * (severity - 2) + 0.45 * recent + 0.15 * home.covariates[_CHILDREN]
    score += 0.35 * (known[_ALCOHOL] == 1) + 0.3 * (known[_DRUGS] == 1)
    score += 0.35 * (known[_THREATS] == 1) + 0.4 * (known[_CONTROL] == 1)
    return score + 0.6 * (state[BREACHED_AT] < at <= state[BREACHED_AT] + 365.0)


@compiled
def may_get(k, rules, home, d, at, severity, source, decided, region):
    """Say whether a report can lead to an intervention at all."""
    if at < rules.from_day[k, region] or severity < rules.least_severity[k]:
        return False
    if rules.police_only[k] and source != POLICE:
        return False
    if rules.partner_only[k] and home.kind[d] != PARTNER_VIOLENCE:
        return False
    if rules.children_only[k] and not home.covariates[_CHILDREN]:
        return False
    return decided != NEVER or not rules.from_decision[k]


@compiled
def choose(state, rules, home, d, at, severity, source, score, decided, region, key, blocked, starts, ends):
    """Start interventions: write them to the state, and their days to ``starts`` and ``ends``."""
    day = int(at)
    standing = (score - rules.score_centre) / rules.score_scale
    for k in range(HELP):
        if blocked[k] or state[END + k] >= at:
            continue
        if not may_get(k, rules, home, d, at, severity, source, decided, region):
            continue
        address = use.INTERVENTIONS + use.PER_INTERVENTION * k
        odds = rules.intercept[k] + rules.slope[k] * standing + rules.region[k, region]
        odds += rules.unseen_risk * np.log(home.frailty)
        if uniform(key, address) >= 1.0 / (1.0 + np.exp(-odds)):
            continue
        base = decided if rules.from_decision[k] else day
        starts[k] = base + min(int(lognormal(key, address + 1, rules.log_wait[k], rules.wait_sigma[k])), 700)
        ends[k] = starts[k] + length(rules, k, uniform(key, address + 3))
        state[START + k] = max(float(starts[k]), at)
        state[END + k] = float(ends[k])


@compiled
def length(rules, k, u):
    """Return the days that an intervention lasts: a barring order 10 or its full length, others .6 to 1.4 of theirs."""
    if k == BARRING_ORDER:
        return 10 if u < 0.6 else int(rules.days[k])
    return max(int(rules.days[k] * (0.6 + 0.8 * u)), 1)


@compiled
def detain_or_breach(state, rules, at, key, starts, ends):
    """Follow an arrest with detention and a barring order with a breach; return the two days, or ``NEVER``."""
    detained_until, breach = NEVER, NEVER
    if starts[ARREST] != NEVER and uniform(key, use.DETAINED) < rules.detention_share:
        held = min(int(lognormal(key, use.DETENTION, rules.log_detained_days, 1.2)) + 1, 700)
        detained_until = int(at) + held
        state[DETAINED_FROM], state[DETAINED_UNTIL] = at, detained_until
    if starts[BARRING_ORDER] != NEVER and uniform(key, use.BREACHED) < rules.breach_share:
        days = ends[BARRING_ORDER] - starts[BARRING_ORDER]
        breach = starts[BARRING_ORDER] + int(uniform(key, use.BREACH_DAY) * days)
        state[BREACHED_AT] = breach + 1.0
    return detained_until, breach


@compiled
def remember(state, at):
    """Add a report to those that are known."""
    state[RECENT + int(state[N_REPORTS]) % 3] = at
    state[N_REPORTS] += 1.0
    state[LAST_REPORT] = at
