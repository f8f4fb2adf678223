"""Streams and selections, each made once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hgrisk.features.cut.event_rows import EventRows
from hgrisk.features.cut.history import CutHistory
from hgrisk.features.cut.layout import NEVER, NONE, StreamTable
from hgrisk.features.engine.selecting import Selector
from hgrisk.features.engine.selection import Selection
from hgrisk.features.measures import Events, Stream


@dataclass(frozen=True)
class Frame:
    """What compiled measures take.

    Attributes
    ----------
    cut : CutHistory
        The histories, cut at each landmark.
    selector : Selector
        Which rows belong to which selection.
    """

    cut: CutHistory
    selector: Selector
    _selections: dict[Events, Selection] = field(default_factory=dict)
    _combinations: dict[Stream, NDArray[np.intp]] = field(default_factory=dict)

    @classmethod
    def of(cls, cut: CutHistory, selections: Iterable[Events]) -> Frame:
        """Prepare for some selections.

        Parameters
        ----------
        cut : CutHistory
            The histories, cut at each landmark.
        selections : iterable of Events
            What measures will ask for.

        Returns
        -------
        Frame
            Ready for them.
        """
        return cls(cut, Selector(cut.rows, selections))

    @property
    def rows(self) -> EventRows:
        """All events in order."""
        return self.cut.rows

    def table(self, stream: Stream) -> StreamTable:
        """Return a stream."""
        return self.cut.stream(stream)

    def combinations(self, stream: Stream) -> NDArray[np.intp]:
        """Return the combination of each event of a stream."""
        if stream not in self._combinations:
            self._combinations[stream] = self.selector.combination[self.table(stream).events["row"]]
        return self._combinations[stream]

    def selection(self, events: Events) -> Selection:
        """Return the events of a selection."""
        if events not in self._selections:
            wanted = self.selector.member(events)[self.combinations(events.stream)]
            self._selections[events] = Selection.of(self.table(events.stream), wanted)
        return self._selections[events]

    def repeats(self, stream: Stream) -> Selection:
        """Return the reports of a stream that repeat an incident."""
        table = self.table(stream)
        rows = table.events["row"]
        return Selection.of(table, ~self.rows.starts[rows] & (self.rows.incident[rows] != NONE))

    def absent(self, stream: Stream) -> NDArray[np.bool_]:
        """Return which landmarks have no key in a stream."""
        missing = np.ones(self.table(stream).n_landmarks, dtype=np.bool_)
        missing[self.table(stream).moments["landmark"]] = False
        return missing


def longest(within_days: int | None) -> int:
    """Return a window for the compiled measures."""
    return NEVER if within_days is None else within_days
