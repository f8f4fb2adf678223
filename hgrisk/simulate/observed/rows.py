"""Events as numbers: one record per row, names by their place, so that a block is filtered and sorted at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from hgrisk.simulate.observed.period import Period
from hgrisk.simulate.parameters.care import DECISIONS, HOLDERS
from hgrisk.simulate.parameters.interventions import HELP, NAMES
from hgrisk.simulate.parameters.population import KINDS, SIGNALS
from hgrisk.simulate.records import NEVER, Bools, Ints

Rows = npt.NDArray[np.void]
"""Rows of type ``ROW``."""

NONE = -1
"""A name, person, report or number that a row does not have."""

EVENT_KINDS = (
    "report", "follow_up_report", "involvement", "arrest", "barring_order", "detention", "barring_order_breach",
    "barring_order_extended", "safety_assessment", "signal", "assessment_decision", "safety_plan", "handover_sent",
    "handover_accepted", "help_first_contact", "monitoring_check", "case_closed", "perpetrator_programme_referral",
    *(name for name in NAMES[:HELP] if name not in {"arrest", "barring_order"}),
    "perpetrator_programme_ended", "advice", "radar_link", "child_turned_18", "moved_out_of_region", "death",
)  # fmt: skip
"""Kinds of event, in the order in which those of one day and household are numbered."""

KIND = {name: place for place, name in enumerate(EVENT_KINDS)}
REPORT, FOLLOW_UP = KIND["report"], KIND["follow_up_report"]

ASSESSMENTS = ("safe_enough", "acute", "structural", "acute_and_structural")
CHECKS = ("no_violence_reported", "violence_reported_to_go_on", "not_reached")
PROGRAMME_ENDS = ("completed", "dropped_out")
CODES = tuple(dict.fromkeys((*KINDS, *DECISIONS, *HOLDERS, *ASSESSMENTS, *CHECKS, *PROGRAMME_ENDS, *SIGNALS)))

ROW = np.dtype(
    [
        ("kind", "i1"), ("code", "i1"), ("source", "i1"), ("severity", "i1"), ("value", "i2"), ("further", "?"),
        ("first", "?"), ("home", "i4"), ("occurred", "i4"), ("known", "i4"), ("ended", "i4"), ("corrected", "i4"),
        ("person", "i4"), ("exposed", "i4"), ("report", "i4"),
    ]
)  # fmt: skip
"""``kind``, ``code`` and ``source`` are places in ``EVENT_KINDS``, ``CODES`` and `reporting.SOURCES`, ``home`` one of
the block; ``person`` and ``exposed`` are numbers of `people.People`. ``known`` is ``NEVER`` until its lag is drawn.
``report`` is the place of the report that the row follows upon, and ``first`` tells that the row is that report."""

_BLANK = np.array(
    (NONE, NONE, NONE, NONE, NONE, False, False, NONE, NEVER, NEVER, NEVER, NEVER, NONE, NONE, NONE), dtype=ROW
)


def code_places(names: Sequence[str]) -> Ints:
    """Return the place in ``CODES`` of each name, and ``NONE`` as the last, so that -1 stays -1.

    Parameters
    ----------
    names : sequence of str
        Some of ``CODES``.

    Returns
    -------
    ndarray of int64, shape (len(names) + 1,)
        Places.

    Examples
    --------
    >>> [CODES[place] for place in code_places(CHECKS)[[2, 0]]], int(code_places(CHECKS)[-1])
    (['not_reached', 'no_violence_reported'], -1)
    """
    return np.array([*(CODES.index(name) for name in names), NONE])


def make_rows(kind: npt.ArrayLike, home: npt.NDArray[Any], on: npt.NDArray[Any], **columns: npt.ArrayLike) -> Rows:
    """Return one row per place of ``home``; what is not given is blank.

    Parameters
    ----------
    kind : int or ndarray, shape (n,)
        Kind of event.
    home, on : ndarray, shape (n,)
        Household and day.
    **columns : array-like
        Other fields of ``ROW``.

    Returns
    -------
    ndarray of ROW, shape (n,)
        The rows.

    Examples
    --------
    >>> rows = make_rows(KIND["death"], np.array([4]), np.array([18000]), person=7)
    >>> int(rows["person"][0]), int(rows["exposed"][0])
    (7, -1)
    """
    rows: Rows = np.repeat(_BLANK, home.size)
    for name, values in {"kind": kind, "home": home, "occurred": on, **columns}.items():
        rows[name] = values
    return rows


def choose(rows: Rows, where: Bools) -> Rows:
    """Return the rows for which something holds (many times faster than by indexing)."""
    return rows.take(np.flatnonzero(where))


def in_period(rows: Rows, period: Period) -> Rows:
    """Return the rows that occurred while their household was observed.

    Parameters
    ----------
    rows : ndarray of ROW
        Rows.
    period : Period
        When each household is observed.

    Returns
    -------
    ndarray of ROW
        Those that stay.
    """
    on = rows["occurred"]
    return choose(rows, (on >= period.start) & (on <= period.until[rows["home"]]))
