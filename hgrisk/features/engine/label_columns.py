"""Measures of codes, sources and names."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hgrisk.features.cut.event_rows import Labels
from hgrisk.features.cut.layout import NONE
from hgrisk.features.engine import labels as kernel
from hgrisk.features.engine.frame import Frame, longest
from hgrisk.features.engine.threads import share_out
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
            lists = _lists(frame, measure.of)
            share_out(
                lambda first, last, place=place, chosen=chosen, within=within, lists=lists: kernel.distinct(  # type: ignore[misc]
                    first, last, chosen.parts, within, *lists, place, numbers
                ),
                chosen.table.moment_offsets,
            )


def changes(frame: Frame, group: list[tuple[int, Measure]], numbers: NDArray[np.float32]) -> None:
    """Write how often the code of one selection changed.

    Parameters
    ----------
    frame : Frame
        Streams and selections.
    group : list of (place, measure)
        Measures of one selection and window.
    numbers : ndarray of float32, shape (n_measures, n_landmarks)
        Where to write.
    """
    chosen, within = frame.selection(group[0][1].events), longest(group[0][1].within_days)
    codes, place = frame.rows.codes.numbers, group[0][0]
    share_out(
        lambda first, last: kernel.changes(first, last, chosen.parts, within, codes, place, numbers),
        chosen.table.moment_offsets,
    )
    for other, _ in group[1:]:
        numbers[other] = numbers[place]


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
    share_out(
        lambda first, end: kernel.last_label(first, end, chosen.parts, within, of.numbers, found),
        chosen.table.moment_offsets,
    )
    texts = pl.Series([*of.labels, None], dtype=pl.String)
    return texts.gather(np.where(found == NONE, len(of.labels), found))


def _labels(frame: Frame, of: str) -> Labels:
    rows = frame.rows
    named = {
        "kind": lambda: rows.kinds,
        "code": lambda: rows.codes,
        "source": lambda: rows.sources,
        "case": lambda: rows.cases,
        "reported": lambda: rows.reported,
        "exposed": lambda: rows.exposed,
    }
    return named[of]()


def _lists(frame: Frame, of: str) -> Lists:
    if of == "code":
        return frame.selector.code_lists
    labels = _labels(frame, of)
    present = labels.numbers != NONE
    offsets = np.concatenate([[0], np.cumsum(present)]).astype(np.int64)
    return labels.numbers[present], offsets, len(labels.labels)
