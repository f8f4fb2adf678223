"""A block of households through the engine: arrays in, arrays out."""

from __future__ import annotations

from typing import Any

import numpy as np

from hgrisk.simulate.draws import uniform
from hgrisk.simulate.engine import purposes as use
from hgrisk.simulate.engine.care import N_STEPS
from hgrisk.simulate.engine.compiled import compiled
from hgrisk.simulate.engine.futures import futures
from hgrisk.simulate.engine.homes import home_records
from hgrisk.simulate.engine.rules import Rules
from hgrisk.simulate.engine.state import N_INTERVENTIONS, SIZE
from hgrisk.simulate.engine.walk import (
    CANDIDATE,
    N_FACTS,
    candidates,
    is_reported,
    respond,
    set_out,
    severity_of,
    strike,
)
from hgrisk.simulate.parameters.population import PARTNER_VIOLENCE
from hgrisk.simulate.parameters.violence import COVARIATES
from hgrisk.simulate.records import HORIZON_DAYS, Households
from hgrisk.simulate.strategies import STRATEGIES

_CHILDREN = COVARIATES.index("children")
_CANDIDATES, _INCIDENTS_EACH, _REPORTS_EACH = 4096, 40, 6
"""First guesses of how much room is needed; what does not fit is run again with twice the room."""


INCIDENT = np.dtype(
    [
        ("household", "i4"), ("relation", "i1"), ("at", "f8"), ("kind", "i1"), ("severity", "i1"), ("witnessed", "?"),
        ("reversed", "?"), ("report", "i8"),
    ]
)  # fmt: skip
"""An incident, as in `Incidents`."""

REPORT = np.dtype(
    [
        ("incident", "i8"), ("household", "i4"), ("on", "i4"), ("severity", "i1"), ("score", "f8"),
        ("facts", "i4", N_FACTS), ("steps", "i4", N_STEPS), ("starts", "i4", N_INTERVENTIONS),
        ("ends", "i4", N_INTERVENTIONS), ("is_landmark", "?"),
    ]
)  # fmt: skip
"""A report with its facts, steps and interventions as the walk writes them."""

OUTCOME = np.dtype([("violence_days", "i2", len(STRATEGIES)), ("report_days", "i2", len(STRATEGIES))])
"""What follows upon a landmark under each strategy."""

Rows = np.ndarray[Any, np.dtype[np.void]]


def run(homes: Households, rules: Rules, *, with_futures: bool = True) -> tuple[Rows, Rows, Rows]:
    """Walk all households through their days.

    Parameters
    ----------
    homes : Households
        The households.
    rules : Rules
        The rules.
    with_futures : bool
        Whether to follow every landmark again under every strategy.

    Returns
    -------
    incidents, reports, outcomes : structured arrays
        Of the types `INCIDENT`, `REPORT` and `OUTCOME`, ordered by household and time; the outcomes are those of the
        landmarks among the reports, and none without futures.
    """
    records = home_records(homes)
    size = np.array([_CANDIDATES, _INCIDENTS_EACH * homes.size + 1000, _REPORTS_EACH * homes.size + 1000])
    while True:
        incidents, reports = np.empty(size[1], INCIDENT), np.empty(size[2], REPORT)
        outcomes = np.empty(size[2] if with_futures else 0, OUTCOME)
        n, r, k, full = walk_all(records, rules, np.empty(size[0], CANDIDATE), incidents, reports, outcomes)
        if full < 0:
            return incidents[:n], reports[:r], outcomes[:k]
        size[full] *= 2


@compiled
def walk_all(homes, all_rules, line, incidents, reports, outcomes):
    """Walk every household; return the numbers of rows written, and which room was too small (-1: none)."""
    rules = all_rules[0]
    until = rules.extraction_day + 1.0 + HORIZON_DAYS + 1.0
    state, before = np.empty(SIZE), np.empty(SIZE)
    blocked = np.zeros(N_INTERVENTIONS, dtype=np.bool_)
    scratch = (
        np.empty(N_FACTS, np.int32), np.empty(N_STEPS, np.int32), np.empty(N_INTERVENTIONS, np.int32),
        np.empty(N_INTERVENTIONS, np.int32),
    )  # fmt: skip
    facts, steps, starts, ends = scratch
    i, r, k = 0, 0, 0
    for h in range(homes.size):
        home = homes[h]
        n = candidates(home, rules, until, line)
        if n < 0:
            return i, r, k, 0
        set_out(home, state)
        for c in range(n):
            this = line[c]
            if not strike(state, rules, home, this):
                continue
            if i == incidents.size:
                return i, r, k, 1
            level = severity_of(state, rules, home, this)
            reported = is_reported(state, rules, home, this, level)
            write_incident(incidents[i], rules, home, h, this, level, r if reported else -1)
            i += 1
            if not reported:
                continue
            if r == reports.size:
                return i, r, k, 2
            before[:] = state
            row = reports[r]
            row.score = respond(state, rules, home, this, level, blocked, facts, steps, starts, ends)
            row.facts[:], row.steps[:], row.starts[:], row.ends[:] = facts, steps, starts, ends
            row.incident, row.household, row.on, row.severity = i - 1, h, int(this.at), level
            row.is_landmark = rules.register_day <= this.at < rules.extraction_day + 1.0
            if outcomes.size > 0 and row.is_landmark:
                futures(before, state, row.starts, rules, home, line, n, c, scratch, outcomes[k])
                k += 1
            r += 1
    return i, r, k, -1


@compiled
def write_incident(row, rules, home, h, this, level, report):
    """Write one incident."""
    kind = home.kind[this.relation]
    row.household, row.relation, row.at, row.kind, row.severity = h, this.relation, this.at, kind, level
    partners = kind == PARTNER_VIOLENCE
    seen = uniform(this.key, use.WITNESSED) < rules.witness_share
    row.witnessed = partners and home.covariates[_CHILDREN] == 1 and seen
    row.reversed = partners and uniform(this.key, use.REVERSED) < 0.1
    row.report = report
