"""Measures that walk along the events of a selection: timing, fields, spells, waits."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hgrisk.features.cut.layout import NEVER, NONE
from hgrisk.features.engine import fields as field_kernel
from hgrisk.features.engine import spells as spell_kernel
from hgrisk.features.engine import timing as timing_kernel
from hgrisk.features.engine.frame import Frame, longest
from hgrisk.features.engine.threads import share_out
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
    chosen = frame.selection(measure.events)
    half_life = measure.half_life_days if isinstance(measure, Decayed) else 1.0
    period = measure.period_days if isinstance(measure, Periods) else 1
    for wanted in _wanted(timing_kernel.COLUMNS, [(place, _timing(one)) for place, one in group]):

        def work(first: int, last: int, wanted: NDArray[np.int64] = wanted) -> None:
            within = longest(measure.within_days)
            timing_kernel.timing(first, last, chosen.parts, within, half_life, period, wanted, numbers)

        share_out(work, chosen.table.moment_offsets)


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
    events, of, within = measures[0][1].events, measures[0][1].field, measures[0][1].within_days
    chosen, rows = frame.selection(events), frame.rows
    of_severity = of == "severity"
    none = (np.empty(0, dtype=np.int32), np.zeros(len(chosen.offsets), dtype=np.int64))
    repeats = frame.repeats(events.stream) if of_severity and events.once else None
    n_incidents = len(rows.incident_days[0])
    column = rows.numbers(of)
    corrected = rows.corrected if of_severity else np.full_like(rows.corrected, -NEVER)
    for wanted in _wanted(field_kernel.COLUMNS, [(place, measure.how) for place, measure in measures]):

        def work(first: int, last: int, wanted: NDArray[np.int64] = wanted) -> None:
            field_kernel.fields(
                first, last, chosen.parts, none if repeats is None else (repeats.places, repeats.offsets), n_incidents,
                longest(within), column, corrected, not of_severity, wanted, numbers,
            )  # fmt: skip

        share_out(work, chosen.table.moment_offsets)


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
    for wanted in _wanted(spell_kernel.COLUMNS, [(place, measure.how) for place, measure in measures]):

        def work(first: int, last: int, wanted: NDArray[np.int64] = wanted) -> None:
            spell_kernel.spells(first, last, chosen.parts, within, frame.rows.ended, wanted, numbers)

        share_out(work, chosen.table.moment_offsets)


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
    since, start, stop = (np.full(asked.table.n_landmarks, _EMPTY, dtype=np.int32) for _ in range(3))
    within, from_known = longest(measures[0][1].within_days), measures[0][1].from_known
    share_out(
        lambda first, last: waiting(first, last, asked.parts, answered.parts, within, from_known, since, start, stop),
        asked.table.moment_offsets,
    )
    today = np.full(asked.table.n_landmarks, _EMPTY, dtype=np.int32)
    today[asked.table.moments["landmark"]] = asked.table.moments["day"]
    for place, measure in measures:
        spell = (since, today) if isinstance(measure, OpenSince) else (start, stop)
        numbers[place] = _days_between(*spell, working=measure.working)


def _days_between(start: NDArray[np.int32], stop: NDArray[np.int32], *, working: bool) -> Columns:
    days = np.full(len(start), np.nan, dtype=np.float32)
    there = start != _EMPTY
    count = working_days_between if working else np.subtract
    first, second = (start, stop) if working else (stop, start)
    days[there] = count(first[there], second[there])
    return days


def _wanted(columns: tuple[str, ...], asked: list[tuple[int, str]]) -> list[NDArray[np.int64]]:
    """Return the place of each column, in as many turns as a column is asked for."""
    turns: list[NDArray[np.int64]] = []
    for place, name in asked:
        at = columns.index(name)
        free = next((turn for turn in turns if turn[at] == NONE), None)
        if free is None:
            free = np.full(len(columns), NONE, dtype=np.int64)
            turns.append(free)
        free[at] = place
    return turns
