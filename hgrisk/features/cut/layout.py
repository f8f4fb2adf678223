"""The arrays between the cut and the engine: events and landmarks of one stream, sorted by whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

NO_INSTANT = -(2**63)
ALWAYS = -(2**31)
"""A day before all days: what begins then has always been so."""
NEVER = 2**31 - 1
"""A day after all days: what ends then is not seen to end."""
NONE = -1
"""No key, no incident, no event."""

EVENT = np.dtype(
    [
        ("instant", np.int64),  # when it became known, in microseconds; NO_INSTANT without
        ("day", np.int32),  # occurred, in days since 1970
        ("known", np.int32),  # became known
        ("begun", np.int32),  # when the path to it began (a membership of another household); ALWAYS for its own
        ("incident", np.int32),  # its incident; NONE for what is no report
        ("row", np.int32),  # its row among all events
        ("plain", np.int32),  # 1 if it was known on the day it occurred, by a path that always was
    ],
    align=True,
)

MOMENT = np.dtype(
    [
        ("instant", np.int64),
        ("day", np.int32),
        ("from_day", np.int32),  # history reaches back to here; ALWAYS without a cap
        ("incident", np.int32),  # the index incident; NONE without
        ("incident_from", np.int32),  # the days between which its reports occurred
        ("incident_until", np.int32),
        ("same_from", np.int32),  # a report elsewhere that occurred between these days tells of it too
        ("same_until", np.int32),
        ("event", np.int32),  # row of the event that set the landmark; NONE at calendar dates
        ("landmark", np.int32),  # place in the output
    ],
    align=True,
)


@dataclass(frozen=True)
class StreamTable:
    """Events and landmarks that belong together, key by key.

    Attributes
    ----------
    events : ndarray of EVENT, shape (n_events,)
        By key, and within a key by day, then by when they became known.
    event_offsets : ndarray of int64, shape (n_keys + 1,)
        Where each key's events begin.
    moments : ndarray of MOMENT, shape (n_moments,)
        Landmarks by key, and within a key by day. A landmark without a key (it names no person) is not there.
    moment_offsets : ndarray of int64, shape (n_keys + 1,)
        Where each key's landmarks begin.
    n_landmarks : int
        All landmarks, those without a key included.
    """

    events: NDArray[np.void]
    event_offsets: NDArray[np.int64]
    moments: NDArray[np.void]
    moment_offsets: NDArray[np.int64]
    n_landmarks: int

    @cached_property
    def days(self) -> NDArray[np.int32]:
        """Day of each event, side by side."""
        return np.ascontiguousarray(self.events["day"])

    @cached_property
    def moment_columns(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """Day, first day of history and landmark of each moment, each side by side."""
        day, from_day, landmark = (np.ascontiguousarray(self.moments[name]) for name in ("day", "from_day", "landmark"))
        return day, from_day, landmark

    @cached_property
    def uneven(self) -> NDArray[np.bool_]:
        """Keys with an event that was not simply known when it occurred, or with a landmark that has an incident."""
        event_keys = np.repeat(np.arange(len(self.event_offsets) - 1), np.diff(self.event_offsets))
        moment_keys = np.repeat(np.arange(len(self.moment_offsets) - 1), np.diff(self.moment_offsets))
        found = np.zeros(len(self.event_offsets) - 1, dtype=np.bool_)
        found[event_keys[(self.events["plain"] == 0) | (self.events["instant"] != NO_INSTANT)]] = True
        found[moment_keys[self.moments["incident"] != NONE]] = True
        return found
