"""Interventions: spells of what was done, for whom, and how it ended."""

from __future__ import annotations

import numpy as np

from hgrisk.simulate.observed.arrays import BlockArrays, follow
from hgrisk.simulate.observed.rows import PROGRAMME_ENDS, Rows, code_places
from hgrisk.simulate.parameters.interventions import ARREST, BARRING_ORDER, HELP, NAMES, SHELTER
from hgrisk.simulate.records import NEVER, Ints

PROGRAMME = NAMES.index("perpetrator_programme")
COMPLETED_SHARE = 0.60
"""Perpetrator programmes that are completed [M]."""

FIRST_ORDER_DAYS = 10
"""A barring order lasts ten days at first; it is extended on the last of them."""

_ENDS = code_places(PROGRAMME_ENDS)
_ON_PERPETRATOR = (ARREST, BARRING_ORDER, PROGRAMME)


def intervention_rows(block: BlockArrays, person: Ints, exposed: Ints, rng: np.random.Generator) -> list[Rows]:
    """Return the spells of every intervention but local help, and arrests, referrals, detentions and breaches.

    Parameters
    ----------
    block : BlockArrays
        The block.
    person, exposed : ndarray of int, shape (reports,)
        Who was reported as perpetrator and who was exposed, as in `people.People`.
    rng : numpy.random.Generator
        The generator, which moves on.

    Returns
    -------
    list of ndarray of ROW
        The rows, one array per kind; their lags are still to be drawn.
    """
    spells = [_spells(block, person, exposed, place) for place in range(HELP)]
    return [*spells, *_programme(block, person, rng), *_after_arrest_or_order(block, person)]


def _spells(block: BlockArrays, person: Ints, exposed: Ints, place: int) -> Rows:
    """An arrest is a moment; an order says how long it lasts unless it is extended; shelter is for who was exposed."""
    reports = block.reports
    rows = follow(NAMES[place], block, reports.start_on[:, place], ended=reports.end_on[:, place])
    if place == ARREST:
        rows["ended"] = NEVER
    if place == BARRING_ORDER:
        rows["value"] = np.minimum(rows["ended"] - rows["occurred"], FIRST_ORDER_DAYS)
    if place == SHELTER:
        rows["person"] = exposed[rows["report"]]
    if place in _ON_PERPETRATOR:
        rows["person"] = person[rows["report"]]
    return rows


def _programme(block: BlockArrays, person: Ints, rng: np.random.Generator) -> list[Rows]:
    """Return referrals and ends; how a programme ended is a row of its own, so that nobody can know it before."""
    reports = block.reports
    given = reports.start_on[:, PROGRAMME] != NEVER
    referred = np.where(reports.decided_on != NEVER, reports.decided_on, reports.on)
    how = _ENDS[(rng.random(reports.size) >= COMPLETED_SHARE).astype(np.int64)]
    ended = reports.end_on[:, PROGRAMME]
    return [
        follow("perpetrator_programme_referral", block, referred, where=given, person=person),
        follow("perpetrator_programme_ended", block, ended, where=given, code=how, person=person),
    ]


def _after_arrest_or_order(block: BlockArrays, person: Ints) -> list[Rows]:
    reports = block.reports
    held = reports.detained_until_on
    arrested = reports.start_on[:, ARREST]
    barred, until = reports.start_on[:, BARRING_ORDER], reports.end_on[:, BARRING_ORDER]
    longer = (barred != NEVER) & (until - barred > FIRST_ORDER_DAYS)
    extended = follow("barring_order_extended", block, barred + FIRST_ORDER_DAYS - 1, where=longer, person=person)
    extended["value"] = (until - barred)[extended["report"]] - FIRST_ORDER_DAYS
    return [
        follow("detention", block, arrested, where=held != NEVER, ended=held, person=person),
        extended,
        follow("barring_order_breach", block, reports.breach_on, person=person),
    ]
