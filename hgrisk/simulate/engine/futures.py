"""What would follow upon a report under each strategy: the same household again, with the same random numbers."""

from __future__ import annotations

import numpy as np

from hgrisk.simulate.engine.choice import detain_or_breach
from hgrisk.simulate.engine.compiled import compiled
from hgrisk.simulate.engine.state import (
    BREACHED_AT,
    DETAINED_FROM,
    DETAINED_UNTIL,
    END,
    N_INTERVENTIONS,
    SIZE,
    START,
)
from hgrisk.simulate.engine.walk import is_reported, respond, severity_of, strike
from hgrisk.simulate.parameters.interventions import ARREST, BARRING_ORDER, HELP
from hgrisk.simulate.records import HORIZON_DAYS, NEVER
from hgrisk.simulate.strategies import NOTHING, with_, without

WITH = np.array([with_(k) for k in range(N_INTERVENTIONS)])
WITHOUT = np.array([without(k) for k in range(N_INTERVENTIONS)])

_SOON, _HELP_SOON = 1, 7
"""Days until an intervention starts that a strategy gives."""


@compiled
def follow(state, rules, home, line, n, c, blocked, scratch, given):
    """Run on after the response to candidate ``c``; return the days to the next incident and to the next report, or -1.

    ``line`` holds the candidates; ``given`` is set where a report within the merge window starts an intervention.
    """
    facts, steps, starts, ends = scratch
    day, violence = int(line[c].at), -1
    for later in range(c + 1, n):
        this = line[later]
        days = int(this.at) - day
        if days > HORIZON_DAYS:
            break
        if not strike(state, rules, home, this):
            continue
        if violence < 0:
            violence = days
        level = severity_of(state, rules, home, this)
        if is_reported(state, rules, home, this, level):
            if days > rules.merge_days:
                return violence, days
            respond(state, rules, home, this, level, blocked, facts, steps, starts, ends)
            for k in range(N_INTERVENTIONS):
                given[k] |= starts[k] != NEVER
    return violence, -1


@compiled
def withhold(state, before, k, at):
    """Take back what a response has started of an intervention, and what followed; also what was still to come."""
    state[START + k], state[END + k] = before[START + k], before[END + k]
    if before[START + k] > at:
        state[START + k], state[END + k] = np.inf, -np.inf
    if k == ARREST:
        state[DETAINED_FROM], state[DETAINED_UNTIL] = before[DETAINED_FROM], before[DETAINED_UNTIL]
    elif k == BARRING_ORDER:
        state[BREACHED_AT] = before[BREACHED_AT]


@compiled
def give(state, rules, k, this, starts, ends):
    """Let an intervention start soon for its full length, or go on that long; an arrest or order has its sequel."""
    day = int(this.at)
    starts[:], ends[:] = NEVER, NEVER
    starts[k] = day + (_HELP_SOON if k == HELP else _SOON)
    ends[k] = starts[k] + int(rules.days[k])
    state[START + k] = min(state[START + k], float(starts[k])) if state[END + k] >= day else float(starts[k])
    state[END + k] = max(state[END + k], float(ends[k]))
    detain_or_breach(state, rules, this.at, this.key, starts, ends)


@compiled
def is_idle(k, rules):
    """Say whether an intervention changes nothing, also not by detention or a breach."""
    return rules.log_violence[k] == 0.0 and rules.log_detection[k] == 0.0 and k not in (ARREST, BARRING_ORDER)


@compiled
def futures(before, after, begun, rules, home, line, n, c, scratch, outcome):
    """Fill in the outcomes under every strategy.

    ``before`` and ``after`` are the state before and after the response to candidate ``c``, ``begun`` the days on which
    interventions start because of it; one that was decided on before may still be to come. A strategy differs in the
    intervention it is about, and in nothing else.
    """
    violence, report = outcome.violence_days, outcome.report_days
    state, blocked = np.empty(SIZE), np.zeros(N_INTERVENTIONS, dtype=np.bool_)
    given, ignored = begun != NEVER, np.zeros(N_INTERVENTIONS, dtype=np.bool_)
    at = line[c].at
    for k in range(N_INTERVENTIONS):
        given[k] |= at < before[START + k] < np.inf
    state[:] = after
    first, later = follow(state, rules, home, line, n, c, blocked, scratch, given)
    violence[:], report[:] = first, later
    if given.any():
        state[:], blocked[:] = after, True
        for k in range(N_INTERVENTIONS):
            withhold(state, before, k, at)
        violence[NOTHING], report[NOTHING] = follow(state, rules, home, line, n, c, blocked, scratch, ignored)
        blocked[:] = False
    for k in range(N_INTERVENTIONS):
        if is_idle(k, rules):
            continue
        blocked[k] = True
        state[:] = after
        withhold(state, before, k, at)
        give(state, rules, k, line[c], scratch[2], scratch[3])
        violence[WITH[k]], report[WITH[k]] = follow(state, rules, home, line, n, c, blocked, scratch, ignored)
        if given[k]:
            state[:] = after
            withhold(state, before, k, at)
            violence[WITHOUT[k]], report[WITHOUT[k]] = follow(state, rules, home, line, n, c, blocked, scratch, ignored)
        blocked[k] = False
