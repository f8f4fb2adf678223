"""Incidents and their reports: when, of what kind, how severe, by whom reported."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hgrisk.simulate.households import YEAR, Bools, Households, Ints
from hgrisk.simulate.persons import People
from hgrisk.simulate.settings import (
    AGAINST_PARENTS,
    CHILD_ABUSE,
    ELDER_ABUSE,
    KINDS,
    PARTNER_VIOLENCE,
    SimulationSettings,
)

SOURCES = np.array(["police", "health", "non_professional", "education", "youth_care", "other"])
FAR = 1_000_000


@dataclass(frozen=True)
class Reports:
    """One value per report, each of shape (reports,), ordered by household and day; days count from 1970-01-01.

    ``opens`` marks a report that starts an involvement of ``length`` days; ``follow_up`` one that falls within an
    involvement (after its first day, up to and with its last).
    """

    home: Ints
    day: Ints
    known: Ints
    kind: Ints
    severity: Ints
    source: Ints
    person: Ints
    exposed: Ints
    opens: Bools
    follow_up: Bools
    length: Ints


def draw_reports(homes: Households, people: People, settings: SimulationSettings, rng: np.random.Generator) -> Reports:
    """Draw all reports of all households, also those that fall after the end of observation.

    Parameters
    ----------
    homes, people : Households, People
        Who lives where.
    settings : SimulationSettings
        The world.
    rng : numpy.random.Generator
        The generator, which moves on.

    Returns
    -------
    Reports
        At least one per household, on its day of entry.
    """
    home, day, rank = draw_incidents(homes, settings, rng)
    incident, day = _draw_extra_reports(day, settings, rng)
    home = home[incident]
    kind = _draw_kinds(home, incident, homes.kind[home], people, rng)
    person, exposed = _draw_parts(home, incident, kind, people, rng)
    length = _draw_lengths(day.size, settings, rng)
    opens, follow_up = _mark_involvements(home, day, length)
    return Reports(
        home, day, day + draw_lags(day.size, settings, rng), kind,
        _draw_severities(home, incident, rank[incident], homes, rng), _draw_sources(kind, settings, rng),
        person, exposed, opens, follow_up, length,
    )  # fmt: skip


def draw_incidents(
    homes: Households, settings: SimulationSettings, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """Draw the incidents: a renewal process with Weibull gaps that start after the merge window.

    The cumulative hazard of a gap is ``hazard * -log(quiet_year_share) * (years past the window) ** gap_shape``.

    Returns
    -------
    home, day, rank : ndarray of shape (incidents,)
        Household, day and rank within the household, ordered by household and day.
    """
    found: list[tuple[Ints, Ints]] = []
    home, day = np.arange(homes.entry.size), homes.entry
    while home.size:
        found.append((home, day))
        level = homes.hazard[home].clip(min=1e-12) * -np.log(settings.quiet_year_share)
        years = (rng.exponential(size=home.size) / level).clip(max=1e6) ** (1 / settings.gap_shape)
        day = day + settings.merge_days + np.ceil((years * YEAR).clip(1, FAR)).astype(np.int64)
        going = day <= homes.until[home]
        home, day = home[going], day[going]
    rank = np.repeat(np.arange(len(found)), [part[0].size for part in found])
    home, day = np.concatenate([part[0] for part in found]), np.concatenate([part[1] for part in found])
    order = np.lexsort((day, home))
    return home[order], day[order], rank[order]


def draw_lags(n: int, settings: SimulationSettings, rng: np.random.Generator) -> Ints:
    """Draw days from occurrence to registration: mostly 0 to 2, a late share 3 days to 9 weeks.

    Examples
    --------
    >>> lags = draw_lags(1000, SimulationSettings(), np.random.default_rng(1))
    >>> int(lags.min()), int(np.median(lags)), int(lags.max()) <= 63
    (0, 0, True)
    """
    prompt = rng.choice(3, n, p=[0.6, 0.27, 0.13])
    late = 3 + rng.exponential(14, n).astype(np.int64).clip(max=60)
    return np.where(rng.random(n) < settings.late_registration_share, late, prompt)


def _draw_extra_reports(day: Ints, settings: SimulationSettings, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Repeat some incidents once or twice, each repeat within the merge window of the first report."""
    copies = 1 + (rng.random(day.size) < settings.second_report_share) * (1 + (rng.random(day.size) < 0.15))
    incident = np.repeat(np.arange(day.size), copies)
    repeat = np.diff(incident, prepend=-1) == 0
    lag = np.where(repeat, (rng.geometric(0.25, incident.size) - 1).clip(max=settings.merge_days - 1), 0)
    order = np.lexsort((lag, incident))
    return incident, (day[incident] + lag)[order]


def _per_incident(incident: Ints, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """One uniform number per incident, the same for all its reports."""
    return rng.random(int(incident[-1]) + 1)[incident]


def _draw_kinds(home: Ints, incident: Ints, own: Ints, people: People, rng: np.random.Generator) -> Ints:
    """Draw mostly the household's own kind; now and then another that its members allow."""
    switch = _per_incident(incident, rng) < 0.12
    to_child = switch & (own == PARTNER_VIOLENCE) & (people.child[home] >= 0)
    to_partner = switch & (own == CHILD_ABUSE) & (people.second[home] >= 0)
    return np.where(to_child, CHILD_ABUSE, np.where(to_partner, PARTNER_VIOLENCE, own))


def _draw_parts(home: Ints, incident: Ints, kind: Ints, people: People, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Tell who is reported as perpetrator and who was exposed; one in ten times between partners the other way."""
    first, second, child, elder = (part[home] for part in (people.first, people.second, people.child, people.elder))
    person = np.where(kind == AGAINST_PARENTS, child, first)
    exposed = np.where(kind == CHILD_ABUSE, child, second)
    exposed = np.where(kind == ELDER_ABUSE, elder, exposed)
    mutual = (kind == PARTNER_VIOLENCE) & (_per_incident(incident, rng) < 0.1)
    return np.where(mutual, second, person), np.where(mutual, first, exposed)


def _draw_severities(home: Ints, incident: Ints, rank: Ints, homes: Households, rng: np.random.Generator) -> Ints:
    steps = np.searchsorted([0.2, 0.75], _per_incident(incident, rng)) - 1
    rise = np.where(homes.escalating[home], np.floor(0.4 * rank), 0).astype(np.int64)
    severity: Ints = (homes.severity[home] + steps + rise).clip(1, 5)
    return severity


def _draw_sources(kind: Ints, settings: SimulationSettings, rng: np.random.Generator) -> Ints:
    police = np.array([settings.police_shares[name] for name in KINDS])
    others = np.array([settings.other_sources[name] for name in SOURCES[1:]])
    other = 1 + rng.choice(others.size, kind.size, p=others / others.sum())
    return np.where(rng.random(kind.size) < police[kind], 0, other)


def _draw_lengths(n: int, settings: SimulationSettings, rng: np.random.Generator) -> Ints:
    days = rng.lognormal(np.log(settings.involvement_median_days), settings.involvement_sigma, n)
    return np.ceil(days).clip(3, 1500).astype(np.int64)


def _mark_involvements(home: Ints, day: Ints, length: Ints) -> tuple[Bools, Bools]:
    """Walk the reports in order, all households at once: a report outside an involvement opens one."""
    starts = np.flatnonzero(np.diff(home, prepend=-1))
    rank = np.arange(home.size) - np.repeat(starts, np.diff(starts, append=home.size))
    opens, follow_up = np.zeros(home.size, dtype=bool), np.zeros(home.size, dtype=bool)
    start, end = np.full(int(home[-1]) + 1, -1), np.full(int(home[-1]) + 1, -1)
    for step in range(int(rank.max()) + 1):
        rows = np.flatnonzero(rank == step)
        opens[rows] = day[rows] > end[home[rows]]
        follow_up[rows] = ~opens[rows] & (day[rows] > start[home[rows]])
        opening = rows[opens[rows]]
        start[home[opening]], end[home[opening]] = day[opening], day[opening] + length[opening]
    return opens, follow_up
