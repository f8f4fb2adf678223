"""Which events belong to which selection: decided once for each combination of what selections ask about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hgrisk.features.cut.event_rows import EventRows, Labels
from hgrisk.features.cut.layout import NONE
from hgrisk.features.measures import Events

FURTHER = ";"
"""Between the further kinds of one event."""

_LARGEST = 2**62
_SMALL = 1_000_000


class Selector:
    """Answers, for every row, whether it belongs to a selection.

    Parameters
    ----------
    rows : EventRows
        All events.
    selections : iterable of Events
        The selections that will be asked for.
    """

    def __init__(self, rows: EventRows, selections: Iterable[Events]) -> None:
        self._rows = rows
        self._values = np.array(
            sorted({value for events in selections for value in events.values if value is not None}), dtype=np.float64
        )
        frame = rows.frame
        self._columns = {
            "kind": rows.kinds.numbers,
            "code": rows.codes.numbers,
            "further": self._further.numbers,
            "source": rows.sources.numbers,
            "value": self._value_places(),
            "report": frame["is_report"].to_numpy().astype(np.int32),
            "starts": rows.starts.astype(np.int32),
        }
        first, self.combination = _combinations(list(self._columns.values()), frame.height)
        self._of_combination = {name: column[first] for name, column in self._columns.items()}
        self.n_combinations = len(first)

    @cached_property
    def _further(self) -> Labels:
        return Labels.of(self._rows.frame["further_kinds"])

    def _value_places(self) -> NDArray[np.int32]:
        """Return the place of each row's value among those asked for: one past the last for others, NONE if empty."""
        numbers = self._rows.numbers("value")
        places = np.minimum(np.searchsorted(self._values, numbers), max(len(self._values) - 1, 0))
        met = self._values[places] == numbers if len(self._values) else np.zeros(len(numbers), dtype=np.bool_)
        return np.where(np.isnan(numbers), NONE, np.where(met, places, len(self._values))).astype(np.int32)

    def member(self, events: Events) -> NDArray[np.bool_]:
        """Say which combinations belong to a selection.

        Parameters
        ----------
        events : Events
            The selection; its stream does not matter here.

        Returns
        -------
        ndarray of bool, shape (n_combinations,)
            Whether rows of the combination belong to it.
        """
        of = self._of_combination
        chosen = np.ones(self.n_combinations, dtype=np.bool_)
        if events.kinds:
            chosen &= np.isin(of["kind"], _numbers(self._rows.kinds, events.kinds))
        if events.codes:
            further = [
                place
                for place, text in enumerate(self._further.labels)
                if set(events.codes) & {one.strip() for one in text.split(FURTHER)}
            ]
            chosen &= np.isin(of["code"], _numbers(self._rows.codes, events.codes)) | np.isin(of["further"], further)
        if events.sources:
            chosen &= np.isin(of["source"], _numbers(self._rows.sources, events.sources))
        if events.values:
            known = [int(np.searchsorted(self._values, value)) for value in events.values if value is not None]
            chosen &= np.isin(of["value"], [*known, *([NONE] if None in events.values else [])])
        if events.reports:
            chosen &= of["report"] == 1
        if events.once:
            chosen &= of["starts"] == 1
        return chosen

    def rows_of(self, events: Events) -> NDArray[np.bool_]:
        """Say which rows belong to a selection.

        Parameters
        ----------
        events : Events
            The selection.

        Returns
        -------
        ndarray of bool, shape (n_events,)
            Whether each row belongs to it.
        """
        return self.member(events)[self.combination]

    @cached_property
    def code_lists(self) -> tuple[NDArray[np.int32], NDArray[np.int64], int]:
        """All codes of each row, further kinds included: the codes, where each row's begin, and how many there are."""
        own = [_split(text) for text in self._further.labels]
        names = sorted({*self._rows.codes.labels, *(name for names in own for name in names)})
        number = {name: place for place, name in enumerate(names)}
        of_code = np.array([number[name] for name in self._rows.codes.labels], dtype=np.int32)
        codes, further = self._rows.codes.numbers, self._further.numbers
        n_further = np.array([len(names) for names in own] + [0])[further]
        offsets = np.concatenate([[0], np.cumsum((codes != NONE) + n_further)]).astype(np.int64)
        labels = np.empty(offsets[-1], dtype=np.int32)
        labels[offsets[:-1][codes != NONE]] = of_code[codes[codes != NONE]]
        for row in np.flatnonzero(further != NONE):  # few events have further kinds
            labels[offsets[row + 1] - n_further[row] : offsets[row + 1]] = [number[name] for name in own[further[row]]]
        return labels, offsets, len(names)


def _split(text: str) -> list[str]:
    return [one.strip() for one in text.split(FURTHER) if one.strip()]


def _numbers(labels: Labels, wanted: Sequence[str]) -> list[int]:
    return [place for place, label in enumerate(labels.labels) if label in wanted]


def _combinations(columns: list[NDArray[np.int32]], n_rows: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return a row of each combination of values, and the combination of each row."""
    combined, size = np.zeros(n_rows, dtype=np.int64), 1
    for column in columns:
        n_values = int(column.max(initial=NONE)) + 2
        if size * n_values > _LARGEST:
            _, combined = np.unique(combined, return_inverse=True)
            size = int(combined.max(initial=0)) + 1
        combined, size = combined * n_values + (column + 1), size * n_values
    if size > 4 * n_rows + _SMALL:
        _, first, inverse = np.unique(combined, return_index=True, return_inverse=True)
        return first, inverse
    row_of = np.full(size, NONE, dtype=np.int64)
    row_of[combined] = np.arange(n_rows)
    present = np.flatnonzero(row_of != NONE)
    number = np.empty(size, dtype=np.intp)
    number[present] = np.arange(len(present))
    return row_of[present], number[combined]
