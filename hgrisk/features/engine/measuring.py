"""From measures to columns: measures that look at the same events in the same way are computed together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hgrisk.features.cut.history import CutHistory
from hgrisk.features.engine import count_columns, event_columns, label_columns
from hgrisk.features.engine.frame import Frame
from hgrisk.features.measures import (
    Changes,
    Count,
    DaysSince,
    Decayed,
    Distinct,
    Events,
    Field,
    Gaps,
    Last,
    Latency,
    Measure,
    OpenSince,
    Periods,
    Share,
    Spells,
)

Group = list[tuple[int, Measure]]
"""Measures with their places among all."""

Compute = Callable[[Frame, Group, NDArray[np.float32]], None]

_COMPUTE: dict[type[Measure], Compute] = {
    Count: count_columns.counts,
    Share: count_columns.counts,
    DaysSince: event_columns.timings,
    Decayed: event_columns.timings,
    Gaps: event_columns.timings,
    Periods: event_columns.timings,
    Field: event_columns.fields,
    Spells: event_columns.spells,
    OpenSince: event_columns.waits,
    Latency: event_columns.waits,
    Distinct: label_columns.distincts,
    Changes: label_columns.changes,
}


@dataclass(frozen=True)
class Measured:
    """The columns of some measures.

    Attributes
    ----------
    numbers : ndarray of float32, shape (n_measures, n_landmarks)
        One row per measure: NaN where it has no value, and for labels.
    labels : dict of int to polars.Series
        Texts of the measures that give a label, by place.
    """

    numbers: NDArray[np.float32]
    labels: dict[int, pl.Series]


def measure_all(cut: CutHistory, measures: Sequence[Measure]) -> Measured:
    """Compute measures at every landmark.

    Parameters
    ----------
    cut : CutHistory
        The histories, cut at each landmark.
    measures : sequence of Measure
        What to compute.

    Returns
    -------
    Measured
        One column per measure.
    """
    different = list(dict.fromkeys(measures))
    found = _measure(cut, different)
    if len(different) == len(measures):
        return found
    places = [different.index(measure) for measure in measures]
    labels = {place: found.labels[of] for place, of in enumerate(places) if of in found.labels}
    return Measured(found.numbers[places], labels)


def _measure(cut: CutHistory, measures: list[Measure]) -> Measured:
    """Compute measures that all differ."""
    frame = Frame.of(cut, [events for measure in measures for events in _selections(measure)])
    numbers = np.full((len(measures), cut.landmarks.frame.height), np.nan, dtype=np.float32)
    labels: dict[int, pl.Series] = {}
    groups: dict[tuple[object, ...], Group] = defaultdict(list)
    for place, measure in enumerate(measures):
        if isinstance(measure, Last):
            labels[place] = label_columns.last(frame, measure)
        else:
            groups[_COMPUTE[type(measure)], *_together(measure)].append((place, measure))
    for (compute, *_), group in groups.items():
        compute(frame, group, numbers)  # type: ignore[operator]
    return Measured(numbers, labels)


def _together(measure: Measure) -> tuple[object, ...]:
    """Return what measures that are computed together have in common."""
    if isinstance(measure, Count | Share):
        return (measure.events.stream,)
    common: tuple[object, ...] = (measure.events, measure.within_days)
    if isinstance(measure, Decayed):
        return (*common, measure.half_life_days)
    if isinstance(measure, Periods):
        return (*common, measure.period_days)
    if isinstance(measure, Field):
        return (*common, measure.field)
    if isinstance(measure, OpenSince | Latency):
        return (*common, measure.until, measure.from_known)
    return common


def _selections(measure: Measure) -> tuple[Events, ...]:
    if isinstance(measure, Share):
        return measure.events, measure.part
    if isinstance(measure, OpenSince | Latency):
        return measure.events, measure.until
    return (measure.events,)
