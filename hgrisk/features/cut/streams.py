"""Whose events go with whose landmarks: one table of keys for each stream."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from hgrisk.features.cut.event_rows import EventRows, day_numbers
from hgrisk.features.cut.landmark_rows import LandmarkRows
from hgrisk.features.cut.layout import ALWAYS, EVENT, NEVER, NONE, StreamTable
from hgrisk.features.cut.sorting import sort_by_key
from hgrisk.features.measures import Stream

Keys = NDArray[np.int64]


def stream_table(stream: Stream, rows: EventRows, landmarks: LandmarkRows, memberships: pl.DataFrame) -> StreamTable:
    """Bring the events of a stream to its landmarks.

    Parameters
    ----------
    stream : str
        One of :data:`hgrisk.features.measures.Stream`.
    rows : EventRows
        All events.
    landmarks : LandmarkRows
        The landmarks.
    memberships : polars.DataFrame
        Who belongs to which household and when that began, for ``linked``; see :func:`with_beginnings`.

    Returns
    -------
    StreamTable
        Events and landmarks by key.
    """
    if stream == "linked":
        keys, places, begun = _linked(rows, landmarks, memberships)
        return assemble(
            _events(rows, places, begun), keys, landmarks.case_numbers(landmarks.frame["case_id"]), landmarks
        )
    of_events, of_landmarks = _KEYS[stream](rows, landmarks)
    places = np.flatnonzero(np.isin(of_events, of_landmarks) & (of_events != NONE)).astype(np.int32)
    return assemble(_events(rows, places, None), of_events[places], of_landmarks, landmarks)


def assemble(events: NDArray[np.void], event_keys: Keys, landmark_keys: Keys, landmarks: LandmarkRows) -> StreamTable:
    """Sort events and landmarks by key.

    Parameters
    ----------
    events : ndarray of EVENT, shape (n_events,)
        Events in the order of ``ORDER``.
    event_keys : ndarray of int64, shape (n_events,)
        Whose each is; every key is also a landmark's.
    landmark_keys : ndarray of int64, shape (n_landmarks,)
        Whose each landmark is; ``NONE`` for nobody's.
    landmarks : LandmarkRows
        The landmarks.

    Returns
    -------
    StreamTable
        Both by key.
    """
    present = np.flatnonzero(landmark_keys != NONE)
    keys, of_moments = np.unique(landmark_keys[present], return_inverse=True)
    of_events = np.searchsorted(keys, event_keys)
    order, event_offsets = sort_by_key(of_events.astype(np.int32), len(keys))
    moments = landmarks.moments[present]
    if np.any(np.diff(moments["day"]) < 0):
        by_day = np.argsort(moments["day"], kind="stable")
        moments, of_moments = moments[by_day], of_moments[by_day]
    moment_order, moment_offsets = sort_by_key(of_moments.astype(np.int32), len(keys))
    return StreamTable(events[order], event_offsets, moments[moment_order], moment_offsets, len(landmarks.moments))


def _events(rows: EventRows, places: NDArray[np.int32], begun: NDArray[np.int32] | None) -> NDArray[np.void]:
    events = np.empty(len(places), dtype=EVENT)
    events["instant"] = rows.instant[places]
    events["day"] = rows.day[places]
    events["known"] = rows.known[places]
    events["begun"] = ALWAYS if begun is None else begun
    events["incident"] = rows.incident[places]
    events["row"] = places
    events["plain"] = (events["known"] == events["day"]) & (events["begun"] == ALWAYS)
    return events


def _of_household(rows: EventRows, landmarks: LandmarkRows) -> tuple[Keys, Keys]:
    return landmarks.case_numbers(rows.frame["case_id"]), landmarks.case_numbers(landmarks.frame["case_id"])


def _of_persons(event_column: str, landmark_column: str) -> Callable[[EventRows, LandmarkRows], tuple[Keys, Keys]]:
    def keys(rows: EventRows, landmarks: LandmarkRows) -> tuple[Keys, Keys]:
        return landmarks.person_numbers(rows.frame[event_column]), landmarks.person_numbers(
            landmarks.frame[landmark_column]
        )

    return keys


def _pair(first: Keys, second: Keys) -> Keys:
    """Return one key for two persons; none where either is not named."""
    return np.where((first == NONE) | (second == NONE), NONE, first << 32 | second)


def _of_dyad(rows: EventRows, landmarks: LandmarkRows) -> tuple[Keys, Keys]:
    def unordered(frame: pl.DataFrame) -> Keys:
        one = landmarks.person_numbers(frame["person_id"])
        other = landmarks.person_numbers(frame["exposed_person_id"])
        return _pair(np.minimum(one, other), np.maximum(one, other))

    return unordered(rows.frame), unordered(landmarks.frame)


def _of_reversed(rows: EventRows, landmarks: LandmarkRows) -> tuple[Keys, Keys]:
    def ordered(frame: pl.DataFrame, first: str, second: str) -> Keys:
        return _pair(landmarks.person_numbers(frame[first]), landmarks.person_numbers(frame[second]))

    return ordered(rows.frame, "exposed_person_id", "person_id"), ordered(
        landmarks.frame, "person_id", "exposed_person_id"
    )


_KEYS: dict[Stream, Callable[[EventRows, LandmarkRows], tuple[Keys, Keys]]] = {
    "household": _of_household,
    "reported": _of_persons("person_id", "person_id"),
    "as_exposed": _of_persons("exposed_person_id", "person_id"),
    "exposed": _of_persons("exposed_person_id", "exposed_person_id"),
    "dyad": _of_dyad,
    "reversed": _of_reversed,
}


def _linked(
    rows: EventRows, landmarks: LandmarkRows, memberships: pl.DataFrame
) -> tuple[Keys, NDArray[np.int32], NDArray[np.int32]]:
    """Return the events of other households while a member belonged to them: key, row, and when the path began.

    An event that is reached over several persons is there once, by the path that began first.
    """
    stays = memberships.select(
        "case_id",
        "person_id",
        begun=pl.Series(day_numbers(memberships["begun"], ALWAYS)),
        until=pl.Series(day_numbers(memberships["until_on"], NEVER)),
    )
    own = stays.with_columns(key=pl.Series(landmarks.case_numbers(stays["case_id"]))).filter(pl.col("key") != NONE)
    paths = (
        own.join(stays, on="person_id", suffix="_other")
        .filter(pl.col("case_id") != pl.col("case_id_other"))
        .select(
            "key",
            pl.col("case_id_other").alias("case_id"),
            pl.max_horizontal("begun", "begun_other").alias("path_begun"),
            pl.col("begun_other").alias("begun"),
            pl.col("until_other").alias("until"),
        )
        .unique()
    )
    events = rows.frame.select("case_id", day=pl.Series(rows.day)).with_row_index("row")
    reached = (
        paths.lazy()
        .join(events.lazy(), on="case_id")
        .filter(pl.col("day") >= pl.col("begun"), pl.col("day") <= pl.col("until"))
        .group_by("row", "key")
        .agg(pl.col("path_begun").min())
        .sort("row", "key")
        .collect()
    )
    keys, places, begun = (reached[name].to_numpy() for name in ("key", "row", "path_begun"))
    return keys, places.astype(np.int32), begun
