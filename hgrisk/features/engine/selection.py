"""The events of a stream that a measure looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hgrisk.features.cut.layout import StreamTable
from hgrisk.features.engine.threads import share_out


@dataclass(frozen=True)
class Selection:
    """Some events of a stream, key by key.

    Attributes
    ----------
    table : StreamTable
        The stream.
    places : ndarray of int32, shape (n_selected,)
        Places of the selected events in the table, in order.
    offsets : ndarray of int64, shape (n_keys + 1,)
        Where each key's places begin.
    """

    table: StreamTable
    places: NDArray[np.int32]
    offsets: NDArray[np.int64]

    @classmethod
    def of(cls, table: StreamTable, wanted: NDArray[np.bool_]) -> Selection:
        """Select events.

        Parameters
        ----------
        table : StreamTable
            The stream.
        wanted : ndarray of bool, shape (n_events,)
            Which of its events.

        Returns
        -------
        Selection
            Their places.
        """
        places = np.flatnonzero(wanted).astype(np.int32)
        return cls(table, places, np.searchsorted(places, table.event_offsets).astype(np.int64))

    def run(self, measure: Callable[..., None], *arguments: object) -> None:
        """Run a compiled measure over the landmarks of all keys, side by side.

        Parameters
        ----------
        measure : callable
            From the first key, the one after the last, `parts` and further arguments to nothing.
        *arguments
            The further arguments.
        """
        share_out(lambda first, last: measure(first, last, self.parts, *arguments), self.table.moment_offsets)

    @property
    def parts(
        self,
    ) -> tuple[NDArray[np.void], NDArray[np.int32], NDArray[np.int64], NDArray[np.void], NDArray[np.int64]]:
        """What the compiled measures take: events, places and offsets, landmarks and offsets."""
        return self.table.events, self.places, self.offsets, self.table.moments, self.table.moment_offsets
