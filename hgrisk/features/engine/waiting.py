"""What waits for an answer: since when, and how long the last ones waited."""

from __future__ import annotations

import numpy as np

from hgrisk.features.compiled import compiled
from hgrisk.features.cut.law import history_of, room_for
from hgrisk.features.cut.layout import NEVER


@compiled
def waiting(first, last, asked, answered, within, from_known, since, start, stop):
    """Write the days of open and of answered questions, for the keys from first to last.

    Parameters
    ----------
    first, last : int
        Keys.
    asked, answered : tuple
        As `Selection.parts`, of one stream: the events that wait, and those that answer all of their day and before.
    within : int
        Greatest age in days.
    from_known : bool
        Whether an event waits from the day it became known, and not from the day it occurred.
    since : ndarray of int32, shape (n_landmarks,)
        Day of the first event that waits; untouched if none does.
    start, stop : ndarray of int32, shape (n_landmarks,)
        Of the last day of answers that answered anything: day of the first event it answered, and that day; untouched
        if there is none.
    """
    events, places, offsets, moments, moment_offsets = asked
    _, answer_places, answer_offsets, _, _ = answered
    found = room_for(first, last, offsets)
    answers = room_for(first, last, answer_offsets)
    asked_on = np.empty_like(found)
    for key in range(first, last):
        for m in range(moment_offsets[key], moment_offsets[key + 1]):
            moment = moments[m]
            n = history_of(events, places, offsets[key], offsets[key + 1], moment, within, found)
            n_answers = history_of(
                events, answer_places, answer_offsets[key], answer_offsets[key + 1], moment, within, answers
            )
            for i in range(n):
                event = events[found[i]]
                asked_on[i] = event.known if from_known else event.day
            if from_known:
                asked_on[:n].sort()
            at, oldest = 0, NEVER
            for a in range(n_answers):
                day = events[answers[a]].day
                while at < n and asked_on[at] <= day:
                    oldest = min(oldest, asked_on[at])
                    at += 1
                if oldest != NEVER:
                    start[moment.landmark], stop[moment.landmark] = oldest, day
                oldest = NEVER
            if at < n:
                since[moment.landmark] = asked_on[at]
