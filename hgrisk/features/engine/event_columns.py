"""Measures that walk along the events of a selection: timing, fields, spells, waits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hgrisk.features.cut.layout import NEVER, NONE
from hgrisk.features.engine import fields as field_kernel
from hgrisk.features.engine import spells as spell_kernel
from hgrisk.features.engine import timing as timing_kernel
from hgrisk.features.engine.frame import Frame, longest
from hgrisk.features.engine.waiting import waiting
from hgrisk.features.measures import DaysSince, Decayed, Field, Gaps, Latency, Measure, OpenSince, Periods, Spells
from hgrisk.working_days import working_days_between

Group = list[tuple[int, Measure]]
Columns = NDArray[np.float32]

_EMPTY = -(2**31)
"""A day that says: none."""


def timings(frame: Frame, group: Group, numbers: Columns) -> None:
    """Write recency, gaps, decayed counts and periods of one selection.

    Parameters
    ----------
    frame : Frame
        Streams and selections.
    group : list of (place, measure)
        Measures of one selection and window.
    numbers : ndarray of float32, shape (n_measures, n_landmarks)
        Where to write.
    """
    measure = group[0][1]
    half_life = measure.half_life_days if isinstance(measure, Decayed) else 1.0
    period = measure.period_days if isinstance(measure, Periods) else 1
    wanted = _wanted(timing_kernel.COLUMNS, [(place, _timing(one)) for place, one in group])
    chosen, within = frame.selection(measure.events), longest(measure.within_days)
    chosen.run(timing_kernel.timing, within, half_life, period, wanted, numbers)


def _timing(measure: Measure) -> str:
    if isinstance(measure, DaysSince):
        return measure.which
    if isinstance(measure, Gaps):
        return f"gap_{measure.how}"
    return "decayed" if isinstance(measure, Decayed) else "periods"


def fields(frame: Frame, group: Group, numbers: Columns) -> None:
    """Write summaries of severity or value of one selection.

    Parameters
    ----------
    frame : Frame
        Streams and selections.
    group : list of (place, measure)
        Measures of one selection, window and field.
    numbers : ndarray of float32, shape (n_measures, n_landmarks)
        Where to write.
    """
    measures = [(place, measure) for place, measure in group if isinstance(measure, Field)]
    events, of, within = measures[0][1].events, measures[0][1].field, longest(measures[0][1].within_days)
    chosen, rows = frame.selection(events), frame.rows
    of_severity = of == "severity"
    repeats = np.empty(0, dtype=np.int32), np.zeros(len(chosen.offsets), dtype=np.int64)
    if of_severity and events.once:
        again = frame.repeats(events.stream)
        repeats = again.places, again.offsets
    corrected = rows.corrected if of_severity else np.full_like(rows.corrected, -NEVER)
    wanted = _wanted(field_kernel.COLUMNS, [(place, measure.how) for place, measure in measures])
    chosen.run(
        field_kernel.fields, repeats, len(rows.incident_days[0]), within, rows.numbers(of), corrected, not of_severity,
        wanted, numbers,
    )  # fmt: skip


def spells(frame: Frame, group: Group, numbers: Columns) -> None:
    """Write what the spells of one selection come to.

    Parameters
    ----------
    frame : Frame
        Streams and selections.
    group : list of (place, measure)
        Measures of one selection and window.
    numbers : ndarray of float32, shape (n_measures, n_landmarks)
        Where to write.
    """
    measures = [(place, measure) for place, measure in group if isinstance(measure, Spells)]
    chosen, within = frame.selection(measures[0][1].events), longest(measures[0][1].within_days)
    wanted = _wanted(spell_kernel.COLUMNS, [(place, measure.how) for place, measure in measures])
    chosen.run(spell_kernel.spells, within, frame.rows.ended, wanted, numbers)


def waits(frame: Frame, group: Group, numbers: Columns) -> None:
    """Write how long events wait, or waited, for an answer.

    Parameters
    ----------
    frame : Frame
        Streams and selections.
    group : list of (place, measure)
        Measures of one pair of selections and window.
    numbers : ndarray of float32, shape (n_measures, n_landmarks)
        Where to write.
    """
    measures = [(place, measure) for place, measure in group if isinstance(measure, OpenSince | Latency)]
    asked, answered = (frame.selection(events) for events in (measures[0][1].events, measures[0][1].until))
    within, from_known = longest(measures[0][1].within_days), measures[0][1].from_known
    today, since, start, stop = (np.full(asked.table.n_landmarks, _EMPTY, dtype=np.int32) for _ in range(4))
    today[asked.table.moments["landmark"]] = asked.table.moments["day"]
    asked.run(waiting, answered.parts, within, from_known, since, start, stop)
    for place, measure in measures:
        spell = (since, today) if isinstance(measure, OpenSince) else (start, stop)
        numbers[place] = _days_between(*spell, working=measure.working)


def _days_between(start: NDArray[np.int32], stop: NDArray[np.int32], *, working: bool) -> Columns:
    days = np.full(len(start), np.nan, dtype=np.float32)
    there = start != _EMPTY
    first, last = start[there], stop[there]
    days[there] = working_days_between(first, last) if working else last - first
    return days


def _wanted(columns: tuple[str, ...], asked: list[tuple[int, str]]) -> NDArray[np.int64]:
    """Return the place of each column; of measures that differ, no two ask for one column."""
    wanted = np.full(len(columns), NONE, dtype=np.int64)
    for place, name in asked:
        wanted[columns.index(name)] = place
    return wanted
