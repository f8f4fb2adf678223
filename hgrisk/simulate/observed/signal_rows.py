"""What comes to light beside reports: signals, advice, radar links, children coming of age, the end of observation."""

from __future__ import annotations

import numpy as np

from hgrisk.simulate.observed.arrays import BlockArrays
from hgrisk.simulate.observed.care_rows import assessment_days
from hgrisk.simulate.observed.lags import draw_known
from hgrisk.simulate.observed.people import ADULT, ELDEST, eighteenth_birthdays
from hgrisk.simulate.observed.rows import KIND, NONE, Rows, code_places, in_period, make_rows
from hgrisk.simulate.parameters.population import SIGNALS
from hgrisk.simulate.parameters.reporting import SOURCES, Reporting
from hgrisk.simulate.records import (
    DIED,
    LOST,
    NEVER,
    UNKNOWN,
    Days,
    Floats,
    Ints,
)

SIGNALS_SHARE = 0.70
"""Assessments at which the signals are written down [M]."""

ADVICE_TO_OTHERS = 0.44
"""Advices asked by people who are no professionals [S]."""

_CODES = code_places(SIGNALS)
_LAYMAN = SOURCES.index("non_professional")


def signal_rows(block: BlockArrays, rng: np.random.Generator) -> Rows:
    """Return the risk signals of most assessments: present, absent, or unknown.

    Parameters
    ----------
    block : BlockArrays
        The block.
    rng : numpy.random.Generator
        The generator, which moves on.

    Returns
    -------
    ndarray of ROW
        All signals of an assessment, known on one day; ``value`` is ``NONE`` where unknown.
    """
    homes, reports = block.homes, block.reports
    on = assessment_days(block)
    there = (on >= block.period.start) & (on <= block.period.until[reports.household])
    place = np.flatnonzero(there & (rng.random(on.size) < SIGNALS_SHARE))
    home, on = reports.household[place], on[place]
    known = draw_known(block.scenario.reporting, homes, home, on, rng)
    n = len(SIGNALS)
    value = homes.recorded[home].ravel()
    return make_rows(
        KIND["signal"],
        np.repeat(home, n),
        np.repeat(on, n),
        known=np.repeat(known, n),
        report=np.repeat(place, n),
        code=np.tile(_CODES[:-1], place.size),
        value=np.where(value == UNKNOWN, NONE, value),
    )


def quiet_rows(block: BlockArrays, rng: np.random.Generator) -> list[Rows]:
    """Return advice and radar links about incidents that nobody reported; neither is a report.

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
    reporting, incidents = block.scenario.reporting, block.incidents
    unreported = np.flatnonzero((incidents.report < 0) & (incidents.at >= block.period.start))
    asked = unreported[rng.random(unreported.size) < reporting.advice_share]
    linked = unreported[rng.random(unreported.size) < reporting.radar_share]
    professional = _draw_professionals(reporting, asked.size, rng)
    asker = np.where(rng.random(asked.size) < ADVICE_TO_OTHERS, _LAYMAN, professional)
    return [
        _at_incidents("advice", block, asked, asker),
        _at_incidents("radar_link", block, linked, _draw_professionals(reporting, linked.size, rng)),
    ]


def _at_incidents(kind: str, block: BlockArrays, where: Ints, source: Ints) -> Rows:
    on = np.floor(block.incidents.at[where]).astype(np.int32)
    return in_period(make_rows(KIND[kind], block.incidents.household[where], on, source=source), block.period)


def _draw_professionals(reporting: Reporting, n: int, rng: np.random.Generator) -> Ints:
    """Draw sources other than the police and those who are no professionals, by their shares of the reports."""
    shares: Floats = np.array(
        [0.0 if name in (SOURCES[0], SOURCES[_LAYMAN]) else reporting.other_sources[name] for name in SOURCES]
    )
    if shares.sum() == 0:
        return np.full(n, SOURCES.index("other_professional"))
    return np.searchsorted(shares.cumsum() / shares.sum(), rng.random(n), side="right")


def end_rows(block: BlockArrays) -> list[Rows]:
    """Return the deaths and moves that end observation, and the youngest children that come of age; all known at once.

    Parameters
    ----------
    block : BlockArrays
        The block.

    Returns
    -------
    list of ndarray of ROW
        The rows, one array per kind.
    """
    homes, people, period = block.homes, block.people, block.period
    died, lost = np.flatnonzero(period.reason == DIED), np.flatnonzero(period.reason == LOST)
    children = (homes.child_born_on != NEVER).sum(axis=1)
    parents = np.flatnonzero(children)
    place = children[parents] - 1
    adult_on = eighteenth_birthdays(homes.child_born_on[parents, place])
    after = adult_on > period.start
    parents, place, adult_on = parents[after], place[after], adult_on[after]
    child = people.person[parents, ELDEST + place]
    return [
        _known_at_once("death", died, period.until[died], people.person[died, ADULT]),
        _known_at_once("moved_out_of_region", lost, period.until[lost], np.full(lost.size, NONE)),
        in_period(_known_at_once("child_turned_18", parents, adult_on, child), period),
    ]


def _known_at_once(kind: str, home: Ints, on: Days, person: Ints) -> Rows:
    return make_rows(KIND[kind], home, on, known=on, person=person)
