"""The time law, compiled: which events of a stream were known at a landmark. Nothing else decides that.

History is what was known before the landmark: ``known < day``, or, on the landmark's own date, what bears an instant
not after the landmark's. The incident that set the landmark, and its own event, are no history. An end is seen only if
it lies before the landmark.
"""

from __future__ import annotations

import numpy as np

from hgrisk.features.compiled import compiled
from hgrisk.features.cut.layout import NO_INSTANT, NONE


@compiled(inline="always")
def is_known(event, moment):
    """Say whether an event, and the path to it, was known at a landmark."""
    if event.begun >= moment.day:
        return False
    if event.known < moment.day:
        return True
    # without an instant of its own a landmark comes before every instant of its day
    return event.known == moment.day and event.instant != NO_INSTANT and event.instant <= moment.instant


@compiled(inline="always")
def is_of_landmark(event, moment):
    """Say whether an event set the landmark, or tells of the incident that did, here or in another file."""
    same_time = event.day >= moment.same_from and event.day <= moment.same_until
    of_incident = event.incident != NONE and (event.incident == moment.incident or same_time)
    return of_incident or event.row == moment.event


@compiled(inline="always")
def is_seen(day, moment):
    """Say whether an end, or a correction, that came on a day was known at a landmark."""
    return day < moment.day


@compiled
def history_of(events, places, start, stop, moment, within, found):
    """Write the places of a selection's events that are history at a landmark, in order; return how many.

    Parameters
    ----------
    events : ndarray of EVENT
        The stream's events.
    places : ndarray of int32
        The selection: places in ``events``, in order.
    start, stop : int
        The part of ``places`` that belongs to the landmark's key.
    moment : MOMENT
        The landmark.
    within : int
        Greatest age in days.
    found : ndarray of int32
        Where to write.

    Returns
    -------
    int
        How many were written.
    """
    n = 0
    earliest = max(moment.from_day, moment.day - within)
    for at in range(start, stop):
        event = events[places[at]]
        if event.day > moment.day:
            break
        if event.day >= earliest and is_known(event, moment) and not is_of_landmark(event, moment):
            found[n] = places[at]
            n += 1
    return n


@compiled
def room_for(first, last, offsets):
    """Return room for the places of the longest history of some keys, as `history_of` writes them.

    Parameters
    ----------
    first, last : int
        Keys.
    offsets : ndarray of int64
        Where each key's places begin.

    Returns
    -------
    ndarray of int32
        Not filled.
    """
    longest = 0
    for key in range(first, last):
        longest = max(longest, offsets[key + 1] - offsets[key])
    return np.empty(longest, dtype=np.int32)
