"""The hazard of violence and the chance that it is reported, given the state of a household."""

from __future__ import annotations

import numpy as np

from hgrisk.simulate.engine.compiled import compiled
from hgrisk.simulate.engine.homes import region_of
from hgrisk.simulate.engine.rules import period_of
from hgrisk.simulate.engine.state import (
    BREACHED_AT,
    COUNT,
    DETAINED_FROM,
    DETAINED_UNTIL,
    END,
    LAST_REPORT,
    N_INTERVENTIONS,
    OPEN_UNTIL,
    START,
    WATCH_UNTIL,
)
from hgrisk.simulate.parameters.population import PARTNER_VIOLENCE


@compiled
def strength(state, rules, k, at):
    """Return how much of the effect of intervention ``k`` is there: 0 before it starts, 1, then halving."""
    start = state[START + k]
    if at <= start:
        return 0.0
    past = at - state[END + k]
    return 1.0 if past <= 0.0 else np.exp2(-past / rules.fade_days[k])


@compiled
def separation(since, log_ratio):
    """Return the log hazard ratio some days after a separation (negative: before)."""
    if since < -30.0 or since > 365.0:
        return 0.0
    return log_ratio if 30.0 <= since < 180.0 else 0.5 * log_ratio


@compiled
def log_hazard_ratio(state, rules, home, d, at):
    """Return the log hazard ratio of relation ``d`` of a household for all that changes over time."""
    total = rules.log_period[period_of(rules, at)]
    total += rules.log_dependence * min(state[COUNT + d], rules.dependence_limit)
    if home.kind[d] == PARTNER_VIOLENCE:
        total += separation(at - home.separated_at, rules.log_separation)
    if state[BREACHED_AT] < at <= state[BREACHED_AT] + 365.0:
        total += rules.log_breach
    if state[DETAINED_FROM] < at <= state[DETAINED_UNTIL]:
        total += rules.log_detention
    for k in range(N_INTERVENTIONS):
        effect = rules.log_violence[k]
        if effect != 0.0:
            total += effect * strength(state, rules, k, at)
    return total


@compiled
def front(days, rules):
    """Return the hazard some days after an incident, as a share of its height."""
    return rules.lasting + (1.0 - rules.lasting) * np.exp(-days / rules.front_days)


@compiled
def log_chance_of_report(state, rules, home, d, at, severity):
    """Return the log chance that an incident is reported; above 0 only before it is capped."""
    total = rules.log_kind_severity[home.kind[d], severity - 1]
    total += rules.log_region_period[region_of(home, at), period_of(rules, at)]
    if int(at) - np.floor(state[LAST_REPORT]) <= rules.merge_days:
        total += rules.log_fresh
    if at <= state[OPEN_UNTIL]:
        total += rules.log_seen_involved
    elif at <= state[WATCH_UNTIL]:
        total += rules.log_seen_monitored
    for k in range(N_INTERVENTIONS):
        effect = rules.log_detection[k]
        if effect != 0.0:
            total += effect * strength(state, rules, k, at)
    return total
