"""Measures of codes, sources and names."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hgrisk.features.cut.event_rows import Labels
from hgrisk.features.cut.layout import NONE
from hgrisk.features.engine import labels as kernel
from hgrisk.features.engine.frame import Frame, longest
from hgrisk.features.measures import Distinct, Last, Measure

Lists = tuple[NDArray[np.int32], NDArray[np.int64], int]


def distincts(frame: Frame, group: list[tuple[int, Measure]], numbers: NDArray[np.float32]) -> None:
    """Write how many different labels the events of one selection have.

    Parameters
    ----------
    frame : Frame
        Streams and selections.
    group : list of (place, measure)
        Measures of one selection and window.
    numbers : ndarray of float32, shape (n_measures, n_landmarks)
        Where to write.
    """
    for place, measure in group:
        if isinstance(measure, Distinct):
            chosen, within = frame.selection(measure.events), longest(measure.within_days)
            chosen.run(kernel.distinct, within, *_lists(frame, measure.of), place, numbers)


def changes(frame: Frame, group: list[tuple[int, Measure]], numbers: NDArray[np.float32]) -> None:
    """Write how often the code of one selection changed.

    Parameters
    ----------
    frame : Frame
        Streams and selections.
    group : list of (place, measure)
        The measure of one selection and window.
    numbers : ndarray of float32, shape (n_measures, n_landmarks)
        Where to write.
    """
    for place, measure in group:
        chosen, within = frame.selection(measure.events), longest(measure.within_days)
        chosen.run(kernel.changes, within, frame.rows.codes.numbers, place, numbers)


def last(frame: Frame, measure: Last) -> pl.Series:
    """Return the label of the last event at each landmark.

    Parameters
    ----------
    frame : Frame
        Streams and selections.
    measure : Last
        What to look at.

    Returns
    -------
    polars.Series of String
        One text per landmark, empty where there is no event or it has no label.
    """
    chosen, within = frame.selection(measure.events), longest(measure.within_days)
    of = _labels(frame, measure.of)
    found = np.full(chosen.table.n_landmarks, NONE, dtype=np.int32)
    chosen.run(kernel.last_label, within, of.numbers, found)
    texts = pl.Series([*of.labels, None], dtype=pl.String)
    return texts.gather(np.where(found == NONE, len(of.labels), found))


def _labels(frame: Frame, of: str) -> Labels:
    column = {"kind": "kinds", "code": "codes", "source": "sources", "case": "cases"}.get(of, of)
    labels: Labels = getattr(frame.rows, column)
    return labels


def _lists(frame: Frame, of: str) -> Lists:
    if of == "code":
        return frame.selector.code_lists
    labels = _labels(frame, of)
    present = labels.numbers != NONE
    offsets = np.concatenate([[0], np.cumsum(present)]).astype(np.int64)
    return labels.numbers[present], offsets, len(labels.labels)
