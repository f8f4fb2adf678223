"""Who is at risk at each event time of each group, and what happens there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hgrisk.hazards.compiled import compiled
from hgrisk.hazards.placing import Codes, Floats, Places


@dataclass(frozen=True)
class EventTable:
    """Counts at the slots of all groups, one group after the other (see `Places`).

    From a slot to the next of its group, ``at_risk`` falls by ``events`` and ``censored`` and rises by ``entered``.

    Attributes
    ----------
    times : ndarray, shape (k,)
        Days; 0 at the opening slot of each group.
    first : ndarray of int64, shape (n_groups + 1,)
        The opening slot of each group, and k.
    at_risk : ndarray, shape (k,)
        Weight at risk just before the time; at the opening slot, just after day 0.
    rows_at_risk : ndarray of int64, shape (k,)
        The same as a number of rows.
    events : ndarray, shape (k, n_causes)
        Weight with an event of each cause at the time.
    event_rows : ndarray of int64, shape (k, n_causes)
        The same as a number of rows.
    censored : ndarray, shape (k,)
        Weight whose follow-up ends without an event from this time on and before the next.
    entered : ndarray, shape (k,)
        Weight that comes under observation from this time on and before the next.
    """

    times: Floats
    first: Codes
    at_risk: Floats
    rows_at_risk: Codes
    events: Floats
    event_rows: Codes
    censored: Floats
    entered: Floats

    @property
    def group(self) -> Codes:
        """The group of each slot."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))


def event_table(
    places: Places, cause: NDArray[Any], weight: Floats, *, n_causes: int = 1, late: NDArray[np.bool_] | None = None
) -> EventTable:
    """Count the rows that were placed.

    Parameters
    ----------
    places : Places
        Where the time at risk of each row begins and ends.
    cause : ndarray of int, shape (n,)
        -1 where a row ends without an event, else its cause from 0.
    weight : ndarray, shape (n,)
        Case weights, above 0.
    n_causes : int
        Number of causes.
    late : ndarray of bool, shape (n,), optional
        Whether a row enters after day 0; without it none does.

    Returns
    -------
    EventTable
        The counts.

    Examples
    --------
    >>> from hgrisk.hazards.placing import place_rows
    >>> places = place_rows(np.array([5.0, 9.0, 7.0]), np.array([True, True, False]))
    >>> table = event_table(places, np.array([0, 0, -1]), np.ones(3))
    >>> table.at_risk.tolist(), table.events[:, 0].tolist(), table.censored.tolist()
    ([3.0, 3.0, 1.0], [0.0, 1.0, 1.0], [0.0, 1.0, 0.0])
    """
    weights, numbers = _count(places.stop, cause, weight, places.n_slots, n_causes)
    entered, entered_rows = np.zeros(places.n_slots), np.zeros(places.n_slots, dtype=np.int64)
    if late is not None:
        _count_entered(places.start, late, weight, entered, entered_rows)
    return settle(places.times, places.first, weights, numbers, (entered, entered_rows))


def settle(
    times: Floats, first: Codes, weights: Floats, numbers: Codes, entered: tuple[Floats, Codes] | None = None
) -> EventTable:
    """Find who is at risk from who leaves and enters.

    Parameters
    ----------
    times : ndarray, shape (k,)
        Time of each slot in days.
    first : ndarray of int64, shape (n_groups + 1,)
        The opening slot of each group, and k.
    weights, numbers : ndarray, shape (k, 1 + n_causes)
        Weight and number of rows that leave from each slot on and before the next: without an event in front, then
        with an event of each cause, which is at the slot itself.
    entered : tuple of ndarray, shape (k,), optional
        Weight and number of rows that enter from each slot on and before the next; without it none does.

    Returns
    -------
    EventTable
        The counts.
    """
    weight, number = (np.zeros(len(times)), np.zeros(len(times), dtype=np.int64)) if entered is None else entered
    at_risk, rows = _from_the_end(weights, numbers, weight, number, first)
    censored = np.ascontiguousarray(weights[:, 0])
    return EventTable(times, first, at_risk, rows, weights[:, 1:], numbers[:, 1:], censored, weight)


@compiled
def _count(stop, cause, weight, n_slots, n_causes):
    """Add up weights and rows by slot and cause, with those that end without an event in front."""
    weights, numbers = np.zeros((n_slots, n_causes + 1)), np.zeros((n_slots, n_causes + 1), dtype=np.int64)
    for row in range(len(stop)):
        weights[stop[row], cause[row] + 1] += weight[row]
        numbers[stop[row], cause[row] + 1] += 1
    return weights, numbers


@compiled
def _count_entered(start, late, weight, entered, rows):
    for row in range(len(start)):
        if late[row]:
            entered[start[row]] += weight[row]
            rows[start[row]] += 1


@compiled
def _from_the_end(weights, numbers, entered, entered_rows, first):
    """Add up those who leave at each slot and after it, less those who enter: weight and number at risk."""
    at_risk, rows = np.empty(len(weights)), np.empty(len(weights), dtype=np.int64)
    for g in range(len(first) - 1):
        weight, number = 0.0, 0
        for slot in range(first[g + 1] - 1, first[g] - 1, -1):
            leaving = 0.0
            for way in range(weights.shape[1]):
                leaving += weights[slot, way]
                number += numbers[slot, way]
            weight += leaving - entered[slot]
            number -= entered_rows[slot]
            at_risk[slot], rows[slot] = (weight, number) if number > 0 else (0.0, 0)
    return at_risk, rows
