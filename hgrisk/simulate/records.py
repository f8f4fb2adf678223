"""What the parts of a made-up world hand to each other: arrays, one value per household, incident or report.

Times are days since 1970-01-01, with a fraction in the truth (``_at``) and whole where registered (``_on``); ``NEVER``
stands for what does not happen, ``inf`` in a fraction. Everything is of one block of households, numbered from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Days = npt.NDArray[np.int32]
Codes = npt.NDArray[np.int8]
Bools = npt.NDArray[np.bool_]
Keys = npt.NDArray[np.uint64]

NEVER = -1_000_000
"""A day on which something that does not happen, happens."""

RELATIONS = 2
"""Most relations with violence in one household."""

MOST_CHILDREN = 3
HORIZON_DAYS = 548
"""How long after a landmark the counterfactual outcomes are followed: 18 months."""

OBSERVED, DIED, LOST = range(3)
"""Why the observation of a household ends: the extraction, a death, a move out of sight."""

OPENS, DURING, MONITORED = range(3)
"""A report outside any involvement, during one, and in the monitoring that follows one."""

UNKNOWN = -1
"""A signal of which nobody knows whether it is present."""


def day_number(on: date) -> int:
    """Return the number of days since 1970-01-01.

    Examples
    --------
    >>> day_number(date(1970, 2, 1))
    31
    """
    return (on - date(1970, 1, 1)).days


@dataclass(frozen=True, eq=False)
class Households:
    """One value per household, each of shape (n,) unless said otherwise.

    Attributes
    ----------
    key : ndarray of uint64
        Address of the household's random numbers.
    onset_at : ndarray of float
        Violence begins.
    terminal_at, terminal : ndarray of float, of int8
        When and why observation ends for good: ``inf`` and ``OBSERVED``, or the death of the first adult or a loss of
        sight.
    region, next_region, moved_at : ndarray of int8, int8, float
        Where it lives, places in `regions.INHABITANTS`; ``moved_at`` is inf without a move.
    frailty : ndarray of float
        Gamma frailty, mean 1.
    covariates : ndarray of bool, shape (n, 7)
        The true covariates, in the order of `violence.COVARIATES`.
    recorded : ndarray of int8, shape (n, 5)
        What registers know of the signals (`population.SIGNALS`): 1, 0 or ``UNKNOWN``.
    kind : ndarray of int8, shape (n, RELATIONS)
        Kind of violence of each relation, -1 where there is none.
    rate : ndarray of float, shape (n, RELATIONS)
        Hazard per day just after an incident, without what changes over time; 0 where there is no relation. The region
        is that of the onset: who moves takes the level of violence along.
    until_at : ndarray of float, shape (n, RELATIONS)
        When violence in the relation stops for good (it ends, or the youngest child turns 18); the onset where there
        is no relation.
    separated_at : ndarray of float
        When the partners part, or the first adult goes to a next household; inf if neither.
    severity_shift : ndarray of int8
        Added to each severity, -1, 0 or 1.
    escalating : ndarray of bool
        Whether severity rises from incident to incident.
    adult_born_on, partner_born_on, elder_born_on : ndarray of int32
        Birthdays; ``NEVER`` where there is no such person.
    child_born_on : ndarray of int32, shape (n, MOST_CHILDREN)
        Birthdays of the children, eldest first, ``NEVER`` where there is none.
    formed_on : ndarray of int32
        When the household came to be.
    origin : ndarray of int64
        The earlier household of the first adult, or -1.
    as_child : ndarray of bool
        Whether the first adult was the eldest child there, and not the first adult.
    """

    key: Keys
    onset_at: Floats
    terminal_at: Floats
    terminal: Codes
    region: Codes
    next_region: Codes
    moved_at: Floats
    frailty: Floats
    covariates: Bools
    recorded: Codes
    kind: Codes
    rate: Floats
    until_at: Floats
    separated_at: Floats
    severity_shift: Codes
    escalating: Bools
    adult_born_on: Days
    partner_born_on: Days
    elder_born_on: Days
    child_born_on: Days
    formed_on: Days
    origin: Ints
    as_child: Bools

    @property
    def size(self) -> int:
        """Number of households."""
        return int(self.onset_at.size)


@dataclass(frozen=True, eq=False)
class Incidents:
    """Every incident of violence, noticed or not, ordered by household and time; each of shape (m,).

    ``kind`` is that of the relation; ``witnessed`` tells that a child saw violence between partners, ``reversed`` that
    the roles were the other way round this time, ``report`` the place in `Reports`, or -1.
    """

    household: Days
    relation: Codes
    at: Floats
    kind: Codes
    severity: Codes
    witnessed: Bools
    reversed: Bools
    report: Ints


@dataclass(frozen=True, eq=False)
class Reports:
    """Every incident that was reported, by its first report, and what followed; each of shape (r,) unless said.

    In the order of `Incidents`; also those before registration began and after the extraction. Days are ``NEVER`` where
    a step does not follow. ``source`` is a place in `reporting.SOURCES`, ``phase`` one of ``OPENS``, ``DURING`` and
    ``MONITORED``; an assessment and what comes after it, up to ``check_on``, follow only upon reports that open.
    ``score`` is what was known of the risk, on which interventions are chosen. ``decision`` is a place in
    `care.DECISIONS`, ``holder`` one in `care.HOLDERS`, or -1. ``check_on`` has shape (r, 3). ``start_on`` and
    ``end_on`` have shape (r, 9): interventions that were decided on after this report, in the order of
    `interventions.NAMES`; local help is the last. ``detained_until_on`` follows upon an arrest, ``breach_on`` is the
    day of a breach of a barring order.
    """

    incident: Ints
    household: Days
    on: Days
    source: Codes
    severity: Codes
    phase: Codes
    acute: Bools
    score: Floats
    assessed_on: Days
    decided_on: Days
    decision: Codes
    planned_on: Days
    sent_on: Days
    accepted_on: Days
    holder: Codes
    closed_on: Days
    check_on: Days
    start_on: Days
    end_on: Days
    detained_until_on: Days
    breach_on: Days

    @property
    def size(self) -> int:
        """Number of reports."""
        return int(self.on.size)


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What would follow upon some reports under each strategy (`strategies.STRATEGIES`).

    ``report`` (shape (k,)) are places in `Reports`. ``violence_days`` and ``report_days`` (int16, shape
    (k, strategies)) are whole days, 0 to ``HORIZON_DAYS``, from the report to the next incident, and to the next
    incident more than ``reporting.merge_days`` later that is reported; -1 where there is none within the horizon or
    before ``terminal_days``. ``terminal_days`` (int16, shape (k,)) is the day on which observation ends for good, -1 if
    not within the horizon; it is the same under every strategy.
    """

    report: Ints
    violence_days: npt.NDArray[np.int16]
    report_days: npt.NDArray[np.int16]
    terminal_days: npt.NDArray[np.int16]

    def at(self, report: Ints) -> Outcomes:
        """Return the outcomes after some reports only.

        Parameters
        ----------
        report : ndarray of int64, shape (j,)
            Places in `Reports`, rising, all among ``self.report``.

        Returns
        -------
        Outcomes
            In that order.
        """
        row = np.searchsorted(self.report, report)
        return Outcomes(report, self.violence_days[row], self.report_days[row], self.terminal_days[row])
