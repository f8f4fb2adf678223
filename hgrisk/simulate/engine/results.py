"""From the rows that the engine writes to the records that the other parts read."""

from __future__ import annotations

from typing import Any

import numpy as np

from hgrisk.simulate.engine import care
from hgrisk.simulate.engine.run import INCIDENT, Rows
from hgrisk.simulate.engine.walk import ACUTE, BREACH, DETAINED_UNTIL, PHASE, SOURCE
from hgrisk.simulate.records import HORIZON_DAYS, NEVER, Codes, Days, Households, Incidents, Outcomes, Reports


def incidents_of(rows: Rows) -> Incidents:
    """Return the incidents."""
    return Incidents(**{name: _column(rows, name) for name in INCIDENT.names or ()})


def reports_of(rows: Rows) -> Reports:
    """Return the reports."""
    facts, steps = rows["facts"], rows["steps"]
    return Reports(
        incident=_column(rows, "incident"),
        household=_column(rows, "household"),
        on=_column(rows, "on"),
        source=facts[:, SOURCE].astype(np.int8),
        severity=_column(rows, "severity"),
        phase=facts[:, PHASE].astype(np.int8),
        acute=facts[:, ACUTE] == 1,
        score=_column(rows, "score"),
        assessed_on=steps[:, care.ASSESSED].copy(),
        decided_on=steps[:, care.DECIDED].copy(),
        decision=_code(steps[:, care.DECISION]),
        planned_on=steps[:, care.PLANNED].copy(),
        sent_on=steps[:, care.SENT].copy(),
        accepted_on=steps[:, care.ACCEPTED].copy(),
        holder=_code(steps[:, care.HOLDER]),
        closed_on=steps[:, care.CLOSED].copy(),
        check_on=steps[:, care.CHECK :].copy(),
        start_on=_column(rows, "starts"),
        end_on=_column(rows, "ends"),
        detained_until_on=facts[:, DETAINED_UNTIL].copy(),
        breach_on=facts[:, BREACH].copy(),
    )


def outcomes_of(reports: Rows, outcomes: Rows, homes: Households) -> Outcomes:
    """Return the outcomes of the reports that are landmarks."""
    chosen = np.flatnonzero(reports["is_landmark"])
    days = np.floor(homes.terminal_at[reports["household"][chosen]]) - reports["on"][chosen]
    terminal = np.where(days <= HORIZON_DAYS, days, -1).astype(np.int16)
    return Outcomes(chosen, _column(outcomes, "violence_days"), _column(outcomes, "report_days"), terminal)


def _column(rows: Rows, name: str) -> Any:
    return np.ascontiguousarray(rows[name])


def _code(days: Days) -> Codes:
    return np.where(days == NEVER, -1, days).astype(np.int8)
