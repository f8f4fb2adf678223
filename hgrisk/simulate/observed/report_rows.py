"""Reports as they are written down: by whom, about whom, how late, and with which mistakes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from hgrisk.simulate.observed.arrays import BlockArrays
from hgrisk.simulate.observed.lags import draw_known, strain
from hgrisk.simulate.observed.people import ADULT, ELDER, ELDEST, PARTNER, child_exposed
from hgrisk.simulate.observed.rows import FOLLOW_UP, NONE, REPORT, Rows, code_places, in_period, make_rows
from hgrisk.simulate.parameters.population import AGAINST_PARENTS, CHILD_ABUSE, ELDER_ABUSE, KINDS, PARTNER_VIOLENCE
from hgrisk.simulate.parameters.reporting import SOURCES, Reporting
from hgrisk.simulate.records import OPENS, Days, Floats, Ints

MERGE_DAYS = 13
"""Further reports of an incident come within so many days of the first."""

_MOST_AGAIN = 3
_CODES = code_places(KINDS)
_PERSON = np.full(len(KINDS), ADULT)
_PERSON[AGAINST_PARENTS] = ELDEST
_EXPOSED = np.full(len(KINDS), PARTNER)
_EXPOSED[[AGAINST_PARENTS, ELDER_ABUSE]] = ADULT, ELDER
_CORRECTED_FROM, _CORRECTED_UNTIL = 2, 60


def report_rows(block: BlockArrays, person: Ints, exposed: Ints, rng: np.random.Generator) -> tuple[Rows, Days]:
    """Return the first report of every reported incident, and further ones of it by others.

    Parameters
    ----------
    block : BlockArrays
        The block.
    person, exposed : ndarray of int, shape (reports,)
        Who was reported as perpetrator and who was exposed, as returned by `parts`.
    rng : numpy.random.Generator
        The generator, which moves on.

    Returns
    -------
    rows : ndarray of ROW
        The rows, with the day on which they became known.
    known_on : ndarray of int32, shape (reports,)
        The day on which each of the block's reports became known, whether in a row or not.
    """
    reports, reporting, homes = block.reports, block.scenario.reporting, block.homes
    known = draw_known(reporting, homes, reports.household, reports.on, rng)
    near = (reports.on >= block.period.start - MERGE_DAYS) & (reports.on <= block.period.until[reports.household])
    places = np.flatnonzero(near)
    first = _first_reports(block, places, person, exposed)
    first["known"] = known[places]
    again = _again(reporting, first, block.incidents.kind[reports.incident[places]], rng)
    again["known"] = draw_known(reporting, homes, again["home"], again["occurred"], rng)
    rows = in_period(np.concatenate((first, again)), block.period)
    return _mistaken(block, rows, rng), known


def parts(block: BlockArrays) -> tuple[Ints, Ints]:
    """Tell who is reported as perpetrator and who was exposed.

    Parameters
    ----------
    block : BlockArrays
        The block.

    Returns
    -------
    person, exposed : ndarray of int, shape (reports,)
        Numbers of `people.People`, ``NONE`` where there is no such person.
    """
    home, incident = block.reports.household, block.reports.incident
    kind = block.incidents.kind[incident]
    standing = np.column_stack((block.people.person, np.full(block.homes.size, NONE)))  # the last place is nobody's
    place, exposed = _PERSON[kind], _EXPOSED[kind]
    abuse = np.flatnonzero(kind == CHILD_ABUSE)
    exposed[abuse], _ = child_exposed(block.homes, home[abuse], block.reports.on[abuse])
    swapped = block.incidents.reversed[incident] & (kind == PARTNER_VIOLENCE)
    swapped = np.flatnonzero(swapped & (standing[home, PARTNER] != NONE))
    place[swapped], exposed[swapped] = PARTNER, ADULT
    return standing[home, place], standing[home, exposed]


def _first_reports(block: BlockArrays, places: Ints, person: Ints, exposed: Ints) -> Rows:
    reports, incidents = block.reports, block.incidents
    incident, home, on = reports.incident[places], reports.household[places], reports.on[places]
    kind, further = incidents.kind[incident], incidents.witnessed[incident]
    seen = np.flatnonzero(further)
    _, further[seen] = child_exposed(block.homes, home[seen], on[seen])
    return make_rows(
        np.where(reports.phase[places] == OPENS, REPORT, FOLLOW_UP),
        home,
        on,
        code=_CODES[kind],
        source=reports.source[places],
        severity=incidents.severity[incident],
        further=further & (kind != CHILD_ABUSE),
        person=person[places],
        exposed=exposed[places],
        report=places,
        first=True,
    )


def _again(reporting: Reporting, first: Rows, kind: npt.NDArray[Any], rng: np.random.Generator) -> Rows:
    """Draw the reports of an incident by others, each some days after the one before."""
    comes = np.logical_and.accumulate(rng.random((first.size, _MOST_AGAIN)) < reporting.again_share, axis=1)
    some = np.flatnonzero(comes[:, 0])
    gaps = rng.geometric(1 / (1 + reporting.again_mean_days), (some.size, _MOST_AGAIN)) - 1
    days = gaps.cumsum(axis=1)
    place, turn = np.nonzero(comes[some] & (days <= MERGE_DAYS))
    rows = first.take(some[place])
    rows["kind"], rows["first"], rows["report"] = FOLLOW_UP, False, NONE
    rows["occurred"] += days[place, turn].astype(np.int32)
    rows["source"] = _other_sources(reporting, kind[some], first["source"][some], rng)[place, turn]
    return rows


def _other_sources(reporting: Reporting, kind: npt.NDArray[Any], source: Ints, rng: np.random.Generator) -> Ints:
    """Put the sources in the order in which they report, by an exponential race that the first one has left.

    So nobody reports an incident twice. The shape is (n, sources).
    """
    police = np.array([reporting.police_shares[name] for name in KINDS])[kind]
    others = np.array([reporting.other_sources[name] for name in SOURCES[1:]])
    weights: Floats = np.column_stack((police, (1 - police)[:, None] * others))
    weights[np.arange(kind.size), source] = 0
    times = np.full(weights.shape, np.inf)
    np.divide(rng.exponential(size=weights.shape), weights, out=times, where=weights > 0)
    return times.argsort(axis=1, kind="stable")


def _mistaken(block: BlockArrays, rows: Rows, rng: np.random.Generator) -> Rows:
    """Lose some severities, and write others down wrongly until they are corrected."""
    reporting, extraction = block.scenario.reporting, block.period.extraction
    often = strain(reporting, block.homes, rows["home"], rows["occurred"])
    missing = rng.random(rows.size) < reporting.severity_missing_share * often
    wrong = np.flatnonzero(~missing & (rng.random(rows.size) < reporting.corrected_share))
    corrected = rows["known"][wrong] + rng.integers(_CORRECTED_FROM, _CORRECTED_UNTIL + 1, wrong.size)
    in_time = corrected <= extraction
    rows["corrected"][wrong[in_time]] = corrected[in_time]
    late = wrong[~in_time]
    rows["severity"][late] = _one_off(rows["severity"][late], rng)
    rows["severity"][missing] = NONE
    return rows


def _one_off(severity: npt.NDArray[Any], rng: np.random.Generator) -> Ints:
    step = np.where(rng.random(severity.size) < 0.5, -1, 1)
    outside = (severity + step < 1) | (severity + step > 5)
    return np.where(outside, severity - step, severity + step)
