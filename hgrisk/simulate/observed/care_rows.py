"""What Veilig Thuis and local help do after a report that opens an involvement."""

from __future__ import annotations

import numpy as np

from hgrisk.simulate.observed.arrays import BlockArrays, follow
from hgrisk.simulate.observed.rows import ASSESSMENTS, CHECKS, KIND, Rows, code_places, in_period, make_rows
from hgrisk.simulate.parameters.care import DECISIONS, HOLDERS
from hgrisk.simulate.parameters.interventions import HELP
from hgrisk.simulate.records import NEVER, OPENS, Bools, Days, Incidents, Ints, day_number

STRUCTURAL_SHARE = 0.45
CLOSURE_SHARE = 0.60
NOT_REACHED_SHARE = 0.20
TOLD_SHARE = 0.60
"""Chance that violence in the time before a monitoring check is told [M], as are those above."""

CHECK_DAYS = 91
_DECISIONS, _HOLDERS, _ASSESSMENTS, _CHECKS = map(code_places, (DECISIONS, HOLDERS, ASSESSMENTS, CHECKS))
_QUIET, _VIOLENCE, _NOT_REACHED = range(len(CHECKS))


def care_rows(block: BlockArrays, rng: np.random.Generator) -> list[Rows]:
    """Return involvements, assessments, decisions, plans, handovers, first contacts, checks and closures.

    Parameters
    ----------
    block : BlockArrays
        The block.
    rng : numpy.random.Generator
        The generator, which moves on.

    Returns
    -------
    list of ndarray of ROW
        The rows, one array per kind; their lags are still to be drawn.
    """
    reports = block.reports
    structural = rng.random(reports.size) < STRUCTURAL_SHARE
    opens = reports.phase == OPENS
    closed = opens & (rng.random(reports.size) < CLOSURE_SHARE)
    assessment = _ASSESSMENTS[reports.acute + 2 * structural]
    return [
        # the involvement is known with its report: no lag but that of the report
        follow("involvement", block, reports.on, where=opens, known=reports.on, ended=reports.closed_on),
        follow("safety_assessment", block, assessment_days(block), code=assessment),
        follow("assessment_decision", block, reports.decided_on, code=_DECISIONS[reports.decision]),
        follow("safety_plan", block, reports.planned_on),
        follow("handover_sent", block, reports.sent_on),
        follow("handover_accepted", block, reports.accepted_on, code=_HOLDERS[reports.holder]),
        follow("help_first_contact", block, reports.start_on[:, HELP]),
        _checks(block, rng),
        follow("case_closed", block, reports.closed_on, where=closed),
    ]


def assessment_days(block: BlockArrays) -> Days:
    """Return the day of each safety assessment, ``NEVER`` without one: there were none before the protocol of 2019.

    Parameters
    ----------
    block : BlockArrays
        The block.

    Returns
    -------
    ndarray of int32, shape (reports,)
        Days.
    """
    assessed_on = block.reports.assessed_on
    assessed = assessed_on >= day_number(block.scenario.reporting.protocol_on)
    return np.where(assessed, assessed_on, NEVER).astype(np.int32)


def _checks(block: BlockArrays, rng: np.random.Generator) -> Rows:
    """At each check the household is not reached, or tells about the violence of the last months, or keeps silent."""
    place, turn = np.nonzero(block.reports.check_on != NEVER)
    on, home = block.reports.check_on[place, turn], block.reports.household[place]
    rows = in_period(make_rows(KIND["monitoring_check"], home, on, report=place), block.period)
    told = rng.random(rows.size) < TOLD_SHARE
    found = np.where(told & _recent_violence(block.incidents, rows["home"], rows["occurred"]), _VIOLENCE, _QUIET)
    found = np.where(rng.random(rows.size) < NOT_REACHED_SHARE, _NOT_REACHED, found)
    rows["code"] = _CHECKS[found]
    return rows


def _recent_violence(incidents: Incidents, home: Days, on: Days) -> Bools:
    """Say whether an incident happened in the ``CHECK_DAYS`` before a day; needs incidents in their order."""
    span = float(incidents.at.max(initial=0.0) + on.max(initial=0) + 1)
    times = incidents.household * span + incidents.at
    until = home * span + on
    before: Ints = np.searchsorted(times, until) - np.searchsorted(times, until - CHECK_DAYS)
    return before > 0
